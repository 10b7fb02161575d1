"""The page of a question: the answers, pictures of what depends on what, and the table."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.simulator.report import drawing
from gateway.simulator.report.blocks import Block, Picture, Section, Source, Table, Text
from gateway.simulator.report.linepicture import Line, Plan, lines
from gateway.simulator.report.linepicture import Point as Place
from gateway.simulator.report.page import render
from gateway.simulator.scenario import files
from gateway.simulator.scenario.vary import short_name
from gateway.simulator.whatif import goals
from gateway.simulator.whatif.figures import GOAL, KINDS, Kind, estimates
from gateway.simulator.whatif.points import Point
from gateway.simulator.whatif.question import Result
from gateway.simulator.whatif.tables import difference_rows, heading, keys_of, rows

_DRAWN = ("in_time", "wait_p95_s", "cost_per_rating")


def page(result: Result) -> str:
    """The whole page, as HTML."""
    question = result.question
    sections = [
        Section("answers", "How many modems are enough", [Text(answer.told) for answer in result.answers]),
        Section("pictures", "What depends on what", _pictures(result)),
        Section("points", "All points", _tables(result)),
        Section("scenario", "The scenario", [Source("What is varied here", files.text_of(question.scenario))]),
    ]
    return render(f"Otklik: what if, {question.scenario.name}", _about(result), [one for one in sections if one.blocks])


def _about(result: Result) -> list[str]:
    question = result.question
    scenario = question.scenario
    lines_ = [
        scenario.about,
        f"Seed {scenario.seed}; mode {scenario.mode}; replications of each point: {question.replications}. All points"
        " have the same seeds, so that the same people come to each.",
        f"The goal is {goals.told(scenario.goal)} of the moment an invitation may go out.",
    ]
    if result.interrupted:
        lines_.append("It was interrupted: this is what there was. Give the same command with --resume to go on.")
    if not result.balanced:
        lines_.append("The ledger of some replications does not balance.")
    return lines_


def _tables(result: Result) -> list[Block]:
    shown, points = [kind.key for kind in KINDS], result.points
    words = frozenset(map(short_name, keys_of(points)))
    tables: list[Block] = [
        Table("Means over replications, with 95 % intervals by Student's t", *rows(points, shown), words)
    ]
    if len(points) > 1 and result.question.replications > 1:
        caption = "What differs from the first point, pair by pair of equal people, with 95 % intervals"
        tables.append(Table(caption, *difference_rows(points, shown), words))
    return tables


def _pictures(result: Result) -> list[Block]:
    axis = _axis(result.points)
    if axis is None:
        return []
    if not drawing.available():
        return [Text("Pictures need matplotlib: pip install 'otklik[report]'.", "soft")]
    return [_picture(result, axis, kind) for kind in KINDS if kind.key in _DRAWN]


def _axis(points: Sequence[Point]) -> str | None:
    """What to draw along: the key with most values."""
    counts = {key: len({point.changes.get(key) for point in points}) for key in keys_of(points)}
    most = max(counts.values(), default=0)
    return next((key for key, count in counts.items() if count == most > 1), None)


def _picture(result: Result, axis: str, kind: Kind) -> Picture:
    words = sorted({point.changes[axis] for point in result.points if axis in point.changes}, key=_place)
    numbers = [_number(word) for word in words]
    places = {
        word: float(place) if number is None or None in numbers else number
        for place, (word, number) in enumerate(zip(words, numbers, strict=True))
    }
    drawn: dict[str, list[Place]] = {}
    for point in sorted(result.points, key=lambda point: places.get(point.changes.get(axis, ""), 0.0)):
        one = estimates(point.figures)[kind.key]
        if one is None or axis not in point.changes:
            continue
        label = (
            ", ".join(f"{short_name(key)} {value}" for key, value in point.changes.items() if key != axis) or kind.title
        )
        ends = (None, None) if one.low is None or one.high is None else (one.low * kind.factor, one.high * kind.factor)
        drawn.setdefault(label, []).append(Place(places[point.changes[axis]], one.mean * kind.factor, *ends))
    plan = Plan(
        short_name(axis),
        heading(kind),
        [Line(label, places_) for label, places_ in drawn.items()],
        {place: word for word, place in places.items()},
        (result.question.scenario.goal.share * kind.factor, "the goal") if kind is GOAL else None,
    )
    says = f"{kind.title} against {short_name(axis)}, with 95 % intervals; the numbers are in the table."
    return lines(kind.key.replace("_", "-"), kind.title.capitalize(), says, plan)


def _place(word: str) -> tuple[float, str]:
    number = _number(word)
    return (float("inf") if number is None else number, word)


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
