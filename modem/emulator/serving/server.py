"""The emulator's only I/O: ptys, TCP, control port, log and clock in one epoll loop.

Owns descriptors, the clock, symlinks, the log file and the thread, if there is one. Decides nothing: bytes go to
the world, what comes out is written. `Server` is a context manager with its loop in a thread; `run` serves in
the calling thread until `stop`, which is safe to call from a signal handler. Other threads reach the world by
`call`, which runs a function in the loop. Nothing polls: with nothing to do the loop sleeps in epoll.
"""

import io
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self, TypeVar

from modem.emulator.journal import Journal
from modem.emulator.network.conditions import Conditions
from modem.emulator.serving.endpoints import ControlPort, Loop, listen
from modem.emulator.serving.jobs import Jobs
from modem.emulator.serving.lines import Line, Pty
from modem.emulator.serving.ports import Port, symlink, unlink_own
from modem.emulator.world import Modem, World

T = TypeVar("T")
LOG_FLUSH_S = 0.04
LOOK_S = 0.05


class _Stream(Random):
    """Randomness by name. Nothing secret depends on it; the same name has to give the same numbers."""


class Server:
    """An emulated network with its ports.

    `directory` gets symlinks modem0…; `tcp` is modem 0's TCP port, the others follow (0: any free ones); `control`
    is the HTTP port, True any free one. `pty=False` makes modems that only `attach` reaches. OSError if a port is
    taken.
    """

    def __init__(
        self,
        modems: int = 1,
        directory: Path | None = None,
        *,
        tcp: int | None = None,
        control: int | bool | None = None,
        latency_ms: float = 0,
        report_latency_ms: float = 200,
        baud: int | None = None,
        seed: str | int = 0,
        log: Path | None = None,
        trace: bool = False,
        pty: bool = True,
    ) -> None:
        conditions = Conditions(latency_s=latency_ms / 1000, report_latency_s=report_latency_ms / 1000)
        self.journal = Journal(logged=log is not None, traced=trace)
        self.world = World(lambda name: _Stream(f"{seed}:{name}"), conditions, self.journal)
        self.modems: list[Port] = []
        self.control_url: str | None = None
        self.turns = 0  # of the loop: an idle server makes none
        self._baud = baud
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._ports: dict[Modem, Port] = {}
        self._paced: dict[Line, None] = {}
        self._jobs = Jobs(self._kick)
        self._stopping = False
        self._closed = False
        self._thread: threading.Thread | None = None
        self._epoch = time.time() - time.monotonic()  # wall time that never steps back
        self._log_due: float | None = None
        self._look_due: float | None = None
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._handle(self._wake, lambda events: self._woken())
        self._log: io.FileIO | None = None
        self._control: ControlPort | None = None
        self._listeners: list[socket.socket] = []
        try:
            self._log = log.open("ab", buffering=0) if log is not None else None
            for number in range(modems):
                self._add(number, directory, tcp, pty)
            if control is not None and control is not False:
                loop = Loop(self._epoll, self._handlers, self.world, self._describe, self.now)
                self._control = ControlPort(0 if control is True else control, loop)
                self.control_url = self._control.url
        except BaseException:
            self.close()
            raise

    # For callers.

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop, name="otklik-emulator", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()
        self.close()

    def run(self) -> None:
        """Serve in this thread until `stop`; then close everything."""
        try:
            self._loop()
        finally:
            self.close()

    def stop(self) -> None:
        """Make the loop end soon. Safe from any thread and from a signal handler."""
        self._stopping = True
        self._kick()

    def call(self, job: Callable[[World, float], T]) -> T:
        """Run a function on the world in the loop's thread and give its result; RuntimeError if it has ended."""
        return self._jobs.call(lambda: job(self.world, self.now()))

    def deliver(self, number: int, sender: str, text: str) -> int:
        """A subscriber writes to modem `number`; returns the number of parts."""
        return self.call(lambda world, now: world.centre.deliver(world.modems[number], sender, text, now))

    def submits(self, after: int = 0) -> tuple[list[dict[str, object]], int]:
        """Submits after a cursor, as log lines, and the next cursor."""
        return self.call(lambda world, now: world.journal.submits(after))

    def attach(self, name: str) -> socket.socket:
        """Open modem `name` by a socket, making the modem if there is none; OSError if it is open already."""
        return self.call(lambda world, now: self._attach(name))

    def _describe(self) -> list[dict[str, object]]:
        return [port.describe() for port in self.modems]

    def now(self) -> float:
        """Seconds since the epoch, never going back."""
        return self._epoch + time.monotonic()

    def close(self) -> None:
        """Give back every descriptor and symlink. The loop must have ended."""
        if self._closed:
            return
        self._closed = True
        self._jobs.end()
        self._write_log()
        for port in self.modems:
            for line in list(port.lines):
                line.close()
            if port.link is not None and port.pty is not None:
                unlink_own(Path(port.link), port.pty)
        for listener in self._listeners:
            listener.close()
        if self._control is not None:
            self._control.close()
        if self._log is not None:
            self._log.close()
        os.close(self._wake)
        self._epoll.close()

    # The loop.

    def _loop(self) -> None:
        try:
            while not self._stopping:
                self.turns += 1
                for fd, events in self._epoll.poll(self._timeout()):
                    handler = self._handlers.get(fd)
                    if handler is not None:
                        handler(events)
                self._work()
        finally:
            self._stopping = True
            self._jobs.end()

    def _timeout(self) -> float | None:
        dues = [due for due in (self.world.next_due(), self._log_due, self._look_due) if due is not None]
        for line in self._paced:
            if line.due is not None:
                dues.append(line.due)
        return max(0.0, min(dues) - self.now()) if dues else None

    def _work(self) -> None:
        """Everything after the events: jobs, time, output, log."""
        self._jobs.carry_out()
        now = self.now()
        due = self.world.next_due()
        if due is not None and due <= now:
            self.world.advance(now)
        else:
            self.world.settle_effects(now)
        for line in list(self._paced):
            line.drain(now)
            if not line.blocked:
                del self._paced[line]
        if self._look_due is not None and self._look_due <= now:
            self._look_for_terminals(now)
        self._flush(now)
        if self.journal.has_unwritten:
            if self._log_due is None:
                self._log_due = now + LOG_FLUSH_S
            elif self._log_due <= now:
                self._write_log()

    def _flush(self, now: float) -> None:
        """Write what modems have to say. A line that is stuck leaves it with the modem."""
        touched = self.world.touched
        if not touched:
            return
        self.world.touched = {}
        for modem in touched:
            port = self._ports[modem]
            line = port.current
            if line is not None and line.blocked:
                self.world.touched[modem] = None
                continue
            out = self.world.take_output(modem, now)
            if out and line is not None:
                line.write(out, now)
                if line.due is not None:
                    self._paced[line] = None
            if modem.device.waits_for_terminal and port.pty is not None and self._look_due is None:
                self._look_due = now

    def _on_line(self, port: Port, line: Line, events: int) -> None:
        now = self.now()
        if events & select.EPOLLOUT:
            line.drain(now)
        if not events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
            return
        data = line.read()
        if data is None:
            self._line_closed(port, line, now)
        elif data:
            if not line.is_open or port.current is not line:
                self._line_opened(port, line, now)
            self.world.feed(port.modem, data, now)
            self._flush(now)

    def _line_opened(self, port: Port, line: Line, now: float) -> None:
        """A terminal came, or spoke after another one: it gets the modem's attention."""
        if not line.is_open:
            line.reset(is_open=True)
        port.current = line
        self.world.set_link(port.modem, True, now)

    def _line_closed(self, port: Port, line: Line, now: float) -> None:
        if isinstance(line, Pty):
            if not line.is_open:
                return
            line.reset(is_open=False)
            line.flush_unread()
        else:
            port.lines.remove(line)
            self._paced.pop(line, None)
            del self._handlers[line.fd]
            line.close()
        if port.current is line:
            port.current = next((other for other in port.lines if other.is_open), None)
            if port.current is None:
                self.world.set_link(port.modem, False, now)

    def _look_for_terminals(self, now: float) -> None:
        """Find terminals that opened a pty only to listen, as long as somebody has something for one."""
        self._look_due = None
        for port in self.modems:
            if port.pty is not None and port.modem.device.waits_for_terminal:
                for line in port.lines:
                    if isinstance(line, Pty) and line.look():
                        self._line_opened(port, line, now)
                        break
                else:
                    self._look_due = now + LOOK_S

    def _write_log(self) -> None:
        self._log_due = None
        if self._log is not None:
            self._log.write(self.journal.drain())

    # Ports.

    def _handle(self, fd: int, handler: Callable[[int], None]) -> None:
        self._epoll.register(fd, select.EPOLLIN)
        self._handlers[fd] = handler

    def _kick(self) -> None:
        if not self._closed:
            os.eventfd_write(self._wake, 1)

    def _woken(self) -> None:
        os.eventfd_read(self._wake)

    def _add(self, number: int, directory: Path | None, tcp: int | None, pty: bool) -> None:
        port = self._new_port(f"modem{number}")
        if pty:
            line = Pty(self._epoll, self._baud)
            self._add_line(port, line)
            port.pty = line.path
            if directory is not None:
                port.link = str(symlink(directory / port.name, line.path))
        if tcp is not None:
            listener = listen(tcp + number if tcp else 0)
            self._listeners.append(listener)
            port.tcp = listener.getsockname()[1]
            self._handle(listener.fileno(), lambda events: self._accept(port, listener))

    def _new_port(self, name: str) -> Port:
        port = Port(self.world.add_modem(name))
        self.modems.append(port)
        self._ports[port.modem] = port
        return port

    def _add_line(self, port: Port, line: Line) -> None:
        port.lines.append(line)
        self._handlers[line.fd] = lambda events: self._on_line(port, line, events)

    def _accept(self, port: Port, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:  # it was gone again
            return
        if self._held_by_socket(port):
            connection.close()  # one terminal at a time
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._join(port, connection)

    def _held_by_socket(self, port: Port) -> bool:
        """Whether somebody holds the modem by a socket. One that has just left is seen out first."""
        held = [line for line in port.lines if not isinstance(line, Pty)]
        for line in held:
            while line in port.lines and line.left:
                self._on_line(port, line, select.EPOLLIN)
        return any(line in port.lines for line in held)

    def _join(self, port: Port, connection: socket.socket) -> None:
        line = Line(connection.detach(), self._epoll, self._baud)
        self._add_line(port, line)
        self._line_opened(port, line, self.now())

    def _attach(self, name: str) -> socket.socket:
        port = next((port for port in self.modems if port.name == name), None) or self._new_port(name)
        if self._held_by_socket(port):
            raise BlockingIOError(f"{name} is open already")
        ours, theirs = socket.socketpair()
        self._join(port, ours)
        return theirs
