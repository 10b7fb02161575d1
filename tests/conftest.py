"""For every test: no thread and no descriptor outlives it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest


def _descriptors() -> dict[str, str]:
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue  # the descriptor of this very listing
        # Only what tests open: files, ports, sockets and pipes; not what the interpreter keeps for itself.
        if target.startswith(("socket:", "pipe:", "/dev/pt", "anon_inode:")) or target.endswith((".db", ".db-wal")):
            found[entry.name] = target
    return found


@pytest.fixture(autouse=True)
def nothing_outlives_a_test() -> Iterator[None]:
    threads, descriptors = set(threading.enumerate()), _descriptors()
    yield
    gc.collect()
    left = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    assert not left, f"threads outlived the test: {left}"
    opened = {fd: target for fd, target in _descriptors().items() if descriptors.get(fd) != target}
    assert not opened, f"descriptors outlived the test: {opened}"
