"""The report as plain values, for other programs. Names are fixed: new ones may come, none goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.numbers.figures import Figures, Group
from gateway.statistics.intervals import RATINGS, Interval
from gateway.statistics.response import Outcome, Response, respond
from gateway.statistics.summary import Summary

_DIGITS = 6


def _column(name: str) -> str:
    return name.replace(" ", "_")


_RESPONSE_COLUMNS = ("visits", "asked", "rated", "delivered")
_OUTCOME_COLUMNS = tuple(_column(outcome.value) for outcome in Outcome)
_RATE_COLUMNS = tuple(
    f"{_column(rate.symbol.lower() or rate.name)}{end}" for rate in respond({}).rates for end in ("", "_of")
)


def as_json(figures: Figures) -> dict[str, Any]:
    """The report as one object."""
    selection, ranking, trend = figures.selection, figures.ranking, figures.trend
    return {
        "by": figures.by,
        "mark": figures.mark,
        "from": None if selection.first is None else selection.first.isoformat(),
        "to": None if selection.last is None else selection.last.isoformat(),
        "offices": list(selection.offices),
        "services": list(selection.services),
        "sources": list(selection.sources),
        "ranking": None if ranking is None else {"overall": _r(ranking.overall), "weight": _r(ranking.weight)},
        "trend": None if trend is None else {"centre": _r(trend.centre), "spread": _r(trend.spread)},
        "several": figures.several,
        "groups": [_group(group) for group in figures.groups],
        "whole": _group(figures.whole),
    }


def as_row(group: Group) -> dict[str, Any]:
    """A line of the report as a flat row, for CSV; the same columns for every line of every report."""
    flat = _group(group)
    response = flat.pop("response")
    for name in ("equal", "tied", "signals"):
        flat[name] = " ".join(flat[name])
    given = flat.pop("given")
    flat |= {f"given_{name}": given[name] for name in ("ratings", "share", "share_low", "share_high")}
    flat |= dict.fromkeys((*_RESPONSE_COLUMNS, *_OUTCOME_COLUMNS, *_RATE_COLUMNS))
    if response is not None:
        flat |= {name: response[name] for name in _RESPONSE_COLUMNS}
        flat |= {_column(name): count for name, count in response["outcomes"].items()}
        for rate in response["rates"]:
            name = _column(rate["symbol"].lower() or rate["name"])
            flat |= {name: rate["value"], f"{name}_of": rate["denominator"]}
    return flat


def _group(group: Group) -> dict[str, Any]:
    standing, point = group.standing, group.point
    return {
        "key": group.key,
        "name": group.name,
        **_summary(group.ratings),
        "expanded": group.expanded,
        "given": _summary(group.given),
        "other": group.other,
        "rank": None if standing is None else standing.rank,
        "rank_best": None if standing is None else standing.best,
        "rank_worst": None if standing is None else standing.worst,
        "equal": [] if standing is None else list(standing.equal),
        "tied": [] if standing is None else list(standing.tied),
        "shrunken": None if standing is None else _r(standing.shrunken),
        **_ends("shrunken", None if standing is None else standing.interval),
        **_ends("limit", None if point is None else point.limits),
        "signals": [] if point is None else list(point.signals),
        "response": None if group.response is None else _response(group.response),
    }


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "ratings": summary.total,
        **{f"score_{rating}": summary.counts[rating] for rating in RATINGS},
        "share": _r(summary.share),
        **_ends("share", summary.interval),
        "mean": _r(summary.mean),
        **_ends("mean", summary.mean_interval),
        "small": summary.small,
    }


def _response(response: Response) -> Mapping[str, Any]:
    return {
        "visits": response.visits,
        "asked": response.asked,
        "rated": response.rated,
        "delivered": response.delivered,
        "outcomes": {outcome.value: count for outcome, count in response.outcomes.items()},
        "rates": [
            {
                "name": rate.name,
                "symbol": rate.symbol,
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "value": _r(rate.value),
                "formula": rate.formula,
            }
            for rate in response.rates
        ],
    }


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return {f"{name}_low": _r(low), f"{name}_high": _r(high)}


def _r(value: float | None) -> float | None:
    """Six digits after the point: more is not known, and fewer lines differ."""
    return None if value is None else round(value, _DIGITS)
