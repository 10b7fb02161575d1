"""Work that other threads want done on a port's thread: between two dialogues, one at a time, in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from modem.driver import Modem
from modem.errors import PortLost, Silent

T = TypeVar("T")


class Errands:
    """A queue of things to do with an open modem. `ask` is for any thread, the rest for the port's own.

    An errand waits while the port is not served. Who asks decides how long to wait (`Future.result`), and takes an
    errand that nobody needs any more back by `Future.cancel`.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[Modem], Any]]] = deque()
        self._closed = False

    def ask(self, act: Callable[[Modem], T]) -> Future[T]:
        """Have `act` done; what it returns or raises is in the future. Cancelled if the worker ends first."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
            else:
                self._waiting.append((future, act))
        self._ring()
        return future

    def do_one(self, modem: Modem) -> bool:
        """Do the next errand; False if there is none.

        What it raises is the asker's business; a modem that fell silent or went away is the worker's too.
        """
        with self._lock:
            if not self._waiting:
                return False
            future, act = self._waiting.popleft()
        if not future.set_running_or_notify_cancel():
            return True
        try:
            result = act(modem)
        except Exception as problem:
            future.set_exception(problem)
            if isinstance(problem, Silent | PortLost):
                raise
        except BaseException as death:
            future.set_exception(death)
            raise
        else:
            future.set_result(result)
        return True

    def close(self) -> None:
        """No errand is done any more; those that wait are cancelled."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
        for future, _ in waiting:
            future.cancel()
