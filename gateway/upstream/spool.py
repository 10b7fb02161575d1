"""A folder that somebody else takes files from: a batch is there when its file is.

A file is written beside its name, flushed to the disk and renamed, so that nobody sees half of one. Its name is the
batch's key: the same batch again is the same file.
"""

from __future__ import annotations

import os
from pathlib import Path

from gateway.upstream.verdicts import Later, Taken, Verdict


class Spool:
    """The folder of one upstream."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, body: bytes, suffix: str) -> Verdict:
        """Put a batch there; its packet id is the name of its file."""
        name = f"{key}.{suffix}"
        beside = self._folder / f".{name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._folder / name)
            _sync(self._folder)
        except OSError as problem:
            return Later(f"the folder {self._folder} cannot be written to: {problem.strerror}")
        return Taken(name)


def _sync(folder: Path) -> None:
    """Make the new name last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
