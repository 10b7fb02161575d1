"""The soak, small: every fault at a rate, and the emulator as the witness. `make soak` is the long one."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from benchmarks.soak import Soak
from scheduler.runner import Ticker


def test_fleet_under_every_fault_loses_and_doubles_nothing(folder: Path) -> None:
    verdict = Soak(folder, modems=4, messages=400, seed=11, rate=0.1).run()
    assert verdict.violations == []
    struck = {kind for kind, strikes, *_ in verdict.faults if strikes}
    assert len(struck) >= 20


def test_same_seed_makes_the_same_run(folder: Path) -> None:
    logs = []
    for name in ("one", "two"):
        here = folder / name
        here.mkdir()
        Soak(here, modems=2, messages=60, seed=5, rate=0.1, log=here / "log").run()
        logs.append([json.loads(line) for line in (here / "log").read_text().rstrip("\n").split("\n")])
    assert len(logs[0]) > 1000
    assert logs[0] == logs[1]


def test_run_at_every_moment_of_the_timetable_is_the_same_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(name: str) -> bytes:
        here = folder / name
        here.mkdir()
        Soak(here, modems=2, messages=40, seed=6, rate=0.1, log=here / "log").run()
        return (here / "log").read_bytes()

    short = run("short")
    with_every_run = partial(map, partial(replace, rest=None))
    monkeypatch.setattr(
        "gateway.simulator.box.centre.Ticker", lambda jobs, clock: Ticker(list(with_every_run(jobs)), clock)
    )
    assert run("long") == short


def test_message_sent_twice_and_one_never_kept_are_found_out(folder: Path) -> None:
    soak = Soak(folder, modems=2, messages=40, seed=3, rate=0.0)
    assert soak.run().violations == []
    soak.witness.submits.append(soak.witness.submits[0])
    soak.witness.delivers.append(replace(soak.witness.delivers[0], pdu=b"never kept"))
    soak.verdict.reach()
    first, second = soak.verdict.violations
    assert first.startswith("the network saw a part 2 times, at most 1 was right")
    assert second.startswith("messages that were read changed: 1")
