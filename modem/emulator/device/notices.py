"""Unsolicited result codes on their way to the terminal, and the buffer that +CNMI asks for.

Owns which notice may go, waits or is lost when nobody listens (27.005 §3.4.1 <mode>, <bfr>), and which message
shown waits for +CNMA. When the line is free for notices is the dialogue's to know. The queue is bounded: of too
many indications the oldest is dropped, which §3.4.1 allows because the messages themselves are in a memory; a
notice that is itself the message is refused instead, so that the network keeps it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MAX_NOTICES = 200
MAX_MESSAGES = 50  # of those that carry the message itself
BUFFER, DISCARD = 0, 1  # <mode>; 2 and 3 buffer while nobody listens


@dataclass(slots=True, eq=False)
class Notice:
    """One unsolicited result code. `pdu` is the message it carries, if it is not only an indication of one."""

    text: str
    governed: bool = True  # by +CNMI; others are for a terminal that is there
    pdu: bytes = b""
    is_report: bool = False
    on_written: "Callable[[Notice], None] | None" = None  # set if +CNMA is to follow (+CSMS=1)
    network_waits: bool = False  # for the acknowledgement; false once RP-ACK was given without it
    written: bool = False


class Notices:
    """What waits to be written, in order, and the message that waits for +CNMA."""

    def __init__(self) -> None:
        self._queue: deque[Notice] = deque()
        self.awaited: Notice | None = None
        self._refused = False

    @property
    def awaits_terminal(self) -> bool:
        """Whether a message was shown that +CNMA is to answer for."""
        return self.awaited is not None and self.awaited.written

    def add(self, text: str) -> None:
        """A notice of its own, for a terminal that is there."""
        self._append(Notice(text, governed=False))

    def add_of_message(self, notice: Notice, mode: int, link_open: bool) -> bool:
        """A notice of +CNMI; False if it is discarded, with <mode> 1 and nobody there, or has no room."""
        if mode == DISCARD and not link_open:
            return False
        if notice.pdu and sum(1 for waiting in self._queue if waiting.pdu) >= MAX_MESSAGES:
            self._refused = True
            return False
        self._append(notice)
        return True

    def _append(self, notice: Notice) -> None:
        if len(self._queue) >= MAX_NOTICES:
            oldest = next((waiting for waiting in self._queue if not waiting.pdu), notice)
            if oldest is notice:
                return
            self._queue.remove(oldest)
        self._queue.append(notice)

    def room_again(self) -> bool:
        """Whether there is room for a message after one was refused for want of it; said once."""
        room = self._refused and not any(waiting.pdu for waiting in self._queue)
        self._refused = self._refused and not room
        return room

    def forget(self) -> None:
        """Drop what +CNMI has kept back (<bfr>=1); a message the network waits for is on its way, not kept."""
        self._queue = deque(notice for notice in self._queue if not notice.governed or notice.network_waits)

    def terminal_left(self) -> None:
        """What was not written is kept if it is about a message, and of no use otherwise."""
        self._queue = deque(notice for notice in self._queue if notice.governed)

    @property
    def ready(self) -> bool:
        """Whether `take` may give anything."""
        return bool(self._queue)

    def wait_for_terminal(self, mode: int) -> bool:
        """Whether somebody who comes gets something at once."""
        return any(self._may_go(notice, mode) for notice in self._queue)

    def _may_go(self, notice: Notice, mode: int) -> bool:
        """Whether <mode> lets it out, and no other message waits for +CNMA in front of it (27.005 §3.4.4)."""
        if not notice.governed:
            return True
        return mode != BUFFER and (notice.on_written is None or self.awaited in (None, notice))

    def take(self, mode: int) -> list[str]:
        """What is to be written now, in order."""
        texts: list[str] = []
        kept: deque[Notice] = deque()
        waiting, self._queue = self._queue, kept
        for notice in waiting:
            if not self._may_go(notice, mode):
                kept.append(notice)
                continue
            texts.append(notice.text)
            notice.written = True
            if notice.on_written is not None:
                self.awaited = notice
                notice.on_written(notice)
        return texts
