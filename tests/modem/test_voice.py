"""A call we make: answered, busy, silent; tones both ways (defect D51; 27.007 §7.18, annex C)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from modem.dialogues.voice import End, VoiceCall
from modem.errors import CommandRefused
from modem.events import Notice
from modem.link import Link
from tests.modem.scripted import Peers, Script
from tests.modem.virtualbench import with_line

T = TypeVar("T")
PERSON = "+79131234567"


def _call(act: Callable[[Link], T], profile: str = "generic", **called: object) -> T:
    """What `act` gives for a line to an emulated modem; the person it may call behaves as `called` says."""
    return with_line(act, profile, called={PERSON: called})


def _survey(link: Link) -> tuple[str, str, VoiceCall]:
    """Two tones to the person, five back or up to the hash key, and the end."""
    call = VoiceCall(link)
    assert call.dial(PERSON, 60)
    call.send("1#")
    tones = call.hear(5, 10, until="#")
    more = call.hear(1, 2)
    call.hang_up()
    return tones, more, call


@pytest.mark.parametrize("profile", ["generic", "sim800", "quectel-ec25"])
def test_tones_go_both_ways_and_are_kept_in_order(profile: str) -> None:
    tones, more, call = _call(_survey, profile, outcome="answers", after_s=3, replies={"#": "45*#"})
    assert (tones, more) == ("45*#", "")
    assert (call.end, call.heard) == (End.HUNG_UP, "45*#")


def _end_of(link: Link) -> End | None:
    call = VoiceCall(link)
    assert not call.dial(PERSON, 30)
    return call.end


@pytest.mark.parametrize("profile", ["generic", "wavecom", "huawei-e173"])
@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        ("busy", End.BUSY),
        ("rejects", End.BUSY),
        ("silent", End.NO_ANSWER),
        ("unreachable", End.NO_CARRIER),
        ("unallocated", End.NO_CARRIER),
    ],
)
def test_call_that_is_not_answered_says_why(profile: str, outcome: str, end: End) -> None:
    assert _call(_end_of, profile, outcome=outcome) is end


def test_person_who_hangs_up_ends_the_listening() -> None:
    def listen(link: Link) -> tuple[str, End | None, float]:
        call = VoiceCall(link)
        assert call.dial(PERSON, 30)
        began = link.clock.monotonic()
        tones = call.hear(10, 60)
        return tones, call.end, link.clock.monotonic() - began

    tones, end, took_s = _call(listen, outcome="answers", keys="5", hangs_up_after_s=4)
    assert (tones, end) == ("5", End.NO_CARRIER)
    assert took_s < 6


def test_list_of_calls_with_a_name_behind_is_understood_d51(peers: Peers) -> None:
    link = peers(Script({"AT+CLCC": '+CLCC: 1,0,0,0,0,"+79131234567",145,""\r\n\r\nOK'}))
    assert VoiceCall(link).dial(PERSON, 5)


def test_notices_about_other_things_stay_for_their_reader(peers: Peers) -> None:
    link = peers(Script({"AT+CLCC": '+CMTI: "SM",1\r\n\r\n+DTMF: 5\r\n\r\n+CLCC: 1,0,0,0,0\r\n\r\nOK'}))
    call = VoiceCall(link)
    assert call.dial(PERSON, 5)
    assert call.hear(1, 0) == "", "it came before we listened"
    assert call.heard == "5"
    assert list(link.notices) == [Notice("+CMTI", '+CMTI: "SM",1')]


def test_modem_that_takes_tones_only_its_own_way_is_understood(peers: Peers) -> None:
    script = Script(dict.fromkeys(("AT+VTS=1", 'AT+VTS="1"'), "ERROR"))
    VoiceCall(peers(script)).send("12")
    assert script.heard == ["AT+VTS=1", 'AT+VTS="1"', "AT^DTMF=1,1", "AT^DTMF=1,2"]


def test_what_cannot_be_dialled_or_sent_never_reaches_the_modem(peers: Peers) -> None:
    script = Script({})
    call = VoiceCall(peers(script))
    with pytest.raises(ValueError, match="no telephone number"):
        call.dial("0919;+CFUN=0", 5)
    with pytest.raises(ValueError, match="no keys"):
        call.send("1;")
    assert script.heard == []


def test_modem_that_refuses_to_dial_says_so(peers: Peers) -> None:
    with pytest.raises(CommandRefused):
        VoiceCall(peers(Script({"ATD0919;": "+CME ERROR: 3"}))).dial("0919", 5)


def test_tone_outside_a_call_is_refused(peers: Peers) -> None:
    refused = ("AT+VTS=1", 'AT+VTS="1"', "AT^DTMF=1,1")
    with pytest.raises(CommandRefused):
        VoiceCall(peers(Script(dict.fromkeys(refused, "+CME ERROR: 3")))).send("1")
