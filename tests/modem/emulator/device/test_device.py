import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.emulator.device.commandline import MAX_LINE
from modem.emulator.device.commands.table import GENERIC
from modem.emulator.device.input import MAX_UNREAD
from modem.emulator.journal import Journal
from modem.emulator.network.conditions import Conditions
from tests.modem.emulator.conftest import Bench

PRIVET = "0001000B919731214365F700080C041F04400438043204350442"


def test_echo_is_on_at_first_and_off_after_its_command(bench: Bench) -> None:
    bench.say("ATZ")
    assert bench.raw(b"AT\r") == b"AT\r\r\nOK\r\n"
    assert bench.raw(b"ATE0\r") == b"ATE0\r\r\nOK\r\n"
    assert bench.raw(b"AT\r") == b"\r\nOK\r\n"


def test_echo_comes_as_it_is_typed(bench: Bench) -> None:
    bench.say("ATE1")
    assert [bench.raw(piece) for piece in (b"A", b"T", b"\r")] == [b"A", b"T", b"\r\r\nOK\r\n"]


def test_several_commands_in_one_line_get_one_result(bench: Bench) -> None:
    assert bench.raw(b"AT+CMEE=1;+CREG=2\r") == b"\r\nOK\r\n"
    assert bench.raw(b"AT+CREG?;+CMEE?\r") == b'\r\n+CREG: 2,1,"1F40","B2C3"\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n'
    assert bench.raw(b"AT+CMEE?;+NOSUCH;+CREG?\r") == b"\r\n+CMEE: 1\r\n\r\nERROR\r\n"


def test_unknown_command_is_plain_error_whatever_cmee_says(bench: Bench) -> None:
    for level in (0, 1, 2):
        bench.say(f"AT+CMEE={level}")
        for line in ("AT+MODE=2", "AT+SYNCML=?", "AT$TSSPCSW=?", "AT+CPROT=?", "AT+ZPAS?", "AT+=", "ATY"):
            assert bench.say(line) == ["ERROR"]


def test_error_of_a_known_command_follows_cmee(bench: Bench) -> None:
    assert bench.say("AT+CFUN=9") == ["ERROR"]
    bench.say("AT+CMEE=1")
    assert bench.say("AT+CFUN=9") == ["+CME ERROR: 50"]
    assert bench.say("AT+CMGR=1") == ["+CMS ERROR: 321"]
    bench.say("AT+CMEE=2")
    assert bench.say("AT+CFUN=9") == ["+CME ERROR: Incorrect parameters"]
    assert bench.say("AT+CMGR=1") == ["+CMS ERROR: invalid memory index"]


def test_repetition_needs_no_carriage_return(bench: Bench) -> None:
    assert bench.raw(b"AT+CMEE?\r") == b"\r\n+CMEE: 0\r\n\r\nOK\r\n"
    assert bench.raw(b"A/") == b"\r\n+CMEE: 0\r\n\r\nOK\r\n"


@pytest.mark.timeout(20)
def test_many_empty_lines_before_a_slash_take_no_time(bench: Bench) -> None:
    """They took minutes: every line looked for A/ behind all the others."""
    assert bench.raw(b"\r" * 60_000 + b"/\rAT\r") == b"\r\nOK\r\n"


@pytest.mark.timeout(20)
def test_overlong_line_in_one_piece_is_refused_and_not_repeated(bench: Bench) -> None:
    """It was carried out, and A/ did it again: a minute for 35,000 of them."""
    assert bench.raw(b"AT" * 35_000 + b"\r") == b"\r\nERROR\r\n"
    out = bench.raw(b"A/" * 32_000) + b"".join(bench.wait(0.002) for _ in range(20))
    assert out == b"\r\nOK\r\n" * 32_000


def test_line_feed_after_carriage_return_is_passed_over(bench: Bench) -> None:
    assert bench.raw(b"AT\r\nAT\r\n\r\n") == b"\r\nOK\r\n" * 2
    assert bench.raw(b"AT+CMGS=25\r\n") == b"\r\n> "
    assert bench.raw(PRIVET.encode() + b"\x1a") == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


def test_terse_results_are_numbers(bench: Bench) -> None:
    assert bench.raw(b"ATV0\r") == b"0\r"
    assert bench.raw(b"AT+CMEE?\r") == b"+CMEE: 0\r\n0\r"
    assert bench.raw(b"AT+X\r") == b"4\r"
    assert bench.raw(b"ATQ1\r") == b""
    assert bench.raw(b"AT\r") == b""


def test_line_shape_follows_its_registers(bench: Bench) -> None:
    assert bench.raw(b"ATS3=33\r") == b"!\nOK!\n"
    assert bench.raw(b"ATS3=13!") == b"\r\nOK\r\n"
    assert bench.raw(b"ATS0?\r") == b"\r\n000\r\n\r\nOK\r\n"
    assert bench.say("ATS300=1") == ["ERROR"]
    assert bench.say("ATS5") == ["ERROR"]


def test_overlong_line_is_an_error_and_the_next_one_is_read(bench: Bench) -> None:
    assert bench.raw(b"AT" + b"x" * MAX_LINE) == b""
    assert bench.raw(b"x\rAT\r") == b"\r\nERROR\r\n\r\nOK\r\n"


def test_escape_ends_a_text_entry_without_a_message(bench: Bench) -> None:
    assert bench.raw(b"AT+CMGS=25\r") == b"\r\n> "
    assert bench.raw(PRIVET.encode() + b"\x1bAT\r") == b"\r\nOK\r\n\r\nOK\r\n"
    assert bench.journal.submits(0) == ([], 0)


def test_overlong_text_entry_is_refused_not_kept(bench: Bench) -> None:
    bench.raw(b"AT+CMGS=25\r")
    for _ in range(20):
        assert bench.raw(b"0" * 30_000) == b""
    assert bench.raw(b"\x1a") == b"\r\n+CMS ERROR: 304\r\n"


def test_closing_the_port_ends_a_text_entry(bench: Bench) -> None:
    bench.raw(b"AT+CMGS=25\r00110")
    bench.world.set_link(bench.modem, False, bench.now)
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.raw(b"AT\r") == b"\r\nOK\r\n"


def test_input_waits_while_the_network_has_the_message(bench: Bench) -> None:
    bench.conditions.latency_s = 2.0
    assert bench.send(25, PRIVET) == []
    assert bench.raw(b"AT+CMEE?\r") == b""
    assert bench.wait(1.9) == b""
    assert bench.wait(0.2) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n"


def test_input_beyond_the_buffer_is_lost_not_kept(bench: Bench) -> None:
    bench.conditions.latency_s = 1.0
    bench.send(25, PRIVET)
    for _ in range(10):
        bench.raw(b"\0" * MAX_UNREAD)
    assert bench.wait(2) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


def test_answer_to_a_terminal_that_has_gone_is_not_kept_for_the_next(bench: Bench) -> None:
    bench.conditions.latency_s = 1.0
    bench.send(25, PRIVET)
    bench.world.set_link(bench.modem, False, bench.now)
    assert bench.wait(2) == b""
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.raw(b"AT\r") == b"\r\nOK\r\n"


def test_notice_waits_for_the_end_of_text_entry_and_of_the_response(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1")
    bench.conditions.latency_s = 1.0
    assert bench.raw(b"AT+CMGS=25\r") == b"\r\n> "
    assert bench.deliver("5") == b""
    assert bench.raw(PRIVET[:10].encode()) == b""
    assert bench.raw(PRIVET[10:].encode() + b"\x1a") == b""
    assert bench.wait(1) == b'\r\n+CMGS: 0\r\n\r\nOK\r\n\r\n+CMTI: "SM",1\r\n'


@pytest.mark.parametrize("name", sorted(name for name in GENERIC if name[0] in "+^"))
def test_every_command_answers_its_test_and_read_form(bench: Bench, name: str) -> None:
    for form in ("=?", "?"):
        last = bench.say(f"AT{name}{form}")[-1]
        assert last == "OK" or last.startswith(("ERROR", "+CMS ERROR", "+CME ERROR"))
        if GENERIC[name].test and form == "=?":
            assert last == "OK"


FRAGMENTS = st.sampled_from(
    [b"AT", b"\r", b"\n", b"\x1a", b"\x08", b"+CMGS=", b"+CMGW=", b"+CMGR=1", b"=?", b"?", b'"', b";", b",", b"25"]
    + [f"{name}=".encode() for name in sorted(GENERIC) if name[0] in "+^"]
    + [PRIVET.encode(), b"+CMGF=1", b"+CNMI=2,2,0,1", b"1", b"0", b"A/", b"\xff", b"+CSMS=1", b'"UCS2"', b"00"]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(FRAGMENTS, st.binary(max_size=8).filter(lambda octets: b"S" not in octets.upper()))))
def test_any_bytes_leave_the_modem_answering(pieces: list[bytes]) -> None:
    bench = Bench(1, Conditions(report_latency_s=0.0))
    bench.journal = Journal()
    for piece in pieces:
        bench.raw(piece)
        bench.deliver("x")
    bench.wait(1)
    bench.raw(b"\x1b\rATE0Q0V1\r")
    bench.wait(30)
    assert bench.raw(b"AT\r").endswith(b"\r\nOK\r\n")


def test_terminal_that_floods_the_modem_leaves_the_others_their_turn(bench: Bench) -> None:
    bench.raw(b"AT" + b"+CSQ;" * 400 + b"\r")
    first = bench.raw(b"A/" * 100)
    assert 2000 <= first.count(b"+CSQ: ") <= 3000
    rest = b"".join(bench.wait(0.002) for _ in range(40))
    assert (first + rest).count(b"+CSQ: ") == 40_000
