import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.device.commandline import Command, Form, parse_line, parse_parameters, without_backspace


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"AT", ()),
        (b"at", ()),
        (b"ATZ", (Command("Z", Form.EXECUTE),)),
        (b"ATE0V1", (Command("E", Form.SET, "0"), Command("V", Form.SET, "1"))),
        (b"AT&F", (Command("&F", Form.EXECUTE),)),
        (b"ATS0=1S3?", (Command("S", Form.SET, "0,1"), Command("S", Form.READ, "3,"))),
        (b"AT+CMEE=1;+CREG=2", (Command("+CMEE", Form.SET, "1"), Command("+CREG", Form.SET, "2"))),
        (
            b"ATE0+CMEE=1;V1",
            (Command("E", Form.SET, "0"), Command("+CMEE", Form.SET, "1"), Command("V", Form.SET, "1")),
        ),
        (b"at+cpms=?", (Command("+CPMS", Form.TEST),)),
        (b"AT+CPMS?", (Command("+CPMS", Form.READ),)),
        (b'AT+CMGS="a;b",145', (Command("+CMGS", Form.SET, '"a;b",145'),)),
        (b'AT + CMGF = 1 ; +CSCS = "U S"', (Command("+CMGF", Form.SET, "1"), Command("+CSCS", Form.SET, '"U S"'))),
        (b"ATD+79131234567;", (Command("D", Form.SET, "+79131234567;"),)),
        (b"\n\x00noiseAT^BOOT", (Command("^BOOT", Form.EXECUTE),)),
        (b"AT$TSSPCSW=?", (Command("$TSSPCSW", Form.TEST),)),
    ],
)
def test_line_holds_these_commands(line: bytes, expected: tuple[Command, ...]) -> None:
    assert parse_line(line) == expected


@pytest.mark.parametrize("line", [b"AT+", b"AT+CMGF?1", b'AT+CSCS="GSM', b"AT+CMGF=1;;+", b"AT=5", b"AT\xff"])
def test_line_with_something_that_is_no_command_ends_broken(line: bytes) -> None:
    commands = parse_line(line)
    assert commands is not None
    assert commands[-1].form is Form.BROKEN


@pytest.mark.parametrize("line", [b"", b"hello", b"At+CMGF=1", b"\n"])
def test_line_without_prefix_deserves_no_answer(line: bytes) -> None:
    assert parse_line(line) is None


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("1", (1,)),
        ('"ME","SM"', ("ME", "SM")),
        ("1,,3", (1, None, 3)),
        ("", (None,)),
        (",", (None, None)),
        ('"a,b",2', ("a,b", 2)),
        ("REC", ("REC",)),
        ("+5", ("+5",)),
        ("99999999999999999999", ("99999999999999999999",)),
    ],
)
def test_parameters_come_out_typed(args: str, expected: tuple[int | str | None, ...]) -> None:
    assert parse_parameters(args) == expected


@pytest.mark.parametrize("args", ['"open', '"a"b', 'a"b"'])
def test_parameters_with_a_stray_quote_are_none(args: str) -> None:
    assert parse_parameters(args) is None


def test_backspace_takes_the_character_before_it_away() -> None:
    assert without_backspace(b"\x08ATX\x08+CSC\x08Q", 8) == b"AT+CSQ"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_line(line: bytes) -> None:
    commands = parse_line(line)
    for command in commands or ():
        parse_parameters(command.args)
    assert without_backspace(line, 8).count(b"\x08") == 0


@given(st.text(alphabet='ATat+CMGS=?;,"&0123456789ES D^$', max_size=60))
def test_any_line_of_command_characters_ends(line: str) -> None:
    commands = parse_line(line.encode())
    assert commands is None or len(commands) <= len(line)
