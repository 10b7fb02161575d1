"""`otklik keys`: what phones are sealed with, since when, and a new key for them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from gateway import config as configuration
from gateway import keyfile
from gateway.cli.options import ListByDefault, config_option, json_option, print_json
from gateway.sealing import SealKey
from gateway.store import rotation
from gateway.store.opening import readable, writable
from scheduler.clock import SystemClock

_COLUMNS = ("key", "made on", "days old", "seals rows")


@click.group(cls=ListByDefault)
def keys() -> None:
    """The keys that seal phones and messages as they came: list, rotate. Works beside the daemon."""


@keys.command("list")
@config_option
@json_option
def list_(config: Path | None, as_json: bool) -> None:
    """Each key, how old it is, and how many rows it seals; the last one seals what is new."""
    settings, today = configuration.load(config), SystemClock().now().date()
    with readable(settings.database) as db:
        counts = rotation.counts(db)
    found = [_plain(key, counts, today) for key in keyfile.read(keyfile.seals_of(settings.database))]
    click.echo(tabulate([list(key.values()) for key in found], headers=_COLUMNS, disable_numparse=True))
    missing = sorted(set(counts) - {key["key"] for key in found})
    for name in missing:
        click.echo(f"{counts[name]} rows are sealed with key {name}, which is not there; restore it from a backup.")
    if as_json:
        print_json({"keys": found, "missing": missing})
    if missing:
        raise SystemExit(1)


@keys.command()
@config_option
@json_option
def rotate(config: Path | None, as_json: bool) -> None:
    """Make a new key, seal everything with it anew, and delete the older ones.

    A copy of the database that was made before needs the keys that were copied with it.
    """
    settings, today = configuration.load(config), SystemClock().now().date()
    with writable(settings.database) as db:
        rows = sum(rotation.rotate(db, settings.database, today))
    newest = keyfile.read(keyfile.seals_of(settings.database))[-1]
    click.echo(f"{rows} rows are sealed with key {newest.id.hex()} now; older keys are deleted.")
    if as_json:
        print_json({"key": newest.id.hex(), "rows": rows})


def _plain(key: SealKey, counts: dict[str, int], today: date) -> dict[str, Any]:
    name = key.id.hex()
    return {
        "key": name,
        "made_on": key.made_on.isoformat(),
        "days": (today - key.made_on).days,
        "rows": counts.get(name, 0),
    }
