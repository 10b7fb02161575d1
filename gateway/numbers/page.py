"""The report as a person reads it: a table, the response with its denominators, and what has to be said beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tabulate import tabulate

from gateway.model import OVERALL
from gateway.numbers.figures import Figures, Group
from gateway.statistics.intervals import RATINGS, Interval
from gateway.statistics.response import Outcome, Response
from gateway.statistics.summary import SMALL_SAMPLE, Summary
from gateway.statistics.trend import FEWEST_WEEKS, WEEKS_TOGETHER

_NONE = "–"
_NAMED_TIES = 12
Grey = Callable[[str], str]


def as_text(figures: Figures, grey: Grey = str) -> str:
    """The report as text. `grey` makes what is of a small sample stand back, where the medium can."""
    parts = [_heading(figures), _table(figures, grey)]
    if figures.whole.response is not None and figures.whole.response.visits:
        parts.append(_response(figures.whole.response))
    parts.append("\n".join(_remarks(figures)))
    return "\n\n".join(filter(None, parts))


def overview(figures: Figures, most: int) -> str:
    """The groups with most visits in short, and how many there are besides."""
    asked = [(group.response, group) for group in figures.groups if group.response is not None]
    asked.sort(key=lambda pair: -pair[0].visits)
    rows = [
        (group.name, response.visits, response.asked, response.rated, *_shares(group.given), _few(group))
        for response, group in asked
    ]
    headers = (figures.by, "visits", "asked", "rated", "4 and 5", "95 %", "")
    table = tabulate(rows[:most], headers=headers)
    return table if len(rows) <= most else f"{table}\n… and {len(rows) - most} smaller {figures.by}s"


def _heading(figures: Figures) -> str:
    selection = figures.selection
    period = " ".join(
        f"{word} {day.isoformat()}" for word, day in (("from", selection.first), ("to", selection.last)) if day
    )
    mark = "overall ratings" if figures.mark == OVERALL else f"ratings of {figures.mark}"
    wanted = "; ".join(
        ", ".join(names) for names in (selection.offices, selection.services, selection.sources) if names
    )
    return f"By {figures.by}, {mark}: visits received {period or 'at any time'}" + (
        f"; only {wanted}" if wanted else ""
    )


def _table(figures: Figures, grey: Grey) -> str:
    headers, cells = _COLUMNS[figures.by]
    rows = []
    for group in (*figures.groups, figures.whole):
        row = cells(group)
        rows.append([grey(cell) for cell in row] if group.given.small else row)
    return tabulate(rows, headers=headers, disable_numparse=True, colalign=_alignment(headers))


def _alignment(headers: tuple[str, ...]) -> tuple[str, ...]:
    """Words to the left, numbers to the right."""
    return tuple("left" if header in _WORDS else "right" for header in headers)


_WORDS = ("office", "region", "service", "criterion", "week", "channel", "95 %", "range", "limits", "signal", "")
_SCORES = tuple(str(rating) for rating in RATINGS)


def _scores(summary: Summary) -> list[str]:
    return [str(summary.counts[rating]) for rating in RATINGS]


def _shares(summary: Summary) -> list[str]:
    return [_percent(summary.share), _between(summary.interval, 100)]


def _means(summary: Summary) -> list[str]:
    return [_NONE if summary.mean is None else f"{summary.mean:.2f}", _between(summary.mean_interval, 1, 2)]


def _few(group: Group) -> str:
    return "few" if group.given.small else ""


def _answered(group: Group) -> list[str]:
    response = group.response
    if response is None or not response.asked:
        return [_NONE, _NONE]
    return [f"{response.rated}/{response.asked}", _percent(response.rated / response.asked)]


def _compared(group: Group) -> list[str]:
    standing = group.standing
    place = ["", ""]
    if standing is not None and standing.rank is not None:
        place = [f"{standing.rank}{'=' if standing.equal else ''}", f"{standing.best}–{standing.worst}"]
    shrunken = "" if standing is None or not group.given.total else _percent(standing.shrunken)
    numbers = [*_answered(group), *_scores(group.given), *_shares(group.given), shrunken, *_means(group.given)]
    return [*place, group.name, *numbers, _few(group)]


def _listed(group: Group) -> list[str]:
    return [
        group.name,
        *_answered(group),
        *_scores(group.given),
        *_shares(group.given),
        *_means(group.given),
        _few(group),
    ]


def _criterion(group: Group) -> list[str]:
    given = [str(group.given.total), *_shares(group.given), _few(group)]
    return [group.name, *_scores(group.ratings), *_shares(group.ratings), *_means(group.ratings), *given]


def _channel(group: Group) -> list[str]:
    given = group.given
    return [group.name, str(given.total), *_scores(given), *_shares(given), *_means(given), _few(group)]


def _week(group: Group) -> list[str]:
    point = group.point
    limits, signals = ("", "") if point is None else (_between(point.limits, 100, 1), ", ".join(point.signals))
    return [group.name, *_answered(group), str(group.given.total), *_shares(group.given), limits, signals, _few(group)]


_TRAIL = ("4 and 5", "95 %", "mean", "95 %")
_COMPARED = (*_SCORES, "4 and 5", "95 %", "shrunken", "mean", "95 %", "")
_COLUMNS: dict[str, tuple[tuple[str, ...], Callable[[Group], list[str]]]] = {
    "office": (("rank", "range", "office", "rated", "RR2", *_COMPARED), _compared),
    "region": (("rank", "range", "region", "rated", "RR2", *_COMPARED), _compared),
    "service": (("service", "rated", "RR2", *_SCORES, *_TRAIL, ""), _listed),
    "criterion": (("criterion", *_SCORES, *_TRAIL, "given", "4 and 5", "95 %", ""), _criterion),
    "channel": (("channel", "ratings", *_SCORES, *_TRAIL, ""), _channel),
    "week": (("week", "rated", "RR2", "ratings", "4 and 5", "95 %", "limits", "signal", ""), _week),
}


def _response(response: Response) -> str:
    """All rates with both their halves, and what has become of every visit."""
    rows = [
        (rate.name, rate.symbol, _percent(rate.value), f"{rate.numerator} / {rate.denominator}", rate.formula)
        for rate in response.rates
    ]
    counts = ", ".join(f"{count} {outcome.value}" for outcome, count in response.outcomes.items() if count)
    table = tabulate(
        rows,
        headers=("rate", "AAPOR", "", "visits", "formula"),
        disable_numparse=True,
        colalign=("left", "left", "right", "right", "left"),
    )
    return f"{table}\n\n{response.visits} visits: {counts}"


def _remarks(figures: Figures) -> Iterator[str]:
    whole = figures.whole
    if any(group.given.small for group in (*figures.groups, whole)):
        yield f"few: fewer than {SMALL_SAMPLE} ratings; not to be compared, and not ranked"
    if figures.several:
        yield f"rated by several channels: {figures.several} visits; each has them, all has them once, by the newest"
    if figures.ranking is not None:
        yield from _ties(figures)
    if figures.trend is not None and figures.trend.centre is not None:
        yield from _trend(figures)
    if whole.other:
        mark = "overall rating" if figures.mark == OVERALL else f"own rating of {figures.mark}"
        yield f"rated without an {mark}, and not counted here: {whole.other} (see otklik report --by criterion)"
    expanded = max((group.expanded for group in (*figures.groups, whole)), default=0)
    if expanded and figures.by == "criterion":
        yield f"{expanded} marks of each criterion repeat an overall rating; given are those the citizen chose"
    elif expanded:
        yield f"{expanded} marks that repeat an overall rating are left out"
    waiting = whole.response.outcomes[Outcome.OPEN] if whole.response is not None else 0
    if waiting:
        yield f"open visits ({waiting}) count as not answered: the response may yet rise"


def _ties(figures: Figures) -> Iterator[str]:
    names = {group.key: group.name for group in figures.groups}
    yield "range: the ranks it may truly have; shrunken: its share, drawn towards the whole by what chance explains"
    first = next((group for group in figures.groups if group.standing is not None and group.standing.rank == 1), None)
    if first is None or first.standing is None or not first.standing.tied:
        return
    tied = [names[key] for key in first.standing.tied]
    more = f" and {len(tied) - _NAMED_TIES} more" if len(tied) > _NAMED_TIES else ""
    yield f"cannot be told apart from {first.name}: {', '.join(tied[:_NAMED_TIES])}{more}"


def _trend(figures: Figures) -> Iterator[str]:
    assert figures.trend is not None, "asked of weeks only"
    if all(point.limits is None for point in figures.trend.points):
        yield f"limits need {FEWEST_WEEKS} weeks with ratings"
        return
    yield (
        f"limits: around {_percent(figures.trend.centre)}, what chance explains; spread {figures.trend.spread:.2f}"
        " (1: nothing but chance)"
    )
    yield f"below, above: the week alone; falling, rising: {WEEKS_TOGETHER} weeks together"


def _percent(share: float | None) -> str:
    return _NONE if share is None else f"{100 * share:.1f} %"


def _between(interval: Interval | None, scale: int, digits: int = 1) -> str:
    return "" if interval is None else f"{scale * interval.low:.{digits}f}–{scale * interval.high:.{digits}f}"
