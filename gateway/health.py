"""Looks for everything that would keep the centre from working, and says how to mend it.

Each check gives lines: fine, or a fault with its cure. Nothing is changed; a port is opened only if nobody else has it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway import directory, disk, keyfile, numbertable, pseudonyms, scriptfiles
from gateway.backupjob import newest_at
from gateway.errors import GatewayError
from gateway.finding import Finding
from gateway.portchecks import examine_ports
from gateway.ports import makes_of
from gateway.preview import Preview
from gateway.settings import Settings
from gateway.store import lanes, soundness
from gateway.store.database import holder
from gateway.store.opening import readable
from gateway.upstreamchecks import examine_upstream
from gateway.upstreamsettings import UpstreamSettings, WebhookSettings
from gateway.webhookchecks import examine_webhook
from scheduler.clock import Clock

_DISK_LOW = 200 * 1024 * 1024
_PLACES = 5  # named of those whose zone the register does not tell
_BUILT_AT = datetime(2026, 1, 1, tzinfo=UTC)


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything, in the order a person would go: files first, then the ports."""
    yield from _directory(settings)
    yield from _texts(settings)
    yield from _calendar(settings, clock)
    yield from _silent(settings)
    for hook in settings.webhooks:
        yield from examine_webhook(hook, clock)
    known = _known(settings)
    for upstream in settings.upstream:
        yield from examine_upstream(upstream, clock, known=known)
    yield from _database(settings.database)
    yield from _keys(settings, clock)
    yield from _secrets(settings)
    yield from _disk(settings.database)
    yield _backup(settings, clock)
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


def _known(settings: Settings) -> directory.Directory | None:
    """Offices and services; None if the files cannot be read, which is said elsewhere."""
    try:
        return directory.load(settings.offices, settings.services)
    except GatewayError:
        return None


def _texts(settings: Settings) -> Iterator[Finding]:
    """Each text of the survey as the longest office name makes it, and what one more letter would cost."""
    try:
        offices = directory.load(settings.offices, settings.services).offices.values()
        script = scriptfiles.load(settings.survey.script)
    except GatewayError as problem:
        yield Finding("survey", str(problem), fault=True)
        return
    yield Finding("survey", f"{script.version} in {', '.join(script.languages)}")
    for line in Preview(script, offices).lines():
        yield Finding(f"text {line.name} ({line.language})", line.cost)


def _calendar(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Where the calendar of days off ends, and what the register of numbers does not tell."""
    today = clock.now().date()
    for key, holidays in (("survey", settings.survey.holidays), ("callbacks", settings.callbacks.holidays)):
        if holidays.through is not None and holidays.through < today:
            text = f"moved days off are known until {holidays.through} only; name later ones in {key}.holidays"
            yield Finding("holidays", text)
    if settings.survey.number_zones is None:
        return
    try:
        ranges = numbertable.load(settings.survey.number_zones)
    except GatewayError as problem:
        yield Finding("register of numbers", str(problem), fault=True)
        return
    unclear = sorted({part.place for part in ranges if part.zone is None})
    text = f"{len(ranges)} ranges"
    if unclear:
        text += f"; the office's zone for numbers of {', '.join(unclear[:_PLACES])}"
        text += f" and {len(unclear) - _PLACES} more places" if len(unclear) > _PLACES else ""
    yield Finding("register of numbers", text)


def _silent(settings: Settings) -> Iterator[Finding]:
    """Whether those who may be asked by telephone still have one by then."""
    voice_days, phones_days = settings.callbacks.voice_days, settings.privacy.phones_days
    if voice_days is not None and voice_days > phones_days:
        text = (
            f"the silent may be called for {voice_days} days (callbacks.voice_days), but their phones go after"
            f" {phones_days} (privacy.phones_days); make the first shorter or the second longer"
        )
        yield Finding("call-backs", text, fault=True)


def _database(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield Finding("database", f"{path} does not exist yet; otklik run or otklik visits import makes it")
        return
    try:
        with readable(path) as db:
            broken = soundness.faults(db)
            untaken = 0 if broken else lanes.taken_by_nobody(db)
    except GatewayError as problem:
        yield Finding("database", str(problem), fault=True)
        return
    if broken:
        yield Finding("database", soundness.damage(path, broken), fault=True)
    if untaken:
        text = f"{untaken} parts wait that no configured modem takes; widen takes of a modem, or add one"
        yield Finding("routing", text, fault=True)
    if not broken:
        yield Finding("database", f"{path} is sound (SQLite {soundness.library_version()})")


def _keys(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whether the keys of the database are there, and since when the newest one seals."""
    database, days = settings.database, settings.privacy.rotate_days
    if not database.exists():
        return
    try:
        pseudonyms.load(database)
        newest = keyfile.read(keyfile.seals_of(database))[-1]
    except GatewayError as problem:
        yield Finding("keys", str(problem), fault=True)
        return
    age = (clock.now().date() - newest.made_on).days
    if days is not None and age > days:
        text = f"phones have been sealed with the same key for {age} days, more than {days}; run otklik keys rotate"
        yield Finding("keys", text)
    else:
        yield Finding("keys", f"phones are sealed with a key of {newest.made_on}")


def _secrets(settings: Settings) -> Iterator[Finding]:
    """Files that nobody else on the box should read."""
    ways_out: tuple[UpstreamSettings | WebhookSettings, ...] = (*settings.upstream, *settings.webhooks)
    signing = [upstream.sign.key_file for upstream in settings.upstream if upstream.sign is not None]
    for path in dict.fromkeys(
        (
            *(pseudonyms.path_of(settings.database), keyfile.seals_of(settings.database)),
            *(way.secret_file for way in ways_out),
            *(way.tls.key_file for way in ways_out),
            *signing,
            *(modem.pin_file for modem in settings.modems),
        )
    ):
        if path is not None and path.exists() and path.stat().st_mode & 0o077:
            yield Finding("secrets", f"others on this box can read {path}; run chmod 600 {path}", fault=True)


def _disk(database: Path) -> Iterator[Finding]:
    folder = database.absolute().parent
    if not folder.is_dir():
        yield Finding("disk", f"the folder {folder} does not exist; make it or change database", fault=True)
        return
    if disk.is_read_only(database):
        text = f"{folder} is not writable by this user, or mounted read-only; change its owner or mount it again"
        yield Finding("disk", text, fault=True)
    left = disk.free(database)
    text = f"{left // (1024 * 1024)} MB free"
    yield Finding("disk", text if left >= _DISK_LOW else f"only {text}; make room", fault=left < _DISK_LOW)


def _backup(settings: Settings, clock: Clock) -> Finding:
    if settings.backup is None:
        return Finding("backup", "none is made by itself; set backup, or have otklik backup FILE run every day")
    try:
        newest = newest_at(settings.database, settings.backup, clock.now())
    except GatewayError as problem:
        return Finding("backup", str(problem), fault=True)
    if not os.access(settings.backup.folder, os.W_OK):
        text = f"{settings.backup.folder} cannot be written to by this user; change its owner or backup.folder"
        return Finding("backup", text, fault=True)
    if newest is None:
        return Finding("backup", f"there is no copy in {settings.backup.folder} yet; otklik run makes it")
    late = clock.now() >= newest + 2 * timedelta(seconds=settings.backup.every_s)
    text = f"the last one is of {newest:%Y-%m-%d %H:%M} UTC"
    return Finding("backup", f"{text}; look at otklik status for why" if late else text, fault=late)


def _time(clock: Clock) -> Finding:
    now = clock.now()
    if now < _BUILT_AT:
        return Finding(
            "clock", f"it says {now:%Y-%m-%d %H:%M} UTC, which is past; set the clock or start NTP", fault=True
        )
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")
