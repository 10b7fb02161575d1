"""The labelled corpus: no wrong rating at all, and nearly always the exact class."""

from pathlib import Path

import pytest

from gateway.model import CRITERIA, Meaning, ReplyClass
from gateway.replies import interpret

CORPUS = Path(__file__).with_name("replies.tsv")


def load(path: Path) -> list[tuple[str, str]]:
    """Texts with their labels. Lines are not stripped: spaces, BOM and zero-width signs are part of some texts."""
    rows = path.read_text(encoding="utf-8").split("\n")[1:]
    pairs = [row.split("\t")[:2] for row in rows if row]
    return [(text.replace("\\n", "\n"), expected) for text, expected in pairs]


def label(meaning: Meaning) -> str:
    """A meaning in the notation of the corpus."""
    match meaning.cls:
        case ReplyClass.RATING:
            return f"rating:{meaning.rating}" + ("+optout" if meaning.opt_out else "")
        case ReplyClass.VECTOR:
            return "vector:" + ",".join(str(meaning.criteria[name]) for name in CRITERIA)
        case ReplyClass.PARTIAL:
            return "partial:" + ",".join(f"{name}={mark}" for name, mark in meaning.criteria.items())
        case cls:
            return str(cls)


ROWS = load(CORPUS)


def test_corpus_is_whole() -> None:
    assert len(ROWS) == 321


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_no_text_of_the_corpus_gets_a_wrong_number(text: str, expected: str) -> None:
    meaning = interpret(text)
    if meaning.rating is not None or meaning.criteria:
        assert label(meaning) == expected, meaning.rule


def test_class_is_exact_for_at_least_97_percent_of_the_corpus() -> None:
    misses = [(text, expected, label(interpret(text))) for text, expected in ROWS if label(interpret(text)) != expected]
    assert len(misses) <= 0.03 * len(ROWS), misses


@pytest.mark.parametrize(("text", "expected"), [row for row in ROWS if row[1].startswith("rating")])
def test_case_and_spaces_never_change_a_rating(text: str, expected: str) -> None:
    for variant in (text.upper(), f"  {text}\n", f"{text}\u200b", text.replace(" ", "\u00a0")):
        meaning = interpret(variant)
        assert meaning.rating in (None, int(expected[7])), (variant, meaning.rule)
