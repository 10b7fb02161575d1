"""Modems that are looked for: in a pattern, by IMEI, after they were unplugged, renamed, swapped; beside no modems."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modem import ports
from modem.driver import Modem
from modem.emulator.testing import EmulatedNetwork
from modem.errors import PortBusy, PortMissing
from modem.fleet import Fleet
from modem.opening import Clock
from modem.ports import ASK_AGAIN_S, Place, PortBook, is_pattern, matches
from modem.worker.desk import PortSettings, PortState, PortStatus
from scheduler.clock import SystemClock
from tests.modem.leapclock import HurriedClock
from tests.modem.listdesk import ListDesk, wait
from tests.modem.restless import RestlessClock
from tests.modem.scripted import ScriptedModem


@pytest.fixture
def network(tmp_path: Path) -> Iterator[EmulatedNetwork]:
    with EmulatedNetwork(2, tmp_path) as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_ASK_S", 0.3)


def _modem(who: str, port: str, book: PortBook, imei: str | None = None, clock: Clock | None = None) -> Modem:
    return Modem(port, clock=clock or SystemClock(), place=Place(who, port, imei, book))


# -- pure ---------------------------------------------------------------------------------------------------------


def test_pattern_is_told_from_a_device_and_a_url() -> None:
    assert is_pattern("/dev/ttyUSB*")
    assert is_pattern("/dev/serial/by-id/usb-HUAWEI_*-if0[02]-port0")
    assert not is_pattern("/dev/ttyUSB0")
    assert not is_pattern("socket://[::1]:7000")


def test_matches_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 0):
        (tmp_path / f"ttyUSB{number}").touch()
    assert [Path(port).name for port in matches(f"{tmp_path}/ttyUSB*")] == ["ttyUSB0", "ttyUSB2", "ttyUSB10"]
    beside = matches(f"{tmp_path}/ttyUSB2", also_beside=True)
    assert [Path(port).name for port in beside] == ["ttyUSB2", "ttyUSB0", "ttyUSB10"]


def test_book_keeps_a_modem_for_the_worker_that_lost_it() -> None:
    book = PortBook()
    assert book.claim("356938034320007", "m1") is None
    assert book.claim("356938034320007", "m2") == "m1"
    assert book.claim("35693803432000", "m2") == "m1"  # without its check digit
    assert book.claim("356938034320015", "m1") is None
    assert book.claim("356938034320007", "m2") is None


def test_book_lets_a_worker_with_one_port_take_what_is_plugged_in_there() -> None:
    book = PortBook()
    book.take("/dev/ttyUSB0", "m1")
    book.claim("356938034320007", "m1")
    assert book.claim("356938034320007", "m2", nowhere_else=True) == "m1"
    book.give_back("m1")
    assert book.claim("356938034320007", "m2", nowhere_else=True) is None


def test_book_keeps_a_pinned_modem_from_everybody_else() -> None:
    book = PortBook()
    book.pin("356938034320007", "m9")
    assert book.claim("356938034320007", "m1", nowhere_else=True) == "m9"


# -- one modem ----------------------------------------------------------------------------------------------------


def test_entries_of_one_pattern_find_a_modem_each(network: EmulatedNetwork, tmp_path: Path) -> None:
    book, pattern = PortBook(), f"{tmp_path}/modem*"
    first, second, third = (_modem(f"m{k}", pattern, book) for k in (1, 2, 3))
    found = {first.open().imei, second.open().imei}
    assert found == {modem.imei for modem in network.modems}
    with pytest.raises(PortMissing, match=r"No modem for m3 at .*modem0 is served by m1; .*modem1 is served by m2"):
        third.open()
    first.close()
    second.close()


def test_pinned_modem_is_found_in_a_pattern_and_others_are_left_alone(network: EmulatedNetwork, tmp_path: Path) -> None:
    other, wanted = network.modems
    modem = _modem("m1", f"{tmp_path}/modem*", PortBook(), wanted.imei)
    assert modem.open().imei == wanted.imei
    modem.close()
    assert other.commands() == ["\x1bAT", "\x1b", "AT+CMEE?", "AT+CGSN"]


def test_pinned_modem_is_found_beside_the_device_it_was_configured_at(network: EmulatedNetwork, tmp_path: Path) -> None:
    modem = _modem("m1", f"{tmp_path}/modem0", PortBook(), network.modems[1].imei)
    assert modem.open().imei == network.modems[1].imei
    assert modem.port == f"{tmp_path}/modem1"
    modem.close()


def test_wrong_modem_is_told_in_words(network: EmulatedNetwork) -> None:
    (here, _) = network.modems
    modem = _modem("m1", here.url, PortBook(), "356938034320999")
    with pytest.raises(PortMissing, match=rf"has the modem {here.imei}, not 356938034320999"):
        modem.open()


def test_modem_pinned_by_one_entry_is_not_taken_by_another(network: EmulatedNetwork, tmp_path: Path) -> None:
    book = PortBook()
    _modem("m1", "/nowhere", book, network.modems[0].imei)
    modem = _modem("m2", f"{tmp_path}/modem*", book)
    assert modem.open().imei == network.modems[1].imei
    modem.close()
    plain = _modem("m3", network.modems[0].path, book)
    with pytest.raises(PortBusy, match="which is m1's already"):
        plain.open()


def test_two_ports_of_one_modem_are_one_modem(network: EmulatedNetwork, tmp_path: Path) -> None:
    book, folder = PortBook(), tmp_path / "by-id"
    folder.mkdir()
    (folder / "modem-if00").symlink_to(network.modems[0].path)
    first = _modem("m1", str(folder / "modem*"), book)
    first.open()
    second = _modem("m2", network.modems[0].url, book, None)
    with pytest.raises(PortBusy, match="which is m1's already"):
        second.open()
    first.close()


def test_device_of_two_entries_is_served_by_one(network: EmulatedNetwork, tmp_path: Path) -> None:
    book = PortBook()
    first = _modem("m1", network.modems[0].path, book)
    first.open()
    with pytest.raises(PortBusy, match="is served by m1 already"):
        _modem("m2", str(network.modems[0].link), book).open()
    first.close()


def test_silent_device_is_asked_at_once_and_then_left_alone(tmp_path: Path) -> None:
    pattern, book = f"{tmp_path}/tty*", PortBook()
    with ScriptedModem(lambda data: b"") as printer:
        (tmp_path / "tty0").symlink_to(printer.port)
        modem = _modem("m1", pattern, book)
        with pytest.raises(PortMissing, match="tty0 does not answer AT"):
            modem.open()
        assert printer.heard == b"\x1bAT\rAT\r"
        with pytest.raises(PortMissing, match="tty0 did not answer AT a moment ago, and was not asked again"):
            modem.open()
        assert printer.heard == b"\x1bAT\rAT\r"
        Path(printer.port).chmod(0o600)  # another node, as far as can be told
        with pytest.raises(PortMissing, match="tty0 does not answer AT"):
            modem.open()


def test_silent_device_is_asked_again_after_a_while_for_it_may_be_a_modem_that_hung(tmp_path: Path) -> None:
    clock = HurriedClock()
    with ScriptedModem(lambda data: b"") as hung:
        (tmp_path / "tty0").symlink_to(hung.port)
        modem = _modem("m1", f"{tmp_path}/tty*", PortBook(), clock=clock)
        for _ in range(2):
            with pytest.raises(PortMissing, match="tty0 does not answer AT"):
                modem.open()
            with pytest.raises(PortMissing, match="tty0 did not answer AT a moment ago, and was not asked again"):
                modem.open()
            clock.leap(ASK_AGAIN_S)


def test_terminal_that_repeats_what_it_hears_is_no_modem(tmp_path: Path) -> None:
    with ScriptedModem(lambda data: data) as login:
        (tmp_path / "tty0").symlink_to(login.port)
        with pytest.raises(PortMissing, match="does not answer AT"):
            _modem("m1", f"{tmp_path}/tty*", PortBook()).open()


def test_text_that_somebody_left_half_entered_does_not_hide_a_modem(network: EmulatedNetwork, tmp_path: Path) -> None:
    (emulated, _) = network.modems
    left = os.open(emulated.path, os.O_RDWR | os.O_NOCTTY)
    os.write(left, b"AT+CMGS=20\r")
    emulated.wait_for("at", way="tx")
    modem = _modem("m1", f"{tmp_path}/modem*", PortBook(), emulated.imei)
    modem.open()
    modem.close()
    os.close(left)
    assert emulated.submits() == []


def test_pattern_without_matches_says_so() -> None:
    with pytest.raises(PortMissing, match="nothing is there under this name; is the modem plugged in"):
        _modem("m1", "/dev/ttyNOPE*", PortBook()).open()


# -- workers ------------------------------------------------------------------------------------------------------


@contextmanager
def _fleet(desk: ListDesk, *ports: PortSettings) -> Iterator[None]:
    fleet = Fleet(ports, desk, RestlessClock())
    fleet.start()
    try:
        yield
    finally:
        fleet.stop(5)


def _serving(desk: ListDesk) -> dict[str, str]:
    """Which modem each name serves now."""
    last: dict[str, PortStatus] = {status.name: status for status in list(desk.statuses)}
    return {
        name: status.identity.imei
        for name, status in last.items()
        if status.state is PortState.SERVING and status.identity is not None
    }


def test_modem_that_comes_back_under_another_name_is_found_there(network: EmulatedNetwork, tmp_path: Path) -> None:
    one, other = network.modems
    desk, pattern = ListDesk(), f"{tmp_path}/modem*"
    with _fleet(desk, PortSettings("m1", pattern), PortSettings("m2", pattern)):
        wait(lambda: set(_serving(desk).values()) == {one.imei, other.imei})
        before = _serving(desk)
        one.fault("unplug", for_s=0.1, rename=True)
        wait(lambda: len(_serving(desk)) == 1)
        wait(lambda: _serving(desk) == before)
    assert one.link.name == "modem2"


def test_pinned_modems_that_change_places_are_found_by_their_names(network: EmulatedNetwork) -> None:
    one, other = network.modems
    desk = ListDesk()
    pinned = [PortSettings(f"m{k}", str(modem.link), imei=modem.imei) for k, modem in enumerate(network.modems)]
    with _fleet(desk, *pinned):
        wait(lambda: len(_serving(desk)) == 2)
        before = _serving(desk)
        one.fault("swap", other=other.name, for_s=0.1)
        wait(lambda: not _serving(desk))
        wait(lambda: len(_serving(desk)) == 2)
        assert _serving(desk) == before


def test_plain_ports_whose_modems_change_places_serve_what_is_there(network: EmulatedNetwork) -> None:
    one, other = network.modems
    desk = ListDesk()
    plain = [PortSettings(f"m{k}", str(modem.link)) for k, modem in enumerate(network.modems)]
    with _fleet(desk, *plain):
        wait(lambda: len(_serving(desk)) == 2)
        before = _serving(desk)
        one.fault("swap", other=other.name, for_s=0.1)
        wait(lambda: not _serving(desk))
        wait(lambda: len(_serving(desk)) == 2)
        assert _serving(desk) == {"m0": before["m1"], "m1": before["m0"]}
