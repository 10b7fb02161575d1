"""This codec beside smspdudecoder, python-messaging and python-gsmmodem-new: 10,000 messages, every disagreement known.

The libraries are the extra `referee`; the second has the GPL and is for tests only.
"""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.referees.codecs.comparison import Comparison

pytestmark = pytest.mark.referee
PAGE = Path(__file__).parents[2] / "docs" / "codec.md"
NEEDED = ("smspdudecoder", "python-messaging", "python-gsmmodem-new")


@pytest.fixture(scope="module")
def result() -> Comparison:
    """One comparison for all tests; skipped, or failed in CI, without the libraries."""
    try:
        for name in NEEDED:
            version(name)
    except PackageNotFoundError as missing:
        sentence = f"{missing.name} is not installed: pip install -c constraints.txt -e '.[referee]'"
        if os.environ.get("OTKLIK_REFEREES") == "required":
            pytest.fail(sentence)
        pytest.skip(sentence)
    from tests.referees.codecs.comparison import compare

    return compare()


def test_every_message_is_read_as_it_was_meant(result: Comparison) -> None:
    assert sum(row.count for row in result.rows.values()) >= 10_000
    assert result.mistakes == []


def test_every_disagreement_has_a_clause_that_decides(result: Comparison) -> None:
    assert result.unaccounted == []


def test_every_known_defect_is_still_there(result: Comparison) -> None:
    assert [defect.what for defect in result.idle] == []


def test_page_shows_this_comparison(result: Comparison) -> None:
    from tests.referees.codecs.comparison import page

    assert PAGE.read_text() == page(result), "run python -m benchmarks.codecs"
