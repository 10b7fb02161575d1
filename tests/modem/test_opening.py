"""Ports of every kind: opened, lost, opened again; held, locked, left alone."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any

import pytest
import serial
from serial.rfc2217 import PortManager

from modem import holders, opening
from modem.driver import Modem
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from modem.errors import PortBusy, PortError, PortLost, PortMissing
from modem.link import Link
from scheduler.clock import SystemClock
from tests.modem.scripted import ScriptedModem

_TIOCGEXCL = 0x80045440


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[EmulatedModem]:
    with EmulatedNetwork(1, tmp_path) as network:
        yield network.modems[0]


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "locks"
    folder.mkdir()
    monkeypatch.setattr(holders.LockFile.__init__, "__defaults__", (folder,))
    return folder


class _PtyPort(serial.Serial):
    """A pty has no modem lines, which a server asks about."""

    cts = dsr = ri = cd = property(lambda self: True)

    def _update_dtr_state(self) -> None:
        """No such line."""

    def _update_rts_state(self) -> None:
        """No such line."""


class ComPortServer:
    """pyserial's RFC 2217 server in front of a device: one client after the other. Use as a context manager."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="rfc2217 server")
        self.url = f"rfc2217://127.0.0.1:{self._listener.getsockname()[1]}"
        self.baud = 0

    def __enter__(self) -> ComPortServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_write, b"!")
        self._thread.join(5)
        self._listener.close()
        os.close(self._stop_read)
        os.close(self._stop_write)

    def _run(self) -> None:
        while self._stop_read not in (ready := select([self._listener, self._stop_read], [], [])[0]):
            assert self._listener in ready
            connection, _ = self._listener.accept()
            # A device may be away: pyserial's errors are OSErrors.
            with connection, suppress(OSError), _PtyPort(self._device, timeout=0) as port:
                self._serve(connection, port)

    def _serve(self, connection: socket.socket, port: Any) -> None:
        class Out:
            def write(self, data: bytes) -> None:
                connection.sendall(data)

        manager = PortManager(port, Out())
        while True:
            ready = select([connection, port, self._stop_read], [], [])[0]
            if self._stop_read in ready:
                return
            if connection in ready:
                data = connection.recv(1024)
                if not data:
                    return
                port.write(b"".join(manager.filter(data)))
                self.baud = port.baudrate
            if port in ready:
                connection.sendall(b"".join(manager.escape(port.read(1024))))


def test_modem_behind_an_rfc2217_server_is_served_like_any_other(emulated: EmulatedModem) -> None:
    with ComPortServer(emulated.path) as server:
        modem = Modem(server.url, 57600, clock=SystemClock())
        assert modem.open().imei == emulated.imei
        assert server.baud == 57600
        modem.close()


def test_rfc2217_port_that_is_lost_is_opened_again(emulated: EmulatedModem) -> None:
    with ComPortServer(str(emulated.link)) as server:
        link = Link(server.url, clock=SystemClock())
        link.connect()
        assert link.exchange("AT").ok
        emulated.fault("unplug", for_s=0.1)
        with pytest.raises(PortLost):
            link.exchange("AT", 5)
        link.close()
        emulated.wait_for("fault", kind="unplug")
        _until_opened(link)
        assert link.exchange("AT").ok
        link.close()


def test_tcp_port_that_is_lost_is_opened_again(emulated: EmulatedModem) -> None:
    link = Link(emulated.url, clock=SystemClock())
    link.connect()
    assert link.exchange("AT").ok
    emulated.fault("unplug", for_s=0.1)
    with pytest.raises(PortLost, match=r"closed by the other side|is gone"):  # as the kernel sees it at that moment
        link.exchange("AT", 5)
    link.close()
    _until_opened(link)
    link.close()


def _until_opened(link: Link) -> None:
    clock = SystemClock()
    until = clock.monotonic() + 5
    while True:
        try:
            link.connect()
            assert link.exchange("AT").ok
        except PortError:
            link.close()
            assert clock.monotonic() < until
            clock.wait((), clock.monotonic() + 0.05)
        else:
            return


def test_plain_tcp_port_is_told_from_an_rfc2217_server(
    emulated: EmulatedModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_AGREE_S", 0.1)
    with pytest.raises(PortMissing, match=r"did not say in 0\.1 s that it is a serial port"):
        Link(emulated.url.replace("socket", "rfc2217"), clock=SystemClock()).connect()


@pytest.mark.parametrize("url", ["rfc2217://127.0.0.1:1", "rfc2217://127.0.0.1"])
def test_rfc2217_server_that_is_not_there_is_told(url: str) -> None:
    with pytest.raises(PortError, match=r"does not exist|no host and port"):
        Link(url, clock=SystemClock()).connect()


def test_open_port_is_closed_to_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PTYS", "/nowhere/")
    with ScriptedModem(lambda data: b"") as peer:
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        held = fcntl.ioctl(link.fileno(), _TIOCGEXCL, struct.pack("i", 0))
        assert struct.unpack("i", held)[0] == 1
        link.close()


def test_port_open_in_a_program_without_any_lock_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PTYS", "/nowhere/")
    with ScriptedModem(lambda data: b"") as peer, _holding(peer.port) as process:
        with pytest.raises(PortBusy, match=rf"is held by \w+.* \(pid {process.pid}\)\. Stop that program"):
            Link(peer.port, clock=SystemClock()).connect()
        process.communicate("\n")


def _holding(device: str) -> subprocess.Popen[str]:
    hold = f"import sys; p = open({device!r}, 'rb', 0); print('held', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_lock_file_is_there_while_the_port_is_open(locks: Path) -> None:
    with ScriptedModem(lambda data: b"") as peer:
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        (file,) = locks.iterdir()
        assert file.name == "LCK.." + peer.port.removeprefix("/dev/").replace("/", "_")
        assert file.read_text() == f"{os.getpid():10d}\n"
        link.close()
        assert list(locks.iterdir()) == []


@pytest.mark.parametrize("form", ["{pid:10d}\n", "{pid} minicom root\n"])
def test_port_locked_by_a_living_program_is_left_alone_and_named(locks: Path, form: str) -> None:
    with ScriptedModem(lambda data: b"") as peer:
        lock = _lock(locks, peer.port, form.format(pid=os.getppid()).encode())
        with pytest.raises(PortBusy, match=rf"\(pid {os.getppid()}\), which has written .*LCK\.\.pts_\d+"):
            Link(peer.port, clock=SystemClock()).connect()
        assert lock.exists()


def test_lock_with_a_binary_pid_is_understood(locks: Path) -> None:
    with ScriptedModem(lambda data: b"") as peer:
        _lock(locks, peer.port, struct.pack("=i", os.getppid()))
        with pytest.raises(PortBusy, match=rf"pid {os.getppid()}"):
            Link(peer.port, clock=SystemClock()).connect()


def test_lock_of_a_program_that_ended_is_taken_over(locks: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    with ScriptedModem(lambda data: b"") as peer:
        lock = _lock(locks, peer.port, b"%10d\n" % ended.pid)
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        assert int(lock.read_text()) == os.getpid()
        link.close()


def test_lock_older_than_the_process_of_its_number_is_taken_over(locks: Path) -> None:
    with ScriptedModem(lambda data: b"") as peer:
        lock = _lock(locks, peer.port, b"%10d\n" % os.getppid())
        os.utime(lock, (1e9, 1e9))
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        assert int(lock.read_text()) == os.getpid()
        link.close()


def test_lock_without_a_pid_says_which_file_to_delete(locks: Path) -> None:
    with ScriptedModem(lambda data: b"") as peer:
        lock = _lock(locks, peer.port, b"")
        with pytest.raises(PortBusy, match=f"left {lock} without its pid"):
            Link(peer.port, clock=SystemClock()).connect()


def test_lock_is_given_back_where_the_port_cannot_be_opened(locks: Path) -> None:
    with pytest.raises(PortMissing):
        Link("/dev/ttyNOPE", clock=SystemClock()).connect()
    assert list(locks.iterdir()) == []


def test_folder_of_locks_that_is_not_there_is_no_reason_not_to_open(locks: Path) -> None:
    locks.rmdir()
    with ScriptedModem(lambda data: b"") as peer:
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        assert link.alive
        link.close()
    assert not locks.exists()


def _lock(locks: Path, port: str, content: bytes) -> Path:
    lock = locks / ("LCK.." + port.removeprefix("/dev/").replace("/", "_"))
    lock.write_bytes(content)
    return lock


def test_holder_of_another_user_is_said_to_be_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "has_open", lambda device: (None, False))
    assert "a program of another user; sudo fuser -v /dev/ttyUSB0 names it" in str(holders.busy("/dev/ttyUSB0"))


def test_modem_manager_as_holder_is_told_with_the_rule_that_cures_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "has_open", lambda device: (holders.Process(7, "ModemManager"), True))
    told = str(holders.busy("/dev/ttyUSB0"))
    assert "held by ModemManager (pid 7)" in told
    assert "packaging/udev/77-otklik.rules" in told


def test_running_program_is_found_by_its_name() -> None:
    with ScriptedModem(lambda data: b"") as peer, _holding(peer.port) as process:
        found, _ = holders.has_open(peer.port)
        assert found is not None
        again = holders.running(found.name)
        process.communicate("\n")
    assert again is not None
    assert again.name == found.name
    assert holders.running("no such program") is None
