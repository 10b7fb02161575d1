"""`otklik webhooks`: who is told what happens, how far that is, and what was given up."""

from __future__ import annotations

from pathlib import Path

import click
from sqlite_utils import Database
from tabulate import tabulate

from gateway import config as configuration
from gateway.cli.options import ROW, ListByDefault, config_option, json_option, print_json
from gateway.errors import GatewayError
from gateway.store import tellings
from gateway.store.database import transaction
from gateway.store.opening import readable, writable


@click.group(cls=ListByDefault)
def webhooks() -> None:
    """Who is told what happens: list, dead, requeue. Works beside the daemon."""


@webhooks.command("list")
@config_option
@json_option
def list_(config: Path | None, as_json: bool) -> None:
    """Each hook: how many events wait for it, since when, how many were given up, and what is wrong."""
    with readable(configuration.load(config).database) as db:
        found = tellings.listed(db)
    if found:
        rows = [{**row, "kinds": ", ".join(row["kinds"])} for row in found]
        click.echo(tabulate(rows, headers="keys"))
    else:
        click.echo("Nobody is told; name who shall be in webhooks of the configuration, and start otklik run.")
    if as_json:
        print_json({"webhooks": found})


@webhooks.command()
@click.option("--hook", help="Of this one only.")
@config_option
@json_option
def dead(hook: str | None, config: Path | None, as_json: bool) -> None:
    """Events that were given up, because a hook does not take them while it takes others; with the reason."""
    with readable(configuration.load(config).database) as db:
        _known(db, hook)
        found = tellings.dead(db, hook)
    click.echo(tabulate(found, headers="keys") if found else "No event was given up.")
    if as_json:
        print_json({"dead": found})


@webhooks.command()
@click.argument("event", type=ROW, required=False)
@click.option("--hook", help="For this one only.")
@click.option("--all", "every", is_flag=True, help="Every event that was given up.")
@config_option
@json_option
def requeue(event: int | None, hook: str | None, every: bool, config: Path | None, as_json: bool) -> None:
    """Have events that were given up told again, under the same id; EVENT is its number in otklik webhooks dead.

    It may come after later events of its visit, which were told meanwhile.
    """
    if (event is None) is not every:
        raise click.UsageError("Name one EVENT, or give --all.")
    settings = configuration.load(config)
    with writable(settings.database) as db, transaction(db):
        _known(db, hook)
        count = tellings.requeue(db, hook, event)
    if not count and event is not None:
        raise GatewayError(f"No event {event} was given up; otklik webhooks dead shows those that were.")
    click.echo(f"told again: {count}")
    if as_json:
        print_json({"requeued": count})


def _known(db: Database, hook: str | None) -> None:
    """Refuse a name that there is not."""
    names = [row["name"] for row in tellings.listed(db)]
    if hook not in (None, *names):
        raise click.BadParameter(
            f"there is no hook {hook}; there are: {', '.join(names) or 'none'}.", param_hint="--hook"
        )
