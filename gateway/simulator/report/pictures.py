"""The pictures of a run, each out of its part of the figures.

No picture relies on colour: what stands side by side differs in lightness and hatching, lines in dashes and markers
too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from gateway.simulator.report.blocks import Picture
from gateway.simulator.report.colours import ALARM, DEEP, GOAL, INK, LINE, MIDDLE, PALE, PAPER, SOFT, contrast
from gateway.simulator.report.drawing import Drawing, drawing
from gateway.simulator.report.loadsections import WEEKDAYS, busiest
from gateway.simulator.report.peoplesections import shown_offices
from gateway.simulator.report.wording import count, duration, percent
from gateway.statistics import SMALL_SAMPLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Tree = Mapping[str, Any]

_ROW = 26
"""Height of a bar with its gap."""
_FRAME = 56
"""Height of the axis below, with its title."""


def of_run(figures: Tree) -> dict[str, Picture]:
    """All pictures of a run by name, without those that would be empty."""
    found = [_funnel(figures["funnel"]["steps"])]
    if any(cell["parts"] for cell in figures["load"]["cells"]):
        found += [_load(figures["load"]), _queue(figures["queue"])]
    if figures["waits"]["count"]:
        found.append(_waits(figures["waits"]))
    if figures["modems"]["modems"]:
        found += [_gantt(figures["modems"]), _utilisation(figures["modems"])]
    if any(row["count"] for row in figures["replies"]):
        found.append(_replies(figures["replies"]))
    if figures["delays"]["count"]:
        found.append(_delays(figures["delays"]))
    if any(one["ratings"] for one in figures["satisfaction"]["offices"]):
        found.append(_offices(figures["satisfaction"]))
    if figures["understood"]["meant"]["ratings"]:
        found.append(_understood(figures["understood"]["marks"]))
    if figures["call_backs"]["reached"]["count"]:
        found.append(_call_waits(figures["call_backs"]))
    if figures["cost"]["total"]:
        found.append(_cost(figures["cost"]["roubles"]))
    return {picture.name: picture for picture in found}


def _bars(one: Drawing, rows: Sequence[tuple[str, str, float, str]], unit: str) -> None:
    """Lying bars from the top down, each with its key, name, value and what is written behind it."""
    panel = one.panel
    names, values = [row[1] for row in rows], [row[2] for row in rows]
    for (key, name, _, said), bar in zip(rows, panel.barh(range(len(rows)), values, 0.7, color=MIDDLE), strict=True):
        one.mark(bar, key, f"{name}: {said}")
        _beside(panel, said, bar.get_width(), bar.get_y() + bar.get_height() / 2)
    panel.set_yticks(range(len(rows)), names)
    panel.tick_params("y", length=0)
    panel.invert_yaxis()
    panel.set_xlim(0, 1.3 * max(*values, 1e-9))
    panel.set_xlabel(unit)
    _plain_counts(panel)


def _beside(panel: Axes, said: str, x: float, y: float) -> None:
    """Text a little to the right of a point."""
    panel.annotate(said, (x, y), (6, 0), textcoords="offset points", va="center", color=INK, size=10.5)


def _plain_counts(panel: Axes, axis: Literal["x", "y"] = "x") -> None:
    """Ticks at whole numbers, as 120,000 and not as 1.2e5."""
    panel.locator_params(axis, integer=True)
    (panel.xaxis if axis == "x" else panel.yaxis).set_major_formatter(lambda value, _: f"{value:,.10g}")


def _funnel(steps: Sequence[Tree]) -> Picture:
    rows = [
        (
            step["step"],
            step["step"],
            step["count"],
            count(step["count"])
            + ("" if step["of_previous"] is None else f" · {percent(step['of_previous']['share'])} of those before"),
        )
        for step in steps
    ]
    with drawing(_ROW * len(rows) + _FRAME) as one:
        _bars(one, rows, "visits")
        says = "; ".join(f"{name}: {said}" for _, name, _, said in rows)
        return one.finish("funnel", "From visit to rating: how many got how far", says)


def _load(load: Tree) -> Picture:
    cells = load["cells"]
    hours = [cell["hour"] for cell in cells if cell["parts"]]
    first, last = min(hours), max(hours)
    shares = {(cell["weekday"], cell["hour"]): cell["of_capacity"] for cell in cells}
    with drawing(_ROW * len(WEEKDAYS) + _FRAME) as one:
        for (weekday, hour), share in shares.items():
            if first <= hour <= last:
                _cell(one, weekday, hour, share)
        panel = one.panel
        panel.set_xlim(first, last + 1)
        panel.set_ylim(len(WEEKDAYS), 0)
        panel.set_yticks([day + 0.5 for day in range(len(WEEKDAYS))], WEEKDAYS)
        panel.set_xticks(range(first, last + 2))
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        panel.set_xlabel("hour of the day at the offices; in each field: per cent of what the modems can send")
        most = max(cells, key=lambda cell: cell["of_capacity"] or 0)
        says = (
            f"The busiest hour of the week is {WEEKDAYS[most['weekday']]} {most['hour']:02}:00 with"
            f" {percent(most['of_capacity'])} of capacity on average. The table below has every hour."
        )
        return one.finish("load", "Mean load by hour and weekday", says)


STEPS = ("#f1f6fc", "#d3e3f5", "#a6c8ea", "#6ea3d8", "#3472b6", "#125a9c", "#06345f")
"""What a field of the week has from no load to a full one."""
_BLANK = "#f7f7f5"
_ON_LIGHT, _ON_DARK = "#10161d", "#fdfdfd"
"""These stay as they are in the dark, as the fields do."""


def ink_on(colour: str) -> str:
    """The colour of text on a field."""
    return max(_ON_LIGHT, _ON_DARK, key=lambda ink: contrast(colour, ink))


def _cell(one: Drawing, weekday: int, hour: int, share: float | None) -> None:
    """A field of the week, the darker the busier, with its per cent in it."""
    step = min(int((share or 0.0) * (len(STEPS) - 1) + 0.999_999), len(STEPS) - 1)
    colour = _BLANK if share is None else STEPS[step]
    (field,) = one.panel.barh([weekday + 0.5], [1], 1, left=hour, color=colour, edgecolor=PAPER, linewidth=1)
    said = "no such day" if share is None else percent(share)
    one.mark(field, f"{weekday}-{hour}", f"{WEEKDAYS[weekday]} {hour:02}:00: {said}")
    text = "" if not share else f"{100 * share:.0f}" if share >= 0.01 else "<1"
    one.panel.text(hour + 0.5, weekday + 0.5, text, ha="center", va="center", color=ink_on(colour), size=10.5)


def _queue(queue: Tree) -> Picture:
    points = queue["points"]
    x = range(len(points))
    with drawing(380, 2, ratios=(1, 1)) as one:
        flow, longest = one.panels
        (free,) = flow.plot(x, [point["free"] for point in points], color=ALARM, linestyle="--", linewidth=1.4)
        (sent,) = flow.plot(x, [point["sent"] for point in points], color=DEEP, linewidth=1.8)
        one.mark(free, "free", "invitations that became free to go")
        one.mark(sent, "sent", "parts sent")
        flow.legend([free, sent], ["invitations free to go (dashed)", "parts sent (solid)"], ncols=2, loc="upper left")
        area = longest.fill_between(x, [point["longest"] for point in points], color=MIDDLE, step="mid")
        one.mark(area, "longest", "longest queue")
        for panel, title in ((flow, f"per {queue['by']}"), (longest, f"parts, the most in each {queue['by']}")):
            panel.set_ylim(0, 1.25 * max(1, panel.get_ylim()[1]))
            panel.set_ylabel(title)
            panel.grid(axis="y")
            _plain_counts(panel, "y")
        _dates(longest, [point["at"] for point in points], queue["by"])
        says = f"The longest queue was {count(queue['longest'])} parts at {queue['longest_at']}."
        return one.finish("queue", "What came, what went, and the longest queue", says)


_FEWEST_MONTHS = 3


def _dates(panel: Axes, moments: Sequence[str], by: str) -> None:
    """Ticks at days, of which at most a dozen are named."""
    days = [index for index, moment in enumerate(moments) if by == "day" or moment.endswith("00:00")]
    every = max(1, -(-len(days) // 9))
    months = [index for index in days if moments[index][8:10] == "01"]
    named = months if len(months) > _FEWEST_MONTHS else days[::every] if len(days) > 1 else range(0, len(moments), 3)
    panel.set_xlim(0, max(1, len(moments) - 1))
    panel.set_xticks(named, [moments[index][:10] if len(days) > 1 else moments[index][11:] for index in named])
    panel.set_xlabel("day" if len(days) > 1 else f"hour of {moments[0][:10]}")


def _spread(one: Drawing, bins: Sequence[Tree], unit_s: float, bound: float, said: str, what: str) -> None:
    """Standing bars of counts between bounds, with the share so far above each, and a line at a bound."""
    last = bins[-2]["to"]
    bins = bins[: max(int(_place(bins, bound)) + 2, *(index + 1 for index, each in enumerate(bins) if each["count"]))]
    panel, x = one.panel, range(len(bins))
    names = [f"≤ {duration(each['to'] * unit_s)}" if each["to"] else f"> {duration(last * unit_s)}" for each in bins]
    for index, bar in enumerate(panel.bar(x, [each["count"] for each in bins], 0.86, color=MIDDLE)):
        each = bins[index]
        one.mark(bar, f"bin-{index}", f"{names[index]}: {count(each['count'])}, {percent(each['so_far'])} so far")
        if each["so_far"] is not None and (each["count"] or index == 0):
            panel.text(index, each["count"], percent(each["so_far"]), ha="center", va="bottom", size=9, color=INK)
    at = _place(bins, bound)
    line = panel.axvline(at, color=GOAL, linestyle="--")
    one.mark(line, "bound", said)
    where = panel.get_xaxis_transform()
    shift, side = (6, "left") if at < len(bins) / 2 else (-6, "right")
    panel.annotate(said, (at, 1), (shift, -2), where, "offset points", color=GOAL, size=10.5, va="top", ha=side)
    panel.set_xticks(x, names, rotation=35, ha="right", rotation_mode="anchor")
    panel.set_ylim(0, 1.18 * max(each["count"] for each in bins))
    panel.set_xlim(-0.6, len(bins) - 0.4)
    panel.set_ylabel(what)
    panel.set_xlabel("time; above each bar: the share that had come by then")
    panel.grid(axis="y")
    _plain_counts(panel, "y")


def _place(bins: Sequence[Tree], bound: float) -> float:
    """Where a bound lies among the bars: between two of them, or inside of the one that reaches over it."""
    below = 0.0
    for index, each in enumerate(bins):
        if each["to"] is None:
            break
        if bound <= each["to"]:
            return index - 0.5 + float((bound - below) / (each["to"] - below))
        below = each["to"]
    return len(bins) - 0.5


def _waits(waits: Tree) -> Picture:
    goal, ranks = waits["goal"], waits["percentiles_s"]
    with drawing(330) as one:
        said = f"goal: {percent(goal['wanted'])} within {duration(goal['within_s'])}; here {percent(goal['share'])}"
        _spread(one, waits["bins"], 1, goal["within_s"], said, "invitations")
        told = ", ".join(f"{name} {duration(ranks[name])}" for name in ("p50", "p95", "p99"))
        return one.finish("waits", "How long invitations waited", f"{told}; {said}.")


def _delays(delays: Tree) -> Picture:
    with drawing(330) as one:
        said = f"29 min: {percent(delays['within_29_min']['share'])}"
        _spread(one, delays["bins"], 60, 29, said, "first replies")
        median = duration(60 * delays["percentiles_min"]["p50"])
        return one.finish("delays", "How long people took to reply", f"Half within {median}; within {said}.")


def _call_waits(calls: Tree) -> Picture:
    with drawing(330) as one:
        said = f"promised: {duration(calls['within_s'])}; reached by then: {percent(calls['within']['share'])} of all"
        _spread(one, calls["bins"], 1, calls["within_s"], said, "people reached")
        median = duration(calls["percentiles_wait_s"]["p50"])
        return one.finish("call-waits", "Working time until people were reached", f"Half within {median}; {said}.")


def _gantt(modems: Tree) -> Picture:
    rows = busiest(modems)
    with drawing(_ROW * len(rows) + _FRAME + 34) as one:
        panel = one.panel
        for row, modem in enumerate(rows):
            panel.axhspan(row + 0.08, row + 0.92, color=LINE, linewidth=0)
            for hour, busy in enumerate(modem["busiest_day"]["busy"]):
                if busy:
                    (bar,) = panel.bar([hour], [-0.84 * min(1.0, busy)], 0.94, row + 0.92, align="edge", color=DEEP)
                    one.mark(bar, f"{row}-{hour}", f"{modem['modem']} {hour:02}:00: {percent(busy)} busy")
            for number, (begin, end) in enumerate(modem["busiest_day"]["away_h"]):
                (away,) = panel.barh(
                    [row + 0.5],
                    [end - begin],
                    0.84,
                    left=begin,
                    color=PAPER,
                    edgecolor=ALARM,
                    hatch="////",
                    hatchcolor=ALARM,
                )
                one.mark(away, f"{row}-away-{number}", f"{modem['modem']} away for {duration(3600 * (end - begin))}")
        panel.set_ylim(len(rows), 0)
        panel.set_yticks([row + 0.5 for row in range(len(rows))], [modem["modem"] for modem in rows])
        panel.tick_params("y", length=0)
        panel.set_xlim(0, 24)
        panel.set_xticks(range(0, 25, 2))
        panel.set_xlabel(f"hour of {modems['busiest_day']}; filled: share of the hour it was busy, hatched: away")
        away = sum(len(modem["busiest_day"]["away_h"]) for modem in rows)
        says = f"{len(rows)} modems hour by hour on {modems['busiest_day']}, with {away} outages."
        return one.finish("gantt", f"Modems on the busiest day, {modems['busiest_day']}", says)


def _utilisation(modems: Tree) -> Picture:
    rows = [
        (
            str(index),
            modem["modem"],
            100 * (modem["utilisation"] or 0),
            f"{percent(modem['utilisation'])} · {count(modem['parts'])} parts",
        )
        for index, modem in enumerate(busiest(modems))
    ]
    with drawing(_ROW * len(rows) + _FRAME) as one:
        _bars(one, rows, "per cent of the hours in which invitations might go out")
        one.panel.set_xlim(0, 100)
        says = "; ".join(f"{name}: {said}" for _, name, _, said in rows)
        return one.finish("utilisation", "How busy each modem was over the period", says)


def _replies(replies: Sequence[Tree]) -> Picture:
    rows = [
        (row["class"].replace("_", "-"), row["class"].replace("_", " "), row["count"],
         f"{count(row['count'])} · {percent(row['share'])}")
        for row in replies
    ]  # fmt: skip
    with drawing(_ROW * len(rows) + _FRAME) as one:
        _bars(one, rows, "replies")
        says = "; ".join(f"{name}: {said}" for _, name, _, said in rows if not said.startswith("0 "))
        return one.finish("replies", "Replies by class", says)


def _offices(tree: Tree) -> Picture:
    offices = [office for office in shown_offices(tree) if office["ratings"]]
    with drawing(20 * len(offices) + _FRAME + 20) as one:
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


def _understood(marks: Sequence[Tree]) -> Picture:
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
        _plain_counts(panel, "y")
        says = "; ".join(
            f"mark {row['mark']}: {count(row['meant'])} in mind, {count(row['read'])} read" for row in marks
        )
        return one.finish("understood", "Marks in mind and marks understood", says)


def _cost(roubles: Mapping[str, float]) -> Picture:
    total = sum(roubles.values())
    rows = [
        (name, {"sims": "SIMs"}.get(name, name), paid, f"{paid:,.0f} · {percent(paid / total)}")
        for name, paid in roubles.items()
    ]
    with drawing(_ROW * len(rows) + _FRAME) as one:
        _bars(one, rows, "roubles")
        says = "; ".join(f"{name}: {said}" for _, name, _, said in rows)
        return one.finish("cost", "What was paid for, in roubles", says)
