"""A picture of lines with bands: how something changes with a key, for each value of another, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.simulator.report.blocks import Picture
from gateway.simulator.report.colours import ALARM, DEEP, GOAL, INK, MIDDLE, SOFT
from gateway.simulator.report.drawing import drawing

_LOOKS = (
    (DEEP, "-", "o"), (ALARM, "--", "s"), (MIDDLE, "-.", "^"), (INK, ":", "D"), (GOAL, (0, (5, 1, 1, 1, 1, 1)), "v"),
    (SOFT, (0, (1, 2)), "P"),
)  # fmt: skip
MOST_LINES = len(_LOOKS)
"""More cannot be told apart; the others are for the table."""


@dataclass(frozen=True, slots=True)
class Point:
    """`y` at `x`, and the ends of its interval where it has one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Points under one label, in order of x."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn: the titles of its axes (with units), its lines, names for places on the x axis that are no
    numbers, and a level that is wanted, with what it is called."""

    x: str
    y: str
    lines: Sequence[Line]
    ticks: Mapping[float, str] | None = None
    goal: tuple[float, str] | None = None


def lines(name: str, title: str, says: str, plan: Plan) -> Picture:
    """The picture of the first `MOST_LINES` lines. `name` is its id on the page, `says` tells it to those who cannot
    see it."""
    with drawing(340) as one:
        panel = one.panel
        for index, (line, (colour, dashes, marker)) in enumerate(zip(plan.lines, _LOOKS, strict=False)):
            points = line.points
            x = [point.x for point in points]
            low = [point.y if point.low is None else point.low for point in points]
            high = [point.y if point.high is None else point.high for point in points]
            if low != high:
                band = panel.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
                one.mark(band, f"band-{index}", f"{line.label}: 95 % interval")
            (drawn,) = panel.plot(
                x, [point.y for point in points], color=colour, linestyle=dashes, marker=marker, label=line.label
            )
            one.mark(drawn, f"line-{index}", line.label)
        if plan.goal is not None:
            level, called = plan.goal
            one.mark(panel.axhline(level, color=GOAL, linestyle=(0, (2, 2)), linewidth=1.4), "goal", called)
            where = panel.get_yaxis_transform()
            panel.annotate(called, (1, level), (-4, 3), where, "offset points", ha="right", color=GOAL)
        if plan.ticks is not None:
            panel.set_xticks(list(plan.ticks), list(plan.ticks.values()))
        panel.set_xlabel(plan.x)
        panel.set_ylabel(plan.y)
        panel.grid(axis="y")
        if len(plan.lines) > 1:
            panel.legend(loc="best")
        return one.finish(name, title, says)
