"""The daemon is killed in the middle of the demo's day, by SIGKILL, and started again.

Each time it dies while a post to the upstream and one to a webhook wait for their answers, so both are in doubt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.cli.visits import take
from gateway.ledger import draw_up
from gateway.ledger.witness import read_witness
from gateway.simulator.demo import UPSTREAM, Demo
from gateway.store.opening import readable
from scheduler.clock import SystemClock
from tests.crash.witnesses import Receiver, receiver

_WEBHOOKS = """
webhooks:
  - {{name: crm, url: "{url}", secret_file: crm.secret, events: [rating.created, callback.opened]}}
"""


class Day:
    """A day of 300 visits whose ratings go up, and are told, as they come."""

    def __init__(self, folder: Path, seed: int, form: str, hook: Receiver) -> None:
        self._folder = folder
        self._demo = Demo(folder, 300, 2, seed, form=form)
        self._hook = hook
        self._upstream = ""

    def with_kills(self, kill_at: list[int]) -> None:
        """The daemon dies when the network has seen so many events, and is started again."""
        with self._demo as run:
            run.clear()
            self._upstream = run.start_upstream()
            file = run.prepare(self._upstream)
            (self._folder / "crm.secret").write_bytes(b"s3cret")
            with run.config.open("a", encoding="utf-8") as config:
                config.write(_WEBHOOKS.format(url=self._hook.url))
            run.start_network()
            run.switch_handsets(file)
            take(run.settings(), file, "csv", "demo", lambda line: None)
            run.start_daemon()
            for number, events in enumerate(kill_at):
                run.live(lambda progress: None, until=lambda progress, events=events: _events(run) >= events)
                self._kill(is_applied=(number + len(kill_at)) % 2 == 0)
                run.start_daemon()
            run.live(lambda progress: None)
            self._wait_until_told()
            run.stop_daemon()

    def _kill(self, *, is_applied: bool) -> None:
        """Let upstream take a post, or not, and not answer it, and the hook neither; then kill."""
        run = self._demo
        before = len(read_witness(run.upstream_log))
        fault = {"kind": "timeout", "applied": is_applied, "times": 1}
        httpx2.post(f"{self._upstream}/control/faults", json=fault).raise_for_status()
        self._hook.hold()

        def is_in_doubt() -> bool:
            since = [line["event"] for line in read_witness(run.upstream_log)[before:]]
            struck = since[since.index("fault") :] if "fault" in since else []
            return self._hook.stuck.is_set() and bool(struck) and ("packet" in struck or not is_applied)

        run.live(lambda progress: None, until=lambda progress: is_in_doubt())
        run.kill_daemon()
        self._hook.release()
        with readable(run.settings().database) as db:
            in_doubt = db.execute("SELECT count(*) FROM batches WHERE posting_at IS NOT NULL").fetchone()[0]
        assert in_doubt == 1

    def _wait_until_told(self) -> None:
        clock = SystemClock()
        until = clock.monotonic() + 30
        with readable(self._demo.settings().database) as db:
            while db.execute("SELECT count(*) FROM tellings WHERE state <> 'told'").fetchone()[0]:
                assert clock.monotonic() < until, "there are events that nobody was told of"
                clock.wait((), clock.monotonic() + 0.05)


def _events(run: Demo) -> int:
    return run.network_log.read_bytes().count(b"\n") if run.network_log.exists() else 0


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def _judge_upstream(db: Any, lines: list[dict[str, Any]]) -> None:
    """Each rating is there once."""
    there = Counter(line["foreign_id"] for line in lines if line["event"] == "form" and line["counts"])
    rated = {row[0] for row in db.execute("SELECT rating_id FROM ratings")}
    assert there == dict.fromkeys(rated, 1)
    assert dict(db.execute("SELECT state, count(*) FROM deliveries GROUP BY 1")) == {"accepted": len(rated)}


def _judge_hook(db: Any, told: list[str]) -> None:
    """Each event was told, and those of a visit in order; one that was told again came before the next."""
    events = {key: (topic, number) for key, topic, number in db.execute("SELECT key, topic, id FROM events")}
    assert set(told) == set(events)
    of_topic = defaultdict(list)
    for key in told:
        topic, number = events[key]
        of_topic[topic].append(number)
    assert all(numbers == sorted(numbers) for numbers in of_topic.values())


@pytest.mark.crash
@pytest.mark.parametrize(
    ("seed", "form", "kill_at"), [(4, "json", [20]), (2, "legacy-xml", [90]), (3, "rates-xml", [160, 250])]
)
def test_daemon_killed_mid_day_loses_and_doubles_nothing(
    tmp_path: Path, hook: Receiver, seed: int, form: str, kill_at: list[int]
) -> None:
    Day(tmp_path, seed, form, hook).with_kills(kill_at)

    network, upstream = read_witness(tmp_path / "network.log"), read_witness(tmp_path / "upstream.log")
    with readable(tmp_path / "otklik.db") as db:
        ledger = draw_up(db, network, {UPSTREAM: upstream})
        kept = {row[0] for row in db.execute("SELECT unseal(sealed, digest) FROM inbox")}
        unhandled = db.execute("SELECT count(*) FROM inbox WHERE state = 'kept'").fetchone()[0]
        _judge_upstream(db, upstream)
        _judge_hook(db, hook.told)
    assert ledger.lost == []
    assert ledger.duplicated == []
    assert ledger.balanced
    assert len(hook.told) > len(set(hook.told))  # what was in doubt was told again
    invitations = Counter(line["to"] for line in network if line["event"] == "submit" and "Оцените" in line["text"])
    assert max(invitations.values()) == 1
    assert {line["pdu"] for line in network if line["event"] == "deliver"} <= kept
    assert unhandled == 0
