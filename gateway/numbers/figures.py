"""Draws the report up: groups of visits, each with its ratings, its response, and where it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.errors import GatewayError
from gateway.model import CRITERIA, OVERALL
from gateway.statistics.ranking import Ranking, Sample, Standing, rank
from gateway.statistics.response import NEVER_ASKED, Outcome, Response, respond
from gateway.statistics.summary import Summary, summarise_counts
from gateway.statistics.trend import Chart, Point, Week, chart
from gateway.store import numbers as rows
from gateway.store.numbers import Marks, Selection
from gateway.subjects import name_of, region_of

GROUPINGS = ("office", "region", "service", "criterion", "week", "channel")
_RANKED = ("office", "region")
OUTCOMES = {
    **{outcome.value: outcome for outcome in Outcome},
    "rated": Outcome.COMPLETE,
    "declined": Outcome.REFUSAL,
    "unknown": Outcome.IN_DOUBT,
}
"""What each disposition of the ledger is called here."""


class ReportError(GatewayError):
    """The report was asked for something the database does not have."""


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the report.

    `ratings` are all marks of the line, `given` those that the citizen gave himself; they differ only where a criterion
    is counted, by the *expanded* marks, which repeat an overall rating. `other` visits were rated without such a mark.
    `response` is None for a criterion, which is not asked about alone, and for a channel: only ours ask anybody.
    """

    key: str
    name: str
    ratings: Summary
    given: Summary
    other: int
    response: Response | None
    standing: Standing | None = None
    point: Point | None = None

    @property
    def expanded(self) -> int:
        return self.ratings.total - self.given.total


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole report: `by` what, of which mark, of which visits; its lines and all of them together.

    By channel, `several` visits were rated by more than one: each of those has them, and the whole has them once.
    """

    by: str
    mark: str
    selection: Selection
    groups: tuple[Group, ...]
    whole: Group
    ranking: Ranking | None = None
    trend: Chart | None = None
    several: int = 0


@dataclass(slots=True)
class _Tally:
    """What is counted of a group while the rows are read."""

    given: Counter[int] = field(default_factory=Counter)
    expanded: Counter[int] = field(default_factory=Counter)
    other: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    delivered: int = 0

    def add(self, marks: Marks, mark: str) -> None:
        value = marks.overall if mark == OVERALL else marks.criteria[mark]
        if value is None:
            self.other += marks.visits
        elif marks.expanded and mark != OVERALL:
            self.expanded[value] += marks.visits
        else:
            self.given[value] += marks.visits

    def group(self, key: str, name: str) -> Group:
        response = respond(self.outcomes, self.delivered)
        return Group(
            key, name, summarise_counts(self.given + self.expanded), summarise_counts(self.given), self.other, response
        )


def draw_up(db: Database, by: str, selection: Selection, mark: str = OVERALL) -> Figures:
    """The report `by` one of GROUPINGS, of the overall rating or of one criterion; `criterion` is of all of them.

    Raises ReportError for an office, service or source that the database does not know.
    """
    _check(db, selection)
    if by == "criterion":
        return _by_criterion(db, selection)
    if by == "channel":
        return _by_channel(db, selection, mark)
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    whole = _Tally()
    for marks in rows.marks(db, by, selection):
        for tally in (tallies[_folded(by, marks.key)], whole):
            tally.add(marks, mark)
    for key, disposition, visits, delivered in rows.outcomes(db, by, selection):
        for tally in (tallies[_folded(by, key)], whole):
            _count(tally, disposition, visits, delivered)
    if by == "week":
        _fill_gaps(tallies)
    names = _names(db, by, tallies)
    groups = tuple(tally.group(key, names[key]) for key, tally in sorted(tallies.items()))
    return _judged(Figures(by, mark, selection, groups, whole.group("all", "all")))


def _check(db: Database, selection: Selection) -> None:
    for noun, wanted, known in (
        ("office", selection.offices, rows.offices(db).keys()),
        ("service", selection.services, rows.services(db).keys()),
        ("source", selection.sources, rows.sources(db)),
    ):
        for name in wanted:
            if name not in known:
                raise ReportError(f"There is no {noun} {name}; there are: {', '.join(sorted(known)) or 'none'}.")


def _by_criterion(db: Database, selection: Selection) -> Figures:
    """A line a criterion, in the order of the form; the overall ratings of the same visits stand for the whole."""
    tallies = {mark: _Tally() for mark in (*CRITERIA, OVERALL)}
    for marks in rows.marks(db, "all", selection):
        for mark, tally in tallies.items():
            tally.add(marks, mark)
    for _, disposition, visits, delivered in rows.outcomes(db, "all", selection):
        _count(tallies[OVERALL], disposition, visits, delivered)
    groups = tuple(replace(tallies[mark].group(mark, mark), response=None) for mark in CRITERIA)
    return Figures("criterion", OVERALL, selection, groups, tallies[OVERALL].group(OVERALL, OVERALL))


def _by_channel(db: Database, selection: Selection, mark: str) -> Figures:
    """A line a channel, each with its last word about every visit that it has rated; the whole has a visit once."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for marks in rows.marks(db, "channel", selection):
        tallies[marks.key].add(marks, mark)
    whole = _Tally()
    for marks in rows.marks(db, "all", selection):
        whole.add(marks, mark)
    for _, disposition, visits, delivered in rows.outcomes(db, "all", selection):
        _count(whole, disposition, visits, delivered)
    groups = tuple(replace(tally.group(key, key), response=None) for key, tally in sorted(tallies.items()))
    several = rows.rated_by_several(db, selection)
    return Figures("channel", mark, selection, groups, whole.group("all", "all"), several=several)


def _count(tally: _Tally, disposition: str, visits: int, delivered: int) -> None:
    outcome = OUTCOMES[disposition]
    tally.outcomes[outcome] += visits
    if outcome not in NEVER_ASKED:
        tally.delivered += delivered


def _folded(by: str, key: str) -> str:
    """The group that a key of the database belongs to."""
    if by == "region":
        return region_of(key)
    if by == "week":
        zone, moment = key.split(" ")
        day = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        return (day - timedelta(days=day.weekday())).isoformat()
    return key


def _fill_gaps(tallies: defaultdict[str, _Tally]) -> None:
    """A week without a visit is a week too."""
    if tallies:
        week, last = date.fromisoformat(min(tallies)), date.fromisoformat(max(tallies))
        while week < last:
            week += timedelta(days=7)
            tallies[week.isoformat()]


def _names(db: Database, by: str, keys: Iterable[str]) -> Mapping[str, str]:
    if by == "office":
        return rows.offices(db)
    if by == "service":
        return rows.services(db)
    return {key: name_of(key) if by == "region" else key for key in keys}


def _judged(figures: Figures) -> Figures:
    """With what comparing the groups adds: ranks for offices and regions, limits for weeks.

    Only marks that were given themselves are compared: an expanded one says of a criterion what another question said.
    """
    if figures.by in _RANKED:
        ranking = rank([Sample(group.key, _positive(group.given), group.given.total) for group in figures.groups])
        if ranking is None:
            return figures
        groups = {group.key: group for group in figures.groups}
        ordered = tuple(replace(groups[standing.key], standing=standing) for standing in ranking.standings)
        return replace(figures, groups=ordered, ranking=ranking)
    if figures.by == "week":
        weeks = [
            Week(date.fromisoformat(group.key), _positive(group.given), group.given.total) for group in figures.groups
        ]
        trend = chart(weeks)
        pairs = zip(figures.groups, trend.points, strict=True)
        return replace(figures, groups=tuple(replace(group, point=point) for group, point in pairs), trend=trend)
    return figures


def _positive(summary: Summary) -> int:
    return summary.counts[4] + summary.counts[5]
