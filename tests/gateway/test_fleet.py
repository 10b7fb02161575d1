"""A daemon with two emulated modems: draining, failing over, keeping a citizen's number, caps over midnight."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway import config as configuration
from gateway.cli import main
from gateway.cli.visits import take
from gateway.daemon import Daemon
from gateway.store.opening import readable
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from scheduler.clock import SystemClock
from scheduler.runner import Job, Runner


class Shifted(SystemClock):
    """The machine's time, as far ahead as a test puts its calendar."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


def _quick(jobs: list[Job]) -> Runner:
    """The timetable, twenty times as fast."""
    return Runner([replace(job, every_s=job.every_s / 20) for job in jobs])


class Centre:
    """A daemon on the modems m0 and m1 of an emulated network, and the commands beside it."""

    def __init__(self, folder: Path, network: EmulatedNetwork, limits: str = "{}") -> None:
        self.clock = Shifted()
        self.network = network
        self.modems: list[EmulatedModem] = network.modems
        self._file = folder / "config.yaml"
        self._file.write_text(
            f"""
modems:
  - {{name: m0, port: {self.modems[0].link}, limits: {limits}}}
  - {{name: m1, port: {self.modems[1].link}, limits: {limits}}}
survey: {{delay_s: 0, window: always, once_per_phone_s: 0}}
routing: {{zone: Asia/Barnaul, failover_after_s: 0.2}}
http: null
""",
            encoding="utf-8",
        )
        self.settings = configuration.load(self._file)
        self._daemon = Daemon(self.settings, self.clock, runner=_quick)

    def start(self) -> None:
        self._daemon.start()
        self.wait(lambda: self.count("ports WHERE state = 'serving'") == 2)

    def stop(self) -> None:
        self._daemon.stop()

    def invite(self, *phones: str) -> None:
        rows = [f"{phone}@{self.clock.now()},BRN1,REG,2017-09-12T10:00,{phone},1" for phone in phones]
        path = self._file.with_name("visits.csv")
        path.write_text("\n".join(["foreign_id,office,service,received_at,phone,consent", *rows]), encoding="utf-8")
        take(self.settings, path, "csv", "test", lambda line: None)

    def otklik(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "-c", str(self._file)])

    def count(self, what: str) -> int:
        with readable(self.settings.database) as db:
            return int(db.execute(f"SELECT count(*) FROM {what}").fetchone()[0])

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline = self.clock.monotonic() + 15
        while not condition():
            assert self.clock.monotonic() < deadline, "it did not come about in time"
            self.clock.wait((), self.clock.monotonic() + 0.02)

    def wrote(self) -> dict[str, list[tuple[int, str]]]:
        """To each number, what it was sent, by which modem."""
        found: dict[str, list[tuple[int, str]]] = {}
        for k, modem in enumerate(self.modems):
            for line in modem.submits():
                found.setdefault(str(line["to"]), []).append((k, str(line["text"])[:7]))
        return found

    def sent(self) -> list[int]:
        """How many messages each modem has sent."""
        return [len(modem.submits()) for modem in self.modems]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Centre]]:
    centres = []
    with EmulatedNetwork(2, tmp_path / "ports") as network:

        def build(*, start: bool = True, **options: Any) -> Centre:
            centre = Centre(tmp_path, network, **options)
            centres.append(centre)
            if start:
                centre.start()
            return centre

        yield build
        for centre in centres:
            centre.stop()


def _phones(*numbers: int) -> list[str]:
    return [f"+7913020{number:04d}" for number in numbers]


def test_drained_modem_sends_nothing_and_reads_on_until_it_is_resumed(make: Callable[..., Centre]) -> None:
    centre = make(start=False)
    assert centre.otklik("modems", "drain", "m0").stdout == "No daemon runs; m0 will drain when one starts.\n"
    centre.start()
    centre.invite(*_phones(1, 2, 3, 4))
    centre.wait(lambda: centre.sent() == [0, 4])
    centre.modems[0].deliver(_phones(1)[0], "5")
    centre.wait(lambda: centre.count("ratings") == 1)
    (shown,) = json.loads(centre.otklik("modems", "list", "m0", "--json").stdout.splitlines()[-1])["modems"]
    assert (shown["state"], shown["drained"], shown["sent"]["today"]) == ("serving", True, 0)
    # The answer is m0's, which heard the rating; when it has been drained for long enough m1 gives it.
    centre.wait(lambda: centre.sent() == [0, 5])
    assert centre.otklik("modems", "resume", "m0").stdout == "m0 takes parts again.\n"
    centre.invite(*_phones(5))
    centre.wait(lambda: centre.sent() == [1, 5])


def test_network_is_asked_by_a_modem_that_the_daemon_holds_d17(make: Callable[..., Centre]) -> None:
    assert make().otklik("modems", "ussd", "m1", "*100#").stdout == "Balans: 100.00 r.\n"


def test_citizen_hears_from_one_number_until_its_modem_is_unplugged_for_good(make: Callable[..., Centre]) -> None:
    centre = make()
    centre.invite(*_phones(*range(10)))
    centre.wait(lambda: sum(centre.sent()) == 10)
    assert min(centre.sent()) > 0
    for phone, ((modem, _),) in centre.wrote().items():
        centre.modems[modem].deliver(phone, "5")
    centre.wait(lambda: sum(centre.sent()) == 20)
    for texts in centre.wrote().values():
        (invited_by, _), (thanked_by, thanks) = texts
        assert (thanks, thanked_by) == ("Спасибо", invited_by)
    centre.modems[0].fault("unplug")
    centre.wait(lambda: centre.count("ports WHERE state = 'serving'") == 1)
    mine = [phone for phone, texts in centre.wrote().items() if texts[0][0] == 0]
    centre.invite(*mine)
    centre.wait(lambda: all(centre.wrote()[phone][-1][0] == 1 for phone in mine))
    assert centre.count("parts WHERE state IN ('unknown', 'failed')") == 0


def test_caps_end_at_midnight_and_keep_one_for_an_answer(make: Callable[..., Centre]) -> None:
    centre = make(limits="{per_day: 3}")
    centre.invite(*_phones(*range(6)))
    centre.wait(lambda: centre.sent() == [2, 2])
    phone, ((modem, _),) = next(iter(centre.wrote().items()))
    centre.modems[modem].deliver(phone, "5")
    centre.wait(lambda: centre.sent()[modem] == 3)
    shown = centre.otklik("modems", "list", f"m{modem}").stdout
    assert "3 of 3" in shown
    assert sum(centre.sent()) == 5
    centre.clock.ahead = timedelta(days=1)
    centre.wait(lambda: sum(centre.sent()) == 7)


def test_sim_whose_messages_the_operator_swallows_leaves_new_conversations_to_the_other(
    make: Callable[..., Centre],
) -> None:
    centre = make(start=False)
    centre.otklik("modems", "drain", "m1")
    centre.network.set(daily_cap={"limit": 5, "answer": "silent"})
    centre.start()
    centre.invite(*_phones(*range(25)))
    centre.wait(lambda: centre.count("parts WHERE state IN ('submitted', 'delivered')") == 25)
    centre.stop()
    centre.clock.ahead = timedelta(hours=2)
    centre.otklik("modems", "resume", "m1")
    centre.start()
    (alarm,) = json.loads(centre.otklik("modems", "list", "m0", "--json").stdout.splitlines()[-1])["modems"][0][
        "alarms"
    ]
    assert alarm["kind"] == "silent failure"
    assert "perhaps it swallows them" in alarm["text"]
    centre.invite(*_phones(*range(100, 105)))
    centre.wait(lambda: len(centre.modems[1].submits()) == 5)
