"""How far a long command is, on a terminal and in a log."""

from __future__ import annotations

import io

import pytest

from gateway.cli.progressline import ProgressLine
from scheduler.clock import SystemClock


class _Clock(SystemClock):
    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    log, clock = io.StringIO(), _Clock()
    monkeypatch.setattr("sys.stderr", log)
    with ProgressLine(clock) as line:
        for number in range(25):
            line.show(f"day {number}")
            clock.now_s += 1.0
    assert log.getvalue() == "day 10\nday 20\n"


def test_terminal_has_one_line_that_renews_itself_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("COLUMNS", "11")
    with ProgressLine(_Clock()) as line:
        line.show("day 1")
        line.show("day 2, which is long")
    assert screen.getvalue() == "\r\x1b[Kday 1\r\x1b[Kday 2, whi\r\x1b[K"
