"""The page's sections on load: the week against capacity, the queue, the waits, the modems. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.simulator.report.blocks import Picture, Section, Table, Text
from gateway.simulator.report.peoplesections import bins, drawn
from gateway.simulator.report.wording import NONE, count, duration, percent, several

Tree = Mapping[str, Any]
Pictures = Mapping[str, Picture]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def sections(figures: Tree, pictures: Pictures) -> list[Section]:
    """The week, the queue, the waits, the modems."""
    return [
        _week(figures["load"], pictures),
        _queue(figures["queue"], pictures),
        _waits(figures["waits"], pictures),
        _modems(figures["modems"], pictures),
    ]


def _week(load: Tree, pictures: Pictures) -> Section:
    can, busiest = load["capacity"], load["busiest_hour"]
    whence = "as measured" if can["service_measured"] else "as the scenario says"
    said = (
        f"{several(can['modems'], 'modem')} can send {count(can['per_hour'])} parts an hour, at"
        f" {duration(can['service_s'])} for each, {whence}. The busiest hour, {busiest['at']}, had"
        f" {count(busiest['parts'])} parts: {percent(busiest['of_capacity'])}."
    )
    cells = load["cells"]
    hours = [hour for hour in range(24) if any(cell["parts"] for cell in cells if cell["hour"] == hour)]
    rows = [
        (f"{hour:02}:00", *(_cell(cells[day * 24 + hour]["of_capacity"]) for day in range(len(WEEKDAYS))))
        for hour in hours
    ]
    caption = "Mean load by hour and weekday, in per cent of capacity"
    table = Table(caption, ("hour", *WEEKDAYS), rows, folded=bool(pictures))
    return Section("load", "Load against capacity", [Text(said), *drawn(pictures, "load"), table])


def _cell(of_capacity: float | None) -> str:
    return NONE if of_capacity is None else f"{100 * of_capacity:.1f}"


def _queue(queue: Tree, pictures: Pictures) -> Section:
    said = (
        f"The longest queue was {count(queue['longest'])} parts, in the hour from {queue['longest_at']}"
        " (summed over boxes, whose longest need not be at one moment)."
    )
    rows = [
        (point["at"], count(point["free"]), count(point["sent"]), count(point["longest"])) for point in queue["points"]
    ]
    columns = ("from", "free to go", "parts sent", "longest queue")
    table = Table(f"Queue by {queue['by']}", columns, rows, folded=True)
    return Section("queue", "Queue over time", [Text(said), *drawn(pictures, "queue"), table])


def _waits(waits: Tree, pictures: Pictures) -> Section:
    title = "Waits"
    if not waits["count"]:
        return Section("waits", title, [Text("No invitation was sent.", "soft")])
    goal, ranks = waits["goal"], waits["percentiles_s"]
    met = "the goal is met" if goal["met"] else "the goal is missed"
    said = (
        f"{percent(goal['share'])} of invitations were out within {duration(goal['within_s'])} of the moment they might"
        f" go; wanted are {percent(goal['wanted'])}: {met}."
    )
    rows = [
        ("mean", duration(waits["mean_s"])),
        *((name, duration(ranks[name])) for name in ("p50", "p95", "p99")),
        ("longest", duration(ranks["p100"])),
    ]
    table = Table("From the moment it may go to its last part", ("", "wait"), rows)
    spread = bins(waits["bins"], 1, "invitations")
    return Section("waits", title, [Text(said), *drawn(pictures, "waits"), table, spread])


MOST_MODEMS = 40
"""In the pictures and the table of modems; those that sent most are shown."""
_FEW_MODEMS = 8


def busiest(modems: Tree) -> list[Tree]:
    """The modems that are shown, in the order of all."""
    names = {one["modem"] for one in sorted(modems["modems"], key=lambda one: -one["parts"])[:MOST_MODEMS]}
    return [one for one in modems["modems"] if one["modem"] in names]


def _modems(modems: Tree, pictures: Pictures) -> Section:
    title = "Modems"
    shown, every = busiest(modems), len(modems["modems"])
    if not every:
        return Section("modems", title, [Text("No modem sent anything.", "soft")])
    said = (
        f"Invitations might go out in {several(modems['open_hours'], 'hour')} of each modem."
        f" The busiest day was {modems['busiest_day']}."
    )
    blocks = [Text(said)]
    if every > len(shown):
        blocks.append(Text(f"Shown are the {len(shown)} of {every} modems that sent most.", "soft"))
    rows = [
        (
            one["modem"],
            count(one["parts"]),
            percent(one["utilisation"]),
            count(one["outages"]),
            duration(one["away_s"]) if one["away_s"] else NONE,
        )
        for one in shown
    ]
    columns = ("modem", "parts", "busy, of these hours", "outages", "away")
    tenths = [(f"{10 * tenth} %", count(number)) for tenth, number in enumerate(modems["by_tenths"]) if number]
    return Section(
        "modems",
        title,
        [
            *blocks,
            *drawn(pictures, "gantt"),
            Table("Modems over the period", columns, rows, folded=len(rows) > _FEW_MODEMS),
            *drawn(pictures, "utilisation"),
            Table("Hours of modems by how busy they were", ("busy, about", "hours of modems"), tenths, folded=True),
        ],
    )
