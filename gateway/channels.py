"""Ratings that come by other channels than ours: a portal, a terminal in the hall, paper, an outside telephone centre.

Pure. One visit may be rated by several channels. Each keeps its own ratings: within a channel the last one corrects
those before it, between channels none corrects another. Where a visit is counted once, its newest rating counts,
whatever channel it came by: it is the citizen's last word, and no channel weighs more than another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.model import CRITERIA, LOWEST_GOOD, OVERALL, Visit

CHANNELS = ("portal", "terminal", "paper", "phone")
"""The channels of others; ours are `sms` and `voice`, the survey taken by telephone at our own desk."""


def unreported(channel: str) -> str:
    """Whose the visits are that nobody has reported, and a channel has rated."""
    return f"{channel} (unreported)"


@dataclass(frozen=True, slots=True)
class Known:
    """A visit that was reported: its number, the time zone of its office, and when it was received."""

    id: int
    zone: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ChannelRating:
    """A rating that came by a channel (`source`), which knows it by `outside_id`.

    `visit` is the number of one we know, or one to be made. `given` holds the marks that were given, by key; a number
    in `comment` that could be a phone is masked.
    """

    source: str
    outside_id: str
    visit: int | Visit
    rated_at: datetime
    given: Mapping[str, int] = field(default_factory=dict)
    comment: str = ""
    form_version: str = ""

    @property
    def expanded(self) -> bool:
        """Whether the one overall mark stands for all criteria, which are all that the federal form has."""
        return not any(key in self.given for key in CRITERIA)

    @property
    def overall(self) -> int | None:
        """The mark of the whole: the one that was given, else that of five equal criteria."""
        if OVERALL in self.given:
            return self.given[OVERALL]
        marks = set(self.criteria.values()) if len(self.criteria) == len(CRITERIA) else set()
        return marks.pop() if len(marks) == 1 else None

    @property
    def criteria(self) -> dict[str, int]:
        """The marks by criterion."""
        if self.expanded:
            return dict.fromkeys(CRITERIA, self.given[OVERALL])
        return {key: self.given[key] for key in CRITERIA if key in self.given}

    @property
    def mode(self) -> str:
        """`criteria` where nobody has rated the whole."""
        return OVERALL if OVERALL in self.given else "criteria"

    @property
    def is_low(self) -> bool:
        """Whether somebody should ask what was wrong."""
        return is_low(self.given.values())


def is_low(marks: Iterable[int]) -> bool:
    """Whether one of the marks is one that somebody calls about."""
    return any(mark < LOWEST_GOOD for mark in marks)


@dataclass(frozen=True, slots=True)
class Word:
    """What a channel has said before: of which visit, when, the marks that were given, and the comment."""

    visit: int
    rated_at: datetime
    given: Mapping[str, int]
    comment: str
