"""For tests that kill processes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.centre import fast_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where no disk is waited for: a kill takes nothing from a file."""
    with tempfile.TemporaryDirectory(dir=fast_folder()) as name:
        yield Path(name)
