"""Unsolicited result codes on their way to the terminal, and the buffer that +CNMI asks for.

Owns which notice may go, waits or is lost when nobody listens (27.005 §3.4.1 <mode>, <bfr>). When the line is
free for them is the dialogue's to know. Both queues are bounded; of too many the oldest is dropped, which 27.005
allows because the messages themselves are in a memory.
"""

from collections import deque

MAX_NOTICES = 200
BUFFER, DISCARD = 0, 1  # <mode>; 2 and 3 buffer while nobody listens


class Notices:
    """Two queues: what may be written next, and what +CNMI keeps back."""

    def __init__(self) -> None:
        self._next: deque[tuple[str, bool]] = deque(maxlen=MAX_NOTICES)  # text, and whether +CNMI governs it
        self._held: deque[str] = deque(maxlen=MAX_NOTICES)

    def add(self, text: str) -> None:
        """A notice of its own, for a terminal that is there."""
        self._next.append((text, False))

    def add_of_message(self, text: str, mode: int, link_open: bool) -> None:
        """A notice of +CNMI: passed on, kept back, or with <mode> 1 and nobody there, dropped."""
        if mode == BUFFER or (mode != DISCARD and not link_open):
            self._held.append(text)
        elif link_open:
            self._next.append((text, True))

    def release(self) -> None:
        """Pass on what was kept back (<bfr>=0)."""
        self._next.extend((text, True) for text in self._held)
        self._held.clear()

    def forget(self) -> None:
        """Drop what was kept back (<bfr>=1)."""
        self._held.clear()

    def terminal_came(self, mode: int) -> None:
        """Somebody listens again."""
        if mode > DISCARD:
            self.release()

    def terminal_left(self) -> None:
        """What was not written is kept if it is about a message, and of no use otherwise."""
        self._held.extend(text for text, of_message in self._next if of_message)
        self._next.clear()

    @property
    def ready(self) -> bool:
        """Whether `take` would give anything."""
        return bool(self._next)

    @property
    def crowded(self) -> bool:
        """Whether so many wait that one with a message in it might be dropped."""
        return len(self._next) >= MAX_NOTICES // 2

    def wait_for_terminal(self, mode: int) -> bool:
        """Whether somebody who comes gets something at once."""
        return bool(self._held) and mode > DISCARD

    def take(self) -> list[str]:
        """What is to be written now, in order."""
        texts = [text for text, _ in self._next]
        self._next.clear()
        return texts
