"""The page's sections on people: how far visits got, replies, delays, marks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.simulator.report.blocks import Block, Picture, Section, Table, Text
from gateway.simulator.report.wording import between, count, duration, of_unit, percent, with_interval
from gateway.statistics import SMALL_SAMPLE

Tree = Mapping[str, Any]
Pictures = Mapping[str, Picture]

_BESIDES = {
    "refused": "rows refused at the intake, which became no visit",
    "no_consent": "visits without consent",
    "barred": "barred: opted out before, or asked too often",
    "expired": "surveys whose time to answer was over",
    "opted_out": "opted out",
    "late": "replies after the end of their survey",
    "unknown": "parts that may have been sent, without a report",
    "lost": "lost",
    "duplicated": "duplicated",
}


def funnel(tree: Tree, pictures: Pictures) -> Section:
    """How far visits got."""
    rows = []
    for step in tree["steps"]:
        before, of_all = step["of_previous"], step["of_visits"]
        rows.append(
            (
                step["step"],
                count(step["count"]),
                "" if before is None else with_interval(before),
                "" if of_all is None else with_interval(of_all),
            )
        )
    columns = ("step", "visits", "of the step before (95 %)", "of all visits (95 %)")
    besides = [(_BESIDES[name], count(number)) for name, number in tree["besides"].items()]
    return Section(
        "funnel",
        "From visit to rating",
        [
            *drawn(pictures, "funnel"),
            Table("How many visits got how far", columns, rows),
            Table("Besides", ("what", "count"), besides, folded=True),
        ],
    )


def drawn(pictures: Pictures, *names: str) -> list[Block]:
    """Those of the pictures that there are."""
    return [pictures[name] for name in names if name in pictures]


def sections(figures: Tree, pictures: Pictures) -> list[Section]:
    """Replies, delays, satisfaction, what was understood."""
    return [
        _replies(figures["replies"], pictures),
        _delays(figures["delays"], pictures),
        _satisfaction(figures["satisfaction"], pictures),
        _understood(figures["understood"], pictures),
    ]


def _replies(rows: list[Tree], pictures: Pictures) -> Section:
    cells = [(row["class"].replace("_", " "), count(row["count"]), with_interval(row)) for row in rows]
    table = Table("Replies by class", ("class", "replies", "share (95 %)"), cells)
    return Section("replies", "Replies", [*drawn(pictures, "replies"), table])


def _delays(delays: Tree, pictures: Pictures) -> Section:
    title = "Time until the reply"
    if not delays["count"]:
        return Section("delays", title, [Text("Nobody replied.", "soft")])
    median = duration(60 * delays["percentiles_min"]["p50"])
    said = (
        f"Half of the first replies came within {median}; {with_interval(delays['within_29_min'])} within 29 minutes."
    )
    return Section("delays", title, [Text(said), *drawn(pictures, "delays"), bins(delays["bins"], 60, "first replies")])


def bins(rows: list[Tree], unit_s: float, what: str) -> Table:
    """Counts up to each bound, and how many have come by then."""
    last = next((row["to"] for row in reversed(rows) if row["to"] is not None), 0)
    cells = [
        (
            f"more than {duration(last * unit_s)}" if row["to"] is None else f"up to {duration(row['to'] * unit_s)}",
            count(row["count"]),
            percent(row["so_far"]),
        )
        for row in rows
    ]
    return Table(f"The same in numbers: {what}", ("time", what, "so far"), cells, folded=True)


MOST_OFFICES = 60
"""In the picture and the table of offices."""


def shown_offices(tree: Tree) -> list[Tree]:
    """Those offices with most ratings, in the order of all."""
    most = sorted(tree["offices"], key=lambda one: -one["ratings"])[:MOST_OFFICES]
    codes = {one["office"] for one in most}
    return [one for one in tree["offices"] if one["office"] in codes]


def _satisfaction(tree: Tree, pictures: Pictures) -> Section:
    title = "Satisfaction by office"
    if not tree["offices"]:
        return Section("offices", title, [Text("No office has a rating.", "soft")])
    whole = tree["whole"]
    said = (
        f"{with_interval(whole)} of {count(whole['ratings'])} marks are 4 and 5; the mean is"
        f" {of_unit(whole['mean'], 'mark')}."
    )
    few = f"Offices in grey have fewer than {SMALL_SAMPLE} ratings, are not to be compared, and stand last."
    shown = shown_offices(tree)
    if len(shown) < len(tree["offices"]):
        few += f" Shown are the {len(shown)} of {len(tree['offices'])} with most ratings; report.json has all."
    rows = [
        (
            one["name"],
            count(one["response"]["of"]),
            count(one["ratings"]),
            *(count(one["marks"][mark]) for mark in "12345"),
            percent(one["share"]),
            between(one["low"], one["high"]),
            of_unit(one["mean"], "mark"),
            between(one["mean_low"], one["mean_high"], 1, 2),
            "few" if one["small"] else "",
        )
        for one in shown
    ]
    columns = ("office", "invited", "ratings", *"12345", "4 and 5", "95 %", "mean", "95 % of mean", "")
    grey = frozenset(index for index, one in enumerate(shown) if one["small"])
    table = Table("Marks by office", columns, rows, words=frozenset(("",)), grey=grey, folded=bool(pictures))
    return Section("offices", title, [Text(said), Text(few, "soft"), *drawn(pictures, "offices"), table])


def _understood(tree: Tree, pictures: Pictures) -> Section:
    title = "What was meant and what was understood"
    meant, read = tree["meant"], tree["read"]
    if not meant["ratings"]:
        return Section("understood", title, [Text("It was not recorded what anybody had in mind.", "soft")])
    said = (
        f"In mind: {percent(meant['share'])} 4 and 5, mean {of_unit(meant['mean'], 'mark')}. Understood: "
        f"{percent(read['share'])}, mean {of_unit(read['mean'], 'mark')}."
    )
    soft = (
        "Counts are compared, not person by person. Who has a mark in mind need not send it: a comment alone, a request"
        " for help or an answer with two marks gives none."
    )
    rows = [
        (str(row["mark"]), count(row["meant"]), count(row["read"]), _signed(row["difference"])) for row in tree["marks"]
    ]
    rows.append(("all", count(meant["ratings"]), count(read["ratings"]), _signed(read["ratings"] - meant["ratings"])))
    table = Table("Marks meant and understood", ("mark", "in mind", "understood", "difference"), rows)
    return Section("understood", title, [Text(said), Text(soft, "soft"), *drawn(pictures, "understood"), table])


def _signed(difference: int) -> str:
    return f"{difference:+,}" if difference else "0"
