"""`otklik report`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database
from tabulate import tabulate

from gateway import config as configuration
from gateway.cells import joined
from gateway.cli.options import config_option, json_option, print_json
from gateway.export.files import replacing
from gateway.model import KEYS, OVERALL
from gateway.numbers import plain
from gateway.numbers.figures import GROUPINGS, draw_up
from gateway.numbers.operator import COLUMNS, general
from gateway.numbers.page import as_text
from gateway.store.numbers import Selection
from gateway.store.opening import readable

_GENERAL = "general"
_Output = tuple[str, dict[str, Any]]


@click.command()
@click.option(
    "--by",
    type=click.Choice([*GROUPINGS, _GENERAL]),
    default="office",
    show_default=True,
    help="A line for each; general: the operator's table, in the columns of upstream.",
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Visits received on this day or later.",
)
@click.option(
    "--to",
    "last",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Visits received on this day or earlier.",
)
@click.option("--office", "offices", multiple=True, metavar="CODE", help="Only this office; may be given again.")
@click.option("--service", "services", multiple=True, metavar="CODE", help="Only this service; may be given again.")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only visits that this sender has sent in.")
@click.option(
    "--mark",
    type=click.Choice(KEYS),
    default=OVERALL,
    show_default=True,
    help="Which rating counts: the overall one, or a criterion as far as citizens rated it by itself.",
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output.")
@config_option
@json_option
def report(
    by: str,
    first: datetime | None,
    last: datetime | None,
    offices: tuple[str, ...],
    services: tuple[str, ...],
    sources: tuple[str, ...],
    mark: str,
    form: str,
    output: Path | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Shares, means, response and ranks, with how sure they are; docs/numbers.md has the formulas.

    A day is that on which a visit was received, by the clock of its office; a week begins on Monday. Of several ratings
    of a visit the newest counts, whatever channel it came by; by channel, the newest of each.
    """
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"--from {first:%Y-%m-%d} is after --to {last:%Y-%m-%d}.")
    if by in ("criterion", _GENERAL) and mark != OVERALL:
        raise click.UsageError(f"--mark does not go with --by {by}: it has all criteria, or the overall rating alone.")
    if as_json and output is None and form != "table":
        raise click.UsageError(f"--json needs -o FILE: without it the {form} itself goes to standard output.")
    selection = Selection(first and first.date(), last and last.date(), offices, services, sources)
    with readable(configuration.load(config).database) as db:
        text, found = _general(db, selection, form) if by == _GENERAL else _figures(db, by, selection, mark, form)
    if output is None:
        click.echo(text)
    else:
        with replacing(output) as file:
            file.write((click.unstyle(text) + "\n").encode("utf-8"))
        click.echo(f"report written to {output}")
    if as_json:
        print_json(found)


def _figures(db: Database, by: str, selection: Selection, mark: str, form: str) -> _Output:
    """The report in the wanted form, and as plain values."""
    figures = draw_up(db, by, selection, mark)
    found = plain.as_json(figures)
    if form == "csv":
        rows = [plain.as_row(group) for group in (*figures.groups, figures.whole)]
        return _sheet(rows, list(rows[0])), found
    if form == "json":
        return _pretty(found), found
    return as_text(figures, lambda text: click.style(text, dim=True)), found


def _general(db: Database, selection: Selection, form: str) -> _Output:
    """The operator's table in the wanted form, and as plain values."""
    rows = general(db, selection)
    found = {"columns": list(COLUMNS), "rows": rows}
    if form == "csv":
        return _sheet(rows, COLUMNS), found
    if form == "json":
        return _pretty(found), found
    return tabulate([list(row.values()) for row in rows], headers=COLUMNS, floatfmt=".2f"), found


def _sheet(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as CSV with a line of headings, safe to open in a spreadsheet."""
    return "\n".join(joined(line) for line in (columns, *(row.values() for row in rows)))


def _pretty(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2)
