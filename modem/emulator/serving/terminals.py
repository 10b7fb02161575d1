"""Terminals and modems brought together: ptys, TCP listeners and sockets, and which of them a modem speaks to.

Owns every port of the server and its lines, opening and closing, and the way of bytes between line and world. One
terminal at a time has a modem's attention: who came or spoke last on the pty, or the one that holds the socket.
"""

import os
import select
import socket
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from modem.emulator.faults.events import PortBack, PortGone, PortsSwapped
from modem.emulator.modem import Modem
from modem.emulator.profiles.profile import Profile
from modem.emulator.serving.lines import Line, Pty
from modem.emulator.serving.loop import Loop
from modem.emulator.serving.ports import Port, listen, symlink, unlink_own
from modem.emulator.world import World

LOOK_S = 0.05


class Terminals:
    """A task of the loop: it lets time pass in the world and writes what modems have to say."""

    def __init__(self, loop: Loop, world: World, baud: int | None, profiles: Sequence[Profile]) -> None:
        self.ports: list[Port] = []
        self._loop = loop
        self._world = world
        self._baud = baud
        self._profiles = profiles  # modems get them in turn
        self._by_modem: dict[Modem, Port] = {}
        self._paced: dict[Line, None] = {}
        self._listeners: list[socket.socket] = []
        self._look_due: float | None = None

    # Ports.

    def add(self, number: int, directory: Path | None, tcp: int | None, pty: bool) -> None:
        """Make a modem with its ports: a pty, linked in `directory`; TCP on `tcp` + number (0: any). OSError."""
        port = self._new_port(f"modem{number}")
        port.directory = directory
        if pty:
            self._add_pty(port)
        if tcp is not None:
            listener = listen(tcp + number if tcp else 0)
            self._listeners.append(listener)
            port.tcp = listener.getsockname()[1]
            self._loop.handle(listener.fileno(), lambda events: self._accept(port, listener))

    def attach(self, name: str) -> socket.socket:
        """Open what is at `name` by a socket, making a modem if there is none; OSError if it is open or unplugged."""
        port = next((port for port in self.ports if port.place == name), None) or self._new_port(name)
        if not port.plugged:
            raise FileNotFoundError(f"{name} is unplugged")
        if self._held_by_socket(port):
            raise BlockingIOError(f"{name} is open already")
        ours, theirs = socket.socketpair()
        self._join(port, ours)
        return theirs

    def close(self) -> None:
        """Give back every descriptor and symlink."""
        for port in self.ports:
            for line in list(port.lines):
                line.close()
            if port.link is not None and port.pty is not None:
                unlink_own(Path(port.link), port.pty)
        for listener in self._listeners:
            listener.close()

    def _new_port(self, name: str) -> Port:
        profile = self._profiles[len(self.ports) % len(self._profiles)]
        port = Port(self._world.add_modem(name, profile, self._loop.now()))
        self.ports.append(port)
        self._by_modem[port.modem] = port
        return port

    def _add_pty(self, port: Port) -> None:
        line = Pty(self._loop.epoll, self._baud)
        self._add_line(port, line)
        port.pty = line.path
        if port.directory is not None:
            port.link = str(symlink(port.directory / port.place, line.path))

    def _add_line(self, port: Port, line: Line) -> None:
        port.lines.append(line)
        self._loop.handlers[line.fd] = lambda events: self._on_line(port, line, events)

    def _accept(self, port: Port, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:  # it was gone again
            return
        if not port.plugged or self._held_by_socket(port):
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
        line = Line(connection.detach(), self._loop.epoll, self._baud)
        self._add_line(port, line)
        self._line_opened(port, line, self._loop.now())

    # Ports that go and come back.

    def _change_ports(self) -> None:
        """Carry out what faults want of the ports."""
        while self._world.port_changes:
            change = self._world.port_changes.popleft()
            match change:
                case PortGone(modem):
                    self._unplug(self._by_modem[modem])
                case PortBack(modem, rename):
                    self._plug(self._by_modem[modem], rename)
                case PortsSwapped(one, other):
                    self._swap(one, other)

    def _unplug(self, port: Port) -> None:
        """Take a port away under the terminal: it sees the line hang up, and the link is gone."""
        port.plugged = False
        port.current = None
        if port.link is not None and port.pty is not None:
            unlink_own(Path(port.link), port.pty)
        for line in list(port.lines):
            self._drop_line(port, line)

    def _plug(self, port: Port, rename: bool) -> None:
        port.plugged = True
        if rename:
            names = map("modem{}".format, count(len(self.ports)))
            port.place = next(name for name in names if not self._is_taken(name, port.directory))
        if port.pty is None:
            return
        before, first = port.pty, None
        self._add_pty(port)
        if rename and port.pty == before:  # the kernel gives the lowest free number: take it out of the way
            first = port.lines[0]
            self._add_pty(port)
            self._drop_line(port, first)

    def _is_taken(self, name: str, directory: Path | None) -> bool:
        """Whether a port is called so, or somebody keeps something of this name where its link would be."""
        return any(port.place == name for port in self.ports) or (
            directory is not None and os.path.lexists(directory / name)
        )

    def _swap(self, one: Modem, other: Modem) -> None:
        """Let each port lead to the other modem. The list of ports stays in the order of the modems."""
        ports = self.ports
        here, there = ports.index(self._by_modem[one]), ports.index(self._by_modem[other])
        ports[here].modem, ports[there].modem = other, one
        ports[here], ports[there] = ports[there], ports[here]
        self._by_modem[one], self._by_modem[other] = ports[here], ports[there]

    # In every turn of the loop.

    @property
    def due(self) -> float | None:
        """When the world, a line with a pace or a modem that looks for its terminal is due.

        At once, if somebody has had the world do something since the last turn: what modems have to say of it is not to
        wait for the next thing that happens. What a stuck line holds back waits for the line.
        """
        dues = [due for due in (self._world.next_due(), self._look_due) if due is not None]
        for line in self._paced:
            if line.due is not None:
                dues.append(line.due)
        if any(not self._is_stuck(modem) for modem in self._world.touched):
            dues.append(self._loop.now())
        return min(dues, default=None)

    def _is_stuck(self, modem: Modem) -> bool:
        line = self._by_modem[modem].current
        return line is not None and line.blocked

    def work(self, now: float) -> None:
        """Let time pass, go on with lines that have a pace, and write what there is to say."""
        due = self._world.next_due()
        if due is not None and due <= now:
            self._world.advance(now)
        else:
            self._world.settle_effects(now)
        if self._world.port_changes:
            self._change_ports()
        for line in list(self._paced):
            line.drain(now)
            if not line.blocked:
                del self._paced[line]
        if self._look_due is not None and self._look_due <= now:
            self._look_for_terminals(now)
        self._flush(now)

    def _flush(self, now: float) -> None:
        """Write what modems have to say. A line that is stuck leaves it with the modem."""
        touched = self._world.touched
        if not touched:
            return
        self._world.touched = {}
        for modem in touched:
            port = self._by_modem[modem]
            line = port.current
            if line is not None and line.blocked:
                self._world.touched[modem] = None
                continue
            out = self._world.take_output(modem, now)
            if out and line is not None:
                line.write(out, now)
                if line.due is not None:
                    self._paced[line] = None
            if modem.device.waits_for_terminal and port.pty is not None and self._look_due is None:
                self._look_due = now

    # Lines.

    def _on_line(self, port: Port, line: Line, events: int) -> None:
        now = self._loop.now()
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
            self._world.feed(port.modem, data, now)
            self._flush(now)

    def _line_opened(self, port: Port, line: Line, now: float) -> None:
        """A terminal came, or spoke after another one: it gets the modem's attention."""
        if not line.is_open:
            line.reset(is_open=True)
        port.current = line
        self._world.set_link(port.modem, True, now)

    def _line_closed(self, port: Port, line: Line, now: float) -> None:
        if isinstance(line, Pty):
            if not line.is_open:
                return
            line.reset(is_open=False)
            line.flush_unread()
        else:
            self._drop_line(port, line)
        if port.current is line:
            port.current = next((other for other in port.lines if other.is_open), None)
            if port.current is None:
                self._world.set_link(port.modem, False, now)

    def _drop_line(self, port: Port, line: Line) -> None:
        port.lines.remove(line)
        self._paced.pop(line, None)
        del self._loop.handlers[line.fd]
        line.close()

    def _look_for_terminals(self, now: float) -> None:
        """Find terminals that opened a pty only to listen, as long as somebody has something for one."""
        self._look_due = None
        for port in self.ports:
            if port.pty is not None and port.modem.device.waits_for_terminal:
                for line in port.lines:
                    if isinstance(line, Pty) and line.look():
                        self._line_opened(port, line, now)
                        break
                else:
                    self._look_due = now + LOOK_S
