"""USSD: every form of a text that modems give, and sessions that stand in nobody's way (27.007 §7.15; pain D17)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.dialogues.ussd import Form, Said, parse, request
from modem.emulator.codec.alphabet import text_to_septets
from modem.emulator.codec.broadcast import pack_ussd
from modem.emulator.testing import EmulatedNetwork
from modem.errors import UssdFailed
from modem.link import Link
from modem.tables import GSM7_BASIC
from modem.worker.ussd import Ussd
from scheduler.clock import SystemClock
from tests.modem.bench import Bench
from tests.modem.listdesk import wait
from tests.modem.virtualbench import bench, with_line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("+CUSD: 4", Said(4, None)),  # D52
        ("+CUSD:5", Said(5, None)),
        ("+CUSD: 2,", Said(2, None)),
        ('+CUSD: 0,"",15', Said(0, None)),
        ('+CUSD: 0,"Balans: 12.50 r.",15', Said(0, "Balans: 12.50 r.")),
        ('+CUSD: 0,"Balans: 12.50 r."', Said(0, "Balans: 12.50 r.")),
        ('+CUSD:0, "Balans: 12.50 r." , 15', Said(0, "Balans: 12.50 r.")),
        ('+CUSD: 1,"1 Balans\n2 Tarif > 3",15', Said(1, "1 Balans\n2 Tarif > 3")),
        ('+CUSD: 0,"Tarif "Vse", 5 r.",15', Said(0, 'Tarif "Vse", 5 r.')),
        ('+CUSD: 2,"Pozostalo Ci 50,04zl Dodatko5', Said(2, "Pozostalo Ci 50,04zl Dodatko5")),
        ("+CUSD: 0,Balans 5,15", Said(0, "Balans 5")),
        ("+CUSD: 0,Balans 5", Said(0, "Balans 5")),
        ('+CUSD: 0,"500",15', Said(0, "500")),
        ('+CUSD: 0,"1250",15', Said(0, "1250")),
        ('+CUSD: 0,"0411043004370430",72', Said(0, "База")),
        ('+CUSD: 0,"0411043004370430",15', Said(0, "База")),
        ('+CUSD: 0,"00420061006C0020002D0035",68', Said(0, "Bal -5")),
        ('+CUSD: 0,"CE325C1EB6A7D9EE7C1AE47EB7CB72507DCEAE9FD3",15', Said(0, "Nepravilnyi nomer uslugi")),
        ('+CUSD: 0,"не число 5",72', Said(0, "не число 5")),
    ],
)
def test_ussd_text_in_every_form_is_read_d52(line: str, said: Said) -> None:
    assert parse(line, "IRA") == said


def test_ussd_text_follows_the_character_set_of_the_terminal() -> None:
    assert parse('+CUSD: 0,"00480061006700790061",15', "UCS2") == Said(0, "Hagya")
    assert parse('+CUSD: 0,"\x02 5 \x00",15', "GSM") == Said(0, "$ 5 @")
    assert parse('+CUSD: 0,"0200",15', "HEX") == Said(0, "$@")
    assert parse('+CUSD: 0,"\xd0\x91\xd0\xb0\xd0\xb7\xd0\xb0 5",72', "IRA") == Said(0, "База 5")


@pytest.mark.parametrize("line", ["", "+CUSD", "+CUSD: ", "+CUSD: x", "+CUSD: (0-2)", "+CMTI: 1"])
def test_line_that_says_no_ussd_is_none(line: str) -> None:
    assert parse(line, "GSM") is None


_GSM = "".join(char for char in GSM7_BASIC if char not in "\x1b\r")
_CYRILLIC = st.text(st.characters(min_codepoint=0x410, max_codepoint=0x44F) | st.sampled_from(' .,:-50"'), min_size=2)
_LATIN = st.text("abcdefghijklmnopqrstuvwxyz ABCDEFG0123456789.,:>\n", min_size=4)


@given(st.text(), st.sampled_from(["", "GSM", "IRA", "UCS2", "HEX"]))
def test_any_ussd_text_does_no_harm(text: str, cscs: str) -> None:
    for line in (text, "+CUSD: 0," + text):
        said = parse(line, cscs)
        assert said is None or (said.m in range(10) and (said.text or "").encode("utf-8", "surrogatepass") is not None)


@given(_CYRILLIC, st.sampled_from([15, 72]), st.sampled_from(["", "GSM", "UCS2"]))
def test_text_in_ucs2_is_read_back(text: str, dcs: int, cscs: str) -> None:
    assert parse(f'+CUSD: 0,"{text.encode("utf-16-be").hex()}",{dcs}', cscs) == Said(0, text)


@given(st.text(_GSM, min_size=1))
def test_text_in_the_gsm_set_is_read_back(text: str) -> None:
    if not all(char in "0123456789ABCDEFabcdef" for char in text):
        raw = bytes(GSM7_BASIC.index(char) for char in text).decode("latin-1")
        assert parse(f'+CUSD: 0,"{raw}",15', "GSM") == Said(0, text)


@given(_LATIN)
def test_packed_septets_are_read_back(text: str) -> None:
    packed = pack_ussd(text_to_septets(text)).hex().upper()
    if not packed.isdecimal():
        assert parse(f'+CUSD: 0,"{packed}",15', "IRA") == Said(0, text)


def test_code_is_written_in_the_form_the_modem_takes() -> None:
    assert request("*100#", Form.TYPED) == 'AT+CUSD=1,"*100#",15'
    assert request("*100#", Form.PACKED) == 'AT+CUSD=1,"AA180C3602",15'
    assert request("*100*1#", Form.PACKED).endswith('"AA180CA68A8D1A",15'), "seven bits to spare hold a CR"
    assert request("*100#", Form.UCS2) == 'AT+CUSD=1,"002A0031003000300023",15'


def _answers(emulated: EmulatedNetwork, **answer: object) -> None:
    emulated.set(ussd={"codes": {"*100#": {"pause_s": 0, **answer}}})


@pytest.mark.parametrize("text", ["Balans: {balance} r.", "Баланс: 5 р.\nТариф «Всё»", 'Tarif "Vse"\n> 5'])
def test_balance_is_asked_while_the_daemon_holds_the_port_d17(
    emulated: EmulatedNetwork, served: Bench, text: str
) -> None:
    _answers(emulated, text=text)
    said = served.fleet.ask_ussd("m1", "*100#").result(10)
    assert said == text.replace("{balance}", "100.00")


def test_session_that_waits_for_its_answer_blocks_nothing(emulated: EmulatedNetwork, served: Bench) -> None:
    _answers(emulated, text="5", pause_s=60)
    answer = served.fleet.ask_ussd("m1", "*100#")
    served.modem.wait_for("ussd", what="request")
    served.modem.deliver("+79131234567", "5")
    wait(lambda: len(served.desk.kept) == 1)
    served.queue(1)
    wait(lambda: served.settled() == {1})
    assert not answer.done()


def test_answer_that_never_comes_ends_the_session_and_the_next_one_works(
    emulated: EmulatedNetwork, served: Bench
) -> None:
    _answers(emulated, text="5", pause_s=600)
    answer = served.fleet.ask_ussd("m1", "*100#")
    served.modem.wait_for("ussd", what="request")
    served.leap(61)
    assert "no answer within 60 s" in str(answer.exception(10))
    served.modem.wait_for("ussd", what="cancel")
    _answers(emulated, text="six")
    again = served.fleet.ask_ussd("m1", "*100#")
    served.leap(4)
    assert again.result(10) == "six"


@pytest.mark.parametrize(
    ("outcome", "why"),
    [("not_supported", "does not know it"), ("terminated", "ended the session"), ("times_out", "time ran out")],
)
def test_answer_without_a_text_says_why_d52(emulated: EmulatedNetwork, served: Bench, outcome: str, why: str) -> None:
    _answers(emulated, outcome=outcome)
    with pytest.raises(UssdFailed, match=why):
        served.fleet.ask_ussd("m1", "*100#").result(10)


def test_question_of_the_network_is_cancelled(emulated: EmulatedNetwork, served: Bench) -> None:
    _answers(emulated, text="1 Balans\n2 Tarif", choices={"1": {"text": "5"}})
    assert served.fleet.ask_ussd("m1", "*100#").result(10) == "1 Balans\n2 Tarif"
    served.modem.wait_for("ussd", what="cancel")


def test_menu_is_answered_step_by_step(emulated: EmulatedNetwork, served: Bench) -> None:
    second = {"text": "Kakoy?", "pause_s": 0, "choices": {"7": {"text": "12.50", "pause_s": 0}}}
    _answers(emulated, text="1 Balans\n2 Tarif", choices={"1": second})
    assert served.fleet.ask_ussd("m1", "*100#", "1", "7").result(10) == "12.50"


def test_two_questions_are_asked_one_after_the_other(emulated: EmulatedNetwork, served: Bench) -> None:
    emulated.set(ussd={"codes": {"*100#": {"text": "one", "pause_s": 0.1}, "*101#": {"text": "two", "pause_s": 0}}})
    answers = [served.fleet.ask_ussd("m1", code) for code in ("*100#", "*101#", "*100#")]
    assert [answer.result(10) for answer in answers] == ["one", "two", "one"]


def test_question_that_nobody_asked_for_is_cancelled(emulated: EmulatedNetwork, served: Bench) -> None:
    _answers(emulated, text="one")
    assert served.fleet.ask_ussd("m1", "*100#").result(10) == "one"
    served.modem.fault("flood", text='+CUSD: 1,"Connect?",15', count=1)
    wait(lambda: served.modem.commands()[-1] == "AT+CUSD=2")


@pytest.mark.parametrize("code", [3, 30])
def test_code_that_the_modem_refuses_fails_with_the_reason(served: Bench, code: int) -> None:
    served.modem.fault("error", on="+CUSD", family="cme", code=code, times=None)
    with pytest.raises(UssdFailed, match="The modem"):
        served.fleet.ask_ussd("m1", "*100#").result(10)


def test_code_is_packed_for_a_modem_that_wants_it_so(emulated: EmulatedNetwork, served: Bench) -> None:
    _answers(emulated, text="Balans 5")
    served.modem.fault("error", on="+CUSD", text="ERROR")
    answer = served.fleet.ask_ussd("m1", "*100#")
    with pytest.raises(UssdFailed, match="the network does not know it"):  # the emulated one reads codes as typed
        answer.result(10)
    assert 'AT+CUSD=1,"AA180C3602",15' in served.modem.commands()


def _asked(cscs: str) -> Callable[[Link], str]:
    """A session on a line whose strings are in the set `cscs`, without a worker."""

    def ask(link: Link) -> str:
        if cscs:
            link.ask(f'AT+CSCS="{cscs}"')
        session = Ussd(link, link.clock, lambda: None)
        answer = session.ask("*100#")
        session.act()
        link.clock.wait((), link.clock.monotonic() + 5)
        link.poll()
        for notice in link.notices:
            session.hear(notice)
        return answer.result(0)

    return ask


def test_code_that_waits_is_cancelled_when_the_worker_ends() -> None:
    with bench(1) as run:
        run.let_pass(1)
        run.fault(0, "unplug", for_s=None)
        run.let_pass(1)
        answer = run.fleet.ask_ussd("m0", "*100#")
    assert answer.cancelled()
    assert run.fleet.ask_ussd("m0", "*100#").cancelled()


def test_session_that_is_under_way_fails_when_the_worker_ends() -> None:
    with bench(1) as run:
        run.let_pass(1)
        run.set(ussd={"codes": {"*100#": {"text": "5", "pause_s": 60}}})
        answer = run.fleet.ask_ussd("m0", "*100#")
        run.let_pass(1)
        assert not answer.done()
    assert "stopped" in str(answer.exception(0))


def test_session_without_a_code_is_refused_before_the_port_hears_of_it() -> None:
    with pytest.raises(ValueError, match="begins with a code"):
        Ussd(Link("/dev/null", clock=SystemClock()), SystemClock(), lambda: None).ask()


@pytest.mark.parametrize("text", ["Balans: 5 r.\nTarif {Vse}_1 @", "Баланс: 5 р.\nТариф «Всё»"])
@pytest.mark.parametrize(
    ("profile", "cscs"),
    [("generic", "GSM"), ("generic", "IRA"), ("generic", "UCS2"), ("generic", "HEX"), ("huawei-e173", "IRA")],
)
def test_every_model_and_character_set_gives_the_same_text(profile: str, cscs: str, text: str) -> None:
    assert with_line(_asked(cscs), profile, ussd={"codes": {"*100#": {"text": text}}}) == text
