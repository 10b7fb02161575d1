"""`otklik ledger`."""

from __future__ import annotations

from pathlib import Path

import click
from tabulate import tabulate

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.ledger import Ledger, draw_up, read_witness
from gateway.store.opening import readable
from scheduler.clock import SystemClock


@click.command()
@config_option
@click.option(
    "--network-log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The log of `otklik emulate`, as a witness of what was really sent and delivered.",
)
@json_option
def ledger(config: Path | None, network_log: Path | None, as_json: bool) -> None:
    """Every visit in exactly one disposition; differences named; exit 1 if it does not balance."""
    clock = SystemClock()
    started = clock.monotonic()
    settings = configuration.load(config)
    witness = None if network_log is None else read_witness(network_log)
    with readable(settings.database) as db:
        found = draw_up(db, witness)
    show(found)
    if as_json:
        print_json({**found.summary(), "seed": None, "elapsed_s": round(clock.monotonic() - started, 3)})
    if not found.balanced:
        raise SystemExit(1)


def show(found: Ledger) -> None:
    """The ledger as a person reads it."""
    rows = [(name, count) for name, count in found.dispositions.items() if count or name == "lost"]
    click.echo(tabulate([*rows, ("visits", found.funnel["visits"])], headers=("disposition", "visits")))
    if found.barred:
        click.echo("barred: " + ", ".join(f"{count} {reason}" for reason, count in found.barred.items()))
    if found.unknown:
        click.echo(f"{found.unknown} parts may have been sent; their reports have not come")
    for difference in [*found.lost, *found.duplicated]:
        click.echo(f"  {difference}", err=True)
    click.echo("The ledger balances." if found.balanced else "The ledger does not balance.")
