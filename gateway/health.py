"""Looks for everything that would keep the centre from working, and says how to mend it.

Each check gives lines: fine, or a fault with its cure. Nothing is changed; a port is opened only if nobody else has it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gateway import directory, scriptfiles
from gateway.errors import GatewayError
from gateway.finding import Finding
from gateway.portchecks import examine_ports
from gateway.ports import makes_of
from gateway.preview import preview
from gateway.settings import Settings
from gateway.store import health as store_health
from gateway.store import lanes
from gateway.store.database import holder
from gateway.store.opening import readable
from scheduler.clock import Clock

_DISK_LOW = 200 * 1024 * 1024
_BUILT_AT = datetime(2026, 1, 1, tzinfo=UTC)


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything, in the order a person would go: files first, then the ports."""
    yield from _directory(settings)
    yield from _texts(settings)
    yield from _database(settings.database)
    yield from _disk(settings.database)
    yield _time(clock)
    pid = holder(settings.database)
    if pid is not None:
        yield Finding("daemon", f"runs with pid {pid} and holds the ports; they are left alone (see otklik status)")
        return
    yield Finding("daemon", "not running")
    try:
        makes = makes_of(settings)
    except GatewayError as problem:
        yield Finding("makes", str(problem), fault=True)
        return
    yield from examine_ports(settings.modems, clock, makes)


def _directory(settings: Settings) -> Iterator[Finding]:
    try:
        known = directory.load(settings.offices, settings.services)
    except GatewayError as problem:
        yield Finding("offices and services", str(problem), fault=True)
    else:
        yield Finding("offices and services", f"{len(known.offices)} offices, {len(known.services)} services")


def _texts(settings: Settings) -> Iterator[Finding]:
    """Each text of the survey as the longest office name makes it, and what one more letter would cost."""
    try:
        offices = directory.load(settings.offices, settings.services).offices.values()
        script = scriptfiles.load(settings.survey.script)
    except GatewayError as problem:
        yield Finding("survey", str(problem), fault=True)
        return
    yield Finding("survey", f"{script.version} in {', '.join(script.languages)}")
    for line in preview(script, offices):
        yield Finding(f"text {line.name}", line.cost)


def _database(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield Finding("database", f"{path} does not exist yet; otklik run or otklik visits import makes it")
        return
    try:
        with readable(path) as db:
            broken = store_health.faults(db)
            untaken = lanes.taken_by_nobody(db)
    except GatewayError as problem:
        yield Finding("database", str(problem), fault=True)
        return
    for fault in broken:
        yield Finding("database", f"{path} is damaged ({fault}); stop the daemon and restore a backup", fault=True)
    if untaken:
        text = f"{untaken} parts wait that no configured modem takes; widen takes of a modem, or add one"
        yield Finding("routing", text, fault=True)
    if not broken:
        yield Finding("database", f"{path} is sound (SQLite {store_health.library_version()})")


def _disk(database: Path) -> Iterator[Finding]:
    folder = database.absolute().parent
    if not folder.is_dir():
        yield Finding("disk", f"the folder {folder} does not exist; make it or change database", fault=True)
        return
    if not os.access(folder, os.W_OK):
        yield Finding("disk", f"the folder {folder} is not writable by this user; change its owner", fault=True)
    free = shutil.disk_usage(folder).free
    text = f"{free // (1024 * 1024)} MB free"
    yield Finding("disk", text if free >= _DISK_LOW else f"only {text}; make room", fault=free < _DISK_LOW)


def _time(clock: Clock) -> Finding:
    now = clock.now()
    if now < _BUILT_AT:
        return Finding(
            "clock", f"it says {now:%Y-%m-%d %H:%M} UTC, which is past; set the clock or start NTP", fault=True
        )
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")
