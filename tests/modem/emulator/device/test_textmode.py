import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.octets import FieldError
from modem.emulator.device.charset import from_terminal, to_terminal
from modem.emulator.device.textmode import user_data_from_terminal, user_data_to_terminal
from tests.modem.emulator.conftest import Bench


def _text(bench: Bench, line: str, text: bytes) -> list[str]:
    assert bench.raw(line.encode() + b"\r").endswith(b"\r\n> ")
    return bench.raw(text + b"\x1a").decode().split()


def _sent(bench: Bench) -> list[tuple[object, object]]:
    return [(line["to"], line["text"]) for line in bench.journal.submits(0)[0]]


@pytest.fixture
def text_bench(bench: Bench) -> Bench:
    bench.say("AT+CMGF=1")
    return bench


def test_text_is_sent_with_its_parameters(text_bench: Bench) -> None:
    assert _text(text_bench, 'AT+CMGS="+79131234567"', b"Hello") == ["+CMGS:", "0", "OK"]
    assert _text(text_bench, 'AT+CMGS="0919",129', b"5") == ["+CMGS:", "1", "OK"]
    assert _sent(text_bench) == [("+79131234567", "Hello"), ("0919", "5")]
    assert text_bench.journal.submits(0)[0][1]["pdu"] == "001100048190910000A70135"


def test_text_in_ucs2_is_given_in_hexadecimal(text_bench: Bench) -> None:
    text_bench.say('AT+CSCS="UCS2";+CSMP=17,167,0,8')
    number = "+79131234567".encode("utf-16-be").hex()
    assert _text(text_bench, f'AT+CMGS="{number}"', "Привет".encode("utf-16-be").hex().encode())[-1] == "OK"
    assert _sent(text_bench) == [("+79131234567", "Привет")]


@pytest.mark.parametrize(
    ("setup", "text"),
    [
        ("+CSMP=17,167,0,8", b"zz"),
        ("+CSMP=17,167,0,0", b"a" * 161),
        ('+CSCS="HEX"', b"4"),
    ],
)
def test_text_that_does_not_fit_its_coding_is_refused(text_bench: Bench, setup: str, text: bytes) -> None:
    text_bench.say(f"AT{setup}")
    assert _text(text_bench, 'AT+CMGS="0919"', text) == ["+CMS", "ERROR:", "305"]


@pytest.mark.parametrize("args", ['""', "", '"0919",5', '"09x9"', '"1","2","3"'])
def test_destination_that_is_no_number_gets_no_prompt(text_bench: Bench, args: str) -> None:
    assert text_bench.say(f"AT+CMGS={args}") == ["+CMS ERROR: 305"]


def test_received_message_reads_as_text_mode_has_it(text_bench: Bench) -> None:
    text_bench.deliver("It's 5", "0919")
    assert text_bench.say("AT+CMGL") == ['+CMGL: 1,"REC UNREAD","0919",,"23/11/15,05:13:20+28"', "It's 5", "OK"]
    assert text_bench.say("AT+CMGR=1") == ['+CMGR: "REC READ","0919",,"23/11/15,05:13:20+28"', "It's 5", "OK"]
    text_bench.say("AT+CSDH=1")
    assert text_bench.say("AT+CMGR=1")[0] == (
        '+CMGR: "REC READ","0919",,"23/11/15,05:13:20+28",129,4,0,0,"+79000000099",145,6'
    )
    assert text_bench.say('AT+CMGL="ALL"')[0] == '+CMGL: 1,"REC READ","0919",,"23/11/15,05:13:20+28",129,6'


def test_received_cyrillic_reads_as_hexadecimal(text_bench: Bench) -> None:
    text_bench.deliver("Да")
    assert text_bench.say("AT+CMGR=1")[1] == "04140430"


def test_stored_submit_and_report_read_as_text_mode_has_them(text_bench: Bench) -> None:
    assert _text(text_bench, 'AT+CMGW="0919"', b"5") == ["+CMGW:", "1", "OK"]
    assert _text(text_bench, "AT+CMGW", b"6") == ["+CMGW:", "2", "OK"]
    text_bench.say("AT+CSDH=1")
    assert text_bench.say("AT+CMGR=1") == ['+CMGR: "STO UNSENT","0919",,129,17,0,0,167,"+79000000099",145,1', "5", "OK"]
    assert text_bench.say("AT+CMSS=2") == ["+CMS ERROR: 305"]
    text_bench.say("AT+CSMP=49,167,0,0;+CNMI=2,1,0,2")
    _text(text_bench, 'AT+CMGS="0919"', b"7")
    assert text_bench.wait(1) == b'\r\n+CDSI: "SR",1\r\n'
    text_bench.say('AT+CPMS="SR"')
    stamps = '"23/11/15,05:13:20+28","23/11/15,05:13:21+28"'
    assert text_bench.say("AT+CMGR=1") == [f'+CMGR: "REC UNREAD",6,0,"0919",129,{stamps},0', "OK"]
    assert text_bench.say('AT+CMGL="REC READ"')[0] == f'+CMGL: 1,"REC READ",6,0,"0919",129,{stamps},0'


def test_direct_message_shows_its_text(text_bench: Bench) -> None:
    text_bench.say("AT+CNMI=2,2,0,1")
    assert text_bench.deliver("5", "0919") == b'\r\n+CMT: "0919",,"23/11/15,05:13:20+28"\r\n5\r\n'
    text_bench.say("AT+CSMP=49")
    _text(text_bench, 'AT+CMGS="0919"', b"7")
    assert text_bench.wait(1).startswith(b'\r\n+CDS: 6,0,"0919",129,"23/11/15,05:13:20+28",')


@pytest.mark.parametrize(
    ("cscs", "shown"), [("GSM", "\x00 5\x02"), ("IRA", "@ 5$"), ("UCS2", "0040002000350024"), ("HEX", "00203502")]
)
def test_text_goes_through_every_character_set(cscs: str, shown: str) -> None:
    assert to_terminal("@ 5$", cscs) == shown
    assert from_terminal(shown.encode("latin-1"), cscs) == b"\x00 5\x02"


def test_character_the_terminal_cannot_show_is_a_question_mark() -> None:
    assert to_terminal("5я", "GSM") == "5?"
    assert to_terminal("5я", "IRA") == "5?"


@pytest.mark.parametrize("text", [b"OK", b"> ", b'+CMTI: "SM",1', b"AT+CMGD=1,4", b"\rERROR\r", b"A/", b'"'])
def test_text_that_looks_like_dialogue_is_text(text_bench: Bench, text: bytes) -> None:
    text_bench.say('AT+CMGS="+79131234567"')
    assert text_bench.raw(text + b"\x1a").endswith(b"\r\n+CMGS: 0\r\n\r\nOK\r\n")
    assert _sent(text_bench) == [("+79131234567", text.decode())]


def test_every_carriage_return_in_a_text_gets_a_prompt_and_is_sent(text_bench: Bench) -> None:
    assert text_bench.raw(b'AT+CMGS="0919"\r') == b"\r\n> "
    assert text_bench.raw(b"one\rtw") == b"\r\n> "
    assert text_bench.raw(b"o\r\r") == b"\r\n> \r\n> "
    assert text_bench.raw(b"\x1a") == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
    assert _sent(text_bench) == [("0919", "one\rtwo\r\r")]


def test_prompts_of_a_text_stand_behind_the_echo_of_its_lines(text_bench: Bench) -> None:
    text_bench.say("ATE1")
    assert text_bench.raw(b'AT+CMGS="0919"\r') == b'AT+CMGS="0919"\r\r\n> '
    assert text_bench.raw(b"one\rtwo") == b"one\r\r\n> two"
    assert text_bench.raw(b"\x1a") == b"\x1a\r\n+CMGS: 0\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    "setup", ["+CMGF=0", '+CSCS="HEX"', "+CSMP=17,167,0,8", "+CSMP=17,167,0,4", "+CSMP=81,167,0,0"]
)
def test_what_is_typed_in_hexadecimal_gets_one_prompt(text_bench: Bench, setup: str) -> None:
    text_bench.say(f"AT{setup}")
    assert text_bench.raw(b'AT+CMGS="0919"\r' if setup != "+CMGF=0" else b"AT+CMGS=25\r") == b"\r\n> "
    assert text_bench.raw(b"0041\r0042\r") == b""


def test_backspace_and_escape_edit_a_text(text_bench: Bench) -> None:
    assert _text(text_bench, 'AT+CMGS="0919"', b"\x08Helpp\x08\x08lo")[-1] == "OK"
    assert _sent(text_bench) == [("0919", "Hello")]
    text_bench.say('AT+CMGS="0919"')
    assert text_bench.raw(b"Hello\x1bAT\r") == b"\r\nOK\r\n\r\nOK\r\n"
    assert len(_sent(text_bench)) == 1


@pytest.mark.parametrize(
    ("setup", "text", "ok"),
    [
        ("+CSMP=17,167,0,0", b"a" * 160, True),
        ("+CSMP=17,167,0,0", b"a" * 161, False),
        ('+CSCS="IRA"', b"[" * 80, True),  # an escape each
        ('+CSCS="IRA"', b"[" * 81, False),
        ("+CSMP=17,167,0,4", b"41" * 140, True),
        ("+CSMP=17,167,0,4", b"41" * 141, False),
        ("+CSMP=17,167,0,8", b"0416" * 70, True),
        ("+CSMP=17,167,0,8", b"0416" * 71, False),
        ("+CSMP=17,167,0,8", b"041", False),
        ("+CSMP=81,167,0,4", b"050003010201" + b"41" * 134, True),
        ("+CSMP=81,167,0,4", b"90", False),  # a header longer than the text
    ],
)
def test_text_is_as_long_as_its_coding_lets_it_be(text_bench: Bench, setup: str, text: bytes, ok: bool) -> None:
    text_bench.say(f"AT{setup}")
    assert _text(text_bench, 'AT+CMGS="0919"', text)[-1] == ("OK" if ok else "305")


def test_header_given_in_hexadecimal_makes_a_part_of_a_long_message(text_bench: Bench) -> None:
    text_bench.say("AT+CSMP=81,167,0,8")
    _text(text_bench, 'AT+CMGS="0919"', b"0500034D0201" + "Да".encode("utf-16-be").hex().encode())
    (line,) = text_bench.journal.submits(0)[0]
    assert (line["text"], line["udh"]) == ("Да", {"ref": 77, "total": 2, "seq": 1})


@pytest.mark.parametrize(
    ("csmp", "octets"),
    [
        ("17,255", "11000481909100" + "00" + "FF" + "0135"),
        ('25,"24/12/31,23:59:59+28"', "19000481909100" + "00" + "42211332959582" + "0135"),
        ('25,"24/12/31,23:59:59-28"', "19000481909100" + "00" + "4221133295958A" + "0135"),
        ('9,"01A70000000000"', "09000481909100" + "00" + "01A70000000000" + "0135"),
        ("1", "01000481909100" + "00" + "0135"),
        ("49,167,65,245", "31000481909141" + "F5" + "A7" + "0135"),
    ],
)
def test_parameters_of_text_mode_become_the_fields_of_a_submit(text_bench: Bench, csmp: str, octets: str) -> None:
    text_bench.say(f"AT+CSMP={csmp}")
    _text(text_bench, 'AT+CMGS="0919"', b"35" if csmp.endswith("245") else b"5")
    assert text_bench.journal.submits(0)[0][0]["pdu"] == "00" + octets


@pytest.mark.parametrize(
    ("given", "to"),
    [
        ('"+79131234567"', "+79131234567"),
        ('"0919"', "0919"),
        ('"79131234567",145', "+79131234567"),
        ('"*100#"', "*100#"),
    ],
)
def test_destination_has_the_type_given_or_that_of_its_plus(text_bench: Bench, given: str, to: str) -> None:
    assert _text(text_bench, f"AT+CMGS={given}", b"5")[-1] == "OK"
    assert _sent(text_bench) == [(to, "5")]


def test_character_gsm_7_bit_lacks_is_left_out_of_a_text() -> None:
    assert from_terminal("5Да6".encode("utf-16-be").hex().encode(), "UCS2", lossy=True) == b"56"
    assert from_terminal(b"5`\x00\xe96", "IRA", lossy=True) == b"56"
    assert from_terminal(b"5\xff6", "GSM", lossy=True) == b"56"
    for text, cscs in ((b"0414", "UCS2"), (b"`", "IRA"), (b"\xff", "GSM")):
        with pytest.raises(FieldError):
            from_terminal(text, cscs)


@given(
    st.binary(max_size=200), st.sampled_from(["GSM", "IRA", "UCS2", "HEX"]), st.integers(0, 255), st.integers(0, 255)
)
def test_any_text_entry_is_user_data_or_refused(text: bytes, cscs: str, fo: int, dcs: int) -> None:
    try:
        ud = user_data_from_terminal(text, fo, dcs, cscs)
    except FieldError:
        return
    assert isinstance(user_data_to_terminal(ud, cscs), str)
