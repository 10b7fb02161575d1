import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from modem.emulator.urls import close_network, network, register


@pytest.fixture(autouse=True)
def fresh_network() -> Iterator[None]:
    register()
    before = (threading.active_count(), len(list(Path("/proc/self/fd").iterdir())))
    yield
    close_network()
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before


def _open(name: str = "one") -> serial.SerialBase:
    return serial.serial_for_url(f"emu://{name}", 115200, timeout=2, exclusive=True, rtscts=True, dsrdtr=True)


def _say(port: serial.SerialBase, line: bytes) -> bytes:
    port.write(line)
    return bytes(port.read_until(b"OK\r\n"))


def test_modem_is_found_with_its_messages_when_opened_again() -> None:
    with _open() as port:
        assert _say(port, b"ATE0\r") == b"ATE0\r\r\nOK\r\n"
        assert port.in_waiting == 0
        assert port.fileno() >= 0
        network().deliver(0, "+79131234567", "5")
    with _open() as port:
        assert b"+CMGR: 0,,20" in _say(port, b"AT+CMGR=1\r")
    assert [entry.name for entry in network().modems] == ["one"]


def test_second_open_of_a_modem_is_refused() -> None:
    with _open(), pytest.raises(serial.SerialException, match="open already"):
        _open()


def test_modem_opened_at_once_after_close_is_free() -> None:
    for _ in range(500):
        _open().close()


def test_names_are_different_modems_of_one_network() -> None:
    with _open("a") as a, _open("b") as b:
        assert _say(a, b"AT+CGSN\r") != _say(b, b"AT+CGSN\r")


def test_read_ends_with_its_time_out_and_closed_port_says_so() -> None:
    with serial.serial_for_url("emu://one", timeout=0) as port:
        assert port.read(5) == b""
        port.write(b"AT")
        port.reset_output_buffer()
        port.reset_input_buffer()
        assert (port.cts, port.dsr, port.cd, port.ri) == (True, True, True, False)
    with pytest.raises(serial.SerialException):
        port.read(1)


@pytest.mark.parametrize("url", ["emu://a/b"])
def test_url_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(serial.SerialException, match="form"):
        serial.serial_for_url(url)


def test_url_without_a_name_is_the_first_modem() -> None:
    with serial.serial_for_url("emu://", timeout=2) as port:
        assert b"OK" in _say(port, b"AT\r")
    assert [entry.name for entry in network().modems] == ["modem0"]
