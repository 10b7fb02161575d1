"""The RFC 2217 client octet by octet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modem.comport import ComPort

_WILL_DO_COM_PORT = b"\xff\xfd\x2c"
_BAUD_IS_SET = b"\xff\xfa\x2c\x65\x00\x01\xc2\x00\xff\xf0"


def test_first_words_ask_for_a_transparent_line_and_a_serial_port() -> None:
    assert ComPort(115200, False).hello() == bytes.fromhex("fffb00 fffd00 fffb03 fffd03 fffb2c")


def test_server_that_agrees_is_told_speed_form_and_flow_control_once() -> None:
    com = ComPort(115200, True)
    assert com.feed(_WILL_DO_COM_PORT) == (
        b"",
        bytes.fromhex(
            "fffa2c01 0001c200 fff0 fffa2c02 08 fff0 fffa2c03 01 fff0 fffa2c04 01 fff0"
            "fffa2c05 03 fff0 fffa2c05 08 fff0 fffa2c05 0b fff0 fffa2c0c 03 fff0"
        ),
    )
    assert com.feed(_WILL_DO_COM_PORT) == (b"", b"")
    assert not com.is_open
    assert com.feed(_BAUD_IS_SET) == (b"", b"")
    assert com.is_open


def test_speed_with_an_octet_of_255_is_doubled() -> None:
    assert bytes.fromhex("fffa2c01 0000ffff12 fff0") in ComPort(0xFF12, False).feed(_WILL_DO_COM_PORT)[1]


def test_server_without_the_option_is_refused() -> None:
    com = ComPort(9600, False)
    com.feed(b"\xff\xfe\x2c")
    assert com.is_refused


def test_option_nobody_wants_is_declined_once() -> None:
    com = ComPort(9600, False)
    assert com.feed(b"\xff\xfd\x18\xff\xfb\x01") == (b"", b"\xff\xfc\x18\xff\xfe\x01")
    assert com.feed(b"\xff\xfd\x18") == (b"", b"")


def test_modem_state_notices_and_other_commands_are_no_data() -> None:
    com = ComPort(9600, False)
    assert com.feed(b"A\xff\xfa\x2c\x6b\xb0\xff\xf0T\xff\xf1\r") == (b"AT\r", b"")


@given(st.binary(max_size=200), st.integers(1, 50))
def test_octets_come_through_as_they_are_wherever_reads_are_cut(data: bytes, size: int) -> None:
    com = ComPort(9600, False)
    sent = com.pack(data)
    taken = b"".join(com.feed(sent[k : k + size])[0] for k in range(0, len(sent), size))
    assert taken == data


@given(st.binary(max_size=200))
def test_no_octets_of_a_server_raise(noise: bytes) -> None:
    data, _ = ComPort(9600, False).feed(noise)
    assert len(data) <= len(noise)
