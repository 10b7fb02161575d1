"""`otklik upstream`: how it stands with those ratings go up to, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from sqlite_utils import Database
from tabulate import tabulate

from gateway import config as configuration
from gateway.cli.options import ListByDefault, config_option, json_option, print_json, printable
from gateway.cli.upstreamviews import show_troubles
from gateway.store import batches, deliveries, upstreams
from gateway.store.database import transaction
from gateway.store.opening import readable, writable
from gateway.upstream import desk
from gateway.upstream.building import chosen
from gateway.upstream.deciding import LONG
from scheduler.clock import SystemClock

T = TypeVar("T")
_COLUMNS = (
    *("name", "waiting", "in_doubt", "held", "posted", "accepted", "rejected"),
    *("oldest_waiting_at", "next_at"),
)


@click.group(cls=ListByDefault)
def upstream() -> None:
    """Where ratings go up to: list, dead, requeue, resume, settle."""


@upstream.command("list")
@config_option
@json_option
def list_upstreams(config: Path | None, as_json: bool) -> None:
    """How many ratings wait, are in doubt, accepted and rejected, and when it goes on."""
    settings = configuration.load(config)
    with readable(settings.database) as db:
        found = upstreams.overview(db, [one.name for one in settings.upstream])
        for row in found:
            row["batches"] = batches.unsettled(db, row["name"])
    rows = [[row[column] for column in _COLUMNS] for row in found]
    click.echo(tabulate(rows, headers=[column.replace("_", " ") for column in _COLUMNS], disable_numparse=True))
    for row in found:
        show_troubles(row)
        for batch in row["batches"]:
            if batch["state"] == "held" or batch["tries"] >= LONG:
                what = "is in doubt" if batch["state"] == "held" else f"has no last word after {batch['tries']} tries"
                click.echo(f"{row['name']}: batch {batch['key']} {what}: {printable(batch['reason'])}")
    if as_json:
        print_json({"upstreams": found})


@upstream.command()
@click.argument("name", required=False)
@config_option
@json_option
def dead(name: str | None, config: Path | None, as_json: bool) -> None:
    """Ratings that an upstream will not have, each with its visit and the reason."""
    settings = configuration.load(config)
    with readable(settings.database) as db:
        if name not in (None, *upstreams.names(db)):
            chosen(settings, name)
        found = deliveries.dead(db, name)
    for row in found:
        click.echo(f"{row['upstream']}  {row['rating']}  visit {row['visit']}  {printable(row['reason'])}")
    if not found:
        click.echo("No dead letters.")
    if as_json:
        print_json({"dead": found})


@upstream.command()
@click.argument("name")
@click.argument("rating", required=False)
@click.option("--all", "every", is_flag=True, help="Every dead letter of this upstream.")
@config_option
@json_option
def requeue(name: str, rating: str | None, every: bool, config: Path | None, as_json: bool) -> None:
    """Let a dead letter go up again, in a batch of its own under a new key."""
    if every == (rating is not None):
        raise click.UsageError("Say which rating (otklik upstream dead lists them), or --all.")
    count = _write(config, name, lambda db: desk.requeue(db, name, rating, SystemClock().now()))
    click.echo(f"{count} ratings will go up again.")
    if as_json:
        print_json({"requeued": count})


@upstream.command()
@click.argument("name")
@config_option
@json_option
def resume(name: str, config: Path | None, as_json: bool) -> None:
    """Go on with an upstream that was stopped or is left alone, and post again what is held in doubt."""
    count = _write(config, name, lambda db: desk.resume(db, name, SystemClock().now()))
    click.echo(f"{name} goes on; {count} batches in doubt are posted again, each under its key.")
    if as_json:
        print_json({"resumed": name, "released": count})


@upstream.command()
@click.argument("name")
@click.argument("key")
@click.option("--packet", help="The packet id that upstream knows it by; its status is asked for then.")
@config_option
@json_option
def settle(name: str, key: str, packet: str | None, config: Path | None, as_json: bool) -> None:
    """Say that a batch in doubt, or without a last word, has arrived: somebody has asked upstream."""
    count = _write(config, name, lambda db: desk.settle(db, name, key, packet, SystemClock().now()))
    click.echo(f"batch {key}: {count} ratings have arrived.")
    if as_json:
        print_json({"settled": key, "ratings": count})


def _write(config: Path | None, name: str, operation: Callable[[Database], T]) -> T:
    settings = configuration.load(config)
    chosen(settings, name)
    with writable(settings.database) as db, transaction(db):
        return operation(db)
