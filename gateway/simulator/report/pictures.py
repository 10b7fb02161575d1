"""The pictures of a run, each out of its part of the figures.

No picture relies on colour: what stands side by side differs in lightness and hatching, lines in dashes and markers
too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.simulator.report import loadpictures, peoplepictures
from gateway.simulator.report.bars import Bar, lying
from gateway.simulator.report.blocks import Picture
from gateway.simulator.report.wording import percent

Tree = Mapping[str, Any]


def of_run(figures: Tree) -> dict[str, Picture]:
    """All pictures of a run by name, without those that would be empty."""
    found = [peoplepictures.funnel(figures["funnel"]["steps"])]
    if any(cell["parts"] for cell in figures["load"]["cells"]):
        found += [loadpictures.week(figures["load"]), loadpictures.queue(figures["queue"])]
    if figures["waits"]["count"]:
        found.append(loadpictures.waits(figures["waits"]))
    if figures["modems"]["modems"]:
        found += [loadpictures.gantt(figures["modems"]), loadpictures.utilisation(figures["modems"])]
    if any(row["count"] for row in figures["replies"]):
        found.append(peoplepictures.replies(figures["replies"]))
    if figures["delays"]["count"]:
        found.append(peoplepictures.delays(figures["delays"]))
    if any(one["ratings"] for one in figures["satisfaction"]["offices"]):
        found.append(peoplepictures.offices(figures["satisfaction"]))
    if figures["understood"]["meant"]["ratings"]:
        found.append(peoplepictures.understood(figures["understood"]["marks"]))
    if figures["call_backs"]["reached"]["count"]:
        found.append(peoplepictures.call_waits(figures["call_backs"]))
    if figures["cost"]["total"]:
        found.append(_cost(figures["cost"]["roubles"]))
    return {picture.name: picture for picture in found}


def _cost(roubles: Mapping[str, float]) -> Picture:
    total = sum(roubles.values())
    names = {"sims": "SIMs"}
    bars = [
        Bar(name, names.get(name, name), paid, f"{paid:,.0f} · {percent(paid / total)}")
        for name, paid in roubles.items()
    ]
    return lying("cost", "What was paid for, in roubles", "roubles", bars)
