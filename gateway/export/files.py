"""A file that is there when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gateway.errors import GatewayError


class ExportError(GatewayError):
    """The export cannot be written, here or in this format."""


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under `path` when the block ends well, and not before, safely on the disk.

    What is no file, such as a pipe or /dev/null, stays what it is and is written to.
    """
    try:
        path = path.resolve()  # behind a link it is the file that is replaced
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    finally:
        beside.unlink(missing_ok=True)


def _unwritable(path: Path, problem: OSError) -> ExportError:
    return ExportError(f"The export cannot be written to {path}: {problem.strerror}.")
