"""Waiting for files: inotify wakes the test when a directory changes, so that nothing sleeps and nothing polls."""

from __future__ import annotations

import ctypes
import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

_LIBC = ctypes.CDLL(None, use_errno=True)
# IN_MODIFY, IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE of inotify(7)
_CHANGES = 0x2 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200


class Watch:
    """Wakes up whenever something in one of the directories changes."""

    def __init__(self, *directories: Path) -> None:
        self._fd = _LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for directory in directories:
            if _LIBC.inotify_add_watch(self._fd, os.fsencode(directory), _CHANGES) < 0:
                raise OSError(ctypes.get_errno(), "inotify_add_watch", str(directory))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        os.close(self._fd)

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Look at a condition after every change; whether it came true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if not select.select([self._fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return condition()
            os.read(self._fd, 1 << 16)
        return True
