"""`otklik export ratings`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.export import FORMATS, replacing, write
from gateway.settings import Settings
from gateway.store import ratings as rows
from gateway.store.database import transaction
from gateway.store.opening import readable, writable
from scheduler.clock import SystemClock


@click.group()
def export() -> None:
    """Hands ratings out."""


@export.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only ratings with a greater cursor.")
@click.option("--until", type=click.IntRange(min=0), help="Only ratings up to this cursor.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output.")
@config_option
@json_option
def ratings(form: str, after: int, until: int | None, output: Path | None, config: Path | None, as_json: bool) -> None:
    """Ratings in cursor order: after reading up to N, --after N gives exactly what is newer."""
    settings = configuration.load(config)
    count, cursor = hand_out(settings, form, after, until, output)
    if output is not None:
        click.echo(f"exported {count} ratings to {output}, last cursor {cursor}")
        if as_json:
            print_json({"exported": count, "cursor": cursor})
    elif as_json:
        raise click.UsageError("--json needs -o FILE: without it the ratings themselves go to standard output.")


def hand_out(settings: Settings, form: str, after: int, until: int | None, output: Path | None) -> tuple[int, int]:
    """Write ratings and remember that they were; how many and the last cursor (`after` if none was newer)."""
    with readable(settings.database) as db:
        newest = rows.last_cursor(db)
        last = newest if until is None else min(until, newest)
        found = rows.after(db, after, last)
        if output is None:
            count, cursor = write(found, form, sys.stdout)
        else:
            with replacing(output) as file:
                count, cursor = write(found, form, file)
    cursor = cursor or after
    if count:
        with writable(settings.database) as db, transaction(db):
            rows.mark_exported(db, form=form, after_cursor=after, until=cursor, rows=count, now=SystemClock().now())
    return count, cursor
