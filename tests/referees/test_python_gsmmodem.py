"""Stock python-gsmmodem-new: connect, stored messages, sending with reports, receiving live."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.referees.emulator import Emulator
from tests.referees.stock_gsmmodem import LONG, OFF, REACHABLE
from tests.referees.watch import Watch

pytestmark = pytest.mark.referee

SECONDS = 15.0


@pytest.fixture
def session(emulator: Emulator) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("stock_gsmmodem.py")), emulator.link()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


def _heard(stream: IO[bytes] | None, last: str) -> list[dict[str, object]]:
    """Lines of the program up to the one with the event `last`."""
    lines: list[dict[str, object]] = []
    assert stream is not None
    while not lines or lines[-1]["event"] != last:
        assert select.select([stream], [], [], SECONDS)[0], f"no {last!r} after {lines}"
        line = stream.readline()
        assert line, f"the program ended after {lines}"
        lines.append(json.loads(line))
    return lines


def test_stock_library_connects_sends_and_receives(emulator: Emulator, session: subprocess.Popen[bytes]) -> None:
    assert session.stdin is not None
    emulator.post("/v1/network", handsets={OFF: {"state": "off"}})
    (connected,) = _heard(session.stdout, "connected")
    emulator.deliver("+79231112233", "Stored meanwhile")
    session.stdin.write(b"\n")
    stored, *sent, _ = _heard(session.stdout, "ready")
    live = []
    with Watch(emulator.directory) as watch:
        for text in (f"Оценка {number}" for number in range(10)):
            emulator.deliver("+79231112234", text)
            live += _heard(session.stdout, "received")
            # The library deletes after its callback, and a notice that comes meanwhile is lost on it: wait for that.
            assert watch.until(lambda text=text: "AT+CMGD=" in emulator.said(after=text), SECONDS)
    session.stdin.write(b"\n")
    assert session.wait(SECONDS) == 0
    emulator.stop()

    modem = emulator.modems[0]
    assert (connected["imei"], connected["number"]) == (modem["imei"], modem["number"])
    assert stored == {"event": "received", "number": "+79231112233", "text": "Stored meanwhile"}
    assert sent == [{"event": "sent", "text": text, "delivered": True} for text in ("Hello", "Привет")]
    assert emulator.sent() == [(REACHABLE, "Hello"), (REACHABLE, "Привет"), (OFF, LONG)]
    assert [line["text"] for line in live] == [f"Оценка {number}" for number in range(10)]
    assert len(emulator.events("deliver")) == 11
    assert len(emulator.events("report")) == 2
