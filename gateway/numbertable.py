"""Reads the register of numbers that `survey.number_zones` names, in whatever encoding it was saved."""

from __future__ import annotations

from pathlib import Path

from gateway import numbering
from gateway.errors import ConfigError
from gateway.numbering import NOTHING_KNOWN, Numbering, Range


def numbering_of(path: Path | None) -> Numbering:
    """What the register in a file knows, nothing without one. Raises ConfigError."""
    return NOTHING_KNOWN if path is None else Numbering(load(path))


def load(path: Path) -> list[Range]:
    """The ranges in a file: UTF-8 with or without BOM, or Windows-1251. Raises ConfigError."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise ConfigError(
            f"The register of numbers {path} cannot be read: {problem.strerror}; check survey.number_zones."
        ) from problem
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1251", errors="replace")
    return numbering.read(text, str(path))
