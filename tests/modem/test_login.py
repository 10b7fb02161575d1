"""Modems behind a terminal server that asks for a name and a password first."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import select

import pytest

from modem import login
from modem.driver import Modem
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from modem.errors import LoginRefused, PortMissing
from modem.fleet import Fleet
from modem.link import Link
from modem.login import LoginStep
from modem.ports import Place
from modem.worker.desk import PortSettings, PortState
from modem.worker.recovery import Ladder, Step, Trouble, climb, trouble_of
from scheduler.clock import SystemClock
from tests.modem.listdesk import ListDesk, wait

SECRET = "geheim-4711"
STEPS = (LoginStep("login:", "box"), LoginStep("password:", SECRET))
_ASKS = bytes.fromhex("fffb01 fffd18 fffd00 fffb00")  # WILL ECHO, DO TERMINAL-TYPE, DO and WILL BINARY
_OPTION = re.compile(rb"\xff[\xfb-\xfe](.)", re.DOTALL)


class TerminalServer:
    """Asks for name and password, then connects to a modem; says `welcome` before that. Use as a context manager."""

    def __init__(
        self, modem: EmulatedModem, *, telnet: bool = False, welcome: str = "Last login: today\r\n", mute: bool = False
    ) -> None:
        self._modem = int(modem.url.rpartition(":")[2])
        self._telnet = telnet
        self._welcome = welcome.encode()
        self._mute = mute
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'telnet' if telnet else 'socket'}://127.0.0.1:{self._socket.getsockname()[1]}"
        self.answers: list[str] = []
        self.declined: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="terminal server")

    def __enter__(self) -> TerminalServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)
        self._socket.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            if select([self._socket], [], [], 0.02)[0]:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        if self._telnet:
            connection.sendall(_ASKS)
        while not self._mute:
            name = self._answer(connection, b"\r\nBOX-1\r\nLogin: ")
            if (name, self._answer(connection, b"Password: ")) == ("box", SECRET):
                break
            connection.sendall(b"\r\nLogin incorrect\r\n")
        connection.sendall(self._welcome)
        with socket.create_connection(("127.0.0.1", self._modem)) as modem:
            while not self._stop.is_set():
                for source in select([connection, modem], [], [], 0.02)[0]:
                    data = source.recv(4096)
                    if not data:
                        return
                    if source is connection:
                        modem.sendall(self._plain(data))
                    else:
                        connection.sendall(data.replace(b"\xff", b"\xff\xff") if self._telnet else data)

    def _answer(self, connection: socket.socket, prompt: bytes) -> str:
        connection.sendall(prompt)
        heard = b""
        while not heard.endswith((b"\r", b"\n")):
            if self._stop.is_set():
                raise OSError
            if select([connection], [], [], 0.02)[0]:
                data = connection.recv(4096)
                if not data:
                    raise OSError
                heard += self._plain(data)
        self.answers.append(heard.decode().strip())
        return self.answers[-1]

    def _plain(self, data: bytes) -> bytes:
        if not self._telnet:
            return data
        self.declined |= {found[1][0] for found in _OPTION.finditer(data) if found[0][1] in (0xFC, 0xFE)}
        return _OPTION.sub(b"", data).replace(b"\xff\xff", b"\xff").replace(b"\r\0", b"\r")


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[EmulatedModem]:
    with EmulatedNetwork(1, tmp_path) as network:
        yield network.modems[0]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "_REFUSE_S", 0.2)


@pytest.mark.parametrize("telnet", [False, True])
def test_modem_behind_a_login_is_served_like_any_other(emulated: EmulatedModem, *, telnet: bool) -> None:
    with TerminalServer(emulated, telnet=telnet) as server:
        modem = Modem(server.url, clock=SystemClock(), login=STEPS)
        try:
            assert modem.open().imei == emulated.imei
        finally:
            modem.close()
        assert server.answers == ["box", SECRET]
        assert server.declined == ({1, 24} if telnet else set())
        assert not any(word in line for line in modem.history for word in (SECRET, "box", "Login"))


def test_last_step_without_an_answer_waits_for_the_word_of_success(emulated: EmulatedModem) -> None:
    with TerminalServer(emulated, welcome="Connected to port 3\r\n") as server:
        link = Link(server.url, clock=SystemClock(), login=(*STEPS, LoginStep("connected to")))
        link.connect()
        assert link.exchange("AT").ok
        link.close()


def test_wrong_password_is_refused_also_where_a_word_of_success_is_awaited(
    emulated: EmulatedModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_ASK_S", 0.3)
    with TerminalServer(emulated) as server:
        steps = (STEPS[0], LoginStep("password:", "wrong-0815"), LoginStep("connected to"))
        with pytest.raises(LoginRefused, match=r"did not say 'connected to' within 0\.3 s after an answer"):
            Link(server.url, clock=SystemClock(), login=steps).connect()


def test_wrong_password_is_given_once_and_never_told(emulated: EmulatedModem) -> None:
    with TerminalServer(emulated) as server:
        link = Link(server.url, clock=SystemClock(), login=(STEPS[0], LoginStep("password:", "wrong-0815")))
        with pytest.raises(LoginRefused, match="asked again after an answer") as refused:
            link.connect()
        assert not link.alive
        assert server.answers == ["box", "wrong-0815"]
    assert "0815" not in f"{refused.value}{refused.value!r}{link.__dict__['_login']}{list(link.history)}"


def test_server_that_hangs_up_after_the_password_has_refused_it(
    emulated: EmulatedModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(self: TerminalServer, connection: socket.socket) -> None:
        self._answer(connection, b"login: ")
        self._answer(connection, b"password: ")

    monkeypatch.setattr(TerminalServer, "_serve", give_up)
    with TerminalServer(emulated) as server, pytest.raises(LoginRefused, match="hung up after an answer"):
        Link(server.url, clock=SystemClock(), login=STEPS).connect()


def test_server_that_does_not_ask_is_as_good_as_not_there(
    emulated: EmulatedModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_ASK_S", 0.1)
    with TerminalServer(emulated, mute=True, welcome="") as server:
        with pytest.raises(PortMissing, match=r"did not say 'login:' within 0\.1 s"):
            Link(server.url, clock=SystemClock(), login=STEPS).connect()
        assert server.answers == []


def test_refused_login_waits_for_a_person_in_quarantine(emulated: EmulatedModem) -> None:
    desk = ListDesk()
    with TerminalServer(emulated) as server:
        wrong = (STEPS[0], LoginStep("password:", "wrong-0815"))
        fleet = Fleet([PortSettings("m1", server.url, login=wrong)], desk, SystemClock())
        fleet.start()
        try:
            wait(lambda: any(status.state is PortState.QUARANTINED for status in desk.statuses))
        finally:
            assert fleet.stop(5) == []
        assert server.answers == ["box", "wrong-0815"]
    (alarm,) = [text for _, _, text in desk.alarms if text is not None]
    assert "Correct login in the configuration" in alarm
    assert "0815" not in f"{desk.troubles}{desk.statuses}{alarm}"


def test_refused_login_is_tried_again_ever_more_rarely() -> None:
    ladder, now, waits = Ladder(power=True), 0.0, []
    for _ in range(7):
        ladder, plan = climb(
            ladder, trouble_of(LoginRefused("telnet://a:1", "It asked again.")), "It asked again.", now
        )
        assert (plan.step, plan.trouble) == (Step.QUARANTINE, Trouble.LOGIN)
        waits.append(plan.at - now)
        now = plan.at
    assert waits[0] >= 30
    assert waits[-1] >= 900


def test_search_for_a_modem_does_not_hide_a_refused_login(emulated: EmulatedModem) -> None:
    with TerminalServer(emulated) as server:
        modem = Modem(
            server.url,
            clock=SystemClock(),
            place=Place("m1", server.url, emulated.imei),
            login=(STEPS[0], LoginStep("password:", "wrong-0815")),
        )
        with pytest.raises(LoginRefused):
            modem.open()
        assert server.answers == ["box", "wrong-0815"]
