import contextlib
import json
import os
import select
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from modem.emulator.serving.server import Server
from modem.emulator.world import World

PRIVET = b"0001000B919731214365F700080C041F04400438043204350442\x1a"
DEADLINE_S = 5.0


class Terminal:
    """A terminal program with nothing between it and the descriptor."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def until(self, end: bytes) -> bytes:
        out, deadline = b"", time.monotonic() + DEADLINE_S
        while not out.endswith(end):
            left = deadline - time.monotonic()
            assert left > 0, out
            if select.select([self.fd], [], [], left)[0]:
                out += os.read(self.fd, 4096)
        return out

    def say(self, line: bytes, end: bytes = b"OK\r\n") -> bytes:
        os.write(self.fd, line)
        return self.until(end)


@contextmanager
def terminal(path: str | None) -> Iterator[Terminal]:
    assert path is not None
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        yield Terminal(fd)
    finally:
        os.close(fd)


def _wait_for(server: Server, number: int, is_open: bool) -> None:
    """Let the loop run until it has seen the port come or go."""
    deadline = time.monotonic() + DEADLINE_S
    while server.call(lambda world, now: world.modems[number].device.link_open) is not is_open:
        assert time.monotonic() < deadline


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(2, tmp_path / "ports", tcp=0, control=True, report_latency_ms=0) as running:
        yield running


def test_ports_have_stable_links_that_go_with_the_server(tmp_path: Path) -> None:
    (tmp_path / "modem0").symlink_to("/dev/pts/9999")  # left by one that was killed
    before = (threading.active_count(), len(list(Path("/proc/self/fd").iterdir())))
    with Server(2, tmp_path, tcp=0, control=True) as server:
        assert [str(path.readlink()) for path in sorted(tmp_path.iterdir())] == [port.pty for port in server.modems]
        assert server.modems[0].describe()["link"] == str(tmp_path / "modem0")
    assert list(tmp_path.iterdir()) == []
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before
    with pytest.raises(RuntimeError):
        server.call(lambda world, now: None)


def test_pty_passes_every_byte_as_it_is(server: Server) -> None:
    with terminal(server.modems[0].pty) as modem:
        assert modem.say(b"ATE0\r") == b"ATE0\r\r\nOK\r\n"
        assert modem.say(b"AT\r") == b"\r\nOK\r\n"
        assert modem.say(b"AT+CMGS=25\r", b"> ") == b"\r\n> "
        assert modem.say(PRIVET) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
    assert [line["text"] for line in server.submits()[0]] == ["Привет"]


def test_port_closed_and_opened_again_has_its_settings_and_nothing_stale(server: Server) -> None:
    with terminal(server.modems[0].pty) as modem:
        modem.say(b"ATE0;+CNMI=2,1\r")
        os.write(modem.fd, b"AT+CSQ\r")  # the answer is never read
        server.call(lambda world, now: None)
    _wait_for(server, 0, is_open=False)
    with terminal(server.modems[0].pty) as modem:
        assert modem.say(b"AT\r") == b"\r\nOK\r\n"


def test_terminal_that_only_listens_gets_what_waited(server: Server) -> None:
    with terminal(server.modems[0].pty) as modem:
        modem.say(b"AT+CNMI=2,1\r")
    _wait_for(server, 0, is_open=False)
    server.deliver(0, "+79131234567", "5")
    with terminal(server.modems[0].pty) as modem:
        assert modem.until(b'\r\n+CMTI: "SM",1\r\n')


def test_closed_ports_cost_nothing(server: Server) -> None:
    for number in range(2):
        with terminal(server.modems[number].pty) as modem:
            modem.say(b"AT\r")
        _wait_for(server, number, is_open=False)
    calls = 200
    turns = server.call(lambda world, now: server.turns)
    for _ in range(calls):
        server.call(lambda world, now: None)
    # One turn of the loop per call. Were it spinning on a hang-up, there would be many between two calls.
    assert server.call(lambda world, now: server.turns) - turns <= calls + 5


def _is_held_back(server: Server, number: int) -> bool:
    """Whether the modem has something to say that its terminal does not take."""

    def look(world: World, now: float) -> bool:
        line = server.modems[number].current
        return line is not None and line.blocked

    return server.call(look)


def test_terminal_that_does_not_read_does_not_hold_the_others_up(server: Server) -> None:
    with terminal(server.modems[0].pty) as deaf, terminal(server.modems[1].pty) as other:
        os.set_blocking(deaf.fd, False)
        deadline = time.monotonic() + DEADLINE_S
        while not _is_held_back(server, 0):
            assert time.monotonic() < deadline
            with contextlib.suppress(BlockingIOError):
                os.write(deaf.fd, b"AT+CLAC\r" * 100)
        assert other.say(b"ATE0\r").endswith(b"\r\nOK\r\n")
        assert other.say(b"AT\r") == b"\r\nOK\r\n"


def test_terminal_that_does_not_read_is_held_back(server: Server) -> None:
    # A socket, because a pty moves bytes on in its own time: what a socket does not take, the server has not read.
    with server.attach("modem0") as deaf:
        deaf.setblocking(False)
        deadline = time.monotonic() + DEADLINE_S
        while not _is_held_back(server, 0):
            assert time.monotonic() < deadline
            deaf.send(b"AT+CLAC\r" * 100)
        with pytest.raises(BlockingIOError):
            while True:
                deaf.send(b"AT\r" * 1000)
        for _ in range(50):  # turns of the loop; in each of them a server that read would make room
            server.call(lambda world, now: None)
            with pytest.raises(BlockingIOError):
                deaf.send(b"AT\r" * 1000)
        deaf.settimeout(DEADLINE_S)
        while _is_held_back(server, 0):
            assert deaf.recv(65536)


def test_tcp_reaches_the_same_modem_one_at_a_time(server: Server) -> None:
    port = server.modems[0].tcp
    assert port is not None
    with socket.create_connection(("127.0.0.1", port)) as first:
        modem = Terminal(first.fileno())
        modem.say(b"ATE0\r")
        assert modem.say(b"AT+CGSN\r").split()[0].decode() == server.modems[0].modem.device.identity.imei
        with socket.create_connection(("127.0.0.1", port)) as second:
            second.settimeout(DEADLINE_S)
            assert second.recv(10) == b""
        assert modem.say(b"AT\r") == b"\r\nOK\r\n"
    _wait_for(server, 0, is_open=False)
    with terminal(server.modems[0].pty) as modem:
        assert modem.say(b"AT\r") == b"\r\nOK\r\n"


def test_latency_passes_between_message_and_answer(tmp_path: Path) -> None:
    with Server(1, latency_ms=150) as server, terminal(server.modems[0].pty) as modem:
        modem.say(b"ATE0\r")
        modem.say(b"AT+CMGS=25\r", b"> ")
        start = time.monotonic()
        modem.say(PRIVET)
        assert 0.14 < time.monotonic() - start < 2


def test_baud_rate_sets_the_pace(tmp_path: Path) -> None:
    with Server(1, baud=9600) as server, terminal(server.modems[0].pty) as modem:
        start = time.monotonic()
        octets = len(modem.say(b"AT+CLAC\r"))
        assert 0.8 * octets / 960 < time.monotonic() - start < 3 * octets / 960 + 1


def test_log_is_complete_at_the_end_and_traces_on_request(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with Server(1, log=log, trace=True) as server, terminal(server.modems[0].pty) as modem:
        modem.say(b"AT+CMGS=25\r", b"> ")
        modem.say(PRIVET)
        server.deliver(0, "0919", "5")
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["at", "at", "at", "submit", "at", "deliver"]


def _ask(url: str, body: bytes | None = None) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(url, body, timeout=DEADLINE_S) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_control_port_speaks_http(server: Server) -> None:
    url = server.control_url
    status, listed = _ask(f"{url}/v1/modems")
    assert (status, listed) == (200, {"modems": [port.describe() for port in server.modems]})
    assert _ask(f"{url}/v1/modems/1/deliver", b'{"from": "+79131234567", "text": "5"}') == (200, {"parts": 1})
    assert _ask(f"{url}/v1/modems/1/deliver", b"{")[0] == 400
    assert _ask(f"{url}/v1/nothing")[0] == 404
    assert _ask(f"{url}/v1/submits", b"{}")[0] == 405


def test_control_port_keeps_a_connection_and_ends_a_broken_one(server: Server) -> None:
    port = int(str(server.control_url).rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as client:
        client.sendall(b"GET /v1/submits HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
        out = b""
        while out.count(b'"next": 0, "missed": 0}\n') < 2:
            out += client.recv(4096)
        client.sendall(b"rubbish\r\n\r\n")
        while piece := client.recv(4096):
            out += piece
        assert b"400 Bad Request" in out


def test_long_poll_is_answered_when_something_happens_and_holds_nobody_up(server: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_ask, f"{server.control_url}/v1/events?wait_ms=30000")
        status, answer = _ask(f"{server.control_url}/v1/events?wait_ms=1")
        assert (status, answer["events"]) == (200, [])
        assert not waiting.done()
        with terminal(server.modems[0].pty) as modem:
            modem.say(b"AT+CMGS=25\r", b"> ")
            modem.say(PRIVET)
        status, answer = waiting.result(DEADLINE_S)
    assert [line["event"] for line in answer["events"]] == ["submit"]  # type: ignore[attr-defined]


def test_long_poll_that_is_given_up_leaves_nothing_behind(server: Server) -> None:
    port = int(str(server.control_url).rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as client:
        client.sendall(b"GET /v1/events?wait_ms=30000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert _ask(f"{server.control_url}/v1/modems")[0] == 200
    server.deliver(0, "0919", "5")
    assert _ask(f"{server.control_url}/v1/modems")[0] == 200


def test_long_poll_is_answered_when_the_server_ends() -> None:
    with Server(1, control=True) as server, socket.socket() as client:
        client.connect(("127.0.0.1", int(str(server.control_url).rsplit(":", 1)[1])))
        client.sendall(b"GET /v1/events?wait_ms=30000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert _ask(f"{server.control_url}/v1/modems")[0] == 200
        started = time.monotonic()
        server.__exit__(None, None, None)
        assert time.monotonic() - started < DEADLINE_S


def test_thread_waits_for_what_happens_in_the_world(server: Server) -> None:
    def used(world: World, now: float) -> int | None:
        return world.modems[0].device.sim.messages.used or None

    assert server.wait(used, 0) is None
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.wait, used, DEADLINE_S)
        server.deliver(0, "0919", "5")
        assert waiting.result(DEADLINE_S) == 1
    with pytest.raises(ZeroDivisionError):
        server.wait(lambda world, now: 1 // 0, DEADLINE_S)


def test_port_that_is_taken_is_an_error_that_leaves_nothing_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        before = len(list(Path("/proc/self/fd").iterdir()))
        with pytest.raises(OSError, match="in use"):
            Server(1, tcp=taken.getsockname()[1])
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_is_due_in_a_year_does_not_end_the_loop(server: Server) -> None:
    server.call(lambda world, now: world.agenda.at(now + 366 * 86400, lambda then: None))
    for _ in range(3):  # a loop that ends carries out one call more at most
        assert server.call(lambda world, now: len(world.modems)) == 2
