"""One push to an upstream at a time, whoever pushes: the daemon, or a person beside it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(database: Path, upstream: str) -> Iterator[bool]:
    """Whether it is our turn; if not, somebody else pushes to this upstream now. The kernel frees it at exit."""
    path = database.with_name(f"{database.name}.push-{upstream}.lock")
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
