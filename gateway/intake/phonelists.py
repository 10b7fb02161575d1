"""Reads a list of phones, one a line, as an office or an operator sends it: those who want no more messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gateway.errors import IntakeError
from gateway.phones import BadPhone, normalise

_END_OF_LINE = re.compile(r"\r\n|\r|\n")


def read(path: Path) -> str:
    """The text of the file, UTF-8 or Windows-1251. Raises IntakeError if it cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise IntakeError(f"The list of phones {path} cannot be read: {problem.strerror}.") from problem
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1251", errors="replace")


def phones(text: str) -> Iterator[tuple[int, str | BadPhone]]:
    """Each line that is not blank, by its number: the phone in E.164, or why it is none."""
    for number, line in enumerate(_END_OF_LINE.split(text), 1):
        if line.strip():
            try:
                yield number, normalise(line)
            except BadPhone as problem:
                yield number, problem
