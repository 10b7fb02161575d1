"""Work that other threads hand to the loop, so that the world is touched by one thread only.

Owns the queue, its lock and the promise that nobody waits for ever: whoever got in before the end is answered,
whoever comes after it is refused.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Jobs:
    """Functions to be run by the loop; `wake` makes the loop look."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._queue: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._ended = False

    def call(self, job: Callable[[], T]) -> T:
        """Run a function in the loop and give its result or raise its error; RuntimeError after the end."""
        future: Future[T] = Future()

        def carry_out() -> None:
            try:
                future.set_result(job())
            except BaseException as error:  # it belongs to the caller, not to the loop
                future.set_exception(error)

        with self._lock:
            if self._ended:
                raise RuntimeError("the emulator has been stopped")
            self._queue.append(carry_out)
        self._wake()
        return future.result()

    def carry_out(self) -> None:
        """Do what has come."""
        while self._queue:
            self._queue.popleft()()

    def end(self) -> None:
        """Do what has come and take no more."""
        with self._lock:
            self._ended = True
        self.carry_out()
