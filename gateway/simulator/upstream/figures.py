"""What the public page counts: a selection of ratings, and of it shares, means, groups, days and comments.

A rating counts by its overall mark; where nobody asked for one, by the mean of its criteria, rounded to a mark. Below
`SMALL_SAMPLE` ratings no share is told and nothing is ranked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from gateway.simulator.upstream import okato
from gateway.simulator.upstream.form import Form
from gateway.simulator.upstream.keeping import Keeping
from gateway.simulator.upstream.taken import CRITERIA, POSITIVE, plain
from gateway.statistics.intervals import Interval, wilson
from gateway.statistics.summary import SMALL_SAMPLE

PAGE = 20
"""Comments on a page."""
DAYS = 62
"""A longer time is shown by month."""
_LONGEST = 200

DIMENSIONS = {
    "region": "substr(okato, 1, 2)",
    "office": "vendor || '/' || coalesce(office, '')",
    "service": "service_id",
    "authority": "authority_id",
    "source": "coalesce(source, '-')",
}
_SOURCES = {
    "sms": "СМС", "voice": "голосовой опрос", "portal": "портал", "terminal": "терминал", "paper": "бумажная анкета",
    "phone": "телефон", "-": "канал не указан",
}  # fmt: skip

_WHERE = f"""counts
 AND (:region = '' OR {DIMENSIONS["region"]} = :region) AND (:office = '' OR {DIMENSIONS["office"]} = :office)
 AND (:service = '' OR service_id = :service) AND (:authority = '' OR authority_id = :authority)
 AND (:source = '' OR {DIMENSIONS["source"]} = :source) AND (:first = '' OR rated_at >= :first)
 AND (:last = '' OR substr(rated_at, 1, 10) <= :last)"""
_TOLD = f"count(*) ratings, coalesce(sum(mark >= {POSITIVE}), 0) positive, coalesce(sum(score), 0) total"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which ratings are looked at; an empty field leaves everything in. Days are ISO dates."""

    region: str = ""
    office: str = ""
    service: str = ""
    authority: str = ""
    source: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Some ratings together."""

    name: str
    key: str
    ratings: int
    positive: int
    total: float

    @property
    def few(self) -> bool:
        return self.ratings < SMALL_SAMPLE

    @property
    def share(self) -> float | None:
        """Of positive ratings, 0 to 1; None of too few."""
        return None if self.few else self.positive / self.ratings

    @property
    def mean(self) -> float | None:
        return self.total / self.ratings if self.ratings else None

    @property
    def interval(self) -> Interval | None:
        """Where the share is, with 95 % confidence."""
        return None if self.few else wilson(self.positive, self.ratings)

    def as_json(self) -> dict[str, Any]:
        sure = self.interval
        return {
            "key": self.key, "name": self.name, "ratings": self.ratings, "positive": self.positive,
            "share": self.share, "share_95": None if sure is None else [sure.low, sure.high], "mean": self.mean,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote, numbers masked, and to what."""

    text: str
    mark: int
    day: str
    office: str
    service: str


@dataclass(frozen=True, slots=True)
class Results:
    """Everything the page shows of a selection. `unnamed` ratings came in a dialect without office, channel and
    comment."""

    whole: Count
    marks: Mapping[int, int]
    criteria: tuple[Count, ...]
    trend: tuple[Count, ...]
    groups: Mapping[str, tuple[Count, ...]]
    comments: int
    unnamed: int

    def as_json(self) -> dict[str, Any]:
        return {
            "whole": self.whole.as_json(),
            "marks": {str(mark): count for mark, count in self.marks.items()},
            "criteria": [one.as_json() for one in self.criteria],
            "trend": [one.as_json() for one in self.trend],
            "groups": {by: [one.as_json() for one in groups] for by, groups in self.groups.items()},
            "comments": self.comments,
            "without_office_and_comment": self.unnamed,
        }


def selection(query: Mapping[str, str]) -> tuple[Selection, list[str]]:
    """What a query asks for, and a sentence about each thing that was not understood and is left out."""
    said: list[str] = []
    wanted = {name: plain(query.get(name, ""))[:_LONGEST] for name in (*DIMENSIONS, "first", "last")}
    for name in ("first", "last"):
        try:
            wanted[name] = date.fromisoformat(wanted[name]).isoformat() if wanted[name] else ""
        except ValueError:
            said.append(f"Дата «{wanted[name]}» не распознана и не учтена: нужна дата вида 2017-09-12.")
            wanted[name] = ""
    if wanted["first"] and wanted["last"] and wanted["first"] > wanted["last"]:
        wanted["first"], wanted["last"] = wanted["last"], wanted["first"]
        said.append("Начало периода было позже конца: даты переставлены.")
    return Selection(**wanted), said


class Figures:
    """Draws up results; those of the same ratings and the same selection are drawn up once."""

    def __init__(self, kept: Keeping, form: Callable[[], Form]) -> None:
        self._kept = kept
        self._form = form
        self._drawn = lru_cache(maxsize=64)(self._draw)
        self._named = lru_cache(maxsize=1)(self._names)

    def results(self, chosen: Selection) -> Results:
        """The results of a selection, as of now."""
        return self._drawn(chosen, self._kept.version())

    def choices(self) -> Mapping[str, tuple[Count, ...]]:
        """What there is to choose from: the groups of everything."""
        return self.results(Selection()).groups

    def comments(self, chosen: Selection, page: int) -> list[Comment]:
        """The comments of a page, which are counted from 1; the latest first."""
        rows = self._select(
            f"comment, mark, substr(rated_at, 1, 10) day, service_id, {DIMENSIONS['office']} office",
            {**asdict(chosen), "limit": PAGE, "offset": (page - 1) * PAGE},
            "AND comment IS NOT NULL ORDER BY rated_at DESC, n DESC LIMIT :limit OFFSET :offset",
        )
        return [
            Comment(
                plain(row["comment"]),
                row["mark"],
                row["day"],
                self._name("office", row["office"]),
                self._name("service", row["service_id"]),
            )
            for row in rows
        ]

    def _draw(self, chosen: Selection, version: int) -> Results:
        ask = asdict(chosen)
        whole = self._select(f"{_TOLD}, count(comment) comments, coalesce(sum(office IS NULL), 0) unnamed", ask)[0]
        counted = self._select("mark, count(*) ratings", ask, "GROUP BY mark")
        marks = {row["mark"]: row["ratings"] for row in counted}
        return Results(
            whole=_count("Все оценки", "", whole),
            marks={mark: marks.get(mark, 0) for mark in (5, 4, 3, 2, 1)},
            criteria=self._criteria(ask),
            trend=self._trend(ask),
            groups={by: self._groups(by, ask) for by in DIMENSIONS},
            comments=whole["comments"],
            unnamed=whole["unnamed"],
        )

    def _criteria(self, ask: Mapping[str, str]) -> tuple[Count, ...]:
        told = ", ".join(
            f"count({key}) {key}_n, coalesce(sum({key} >= {POSITIVE}), 0) {key}_p, coalesce(sum({key}), 0) {key}_t"
            for key in CRITERIA
        )
        row = self._select(told, ask)[0]
        titles = self._form().criteria
        return tuple(
            Count(titles[key].title, key, row[f"{key}_n"], row[f"{key}_p"], row[f"{key}_t"]) for key in CRITERIA
        )

    def _trend(self, ask: Mapping[str, str]) -> tuple[Count, ...]:
        def by(digits: int) -> list[sqlite3.Row]:
            return self._select(
                f"substr(rated_at, 1, :digits) day, {_TOLD}", {**ask, "digits": digits}, "GROUP BY 1 ORDER BY 1"
            )

        rows = by(len("2017-09-12"))
        if rows and (_apart(rows[0]["day"], rows[-1]["day"]) > DAYS or not _tells(rows)):
            months = by(len("2017-09"))
            rows = months if _apart(rows[0]["day"], rows[-1]["day"]) > DAYS or _tells(months) else rows
        return tuple(_count(row["day"], row["day"], row) for row in rows)

    def _groups(self, by: str, ask: Mapping[str, str]) -> tuple[Count, ...]:
        rows = self._select(f"{DIMENSIONS[by]} key, {_TOLD}", ask, "GROUP BY 1")
        groups = [_count(self._name(by, row["key"]), row["key"], row) for row in rows]
        return tuple(sorted(groups, key=lambda one: (one.few, -(one.share or 0), -one.ratings, one.name)))

    def _select(self, what: str, ask: Mapping[str, Any], rest: str = "") -> list[sqlite3.Row]:
        return self._kept.rows(" ".join(("SELECT", what, "FROM forms WHERE", _WHERE, rest)), ask)

    def _name(self, by: str, key: str) -> str:
        if by == "region":
            return okato.region(key)
        if by == "source":
            return _SOURCES.get(key, plain(key))
        name = self._named(self._kept.version()).get((by, key))
        if name:
            return name
        if by == "office":
            vendor, _, office = key.partition("/")
            return plain(f"{office} (поставщик {vendor})") if office else f"офис не указан (поставщик {vendor})"
        return plain(f"{'услуга' if by == 'service' else 'ведомство'} № {key}")

    def _names(self, version: int) -> dict[tuple[str, str], str]:
        rows = self._kept.rows("SELECT kind, id, name FROM names", {})
        return {(row["kind"], row["id"]): plain(row["name"]) for row in rows}


def _count(name: str, key: str, row: Any) -> Count:
    return Count(name, key, row["ratings"], row["positive"], row["total"])


def _tells(rows: Sequence[sqlite3.Row]) -> bool:
    """Whether any of them has enough ratings for a share."""
    return any(row["ratings"] >= SMALL_SAMPLE for row in rows)


def _apart(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
