"""The Telnet client octet by octet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modem.telnet import Telnet

_DO_BINARY = b"\xff\xfd\x00"


def test_first_words_ask_for_a_transparent_connection() -> None:
    assert Telnet().hello() == bytes.fromhex("fffb00 fffd00 fffb03 fffd03")


def test_server_that_offers_what_we_want_is_not_answered_again() -> None:
    assert Telnet().feed(bytes.fromhex("fffb00 fffd00 fffb03 fffd03")) == (b"", b"")


def test_echo_terminal_type_and_a_serial_port_are_declined_once() -> None:
    telnet = Telnet()
    asked = bytes.fromhex("fffb01 fffd18 fffd2c")
    assert telnet.feed(b"login: " + asked) == (b"login: ", bytes.fromhex("fffe01 fffc18 fffc2c"))
    assert telnet.feed(asked) == (b"", b"")


def test_carriage_return_is_filled_up_until_the_server_takes_binary() -> None:
    telnet = Telnet()
    assert telnet.pack(b"AT\r\xff\r\n") == b"AT\r\0\xff\xff\r\n"
    telnet.feed(_DO_BINARY)
    assert telnet.pack(b"AT\r\xff\r\n") == b"AT\r\xff\xff\r\n"
    telnet.feed(b"\xff\xfe\x00")
    assert telnet.pack(b"\r") == b"\r\0"


def test_what_stands_within_an_option_is_no_data() -> None:
    assert Telnet().feed(b"A\xff\xfa\x18\x01\xff\xf0T\xff\xf9\r") == (b"AT\r", b"")


@given(st.binary(max_size=200), st.integers(1, 50))
def test_octets_come_through_as_they_are_wherever_reads_are_cut(data: bytes, size: int) -> None:
    telnet = Telnet()
    telnet.feed(_DO_BINARY)
    sent = telnet.pack(data)
    assert b"".join(telnet.feed(sent[k : k + size])[0] for k in range(0, len(sent), size)) == data


@given(st.binary(max_size=200))
def test_no_octets_of_a_server_raise(noise: bytes) -> None:
    data, _ = Telnet().feed(noise)
    assert len(data) <= len(noise)
