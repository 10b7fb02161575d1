"""`otklik ledger`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from tabulate import tabulate

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.ledger import Ledger, draw_up
from gateway.ledger.witness import read_witness
from gateway.settings import Settings
from gateway.store.opening import readable
from scheduler.clock import SystemClock


@click.command()
@config_option
@click.option(
    "--network-log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The log of `otklik emulate`, as a witness of what was really sent and delivered.",
)
@click.option(
    "--upstream-log",
    "upstream_logs",
    multiple=True,
    metavar="[NAME=]FILE",
    help="The log of `otklik simulate-upstream`, as a witness of what arrived; NAME where there are several upstreams.",
)
@json_option
def ledger(config: Path | None, network_log: Path | None, upstream_logs: tuple[str, ...], as_json: bool) -> None:
    """Every visit in exactly one disposition; differences named; exit 1 if it does not balance."""
    clock = SystemClock()
    started = clock.monotonic()
    settings = configuration.load(config)
    network = None if network_log is None else read_witness(network_log)
    upstreams = {name: read_witness(path) for name, path in _by_name(upstream_logs, settings)}
    with readable(settings.database) as db:
        found = draw_up(db, network, upstreams)
    show(found)
    if as_json:
        print_json({**found.summary(), "seed": None, "elapsed_s": round(clock.monotonic() - started, 3)})
    if not found.balanced:
        raise SystemExit(1)


def _by_name(logs: tuple[str, ...], settings: Settings) -> Iterator[tuple[str, Path]]:
    names = [upstream.name for upstream in settings.upstream]
    for log in logs:
        name, found, file = log.partition("=")
        if not found:
            if len(names) != 1:
                raise click.BadParameter(
                    f"the configuration has {len(names)} upstreams; say whose log it is: NAME={log}",
                    param_hint="--upstream-log",
                )
            name, file = names[0], log
        if name not in names:
            raise click.BadParameter(f"there is no upstream {name} in the configuration", param_hint="--upstream-log")
        yield name, Path(file)


def show(found: Ledger) -> None:
    """The ledger as a person reads it."""
    rows = [(name, count) for name, count in found.dispositions.items() if count or name == "lost"]
    click.echo(tabulate([*rows, ("visits", found.funnel["visits"])], headers=("disposition", "visits")))
    if found.barred:
        click.echo("barred: " + ", ".join(f"{count} {reason}" for reason, count in found.barred.items()))
    if found.unknown:
        click.echo(f"{found.unknown} parts may have been sent; their reports have not come")
    for name, states in found.upstreams.items():
        click.echo(
            f"upstream {name}: "
            + (", ".join(f"{count} {state}" for state, count in states.items() if count) or "nothing")
        )
    for difference in [*found.lost, *found.duplicated]:
        click.echo(f"  {difference}", err=True)
    click.echo("The ledger balances." if found.balanced else "The ledger does not balance.")
