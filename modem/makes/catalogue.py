"""Finds makes: the packaged ones, and before them those of a file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from modem import documents
from modem.makes.make import Make, Makes

_PACKAGED = "makes.yaml"


@cache
def packaged() -> tuple[Make, ...]:
    """What comes with the program."""
    text = (files("modem.makes") / _PACKAGED).read_text(encoding="utf-8")
    return documents.parse(text, _PACKAGED, Makes).makes


def load(path: Path | None) -> tuple[Make, ...]:
    """Those of a file first, so that it may say other things of a modem. Raises DocumentError."""
    return packaged() if path is None else documents.load(path, Makes).makes + packaged()
