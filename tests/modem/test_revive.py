"""What brings a modem back by words, against a peer that says exactly what the test wants."""

from __future__ import annotations

import pytest

from modem.dialogues import revive
from modem.errors import SettingsLost
from modem.link import Link
from scheduler.clock import SystemClock
from tests.modem.scripted import ScriptedModem


def _setting(answers: list[bytes]) -> str:
    """Ask twice, the second time for a change."""
    with ScriptedModem(lambda data: answers.pop(0)) as modem:
        link = Link(modem.port, clock=SystemClock())
        link.connect()
        try:
            before = revive.setting(link)
            revive.check_setting(link, before)
        finally:
            link.close()
    return before


def test_modem_that_reports_errors_otherwise_than_before_has_started_anew() -> None:
    with pytest.raises(SettingsLost, match="has started anew by itself and lost its settings"):
        _setting([b"\r\n+CMEE: 1\r\n\r\nOK\r\n", b"\r\n+CMEE: 0\r\n\r\nOK\r\n"])


@pytest.mark.parametrize("answer", [b"\r\n+CMEE: 0\r\n\r\nOK\r\n", b"\r\n+CMEE:2\r\n\r\nOK\r\n", b"\r\nERROR\r\n"])
def test_firmware_that_shows_another_value_than_it_was_given_has_not(answer: bytes) -> None:
    assert _setting([answer, answer]) == _setting([answer, answer])


def test_blank_more_or_less_is_no_difference() -> None:
    assert _setting([b"\r\n+CMEE: 1\r\n\r\nOK\r\n", b"\r\n+CMEE:1\r\n\r\nOK\r\n"]) == "+CMEE:1"
