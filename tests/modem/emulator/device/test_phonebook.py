import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.emulator.codec.alphabet import text_to_septets
from modem.emulator.device.charset import to_terminal
from modem.emulator.device.phonebook import Contact, PhoneBook, stored_length
from modem.emulator.network.conditions import Conditions
from modem.tables import GSM7_BASIC
from tests.modem.emulator.conftest import Bench


@pytest.fixture
def numbered(bench: Bench) -> Bench:
    bench.say("AT+CMEE=1")
    return bench


def test_storages_are_named_with_their_counts(numbered: Bench) -> None:
    assert numbered.say("AT+CPBS=?") == ['+CPBS: ("SM","ME","LD","DC","RC","MC","EN","FD","ON")', "OK"]
    assert numbered.say("AT+CPBS?") == ['+CPBS: "SM",0,250', "OK"]
    assert numbered.say('AT+CPBS="ON"') == ["OK"]
    assert numbered.say("AT+CPBS?") == ['+CPBS: "ON",1,4', "OK"]
    assert numbered.say('AT+CPBS="XX"') == ["+CME ERROR: 50"]
    assert numbered.say("AT+CPBR=?;+CPBF=?;+CPBW=?") == [
        "+CPBR: (1-4),40,18",
        "+CPBF: 40,18",
        "+CPBW: (1-4),40,(128-255),18",
        "OK",
    ]


def test_entry_is_written_read_found_and_erased(numbered: Bench) -> None:
    assert numbered.say('AT+CPBW=3,"+79131234567",145,"Ivan"') == ["OK"]
    assert numbered.say('AT+CPBW=,"0919",,"Otklik"') == ["OK"]
    assert numbered.say('AT+CPBW=5,"79001234567",145') == ["OK"]
    assert numbered.say("AT+CPBR=1,250") == [
        '+CPBR: 1,"0919",129,"Otklik"',
        '+CPBR: 3,"+79131234567",145,"Ivan"',
        '+CPBR: 5,"+79001234567",145,""',
        "OK",
    ]
    assert numbered.say('AT+CPBF="iv"') == ['+CPBF: 3,"+79131234567",145,"Ivan"', "OK"]
    assert numbered.say('AT+CPBF="z"') == ["+CME ERROR: 22"]
    assert numbered.say("AT+CPBR=2") == ["OK"]
    assert numbered.say("AT+CPBW=3") == ["OK"]
    assert numbered.say("AT+CPBS?") == ['+CPBS: "SM",2,250', "OK"]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("AT+CPBR=0", 21),
        ("AT+CPBR=251", 21),
        ("AT+CPBR=3,2", 21),
        ('AT+CPBR="x"', 50),
        ('AT+CPBW=251,"1"', 21),
        ("AT+CPBW=", 50),
        ('AT+CPBW=1,"' + "1" * 41 + '"', 26),
        ('AT+CPBW=1,"12x4"', 27),
        ('AT+CPBW=1,"1",129,"' + "n" * 19 + '"', 24),
        ('AT+CPBW=1,"1",129,"\xff"', 25),
        ('AT+CPBW=1,"1",1,"n"', 50),
    ],
)
def test_what_does_not_fit_is_refused_with_its_cause(numbered: Bench, line: str, cause: int) -> None:
    assert numbered.say(line) == [f"+CME ERROR: {cause}"]
    assert numbered.say("AT+CPBS?") == ['+CPBS: "SM",0,250', "OK"]


def test_full_book_takes_no_entry_without_an_index(numbered: Bench) -> None:
    numbered.say('AT+CPBS="ON"')
    assert [numbered.say(f'AT+CPBW=,"{number}"')[0] for number in range(4)] == ["OK"] * 3 + ["+CME ERROR: 20"]


def test_own_numbers_are_those_of_the_book(numbered: Bench) -> None:
    numbered.say('AT+CPBS="ON"')
    numbered.say('AT+CPBW=1,"+79990000001",145,"Line 1"')
    numbered.say('AT+CPBW=2,"123",129,"Line 2"')
    assert numbered.say("AT+CNUM") == ['+CNUM: "Line 1","+79990000001",145', '+CNUM: "Line 2","123",129', "OK"]
    numbered.say('AT+CSCS="UCS2"')
    assert numbered.say("AT+CNUM")[1] == '+CNUM: "004C0069006E006500200032","003100320033",129'


def test_emergency_numbers_and_lists_of_calls_are_not_written_by_hand(numbered: Bench) -> None:
    numbered.say('AT+CPBS="EN"')
    assert numbered.say("AT+CPBR=1,2") == ['+CPBR: 1,"112",129,""', '+CPBR: 2,"911",129,""', "OK"]
    assert numbered.say("AT+CPBW=1") == ["+CME ERROR: 3"]
    numbered.say('AT+CPBS="LD"')
    assert numbered.say('AT+CPBW=1,"5"') == ["+CME ERROR: 3"]
    assert numbered.say("AT+CPBW=1") == ["OK"]


def test_fixed_numbers_want_pin2_and_cpin_says_so(numbered: Bench) -> None:
    numbered.say('AT+CPBS="FD"')
    assert numbered.say('AT+CPBW=1,"112"') == ["+CME ERROR: 17"]
    assert numbered.say("AT+CPIN?") == ["+CPIN: SIM PIN2", "OK"]
    assert [numbered.say('AT+CPIN="0000"')[0] for _ in range(3)] == ["+CME ERROR: 16"] * 2 + ["+CME ERROR: 18"]
    assert numbered.say("AT+CPIN?") == ["+CPIN: SIM PUK2", "OK"]
    assert numbered.say('AT+CPIN="0000"') == ["+CME ERROR: 18"]
    assert numbered.say('AT+CPIN="87654321","0000"') == ["OK"]
    assert numbered.say("AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert numbered.say('AT+CPBW=1,"112"') == ["OK"]


def test_fixed_numbers_can_be_chosen_with_pin2_at_once(numbered: Bench) -> None:
    assert numbered.say('AT+CPBS="FD","0000"') == ["+CME ERROR: 16"]
    assert numbered.say('AT+CPBS="FD","5678"') == ["OK"]
    assert numbered.say('AT+CPBW=1,"112"') == ["OK"]


def test_name_takes_the_room_its_coding_takes() -> None:
    assert (stored_length("Ivan"), stored_length("€"), stored_length("Иван")) == (4, 2, 9)


def test_last_calls_move_up_and_fall_out() -> None:
    book = PhoneBook("LD", 3)
    for number in ("1", "2", "3", "1", "4"):
        book.log(number)
    assert [entry.number for _, entry in book.items()] == ["4", "1", "3"]


NAMES = st.text(st.sampled_from(GSM7_BASIC.replace("\x1b", "") + "€[]Иё漢😀"), max_size=18).filter(
    lambda text: stored_length(text) <= 18
)
# A plain number that could as well be coded is read as that: 00… where UCS2 is chosen, 3x3x… where HEX is.
NUMBERS = st.from_regex(r"(?!00|(23|3[0-9])+$)\+?[0-9*#]{1,20}", fullmatch=True)


def _carries(cscs: str, text: str) -> bool:
    """Whether a quoted string can hold the text: no quote, no end of line, no backspace, only known characters."""
    if cscs == "UCS2":
        return True
    try:
        septets = text_to_septets(text)
    except UnicodeError:
        return False
    if cscs == "HEX":
        return True
    shown = septets if cscs == "GSM" else text.encode("ascii", "replace")
    return not set(shown) & set(b'"\r\n\b') and (cscs == "GSM" or text.isascii())


@settings(deadline=None, max_examples=60)
@given(NUMBERS, NAMES, st.integers(1, 250))
def test_entry_written_is_read_back_in_every_character_set_that_can_carry_it(
    number: str, name: str, index: int
) -> None:
    bench = Bench(1, Conditions())
    bench.raw(b"ATE0\r")
    able = [cscs for cscs in ("GSM", "IRA", "UCS2", "HEX") if _carries(cscs, name)]
    for writes in able:
        bench.say(f'AT+CPBW={index};+CSCS="{writes}"')
        shown = to_terminal(name, writes)
        assert bench.raw(f'AT+CPBW={index},"{number}",,"{shown}"\r'.encode("latin-1")) == b"\r\nOK\r\n"
        assert bench.modem.device.sim.contacts.get(index) == Contact.of(number, name)
        for reads in able:
            bench.say(f'AT+CSCS="{reads}"')
            toa = 145 if number.startswith("+") else 129
            line = f'+CPBR: {index},"{to_terminal(number, reads)}",{toa},"{to_terminal(name, reads)}"'
            assert bench.raw(f"AT+CPBR={index}\r".encode()) == f"\r\n{line}\r\n\r\nOK\r\n".encode("latin-1")
