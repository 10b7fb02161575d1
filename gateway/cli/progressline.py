"""How far a long command is, on standard error: on a terminal a line that renews itself, else a line now and then."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType
from typing import Self

from scheduler.clock import Clock

_EVERY_S = 10.0


class ProgressLine:
    """A place for one line of text; nothing of it is left when the block ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._renews = sys.stderr.isatty()
        self._next_at = clock.monotonic() + (0.0 if self._renews else _EVERY_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._renews:
            self._write("\r\x1b[K")

    def show(self, text: str) -> None:
        """Say how far it is, as often as it likes."""
        if self._renews:
            self._write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
        elif self._clock.monotonic() >= self._next_at:
            self._next_at += _EVERY_S
            self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
