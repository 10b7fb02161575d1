"""Diagnoses of literal recordings, without a modem."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.diagnosis.catalogue import CATALOGUE, HEALTHY, RANK
from modem.diagnosis.evidence import LOST, OTHER_SIM, REFUSING, SILENT, Evidence, PortFault, Records
from modem.diagnosis.findings import diagnose, is_healthy
from modem.diagnosis.recording import Piece, Recording, Turn
from modem.events import Reply
from modem.tables import CauseClass

IMEI, SIM = "356938035643809", "8970100000000000001"
KNOWN = Records(IMEI, SIM)


def _turn(command: str, *heard: bytes | tuple[float, bytes], echo: bool | None = True) -> Turn:
    """A turn as the driver would have understood it: lines of what was heard, up to the final result code."""
    pieces = tuple(Piece(0.01, part) if isinstance(part, bytes) else Piece(*part) for part in heard)
    octets = b"".join(piece.octets for piece in pieces).decode("latin-1").replace("\x00", "")
    lines = [line.strip() for line in octets.split("\r\n") if line.strip() and not line.startswith("AT")]
    final = lines[-1] if lines and lines[-1].startswith(("OK", "ERROR", "+CME", "+CMS")) else None
    reply = None if final is None else Reply(tuple(lines[:-1]), final)
    return Turn(command, pieces, reply, echo, prompted=octets.rstrip(" ").endswith("\r\n>"))


def _names(*turns: Turn, records: Records = KNOWN, **fields: object) -> list[str]:
    return [found.name for found in diagnose(replace(Evidence(turns), **fields), records)]  # type: ignore[arg-type]


AT = _turn("AT", b"AT\r\r\nOK\r\n")
MODEL = _turn("AT+CGMM", b"AT+CGMM\r\r\nEC25\r\n\r\nOK\r\n")
NOTHING = Turn("AT", echo=True)


def test_answers_as_they_should_be_are_healthy() -> None:
    assert _names(AT, MODEL, AT, MODEL) == [HEALTHY]


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        (b"AT\r\r\nOJ\r\n", "line-garbled"),
        (b"AT\r\r\nO\xcb\r\n", "line-garbled"),
        (b"CT\r\r\nERROR\r\n", "line-garbled"),  # on the way to the modem
        (b"AT\r\r\nO\r\n", "octets-lost"),
        (b"AT\r\nOK\r\n", "octets-lost"),
        (b"T\r", "octets-lost"),
        (b"", "octets-lost"),  # the modem echoes, and is there afterwards
        (b"\xff\x80\xfeAT\r\r\nOK\r\n", "line-noise"),
        (b"AT\r\r\nOxK\r\n", "line-noise"),
        (b"AT\r", "answer-lost"),
        (b"AT\r\r\nERROR\r\n", "refuses-retry-later"),
        (b"AT\r\r\nOK \r\n", "blanks-odd"),
        (b"AT\r\r\n^RSSI: 17\r\n\r\nOK\r\n", "notice-in-answer"),
        (b"AT\r\r\n+NEWS: 1\r\n\r\nOK\r\n", "notice-in-answer"),  # in no table
        (b"\r\n^RSSI: 17\r\nAT\r\r\nOK\r\n", HEALTHY),  # before it heard the command
        (b"AT\r\r\nOK\r\n\r\n^RSSI: 17\r\n", HEALTHY),
        (b"\r\nRING\r\nAT\r\r\nOK\r\n", HEALTHY),
    ],
)
def test_one_odd_answer_among_good_ones_is_named(heard: bytes, name: str) -> None:
    assert _names(AT, MODEL, _turn("AT", heard), AT, MODEL, AT) == [name]


def test_late_echo_is_the_lines_and_late_answer_the_modems() -> None:
    late_echo = _turn("AT", (1.0, b"AT\r"), (1.0, b"\r\nOK\r\n"))
    late_answer = _turn("AT", (0.01, b"AT\r"), (3.0, b"\r\nOK\r\n"))
    assert _names(AT, late_echo, AT) == ["line-late"]
    assert _names(AT, late_answer, AT) == ["answer-late"]


def test_answer_that_came_behind_that_to_the_next_question_is_late_and_not_lost() -> None:
    both = _turn("AT", b"\r\n+CSQ: 17,99\r\n\r\nOK\r\n", b"AT\r\r\nOK\r\n")
    assert _names(AT, _turn("AT+CSQ", b"AT+CSQ\r"), both, AT) == ["answer-late"]


@pytest.mark.parametrize(("pause_s", "octet_s", "name"), [(0.006, 0.0, "answer-split"), (0.009, 0.001, HEALTHY)])
def test_pause_within_a_line_counts_beyond_what_its_octets_take(pause_s: float, octet_s: float, name: str) -> None:
    cut = _turn("AT+CGMM", (0.0, b"AT+CGMM\r\r\nEC"), (pause_s, b"25\r\n\r\nOK\r\n"))
    assert _names(AT, cut, AT, octet_s=octet_s) == [name]


def test_no_pause_counts_between_two_lines_nor_before_the_blank_of_the_prompt() -> None:
    lines = _turn("AT+CGMM", (0.0, b"AT+CGMM\r\r\n"), (0.5, b"EC25\r\n"), (1.0, b"\r\nOK\r\n"))
    prompt = _turn("AT+CMGS=20", (0.0, b"AT+CMGS=20\r\r\n>"), (0.1, b" "))
    assert _names(AT, lines, prompt, AT) == [HEALTHY]


def test_nothing_at_all_is_silent_or_frozen_by_what_is_remembered() -> None:
    assert _names(NOTHING, NOTHING) == ["frozen"]
    assert _names(NOTHING, NOTHING, records=Records()) == ["silent"]


def test_silence_from_one_command_on_names_the_command() -> None:
    (found,) = diagnose(Evidence((AT, _turn("AT+CSQ", b"AT+CSQ\r"), NOTHING)), KNOWN)
    assert found.name == "hangs-at-command"
    assert found.seen.startswith("no answer to AT+CSQ")
    assert _names(AT, AT, _turn("AT+CSQ", b"AT+CSQ\r"), NOTHING) == ["hangs-at-command"]


def test_many_of_one_notice_are_a_flood_and_messages_are_none() -> None:
    chatter, news = b"\r\n^RSSI: 17\r\n" * 8, b'\r\n+CMTI: "SM",1\r\n' * 8
    assert _names(AT, _turn("AT", b"AT\r\r\nOK\r\n" + chatter), AT) == ["notice-flood"]
    assert _names(AT, _turn("AT", b"AT\r\r\nOK\r\n" + news), AT) == [HEALTHY]


@pytest.mark.parametrize(
    ("command", "answer", "name"),
    [
        ("AT+CPIN?", b"+CPIN: SIM PIN", "sim-pin"),
        ("AT+CPIN?", b"+CPIN: PH-SIM PIN", "sim-refused"),
        ("AT+CREG?", b"+CREG: 0,3", "not-registered"),
        ("AT+CSQ", b"+CSQ: 99,99", "signal-weak"),
        ("AT+CSCA?", b'+CSCA: ""', "centre-missing"),
        ("AT+CPMS?", b'+CPMS: "SM",20,20,"SM",20,20,"SM",20,20', "memory-full"),
        ("AT+CMEE?", b"+CMEE: 0", "restarted"),
        ("AT+CGSN", b"490154203237518", "modem-swapped"),
    ],
)
def test_answer_that_says_what_is_wrong_is_believed(command: str, answer: bytes, name: str) -> None:
    turn = _turn(command, command.encode() + b"\r\r\n" + answer + b"\r\n\r\nOK\r\n")
    assert _names(AT, turn, AT, set_up=True) == [name]


@pytest.mark.parametrize(
    ("command", "answer", "name"),
    [
        ("AT+CSCA?", b"\r\n+CMS ERROR: 330\r\n", "centre-missing"),
        ("AT+CPIN?", b"\r\n+CPIN: SIM PIN2\r\n\r\nOK\r\n", HEALTHY),
        ("AT+CEREG?", b"\r\nCOMMAND NOT SUPPORT\r\n", HEALTHY),  # what many have no need of
        ("AT+CPMS?", b'\r\n+CPMS: "BM",20,20,"SM",1,20\r\n\r\nOK\r\n', HEALTHY),
    ],
)
def test_answer_is_held_against_what_it_means(command: str, answer: bytes, name: str) -> None:
    assert _names(AT, _turn(command, command.encode() + b"\r" + answer), AT) == [name]


def test_modem_that_starts_while_nobody_had_set_it_up_is_no_restart() -> None:
    starts = _turn("AT", b"AT\r\r\nOK\r\n\r\nRDY\r\n")
    assert _names(AT, starts, AT) == [HEALTHY]
    assert _names(AT, starts, AT, set_up=True) == ["restarted"]


def test_network_that_is_not_there_hides_what_is_refused_for_it() -> None:
    network = _turn("AT+CREG?", b"AT+CREG?\r\r\n+CREG: 0,2\r\n\r\nOK\r\n")
    refused = _turn("AT+COPS?", b"AT+COPS?\r\r\n+CME ERROR: 30\r\n")
    assert _names(AT, network, refused, AT) == ["not-registered"]


def test_registration_in_one_domain_is_enough() -> None:
    circuit = _turn("AT+CREG?", b"AT+CREG?\r\r\n+CREG: 0,2\r\n\r\nOK\r\n")
    packet = _turn("AT+CEREG?", b"AT+CEREG?\r\r\n+CEREG: 0,1\r\n\r\nOK\r\n")
    assert _names(AT, circuit, packet, AT) == [HEALTHY]


def test_card_that_is_not_ready_hides_what_follows_from_it() -> None:
    card = _turn("AT+CPIN?", b"AT+CPIN?\r\r\n+CME ERROR: 10\r\n")
    network = _turn("AT+CREG?", b"AT+CREG?\r\r\n+CREG: 0,0\r\n\r\nOK\r\n")
    memory = _turn("AT+CPMS?", b"AT+CPMS?\r\r\n+CMS ERROR: 310\r\n")
    assert _names(AT, card, network, memory, AT) == ["sim-missing"]


@pytest.mark.parametrize(
    ("records", "name"),
    [
        (replace(KNOWN, unknown=2), "answer-lost"),
        (replace(KNOWN, duplicates=1), "delivered-twice"),
        (replace(KNOWN, refused={CauseClass.RETRY_LATER: 3}, accepted=1), "refuses-retry-later"),
        (replace(KNOWN, refused={CauseClass.RETRY_LATER: 3}, accepted=10), HEALTHY),
        (replace(KNOWN, troubles={LOST: 2}), "port-unsteady"),
        (replace(KNOWN, troubles={OTHER_SIM: 1}), "sim-changed"),
        (replace(KNOWN, troubles={SILENT: 5}), "answer-lost"),
        (replace(KNOWN, troubles={REFUSING: 1}), "refuses-reset-modem"),
        (replace(KNOWN, troubles={"held": 5}), HEALTHY),
    ],
)
def test_records_tell_what_no_examination_can_see(records: Records, name: str) -> None:
    assert _names(AT, MODEL, AT, records=records) == [name]


@pytest.mark.parametrize("fault", PortFault)
def test_port_that_cannot_be_had_is_the_whole_diagnosis(fault: PortFault) -> None:
    (found,) = diagnose(Evidence(fault=(fault, "why")), KNOWN)
    assert found.seen == "why"
    assert found.name.startswith("port-")


def test_the_most_serious_comes_first_and_remarks_leave_a_modem_healthy() -> None:
    odd = _turn("AT", b"AT\r\r\nOK \r\n")
    found = diagnose(Evidence((AT, odd, AT)), replace(KNOWN, duplicates=1))
    assert [diagnosis.name for diagnosis in found] == ["delivered-twice", "blanks-odd"]
    assert not is_healthy(found)
    assert is_healthy(diagnose(Evidence((AT, odd, AT)), KNOWN))
    assert list(RANK.values()) == sorted(RANK.values())


def test_every_diagnosis_says_in_a_sentence_what_is_wrong_and_what_to_do() -> None:
    for name, entry in CATALOGUE.items():
        assert entry.what.endswith("."), name
        assert entry.cure.endswith("."), name
        assert "|" not in entry.what + entry.cure


def test_recording_gives_each_piece_the_time_since_its_command() -> None:
    times = iter([10.0, 10.5, 12.0])
    recording = Recording(lambda: next(times))
    recording.sent(b"AT\r")
    recording.heard(b"\r\nO")
    recording.heard(b"K\r\n")
    turn = Turn("AT", recording.pieces(0, recording.length, 10.0))
    assert turn.heard == (Piece(0.5, b"\r\nO"), Piece(2.0, b"K\r\n"))
    assert (turn.after_s(3), turn.after_s(4), turn.after_s(7)) == (0.5, 2.0, None)
    assert recording.said == b"AT\r"


_PIECES = st.lists(st.tuples(st.floats(0, 10), st.binary(max_size=40) | st.just(b"\r\nOK\r\n")), max_size=4)
_Heard = tuple[str, list[tuple[float, bytes]], bool | None]
_COMMANDS = st.sampled_from(["ATE1", "AT", "AT+CSQ", "AT+CMGS=20", "AT+CPIN?", "AT+CGMM", "AT+CMEE?", "AT+CMGL=4"])


@given(st.lists(st.tuples(_COMMANDS, _PIECES, st.sampled_from([None, True, False])), max_size=8))
def test_whatever_is_heard_gives_diagnoses_with_a_name(
    heard: list[tuple[str, list[tuple[float, bytes]], bool]],
) -> None:
    turns = tuple(_turn(command, *pieces, echo=echo) for command, pieces, echo in heard)
    found = diagnose(Evidence(turns, set_up=True), KNOWN)
    assert found
    assert all(diagnosis.name in CATALOGUE for diagnosis in found)
