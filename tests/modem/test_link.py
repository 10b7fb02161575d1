"""Link against a peer that is late, silent, held or gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modem.errors import PortBusy, PortLost, PortMissing, Silent
from modem.link import Link
from scheduler.clock import SystemClock
from tests.modem.scripted import ScriptedModem


def _link(port: str) -> Link:
    link = Link(port, clock=SystemClock())
    link.connect()
    return link


def test_port_that_is_not_there_is_named() -> None:
    with pytest.raises(PortMissing, match="/dev/ttyNOPE does not exist"):
        _link("/dev/ttyNOPE")


def test_tcp_port_nobody_listens_on_is_missing() -> None:
    with pytest.raises(PortMissing, match="does not exist"):
        _link("socket://127.0.0.1:1")


def test_port_held_by_another_process_names_it() -> None:
    with ScriptedModem(lambda data: b"") as modem:
        hold = (
            f"import serial, sys; p = serial.Serial({modem.port!r}, exclusive=True); print('held', flush=True); input()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            with pytest.raises(PortBusy, match=rf"is held by .*\(pid {process.pid}\)|is held by"):
                _link(modem.port)
            process.communicate("\n")


def test_late_answer_is_not_credited_to_the_next_command() -> None:
    def answer(data: bytes) -> bytes:
        if b"AT+SLOW" in data:
            return b""
        if b"AT+CMEE?" in data:
            # The late answer comes when we are asking on already, in one read with the right one.
            return b"\r\n+SLOW: 1\r\n\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n"
        return b"\r\n+CSQ: 17,0\r\n\r\nOK\r\n"

    with ScriptedModem(answer) as modem:
        link = _link(modem.port)
        with pytest.raises(Silent, match=r"did not answer AT\+SLOW"):
            link.exchange("AT+SLOW", 0.2)
        assert link.exchange("AT+CSQ").lines == ("+CSQ: 17,0",)
        link.close()


def test_peer_that_hangs_up_is_a_lost_port() -> None:
    with ScriptedModem(lambda data: None) as modem:
        link = _link(modem.port)
        os.close(modem._slave or -1)
        modem._slave = None
        with pytest.raises(PortLost):
            link.exchange("AT", 5)
        link.close()


def test_notices_between_dialogues_are_filed() -> None:
    with ScriptedModem(lambda data: b"") as modem:
        link = _link(modem.port)
        modem.say(b'\r\n+CMTI: "SM",4\r\n')
        clock = SystemClock()
        assert clock.wait((link,), clock.monotonic() + 5)
        link.poll()
        assert [notice.text for notice in link.notices] == ['+CMTI: "SM",4']
        link.close()


def test_notice_in_the_same_read_as_an_answer_is_news() -> None:
    with ScriptedModem(lambda data: b'\r\nOK\r\n\r\n+CMTI: "SM",4\r\n') as modem:
        link = _link(modem.port)
        assert not link.has_news
        assert link.exchange("AT").ok
        assert link.has_news
        link.poll()
        assert [notice.text for notice in link.notices] == ['+CMTI: "SM",4']
        link.close()


def test_closed_link_can_be_closed_again(tmp_path: Path) -> None:
    link = Link(str(tmp_path / "none"), clock=SystemClock())
    link.close()
    link.close()
    assert not link.alive
