"""`otklik push`: what is due upstream, now."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import click
from sqlite_utils import Database

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.logs import set_up_for_a_command
from gateway.settings import Settings
from gateway.store.database import transaction
from gateway.store.opening import writable
from gateway.upstream.building import chosen, push_of
from gateway.upstream.push import Pushed
from gateway.upstreamsettings import UpstreamSettings
from scheduler.clock import SystemClock

T = TypeVar("T")


@click.command()
@click.option("--upstream", "name", metavar="NAME", help="Only to this one.")
@config_option
@json_option
def push(name: str | None, config: Path | None, as_json: bool) -> None:
    """Send what is due upstream now, also what waits for its next try; works while the daemon runs.

    Exit 1 if an upstream could not be brought up to date.
    """
    set_up_for_a_command()
    settings = configuration.load(config)
    upstreams = chosen(settings, name)
    if not upstreams:
        click.echo("No upstream is configured; add one under upstream in the configuration.")
    found = [(upstream, _push(settings, upstream)) for upstream in upstreams]
    for upstream, pushed in found:
        click.echo(
            f"{upstream.name}: {pushed.posted} ratings posted, {pushed.accepted} accepted, {pushed.rejected} rejected"
        )
        if pushed.why_not is not None:
            click.echo(f"{upstream.name}: {pushed.why_not}", err=True)
    if as_json:
        print_json({"upstreams": [{"name": upstream.name, **pushed.as_json()} for upstream, pushed in found]})
    if any(pushed.why_not is not None for _, pushed in found):
        raise SystemExit(1)


def _push(settings: Settings, upstream: UpstreamSettings) -> Pushed:
    with writable(settings.database) as db:

        def do(operation: Callable[[Database], T]) -> T:
            with transaction(db):
                return operation(db)

        with closing(push_of(settings, upstream, do, SystemClock())) as way:
            return way.run(at_once=True)
