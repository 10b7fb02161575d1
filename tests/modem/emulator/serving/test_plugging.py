"""Ports that go away under the terminal, come back, and change places."""

import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from modem.emulator.serving.server import Server
from tests.modem.emulator.serving.test_server import DEADLINE_S, terminal

BACK_S = 0.05


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(2, tmp_path, tcp=0) as running:
        yield running


def _inflict(server: Server, number: int, **fault: object) -> None:
    server.call(lambda world, now: inflict(world, world.modems[number], FAULT.validate_python(fault), now))


def _wait_until_plugged(server: Server, number: int) -> None:
    assert server.wait(lambda world, now: world.modems[number].device.powered or None, DEADLINE_S)


def _hangs_up(fd: int) -> bool:
    """Whether the terminal is told that the other end is gone."""
    assert select.select([fd], [], [], DEADLINE_S)[0]
    try:
        return os.read(fd, 100) == b""
    except OSError:
        return True


def test_unplugged_port_hangs_up_and_its_link_is_gone(server: Server, tmp_path: Path) -> None:
    with terminal(server.modems[0].pty) as modem:
        modem.say(b"AT\r")
        _inflict(server, 0, kind="unplug", for_s=None)
        assert _hangs_up(modem.fd)
    assert not (tmp_path / "modem0").is_symlink()
    assert (tmp_path / "modem1").is_symlink()
    assert server.call(lambda world, now: world.modems[0].device.attached) is False


def test_port_comes_back_under_its_link_with_a_modem_that_started_anew(server: Server, tmp_path: Path) -> None:
    with terminal(server.modems[0].pty) as modem:
        modem.say(b"ATE0\r")
        _inflict(server, 0, kind="unplug", for_s=BACK_S)
        assert _hangs_up(modem.fd)
    _wait_until_plugged(server, 0)
    with terminal(str(tmp_path / "modem0")) as modem:
        assert modem.say(b"AT\r") == b"AT\r\r\nOK\r\n"


def test_renamed_port_comes_back_under_another_link_and_another_device(server: Server, tmp_path: Path) -> None:
    before, imei = server.modems[0].pty, server.modems[0].describe()["imei"]
    _inflict(server, 0, kind="unplug", for_s=BACK_S, rename=True)
    _wait_until_plugged(server, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["modem1", "modem2"]
    assert server.modems[0].pty != before
    with terminal(str(tmp_path / "modem2")) as modem:
        assert str(imei).encode() in modem.say(b"ATE0;+CGSN\r")


def test_renamed_port_leaves_a_file_of_somebody_else_alone(server: Server, tmp_path: Path) -> None:
    (tmp_path / "modem2").write_text("not ours")
    _inflict(server, 0, kind="unplug", for_s=BACK_S, rename=True)
    _wait_until_plugged(server, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["modem1", "modem2", "modem3"]
    assert (tmp_path / "modem2").read_text() == "not ours"


def test_swapped_ports_lead_to_each_others_modem(server: Server, tmp_path: Path) -> None:
    imeis = [str(port.describe()["imei"]).encode() for port in server.modems]
    _inflict(server, 0, kind="swap", other="modem1", for_s=BACK_S)
    _wait_until_plugged(server, 1)
    for place, imei in (("modem0", imeis[1]), ("modem1", imeis[0])):
        with terminal(str(tmp_path / place)) as modem:
            assert imei in modem.say(b"AT+CGSN\r")
    assert [port.name for port in server.modems] == ["modem0", "modem1"]


def test_unplugged_modem_is_reached_neither_by_tcp_nor_in_process(server: Server) -> None:
    _inflict(server, 0, kind="unplug", for_s=None)
    port = server.modems[0].tcp
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as connection:
        assert connection.recv(10) == b""
    with pytest.raises(FileNotFoundError):
        server.attach("modem0")
