"""A submit and what the modem may say to it: on emulated modems, and on a scripted peer for what no network does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gsmmodem.modem import GsmModem

from modem.causes import cause_of
from modem.dialogues import submit as submitting
from modem.dialogues.submit import submit
from modem.driver import Modem
from modem.emulator.testing import EmulatedModem
from modem.errors import PortLost, Silent
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.submitpdu import encode_submit
from modem.tables import CMS_CAUSES, CauseClass
from scheduler.clock import SystemClock
from tests.modem.scripted import ScriptedModem
from tests.modem.talk import ESC, QUESTIONS, linked
from tests.modem.virtualbench import lone_modem

PDU = encode_submit("+79131234567", "Оцените от 1 до 5")


@pytest.fixture
def lone() -> Iterator[tuple[EmulatedModem, Modem]]:
    """An emulated modem and the driver on it in simulated time: whether it is silent is no matter of the machine."""
    with lone_modem() as (emulated, clock):
        opened = Modem(emulated.url, clock=clock)
        opened.open()
        yield emulated, opened
        opened.close()


@pytest.fixture
def emulated_modem(lone: tuple[EmulatedModem, Modem]) -> EmulatedModem:
    return lone[0]


@pytest.fixture
def modem(lone: tuple[EmulatedModem, Modem]) -> Modem:
    return lone[1]


def _answered(answer: bytes, waited_s: float = 0.0) -> Outcome:
    """What becomes of a part whose payload gets this answer, after so long."""
    said = (waited_s, answer.decode())
    with linked({f"AT+CMGS={PDU.length}": "\r\n> ", PDU.hex: said}) as (link, _):
        return submit(link, PDU)


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        (b"\r\n+CMGS: 17\r\n\r\nOK\r\n", 17),
        (b"\r\n+CMGS:17\r\n\r\nOK\r\n", 17),
        (b'\r\n+CMGS: 17,"07919730071111F1"\r\n\r\nOK\r\n', 17),
        (b"\r\n+CMGS: 0\r\n\r\nOK\r\n", 0),
        (b"\r\n+CMGS: -1\r\n\r\nOK\r\n", None),
        (b"\r\n+CMGS: \r\n\r\n\r\nOK\r\n", None),
        (b"\r\n+CMGS: 300\r\n\r\nOK\r\n", None),
    ],
)
def test_reference_that_is_minus_one_blank_or_too_big_is_accepted_without_one(
    answer: bytes, reference: int | None
) -> None:
    assert _answered(answer) == Accepted(reference)


def test_ok_without_the_answer_line_is_unknown() -> None:
    assert _answered(b"\r\nOK\r\n") == Unknown("The modem said OK without a message reference.")


def test_error_behind_a_reference_is_accepted_for_the_network_has_it() -> None:
    assert _answered(b"\r\n+CMGS: 4\r\n\r\n+CMS ERROR: 500\r\n") == Accepted(4)


def test_duplicate_at_the_service_centre_is_the_modems_own_repetition() -> None:
    assert _answered(b"\r\n+CMS ERROR: 197\r\n") == Accepted(None)


@pytest.mark.parametrize(
    ("final", "code", "cls"),
    [
        (b"+CMS ERROR: 28", 28, CauseClass.SIM_TROUBLE),
        (b"+CMS ERROR:38", 38, CauseClass.RETRY_LATER),
        (b"+CMS ERROR: 42 ", 42, CauseClass.RETRY_SOON),
        (b"+CMS ERROR: Network out of order", 38, CauseClass.RETRY_LATER),
        (b"+CMS ERROR: SIM busy", 314, CauseClass.RETRY_SOON),
        (b"+CMS ERROR: (U)SIM busy", 314, CauseClass.RETRY_SOON),
        (b"+CMS ERROR: sim  PUK required", 316, CauseClass.SIM_TROUBLE),
        (b"+CME ERROR: 14", 14, CauseClass.RETRY_SOON),
        (b"+CME ERROR: SMSC address unknown", 330, CauseClass.SIM_TROUBLE),
        (b"+CMS ERROR: 5", 5, CauseClass.RETRY_SOON),
        (b"+CMS ERROR: 133", 133, CauseClass.PERMANENT),
        (b"+CMS ERROR: 200", 200, CauseClass.RETRY_LATER),
        (b"+CMS ERROR: 531", 531, CauseClass.RETRY_LATER),
        (b"ERROR", 0, CauseClass.RETRY_LATER),
    ],
)
def test_refusal_in_any_form_has_its_class(final: bytes, code: int, cls: CauseClass) -> None:
    outcome = _answered(b"\r\n" + final + b"\r\n")
    assert isinstance(outcome, Refused)
    assert (outcome.cause.code, outcome.cause.cls) == (code, cls)


@pytest.mark.parametrize("code", sorted(CMS_CAUSES))
def test_cause_is_found_by_its_text_as_by_its_number(code: int) -> None:
    found = cause_of(f"+CMS ERROR: {CMS_CAUSES[code].text}")
    assert found.text.casefold() == CMS_CAUSES[code].text.casefold()
    assert found.cls is CMS_CAUSES[code].cls


@pytest.mark.parametrize(
    ("final", "waited_s"), [(b"+CMS ERROR: 332", 0), (b"+CMS ERROR: 513", 0), (b"+CMS ERROR: 350", 135)]
)
def test_modem_that_waited_for_the_network_in_vain_leaves_the_part_in_doubt(final: bytes, waited_s: float) -> None:
    outcome = _answered(b"\r\n" + final + b"\r\n", waited_s)
    assert isinstance(outcome, Unknown)
    assert final.decode() in outcome.why


def test_network_that_takes_23_seconds_and_refuses_has_refused() -> None:
    assert _answered(b"\r\n+CMS ERROR: 38\r\n", 23) == Refused(CMS_CAUSES[38])
    assert _answered(b"\r\n+CMS ERROR: 38\r\n", 135) == Refused(CMS_CAUSES[38])
    assert _answered(b"\r\n+CMGS: 9\r\n\r\nOK\r\n", 170) == Accepted(9)


def test_port_that_goes_after_the_message_leaves_it_in_doubt_and_before_it_does_not() -> None:
    for dies_at, expected in ((b"AT+CMGS", None), (PDU.hex.encode(), Unknown)):
        with ScriptedModem(lambda data, at=dies_at: None if data.startswith(at) else b"\r\n> ") as peer:
            modem = Modem(peer.port, clock=SystemClock())
            super(GsmModem, modem).connect()
            if expected is None:
                with pytest.raises(PortLost):
                    submit(modem, PDU)
                assert PDU.hex.encode() not in peer.heard
            else:
                assert isinstance(submit(modem, PDU), expected)
            modem.close()


def test_late_prompt_gets_escape_and_no_message(emulated_modem: EmulatedModem, modem: Modem) -> None:
    emulated_modem.fault("late_prompt", by_s=submitting.PROMPT_S + 0.2)
    assert submit(modem, PDU) == Refused(submitting.NO_PROMPT)
    assert isinstance(submit(modem, PDU), Accepted)
    assert len(emulated_modem.submits()) == 1
    assert emulated_modem.commands().count(PDU.hex) == 1


def test_prompt_that_never_comes_gets_escape_and_no_message(emulated_modem: EmulatedModem, modem: Modem) -> None:
    emulated_modem.fault("no_prompt")
    assert submit(modem, PDU) == Refused(submitting.NO_PROMPT)
    assert emulated_modem.submits() == []
    assert PDU.hex not in emulated_modem.commands()
    assert isinstance(submit(modem, PDU), Accepted)


def test_modem_that_is_dead_at_the_prompt_is_silent_and_nothing_is_sent() -> None:
    command = f"AT+CMGS={PDU.length}"
    with linked({command: "", **dict.fromkeys(QUESTIONS, "")}) as (link, talk), pytest.raises(Silent):
        submit(link, PDU)
    assert talk.heard[:2] == [command, ESC]
    assert PDU.hex not in talk.heard


def test_lost_result_code_behind_the_reference_is_accepted(emulated_modem: EmulatedModem, modem: Modem) -> None:
    emulated_modem.fault("lost_answer", information=True)
    outcome = submit(modem, PDU)
    assert isinstance(outcome, Accepted)
    assert outcome.reference == emulated_modem.submits()[0]["ref"]


def test_lost_answer_is_unknown_and_the_message_is_not_sent_again(emulated_modem: EmulatedModem, modem: Modem) -> None:
    emulated_modem.fault("lost_answer")
    assert isinstance(submit(modem, PDU), Unknown)
    assert isinstance(submit(modem, encode_submit("+79131234568", "другому")), Accepted)
    assert [line["to"] for line in emulated_modem.submits()] == ["+79131234567", "+79131234568"]


@pytest.mark.parametrize(("code", "at_once"), [(515, False), (515, True), (14, False), (314, True)])
def test_busy_modem_is_refused_once_and_never_given_a_bare_pdu(
    emulated_modem: EmulatedModem, modem: Modem, code: int, at_once: bool
) -> None:
    emulated_modem.fault("error", family="cme" if code < 300 else "cms", code=code, at_once=at_once)
    outcome = submit(modem, PDU)
    assert isinstance(outcome, Refused)
    assert (outcome.cause.code, outcome.cause.cls) == (code, CauseClass.RETRY_SOON)
    sent = emulated_modem.commands()
    assert sent.count(PDU.hex) == (0 if at_once else 1)
    assert isinstance(submit(modem, PDU), Accepted)
    sent = emulated_modem.commands()
    before = [sent[k - 1] for k, line in enumerate(sent) if line == PDU.hex]
    assert set(before) == {f"AT+CMGS={PDU.length}"}


def test_network_that_refuses_and_delivers_all_the_same_looks_like_a_refusal(
    emulated_modem: EmulatedModem, modem: Modem
) -> None:
    emulated_modem.fault("error", code=42, taken=True)
    assert submit(modem, PDU) == Refused(CMS_CAUSES[42])
    assert len(emulated_modem.submits()) == 1
