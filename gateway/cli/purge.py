"""`otklik purge`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from sqlite_utils import Database

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.purging import Batch, purge_all
from gateway.store.database import holder, transaction
from gateway.store.opening import readable, writable
from gateway.store.purge import empty_wal
from scheduler.clock import SystemClock


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say how much it would be.")
@config_option
@json_option
def purge(dry_run: bool, config: Path | None, as_json: bool) -> None:
    """Take away personal data past its time (privacy in the configuration). The daemon does it every hour.

    Phones of people with whom nothing goes on any more, their messages as they came, texts, notes, names at desks,
    refused rows, events that no webhook took. Ratings, opt-outs and the ledger stay. What a reader holds, or a running
    daemon has in its write-ahead log, is overwritten when it is done with it.
    """
    settings, now = configuration.load(config), SystemClock().now()
    if dry_run:
        with readable(settings.database) as db:
            found = purge_all(lambda operation: operation(db), settings.privacy, now, wipe=False)
    else:
        with writable(settings.database) as db:

            def do(operation: Callable[[Database], Batch]) -> Batch:
                with transaction(db):
                    return operation(db)

            found = purge_all(do, settings.privacy, now)
            if holder(settings.database) is None:
                empty_wal(db)
    click.echo("\n".join(f"{name}: {count}{' to purge' if dry_run else ' purged'}" for name, count in found.items()))
    if as_json:
        print_json({"dry_run": dry_run, "purged": found})
