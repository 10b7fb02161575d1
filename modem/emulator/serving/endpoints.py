"""Sockets of the control port, in the server's loop.

Owns listening, connections and their buffers. What a request means is `control`'s.
"""

import select
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from modem.emulator.serving.control import Reply, error, handle
from modem.emulator.serving.http1 import BadRequest, Request, response, take_request

if TYPE_CHECKING:
    from modem.emulator.world import World

MAX_CLIENTS = 100


def listen(port: int) -> socket.socket:
    """A non-blocking listening socket on 127.0.0.1; OSError if the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


class Loop:
    """What the control port needs of the loop it lives in."""

    def __init__(
        self,
        epoll: select.epoll,
        handlers: dict[int, Callable[[int], None]],
        world: "World",
        describe: Callable[[], list[dict[str, object]]],
        now: Callable[[], float],
    ) -> None:
        self.epoll = epoll
        self.handlers = handlers
        self.world = world
        self.describe = describe
        self.now = now

    def answer(self, request: Request) -> Reply:
        """Carry a request out on the world."""
        return handle(request, self.world, self.describe, self.now())


class ControlPort:
    """The HTTP listener and its connections."""

    def __init__(self, port: int, loop: Loop) -> None:
        self._loop = loop
        self._listener = listen(port)
        self._clients: dict[int, _Client] = {}
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        loop.epoll.register(self._listener.fileno(), select.EPOLLIN)
        loop.handlers[self._listener.fileno()] = lambda events: self._accept()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # it was gone again
            return
        if len(self._clients) >= MAX_CLIENTS:
            connection.close()
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = _Client(connection, self._loop)
        fd = connection.fileno()
        self._clients[fd] = client
        self._loop.epoll.register(fd, select.EPOLLIN)
        self._loop.handlers[fd] = lambda events: self._serve(fd, client)

    def _serve(self, fd: int, client: "_Client") -> None:
        if not client.serve():
            self._loop.epoll.unregister(fd)
            del self._loop.handlers[fd], self._clients[fd]
            client.close()
        else:
            self._loop.epoll.modify(fd, select.EPOLLOUT if client.unsent else select.EPOLLIN)

    def close(self) -> None:
        """Close the listener and every connection."""
        for client in self._clients.values():
            client.close()
        self._listener.close()


class _Client:
    """One connection: requests in order, each answered before the next is looked at."""

    def __init__(self, connection: socket.socket, loop: Loop) -> None:
        self._socket = connection
        self._loop = loop
        self._received = bytearray()
        self._ending = False
        self.unsent = bytearray()

    def serve(self) -> bool:
        """Read, answer, write as far as possible; False once the connection is over."""
        try:
            if not self.unsent:
                data = self._socket.recv(65536)
                if not data:
                    return False
                self._received += data
            while not self._ending and self._answer_one():
                pass
            if self.unsent:
                del self.unsent[: self._socket.send(self.unsent)]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return bool(self.unsent) or not self._ending

    def _answer_one(self) -> bool:
        try:
            request = take_request(self._received)
        except BadRequest as bad:
            self._ending = True
            reply = error(bad.status, str(bad))
        else:
            if request is None:
                return False
            self._ending = not request.keep_alive
            reply = self._loop.answer(request)
        self.unsent += response(reply.status, reply.body, not self._ending, reply.allow)
        return True

    def close(self) -> None:
        """Give the descriptor back."""
        self._socket.close()
