"""Sockets of the control port, in the server's loop.

Owns connections, their buffers and answers that have to be waited for. What a request means is `control`'s.
"""

import select
import socket
from collections.abc import Callable

from modem.emulator.serving.control.dispatch import Reply, Surroundings, Waiting, handle, refusal
from modem.emulator.serving.control.problems import Refused
from modem.emulator.serving.http1 import MAX_BODY, MAX_HEAD, BadRequest, Request, response, take_request
from modem.emulator.serving.loop import Loop
from modem.emulator.serving.ports import listen
from modem.emulator.serving.waits import Wait, Waits

MAX_CLIENTS = 100


class ControlPort:
    """The HTTP listener and its connections. OSError if the port is taken."""

    def __init__(self, port: int, loop: Loop, waits: Waits, around: Surroundings) -> None:
        self._loop = loop
        self._waits = waits
        self._around = around
        self._listener = listen(port)
        self._clients: dict[int, _Client] = {}
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        loop.handle(self._listener.fileno(), lambda events: self._accept())

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
        fd = connection.fileno()
        client = _Client(connection, self._waits, self._around, lambda: self._go_on(fd))
        self._clients[fd] = client
        self._loop.handle(fd, lambda events: self._serve(fd, client))

    def _serve(self, fd: int, client: "_Client") -> None:
        if not client.serve():
            self._end(fd, client)
        else:
            self._loop.epoll.modify(fd, select.EPOLLOUT if client.unsent else select.EPOLLIN)

    def _go_on(self, fd: int) -> None:
        """An answer has come for a client that waited: have it written in the next turn of the loop."""
        self._loop.epoll.modify(fd, select.EPOLLOUT)

    def _end(self, fd: int, client: "_Client") -> None:
        self._loop.drop(fd)
        del self._clients[fd]
        client.close()

    def close(self) -> None:
        """Close the listener and every connection."""
        for client in self._clients.values():
            client.close()
        self._listener.close()


class _Client:
    """One connection: requests in order, each answered before the next is looked at."""

    def __init__(
        self, connection: socket.socket, waits: Waits, around: Surroundings, go_on: Callable[[], None]
    ) -> None:
        self._socket = connection
        self._waits = waits
        self._around = around
        self._go_on = go_on
        self._received = bytearray()
        self._wait: Wait | None = None
        self._ending = False
        self.unsent = bytearray()

    def serve(self) -> bool:
        """Read, answer, write as far as possible; False once the connection is over."""
        try:
            if not self.unsent:
                data = self._socket.recv(65536)
                if not data or len(self._received) > MAX_HEAD + MAX_BODY:
                    return False
                self._received += data
            while self._wait is None and not self._ending and self._answer_one():
                pass
            if self.unsent:
                del self.unsent[: self._socket.send(self.unsent)]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return bool(self.unsent) or not self._ending or self._wait is not None

    def _answer_one(self) -> bool:
        try:
            request = take_request(self._received)
        except BadRequest as bad:
            self._ending = True
            self._write(refusal(Refused(bad.status, str(bad))), head_only=False)
            return True
        if request is None:
            return False
        self._ending = not request.keep_alive
        answer = handle(request, self._around)
        if isinstance(answer, Waiting):
            self._wait_for(answer, request)
        else:
            self._write(answer, request.method == "HEAD")
        return True

    def _wait_for(self, waiting: Waiting, request: Request) -> None:
        def look(last: bool) -> bool:
            reply = waiting.look(last)
            if reply is None:
                return False
            self._wait = None
            self._write(reply, request.method == "HEAD")
            self._go_on()
            return True

        self._wait = Wait(look, waiting.until)
        self._waits.add(self._wait)

    def _write(self, reply: Reply, head_only: bool) -> None:
        self.unsent += response(
            reply.status, reply.body, reply.media_type, not self._ending, allow=reply.allow, head_only=head_only
        )

    def close(self) -> None:
        """Give the descriptor back; what it waited for is of no interest any more."""
        if self._wait is not None:
            self._waits.forget(self._wait)
        self._socket.close()
