"""The daemon pushes by itself: a job for each upstream, apart from those that must not wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from gateway.daemon import Daemon
from gateway.settings import Settings
from modem.emulator import urls
from scheduler.clock import SystemClock
from scheduler.runner import Job, Ticker
from tests.gateway.upstream.box import Box, Fake, box
from tests.gateway.upstream.wire import replied


@pytest.fixture
def rated(tmp_path: Path) -> Iterator[Box]:
    with box(tmp_path) as of:
        of.rate(3)
        yield of
    urls.close_network()


def test_daemon_pushes_what_is_due_in_a_job_apart(rated: Box) -> None:
    jobs: dict[str, Job] = {}

    def runner(found: list[Job]) -> Ticker:
        jobs.update({job.name: job for job in found})
        return Ticker(found, SystemClock())

    settings = Settings(database=rated.path, upstream=(rated.settings,))
    fake = Fake()
    rated.db.close()
    daemon = Daemon(settings, runner=runner, wire=httpx2.MockTransport(fake))
    daemon.start()
    try:
        assert jobs["push up"].apart
        assert jobs["push up"].every_s == rated.settings.every_s
        jobs["push up"].function()
    finally:
        daemon.stop()
    assert fake.took == {"v1": 1, "v2": 1, "v3": 1}


def test_alarm_of_an_upstream_that_left_the_configuration_ends(rated: Box) -> None:
    rated.fake.before = lambda _: replied(401)
    rated.run()
    alarms = "SELECT count(*) FROM alarms WHERE cleared_at IS NULL"
    assert rated.all(alarms) == [(1,)]
    for ways_up, count in (((rated.settings,), 1), ((), 0)):
        daemon = Daemon(
            Settings(database=rated.path, upstream=ways_up), runner=lambda found: Ticker(found, SystemClock())
        )
        daemon.start()
        daemon.stop()
        assert rated.all(alarms) == [(count,)]
