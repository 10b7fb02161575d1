"""The pictures of people: how far visits got, replies, delays, marks, call-backs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.simulator.report.bars import FRAME, Bar, Spread, lying, plain_counts, standing
from gateway.simulator.report.blocks import Picture
from gateway.simulator.report.colours import DEEP, GOAL, INK, PALE, PAPER, SOFT
from gateway.simulator.report.drawing import drawing
from gateway.simulator.report.people import HALF_WITHIN_MIN
from gateway.simulator.report.peoplesections import shown_offices
from gateway.simulator.report.wording import count, duration, percent
from gateway.statistics import SMALL_SAMPLE

Tree = Mapping[str, Any]


def funnel(steps: Sequence[Tree]) -> Picture:
    """How many visits got how far."""
    bars = [Bar(step["step"], step["step"], step["count"], _said_of(step)) for step in steps]
    return lying("funnel", "From visit to rating: how many got how far", "visits", bars)


def _said_of(step: Tree) -> str:
    before = step["of_previous"]
    return count(step["count"]) + ("" if before is None else f" · {percent(before['share'])} of those before")


def replies(replies: Sequence[Tree]) -> Picture:
    """Replies by class."""
    bars = [
        Bar(
            row["class"].replace("_", "-"),
            row["class"].replace("_", " "),
            row["count"],
            f"{count(row['count'])} · {percent(row['share'])}",
        )
        for row in replies
    ]
    return lying("replies", "Replies by class", "replies", bars)


def delays(delays: Tree) -> Picture:
    """How long people took until their first reply."""
    said = f"{HALF_WITHIN_MIN} min: {percent(delays['within_29_min']['share'])}"
    median = duration(60 * delays["percentiles_min"]["p50"])
    counts = Spread("first replies", delays["bins"], 60, HALF_WITHIN_MIN, said)
    return standing("delays", "How long people took to reply", f"Half within {median}; within {said}.", counts)


def call_waits(calls: Tree) -> Picture:
    """How long people waited to be called back, with what was promised."""
    said = f"promised: {duration(calls['within_s'])}; reached by then: {percent(calls['within']['share'])} of all"
    median = duration(calls["percentiles_wait_s"]["p50"])
    counts = Spread("people reached", calls["bins"], 1, calls["within_s"], said)
    return standing("call-waits", "Working time until people were reached", f"Half within {median}; {said}.", counts)


def offices(tree: Tree) -> Picture:
    """The share of 4 and 5 of each office with its interval; those with few ratings stand back."""
    offices = [office for office in shown_offices(tree) if office["ratings"]]
    with drawing(20 * len(offices) + FRAME + 20) as one:
        panel = one.panel
        for row, office in enumerate(offices):
            small = office["small"]
            colour, dashes, fill = (SOFT, ":", PAPER) if small else (DEEP, "-", DEEP)
            (line,) = panel.plot(
                [100 * office["low"], 100 * office["high"]], [row, row], color=colour, linestyle=dashes
            )
            panel.plot([100 * office["share"]], [row], marker="o", markersize=6, color=colour, markerfacecolor=fill)
            said = f"{percent(office['share'])} of {count(office['ratings'])}{', few' if small else ''}"
            one.mark(line, str(row), f"{office['name']}: {said}")
        panel.axvline(100 * tree["whole"]["share"], color=GOAL, linestyle="--", linewidth=1.2, zorder=0)
        panel.set_yticks(
            range(len(offices)), [f"{_short(office['name'])} ({office['ratings']:,})" for office in offices]
        )
        for label, office in zip(panel.get_yticklabels(), offices, strict=True):
            label.set_color(SOFT if office["small"] else INK)
        panel.tick_params("y", length=0)
        panel.set_ylim(len(offices) - 0.4, -0.6)
        low = min((office["low"] for office in offices if not office["small"]), default=0.0)
        panel.set_xlim(100 * max(0.0, low - 0.1 * (1 - low)), 100 + 2 * (1 - low))
        panel.set_xlabel("per cent of marks that are 4 and 5, with 95 % intervals; dashed: all offices together")
        panel.grid(axis="x")
        few = sum(office["small"] for office in offices)
        says = (
            f"{len(offices)} offices, the most contented first; {few} with fewer than {SMALL_SAMPLE} ratings stand"
            " last, in grey, dotted and with hollow marks, and may reach over the edge. The table below has"
            " all numbers."
        )
        return one.finish("offices", "Satisfaction by office", says)


_MOST_LETTERS = 34


def _short(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"


def understood(marks: Sequence[Tree]) -> Picture:
    """Marks in mind beside marks understood."""
    with drawing(270) as one:
        panel, x = one.panel, range(len(marks))
        looks = (
            ("meant", "in mind (hatched)", -0.2, PALE, "///", INK),
            ("read", "understood (plain)", 0.2, DEEP, "", INK),
        )
        for key, label, shift, colour, hatch, ink in looks:
            heights = [row[key] for row in marks]
            bars = panel.bar(
                [at + shift for at in x], heights, 0.38, color=colour, hatch=hatch, hatchcolor=DEEP, label=label
            )
            for row, bar in zip(marks, bars, strict=True):
                one.mark(bar, f"{key}-{row['mark']}", f"{row['mark']} {label}: {count(row[key])}")
                panel.text(
                    bar.get_x() + bar.get_width() / 2,
                    row[key],
                    count(row[key]),
                    ha="center",
                    va="bottom",
                    size=9,
                    color=ink,
                )
        panel.set_xticks(x, [str(row["mark"]) for row in marks])
        panel.set_xlabel("mark")
        panel.set_ylabel("people")
        panel.set_ylim(0, 1.12 * max(max(row["meant"], row["read"]) for row in marks))
        panel.legend(loc="upper right")
        panel.grid(axis="y")
        plain_counts(panel, "y")
        says = "; ".join(
            f"mark {row['mark']}: {count(row['meant'])} in mind, {count(row['read'])} read" for row in marks
        )
        return one.finish("understood", "Marks in mind and marks understood", says)
