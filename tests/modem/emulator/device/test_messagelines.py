"""Every line of 27.005 §3.4 that shows a message, in text mode, without and with +CSDH=1."""

import pytest

from modem.emulator.codec.page import Page, encode_page
from modem.emulator.device.memory import Entry, State
from modem.emulator.device.messagelines import (
    View,
    deliver_lines,
    list_lines,
    page_lines,
    read_lines,
    report_lines,
)

SMSC = "07919700000090F9"
SCTS = "32115150310282"
DELIVER = bytes.fromhex(SMSC + "04" + "0B919731214365F7" + "0000" + SCTS + "0135")
NAMED = bytes.fromhex("00" + "04" + "07D041363D0C" + "0008" + "3211515031028A" + "0404140430")
FLASH_8BIT = bytes.fromhex("00" + "04" + "04819091" + "00F4" + SCTS + "02DEAD")
WITH_HEADER = bytes.fromhex("00" + "44" + "04819091" + "0000" + SCTS + "08" + "05000301020168")
SUBMIT = bytes.fromhex("00" + "11" + "00" + "04819091" + "0000" + "A7" + "0135")
ABSOLUTE = bytes.fromhex("00" + "19" + "00" + "04819091" + "0000" + "42211332959582" + "0135")
ENHANCED = bytes.fromhex("00" + "09" + "00" + "04819091" + "0000" + "01A70000000000" + "0135")
WITHOUT_PERIOD = bytes.fromhex("00" + "01" + "00" + "04819091" + "0000" + "0135")
REPORT = bytes.fromhex(SMSC + "06" + "07" + "04819091" + SCTS + "32115150312282" + "46")
COMMAND = bytes.fromhex("00" + "22" + "00" + "00" + "02" + "4D" + "04819091" + "02BEEF")
PAGE = encode_page(Page(16, 50, 0x0F, 1, 2, bytes.fromhex("41") + bytes(81)))
BINARY_PAGE = encode_page(Page(16, 50, 0xF4, 1, 1, b"\xde\xad" + bytes(80)))

STAMP = '"23/11/15,05:13:20+28"'
SCA = '"+79000000099",145'
PLAIN, DETAILED = View(True, "GSM", False, "+79000000099"), View(True, "GSM", True, "+79000000099")


@pytest.mark.parametrize(
    ("pdu", "plain", "detailed"),
    [
        (DELIVER, f'"+79131234567",,{STAMP}\r\n5', f'"+79131234567",,{STAMP},145,4,0,0,{SCA},1\r\n5'),
        (
            NAMED,
            '"Alta",,"23/11/15,05:13:20-28"\r\n04140430',
            f'"Alta",,"23/11/15,05:13:20-28",208,4,0,8,{SCA},4\r\n04140430',
        ),
        (FLASH_8BIT, f'"0919",,{STAMP}\r\nDEAD', f'"0919",,{STAMP},129,4,0,244,{SCA},2\r\nDEAD'),
        (
            WITH_HEADER,
            f'"0919",,{STAMP}\r\n05000301020168',
            f'"0919",,{STAMP},129,68,0,0,{SCA},8\r\n05000301020168',
        ),
    ],
)
def test_deliver_is_shown_and_read_alike(pdu: bytes, plain: str, detailed: str) -> None:
    assert deliver_lines(pdu, PLAIN) == plain
    assert deliver_lines(pdu, DETAILED) == detailed
    assert read_lines(Entry(State.REC_READ, pdu), DETAILED) == f'"REC READ",{detailed}'


@pytest.mark.parametrize(
    ("pdu", "fo", "vp"),
    [
        (SUBMIT, 17, "167"),
        (ABSOLUTE, 25, '"24/12/31,23:59:59+28"'),
        (ENHANCED, 9, '"01A70000000000"'),
        (WITHOUT_PERIOD, 1, ""),
    ],
)
def test_submit_is_read_with_its_validity(pdu: bytes, fo: int, vp: str) -> None:
    assert read_lines(Entry(State.STO_SENT, pdu), PLAIN) == '"STO SENT","0919",\r\n5'
    head = f'"STO UNSENT","0919",,129,{fo},0,0,{vp},{SCA},1'
    assert read_lines(Entry(State.STO_UNSENT, pdu), DETAILED) == f"{head}\r\n5"


def test_report_looks_the_same_with_and_without_details() -> None:
    shown = f'6,7,"0919",129,{STAMP},"23/11/15,05:13:22+28",70'
    for view in (PLAIN, DETAILED):
        assert report_lines(REPORT, view) == shown
        assert read_lines(Entry(State.REC_UNREAD, REPORT), view) == f'"REC UNREAD",{shown}'
        assert list_lines(3, Entry(State.REC_READ, REPORT), view) == f'3,"REC READ",{shown}'


def test_command_is_read_with_its_data_only_in_detail() -> None:
    entry = Entry(State.STO_UNSENT, COMMAND)
    assert read_lines(entry, PLAIN) == '"STO UNSENT",34,2'
    assert read_lines(entry, DETAILED) == '"STO UNSENT",34,2,0,77,"0919",129,2\r\nBEEF'
    assert list_lines(1, entry, DETAILED) == '1,"STO UNSENT",34,2'


def test_page_is_shown_read_and_listed() -> None:
    text = "A" + "@" * 92
    entry = Entry(State.REC_READ, PAGE, page=True)
    assert page_lines(PAGE, PLAIN).encode("latin-1") == b"16,50,15,1,2\r\nA" + bytes(92)
    ira = View(True, "IRA", False, "")
    assert read_lines(entry, ira) == f'"REC READ",16,50,15,1,2\r\n{text}'
    assert list_lines(1, entry, ira) == f'1,"REC READ",16,50,1,2\r\n{text}'
    assert page_lines(BINARY_PAGE, PLAIN) == "16,50,244,1,1\r\nDEAD" + "00" * 80


@pytest.mark.parametrize(
    ("pdu", "plain", "detailed"),
    [
        (DELIVER, f'1,"REC READ","+79131234567",,{STAMP}\r\n5', f'1,"REC READ","+79131234567",,{STAMP},145,1\r\n5'),
        (SUBMIT, '1,"REC READ","0919",,\r\n5', '1,"REC READ","0919",,,129,1\r\n5'),
    ],
)
def test_message_is_listed(pdu: bytes, plain: str, detailed: str) -> None:
    entry = Entry(State.REC_READ, pdu)
    assert list_lines(1, entry, PLAIN) == plain
    assert list_lines(1, entry, DETAILED) == detailed


@pytest.mark.parametrize(
    ("cscs", "name", "text"),
    [
        ("GSM", "Alta", "5"),
        ("IRA", "Alta", "5"),
        ("UCS2", "0041006C00740061", "0035"),
        ("HEX", "416C7461", "35"),
    ],
)
def test_strings_are_in_the_terminal_s_character_set(cscs: str, name: str, text: str) -> None:
    named = bytes.fromhex("00" + "04" + "07D041363D0C" + "0000" + SCTS + "0135")
    assert deliver_lines(named, View(True, cscs, False, "")) == f'"{name}",,{STAMP}\r\n{text}'


def test_pdu_mode_shows_octets_and_their_number_without_the_centre_s() -> None:
    view = View(False, "GSM", True, "")
    shown = f"20\r\n{DELIVER.hex().upper()}"
    assert deliver_lines(DELIVER, view) == f",{shown}"
    assert read_lines(Entry(State.REC_UNREAD, DELIVER), view) == f"0,,{shown}"
    assert list_lines(7, Entry(State.REC_UNREAD, DELIVER), view) == f"7,0,,{shown}"
    assert report_lines(REPORT, view) == f"21\r\n{REPORT.hex().upper()}"
    assert page_lines(PAGE, view) == f"88\r\n{PAGE.hex().upper()}"
    assert read_lines(Entry(State.REC_READ, PAGE, page=True), view).startswith("1,,88\r\n")
