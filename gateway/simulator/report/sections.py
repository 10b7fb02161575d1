"""What the page of one run says: the figures as sections of sentences, tables and, where there are any, pictures.

Pure. It reads the tree of `figures` and nothing else, so that the page and `report.json` cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.simulator.report import loadsections, peoplesections
from gateway.simulator.report.blocks import Block, Picture, Section, Source, Table, Text, Tile, Tiles
from gateway.simulator.report.wording import (
    NONE,
    between,
    count,
    duration,
    of_unit,
    percent,
    roubles,
    several,
    with_interval,
)

Tree = Mapping[str, Any]
Pictures = Mapping[str, Picture]

_NAMES = {"parts": "parts sent", "sims": "SIMs", "modems": "modems", "operators": "operators"}


def sections(figures: Tree, run: Tree, pictures: Pictures) -> list[Section]:
    """The sections of a run, in the order in which they are asked for."""
    body = _of_visits(figures, pictures) if figures["funnel"]["steps"][0]["count"] else [_nothing()]
    return [*body, _run(run)]


def _nothing() -> Section:
    said = "There was no visit in this run, so there is nothing to show: look at visits.per_day and the period."
    return Section("nothing", "No visits", [Text(said, "warning")])


def _of_visits(figures: Tree, pictures: Pictures) -> list[Section]:
    return [
        Section("short", "In short", list(_short(figures))),
        peoplesections.funnel(figures["funnel"], pictures),
        _published(figures["published"]),
        *loadsections.sections(figures, pictures),
        *peoplesections.sections(figures, pictures),
        _call_backs(figures["call_backs"], pictures),
        _cost(figures["cost"], pictures),
        _checks(figures["checks"]),
    ]


def _short(figures: Tree) -> Iterator[Block]:
    if not figures["checks"]["balanced"]:
        yield Text("The ledger does not balance: no other figure here can be relied on.", "warning")
    steps = {step["step"]: step["count"] for step in figures["funnel"]["steps"]}
    response, goal = figures["funnel"]["response"], figures["waits"]["goal"]
    whole, busiest = figures["satisfaction"]["whole"], figures["load"]["busiest_hour"]
    yield Tiles(
        [
            Tile("valid ratings", count(steps["rated"]), f"of {count(steps['visits'])} visits"),
            Tile("rated, of those invited", percent(response["share"]), _sure(response)),
            Tile("marks 4 and 5", percent(whole["share"]), _sure(whole)),
            Tile(
                f"sent within {duration(goal['within_s'])}",
                percent(goal["share"]),
                f"wanted: {percent(goal['wanted'])}, {_met(goal['met'])}",
            ),
            Tile("busiest hour", percent(busiest["of_capacity"]), f"of what the modems can send; {busiest['at']}"),
            Tile(
                "a valid rating costs", roubles(figures["cost"]["per_rating"], 2), "SIMs, modems and operators included"
            ),
        ]
    )


def _sure(one: Tree) -> str:
    """The interval of a share, where it has one."""
    return "" if one["low"] is None else f"95 % interval: {between(one['low'], one['high'])}"


def _met(met: bool | None) -> str:
    return {True: "met", False: "missed", None: "not measured"}[met]


def _span(row: Tree) -> str:
    return f"{of_unit(row['least'], row['unit'])} to {of_unit(row['most'], row['unit'])}"


def _published(rows: list[Tree]) -> Section:
    if not rows:
        return Section(
            "published", "Against published figures", [Text("The scenario names no published figure.", "soft")]
        )
    cells = [
        (
            row["says"],
            row["verdict"],
            _span(row),
            of_unit(row["value"], row["unit"]),
            NONE
            if row["low"] is None
            else f"{of_unit(row['low'], row['unit'])} to {of_unit(row['high'], row['unit'])}",
        )
        for row in rows
    ]
    columns = ("figure", "verdict", "published", "simulated", "95 % interval")
    table = Table("Simulated and published figures", columns, cells, words=frozenset(("figure", "verdict")))
    inside = sum(row["verdict"] == "inside" for row in rows)
    return Section("published", "Against published figures", [Text(f"{inside} of {len(rows)} are inside."), table])


def _call_backs(calls: Tree, pictures: Pictures) -> Section:
    title = "Call-backs"
    if not calls["opened"]:
        return Section("calls", title, [Text("Nobody was to be called back in this run.", "soft")])
    within = f"within {duration(calls['within_s'])} of the desk's working time"
    said = f"{with_interval(calls['within'])} were reached {within}."
    waits = calls["percentiles_wait_s"]
    rows = [
        ("opened", count(calls["opened"])),
        ("reached", f"{count(calls['reached']['count'])}, {with_interval(calls['reached'])}"),
        ("given up", f"{count(calls['gave_up']['count'])}, {with_interval(calls['gave_up'])}"),
        ("tries", count(calls["tries"])),
        ("operators", count(calls["operators"])),
        ("their hours at work", count(calls["operator_hours"])),
        ("of these on the telephone", percent(calls["utilisation"])),
        ("wait until reached, mean", duration(calls["mean_wait_s"])),
        *((f"wait until reached, {name}", duration(value)) for name, value in waits.items()),
    ]
    outcomes = [(name, count(number)) for name, number in {**calls["outcomes"], "open": calls["open"]}.items()]
    return Section(
        "calls",
        title,
        [
            Text(said),
            *peoplesections.drawn(pictures, "call-waits"),
            Table("The call-back desk", ("", "value"), rows),
            peoplesections.bins(calls["bins"], 1, "people reached"),
            Table("What came of them", ("outcome", "call-backs"), outcomes, folded=True),
        ],
    )


def _cost(cost: Tree, pictures: Pictures) -> Section:
    use = cost["use"]
    amounts = {
        "parts": count(use["parts"]),
        "sims": f"{count(use['modems'])} for {several(use['days'], 'day')}",
        "modems": f"{count(use['modems'])} for {several(use['days'], 'day')}, written off in 36 months",
        "operators": f"{count(use['operator_hours'])} h",
    }
    rows = [
        (_NAMES[name], amounts[name], roubles(paid), percent(paid / cost["total"] if cost["total"] else None))
        for name, paid in cost["roubles"].items()
    ]
    rows.append(("all", "", roubles(cost["total"]), ""))
    said = (
        f"A valid rating costs {roubles(cost['per_rating'], 2)}: {roubles(cost['total'])} for {count(cost['ratings'])}."
    )
    table = Table("What it costs", ("for", "how much", "roubles", "share"), rows, words=frozenset(("how much",)))
    return Section("cost", "Cost", [Text(said), *peoplesections.drawn(pictures, "cost"), table])


def _checks(checks: Tree) -> Section:
    little = checks["little"]
    word = {True: "holds", False: "does not hold", None: "cannot be told"}
    rows = [("the ledger of every box balances", "", word[checks["balanced"]])]
    for row in checks["conserved"]:
        of = "" if row["of"] is None else f" of {count(row['of'])}"
        rows.append((row["says"], f"{count(row['count'])}{of}", word[row["holds"]]))
    parts = little["parts_of_text"]
    law = "Little's law: the mean queue of parts is arrivals a second times the mean wait"
    law += "" if parts == 1 else f", up to {parts} times that, for texts have up to {parts} parts"
    said = NONE if little["ratio"] is None else f"{little['queue']:.4g} and {little['arrivals_times_wait']:.4g}"
    rows.append((law, said, word[little["holds"]]))
    columns = ("what must hold", "here", "")
    return Section("checks", "Checks", [Table("What must hold in every run", columns, rows, words=frozenset(("",)))])


_FACTS = {
    "seed": "seed",
    "mode": "mode",
    "command": "command",
    "wall_s": "time it took",
    "messages_per_s": "messages a second",
    "simulated_days_per_s": "simulated days a second",
    "cpu_s": "time of processors",
    "processes": "processes at once",
    "peak_memory_mb": "memory of all processes at most, MB",
    "finished_boxes": "boxes that are finished",
    "go_on": "to go on",
}


def _fact(name: str, value: object) -> str:
    if isinstance(value, float):
        return duration(value) if name.endswith("_s") and "per" not in name else f"{value:,.4g}"
    return str(value)


def _run(run: Tree) -> Section:
    facts = run["facts"]
    shown = {label: _fact(name, facts[name]) for name, label in _FACTS.items() if facts.get(name) is not None}
    shown |= {f"version of {name}": str(version) for name, version in facts.get("versions", {}).items()}
    words = frozenset(("value",))
    blocks: list[Block] = [Table("This run", ("fact", "value"), list(shown.items()), words=words)]
    if not run["drawn"]:
        said = "There are no pictures, because matplotlib is not installed: pip install 'otklik[report]'."
        blocks.insert(0, Text(said, "warning"))
    if run["scenario_text"]:
        blocks.append(Source("The scenario file", run["scenario_text"]))
    blocks.append(Source("The scenario with all defaults", run["scenario"]))
    return Section("run", "Seed, versions, scenario", blocks)
