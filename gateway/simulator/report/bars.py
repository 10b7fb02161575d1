"""Pictures made of bars: lying ones for amounts under names, standing ones for counts between bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from gateway.simulator.report.blocks import Picture
from gateway.simulator.report.colours import GOAL, INK, MIDDLE
from gateway.simulator.report.drawing import drawing
from gateway.simulator.report.wording import count, duration, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 26
"""Height of a bar with its gap."""
FRAME = 56
"""Height of the axis below, with its title."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One lying bar: the key of its id, its name, its length, and what is written behind it."""

    key: str
    name: str
    length: float
    said: str


def lying(name: str, title: str, unit: str, bars: Sequence[Bar], until: float | None = None) -> Picture:
    """Bars from the top down, on an axis of `unit` that reaches `until` somewhere or has room for what is written."""
    with drawing(ROW * len(bars) + FRAME) as one:
        panel, rows = one.panel, range(len(bars))
        for bar, shape in zip(bars, panel.barh(rows, [bar.length for bar in bars], 0.7, color=MIDDLE), strict=True):
            one.mark(shape, bar.key, f"{bar.name}: {bar.said}")
            behind = (shape.get_width(), shape.get_y() + shape.get_height() / 2)
            panel.annotate(bar.said, behind, (6, 0), textcoords="offset points", va="center", color=INK, size=10.5)
        panel.set_yticks(rows, [bar.name for bar in bars])
        panel.tick_params("y", length=0)
        panel.invert_yaxis()
        panel.set_xlim(0, until or 1.3 * max(bar.length for bar in bars))
        panel.set_xlabel(unit)
        plain_counts(panel, "x")
        says = "; ".join(f"{bar.name}: {bar.said}" for bar in bars if bar.length)
        return one.finish(name, title, says)


@dataclass(frozen=True, slots=True)
class Spread:
    """Counts of `what` up to each bound, in bins that `people.binned` made in units of `unit_s` seconds, one of them at
    least with something in it; and a place among the bounds that matters, with what is said of it."""

    what: str
    bins: Sequence[Mapping[str, Any]]
    unit_s: float
    bound: float
    said: str


def standing(name: str, title: str, says: str, counts: Spread) -> Picture:
    """A bar for each bin as far as there is something, with the share so far above it, and a line at the bound."""
    bins, at = counts.bins, _place(counts.bins, counts.bound)
    shown = bins[: max(int(at) + 2, *(index + 1 for index, each in enumerate(bins) if each["count"]))]
    with drawing(330) as one:
        panel, x, names = one.panel, range(len(shown)), _names(bins, counts.unit_s)
        shapes = panel.bar(x, [each["count"] for each in shown], 0.86, color=MIDDLE)
        for index, (each, shape) in enumerate(zip(shown, shapes, strict=True)):
            one.mark(shape, f"bin-{index}", f"{names[index]}: {count(each['count'])}, {percent(each['so_far'])} so far")
            if each["count"]:
                panel.text(index, each["count"], percent(each["so_far"]), ha="center", va="bottom", size=9, color=INK)
        one.mark(panel.axvline(at, color=GOAL, linestyle="--"), "bound", counts.said)
        where = panel.get_xaxis_transform()
        shift, side = (6, "left") if at < len(shown) / 2 else (-6, "right")
        panel.annotate(
            counts.said, (at, 1), (shift, -2), where, "offset points", color=GOAL, size=10.5, va="top", ha=side
        )
        panel.set_xticks(x, names[: len(shown)], rotation=35, ha="right", rotation_mode="anchor")
        panel.set_xlim(-0.6, len(shown) - 0.4)
        panel.set_xlabel("time; above each bar: the share that had come by then")
        panel.set_ylim(0, 1.18 * max(each["count"] for each in shown))
        panel.set_ylabel(counts.what)
        panel.grid(axis="y")
        plain_counts(panel, "y")
        return one.finish(name, title, says)


def plain_counts(panel: Axes, axis: Literal["x", "y"]) -> None:
    """Ticks at whole numbers, as 120,000 and not as 1.2e5."""
    panel.locator_params(axis, integer=True)
    (panel.xaxis if axis == "x" else panel.yaxis).set_major_formatter(lambda value, _: f"{value:,.10g}")


def _names(bins: Sequence[Mapping[str, Any]], unit_s: float) -> list[str]:
    bounds = [duration(each["to"] * unit_s) for each in bins[:-1]]
    return [*(f"≤ {bound}" for bound in bounds), f"> {bounds[-1]}"]


def _place(bins: Sequence[Mapping[str, Any]], bound: float) -> float:
    """Where a bound lies among the bars: between two of them, or inside of the one that reaches over it."""
    below = 0.0
    for index, each in enumerate(bins[:-1]):
        if bound <= each["to"]:
            return index - 0.5 + float((bound - below) / (each["to"] - below))
        below = each["to"]
    return len(bins) - 0.5
