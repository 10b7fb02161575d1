"""`otklik status`: what the daemon is doing, read from the database beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database
from tabulate import tabulate

from gateway import config as configuration
from gateway import disk
from gateway.cli.options import config_option, json_option, print_json
from gateway.cli.upstreamviews import show_troubles
from gateway.settings import Settings
from gateway.store import callbacks, fleet, lanes, reviews, state, tellings, upstreams
from gateway.store.database import holder, trouble_told
from gateway.store.opening import readable
from scheduler.clock import SystemClock

_TROUBLES = 5


@click.command()
@config_option
@click.option("--troubles", "lines", is_flag=True, help="With the last errors, what went over the modem's port before.")
@json_option
def status(config: Path | None, lines: bool, as_json: bool) -> None:
    """Queue, modems, jobs, last errors; works while the daemon runs."""
    settings = configuration.load(config)
    with readable(settings.database) as db:
        found = gather(db, holder(settings.database), SystemClock().now(), lines=lines)
        found["upstreams"] = upstreams.overview(db, [one.name for one in settings.upstream])
    found["disk"] = _disk(settings)
    _show(found)
    if as_json:
        print_json(found)


def gather(db: Database, pid: int | None, now: datetime, *, lines: bool = False) -> dict[str, Any]:
    """Everything `status` shows, as plain values; `lines` of a dialogue only on demand."""
    return {
        "daemon": pid,
        "parts": state.parts_by_state(db),
        "messages": state.messages_by_state(db),
        "oldest_queued_at": state.oldest_queued_at(db),
        "taken_by_nobody": lanes.taken_by_nobody(db),
        "invitations": state.invitations_by_state(db),
        "reviews": reviews.waiting(db),
        "calls": fleet.calls(db),
        "callbacks": callbacks.counts(db, now),
        "alarms": fleet.alarms(db),
        "hooks": tellings.listed(db),
        "modems": state.ports(db),
        "jobs": state.jobs(db),
        "troubles": state.troubles(db, _TROUBLES, lines=lines),
    }


def _disk(settings: Settings) -> dict[str, Any]:
    """What the daemon says of the disk, and what is seen of it from here."""
    left, reserve_mb = disk.free(settings.database), settings.disk.reserve_mb
    return {
        "trouble": trouble_told(settings.database) or None,
        "read_only": disk.is_read_only(settings.database),
        "free_mb": left >> 20,
        "takes_visits": left >= reserve_mb * (1 << 20),
    }


def _show(found: dict[str, Any]) -> None:
    click.echo(f"daemon: {'pid ' + str(found['daemon']) if found['daemon'] else 'not running'}")
    place = found["disk"]
    if place["trouble"]:
        click.echo(f"DATABASE {place['trouble']}")
    if place["read_only"]:
        click.echo("DISK: the database's folder or file can only be read; nothing is taken or sent")
    if not place["takes_visits"]:
        click.echo(f"DISK: {place['free_mb']} MB left; no files are taken in (disk.reserve_mb)")
    click.echo("invitations: " + (_counts(found["invitations"]) or "none"))
    click.echo("messages: " + (_counts(found["messages"]) or "none"))
    click.echo("parts: " + (_counts(found["parts"]) or "none"))
    if found["oldest_queued_at"]:
        click.echo(f"oldest waiting part: since {found['oldest_queued_at']}")
    if found["reviews"]["open"]:
        waiting = found["reviews"]
        click.echo(f"replies for a person: {waiting['open']}, the oldest since {waiting['oldest_at']}; otklik review")
    click.echo("calls: " + _counts(found["calls"]))
    click.echo("call-backs: " + _counts(found["callbacks"]))
    if found["taken_by_nobody"]:
        click.echo(f"parts that no configured modem takes: {found['taken_by_nobody']}; widen takes of a modem")
    for alarm in found["alarms"]:
        click.echo(f"ALARM since {alarm['raised_at']}, {alarm['place']}: {alarm['text']}")
    for hook in found["hooks"]:
        if hook["troubled_at"]:
            click.echo(f"WEBHOOK {hook['name']} since {hook['troubled_at']}, {hook['pending']} wait: {hook['trouble']}")
        if hook["dead"]:
            click.echo(f"events given up for webhook {hook['name']}: {hook['dead']}; otklik webhooks dead")
    for row in found["upstreams"]:
        click.echo(
            f"upstream {row['name']}: {row['waiting']} ratings wait, {row['in_doubt']} in doubt, {row['posted']}"
            f" posted, {row['accepted']} accepted, {row['rejected']} rejected"
        )
        show_troubles(row)
    for title in ("modems", "jobs"):
        if found[title]:
            click.echo("\n" + tabulate(found[title], headers="keys", floatfmt=".3f"))
    for trouble in found["troubles"]:
        click.echo(f"\n{trouble['happened_at']} {trouble['place']}: {trouble['text']}", nl=False)
        for line in trouble.get("lines", "").splitlines():
            click.echo(f"\n    {line}", nl=False)
    click.echo()


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
