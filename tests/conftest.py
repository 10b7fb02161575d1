"""For every test: no thread, no descriptor and no setting of the log outlives it."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

# A machine that is busy with something else is no fault of what is tested.
settings.register_profile("otklik", deadline=None)
settings.load_profile("otklik")


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


def _left(threads: set[threading.Thread], descriptors: dict[str, str]) -> list[str]:
    """What there is now and was not before."""
    alive = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    return alive + [f"{fd}: {target}" for fd, target in _descriptors().items() if descriptors.get(fd) != target]


@pytest.fixture(autouse=True)
def nothing_outlives_a_test() -> Iterator[None]:
    threads, descriptors = set(threading.enumerate()), _descriptors()
    yield
    if _left(threads, descriptors):
        gc.collect()  # only then: on every test it would take longer than the tests
    left = _left(threads, descriptors)
    assert not left, f"threads or descriptors outlived the test: {left}"


@pytest.fixture(autouse=True)
def log_is_as_before() -> Iterator[None]:
    root, before = logging.getLogger(), structlog.get_config()
    level = root.level
    yield
    root.setLevel(level)  # a command that sets up its log does so for the process
    structlog.configure(**before)
