"""The pictures of load: the week against capacity, the queue, the waits, the modems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gateway.simulator.report.bars import FRAME, ROW, Bar, Spread, lying, plain_counts, standing
from gateway.simulator.report.blocks import Picture
from gateway.simulator.report.colours import ALARM, DEEP, LINE, MIDDLE, PAPER, contrast
from gateway.simulator.report.drawing import Drawing, drawing
from gateway.simulator.report.loadsections import WEEKDAYS, busiest
from gateway.simulator.report.wording import count, duration, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Tree = Mapping[str, Any]


def week(load: Tree) -> Picture:
    """A field for each hour of the week in which anything was sent."""
    cells = load["cells"]
    hours = [cell["hour"] for cell in cells if cell["parts"]]
    first, last = min(hours), max(hours)
    shares = {(cell["weekday"], cell["hour"]): cell["of_capacity"] for cell in cells}
    with drawing(ROW * len(WEEKDAYS) + FRAME) as one:
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


def queue(queue: Tree) -> Picture:
    """Over time: what became free to go and what was sent, and below it the longest queue."""
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
            plain_counts(panel, "y")
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


def waits(waits: Tree) -> Picture:
    """How long invitations waited, with the goal."""
    goal, ranks = waits["goal"], waits["percentiles_s"]
    said = f"goal: {percent(goal['wanted'])} within {duration(goal['within_s'])}; here {percent(goal['share'])}"
    told = ", ".join(f"{name} {duration(ranks[name])}" for name in ("p50", "p95", "p99"))
    counts = Spread("invitations", waits["bins"], 1, goal["within_s"], said)
    return standing("waits", "How long invitations waited", f"{told}; {said}.", counts)


def gantt(modems: Tree) -> Picture:
    """Each modem on the busiest day: filled as far as it was busy in each hour, hatched while it was away."""
    rows = busiest(modems)
    with drawing(ROW * len(rows) + FRAME + 34) as one:
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


def utilisation(modems: Tree) -> Picture:
    """How busy each modem was, of the hours in which invitations might go out."""
    bars = [
        Bar(
            str(row),
            modem["modem"],
            100 * (modem["utilisation"] or 0),
            f"{percent(modem['utilisation'])} · {count(modem['parts'])} parts",
        )
        for row, modem in enumerate(busiest(modems))
    ]
    unit = "per cent of the hours in which invitations might go out"
    return lying("utilisation", "How busy each modem was over the period", unit, bars, until=100)
