"""What the double understood of a packet, whatever dialect it came in.

Pure. `Rated.refused` is empty for a rating that fits, else the reason; the packet as a whole is well-formed by then.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import floor

CRITERIA = ("time", "queue", "staff", "comfort", "info")
POSITIVE = 4
"""From this mark on a rating is a positive one: «хорошо» and «отлично»."""

_LONG_NUMBER = re.compile(r"\+?\d(?:[\s()./\u2010-\u2015\u2212-]{0,3}\d){4,}")
_MARKS = re.compile(r"[1-5](?:[^\d][^\d]*[1-5]){4}")


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating. Dates are ISO 8601 with the sender's offset; None is what the dialect does not carry."""

    foreign_id: str
    okato: str
    authority_id: str
    service_id: str
    visited_at: str
    rated_at: str
    marks: Mapping[str, int]
    overall: int | None = None
    authority: str | None = None
    service: str | None = None
    office: str | None = None
    office_name: str | None = None
    source: str | None = None
    comment: str | None = None
    refused: str = ""

    @property
    def score(self) -> float | None:
        """The overall mark, or the mean of the criteria where no question asked for the whole."""
        if self.overall is not None:
            return float(self.overall)
        return sum(self.marks.values()) / len(self.marks) if self.marks else None

    @property
    def mark(self) -> int | None:
        """`score` as a mark from 1 to 5; a half goes up."""
        return None if self.score is None else floor(self.score + 0.5)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of service; of the phone only what may be shown is kept."""

    foreign_id: str
    phone: str
    okato: str
    authority_id: str
    service_id: str
    visited_at: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A packet: its dialect (`rates-xml`, `legacy-xml`, `json`, `events-xml`), whose it is and what is in it."""

    dialect: str
    vendor: int
    ratings: tuple[Rated, ...] = ()
    facts: tuple[Fact, ...] = field(default=())


def masked(text: str) -> str:
    """A comment with its numbers of five and more digits masked; five marks apart from each other are no number."""
    return _LONG_NUMBER.sub(lambda found: found[0] if _MARKS.fullmatch(found[0]) else "***", text)


def plain(text: str) -> str:
    """A text from outside on one line, without what steers a terminal or turns the direction of writing."""
    return "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text).strip()


def masked_phone(phone: str) -> str:
    """`+79131234567` as it may be kept: `+7913***4567`."""
    return f"{phone[:5]}***{phone[-4:]}"


def moment(text: str) -> str:
    """A date and time in the one way of writing that is kept. Raises ValueError for one there is not."""
    return datetime.fromisoformat(text).isoformat()


def in_order(one: str, other: str) -> tuple[str, str]:
    """Two dates with the earlier first: senders disagree which of `date` and `received-date` is the visit, but nobody
    rates before he was served. Raises ValueError for a date there is not."""
    first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    if (first.tzinfo is None) != (second.tzinfo is None):
        raise ValueError("one date has an offset from UTC and the other has none")
    earlier, later = (first, second) if first <= second else (second, first)
    return earlier.isoformat(), later.isoformat()
