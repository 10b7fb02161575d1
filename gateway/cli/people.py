"""`otklik people`: who wants no more messages, and what is known of one phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.intake import phonelists
from gateway.phones import BadPhone, mask, normalise
from gateway.settings import Settings
from gateway.store import disclosure, optouts, persons
from gateway.store.database import transaction
from gateway.store.opening import readable, writable
from scheduler.clock import SystemClock

_GROUP = 500
_COLUMNS = ("received", "foreign_id", "office", "consent", "taken by", "invitation", "invited", "rating")

_way_option = click.option(
    "--way",
    type=click.Choice([way for way in optouts.WAYS if way != "sms"]),
    default="office",
    show_default=True,
    help="How we were told: in an office, by the desk that calls back, or through the citizen's operator.",
)
_by_option = click.option("--by", default="", metavar="NAME", help="Who takes it down; kept in the history.")


@click.group()
def people() -> None:
    """Who wants no more messages, and what is known of one phone."""


@people.command("opt-out")
@click.argument("phone", required=False)
@click.option("--file", "file", type=click.Path(path_type=Path), help="A list of phones instead, one a line.")
@_way_option
@_by_option
@config_option
@json_option
def opt_out(phone: str | None, file: Path | None, way: str, by: str, config: Path | None, as_json: bool) -> None:
    """Never write to PHONE again. What waits for it is barred at once; also while the daemon runs.

    Kept as a keyed hash alone, whether the phone is known or not. Of a list, lines that are no phone are named and the
    others carried out; exit 1 if there were such.
    """
    settings = configuration.load(config)
    if (phone is None) == (file is None):
        raise click.UsageError("Say either a phone or --file FILE.")
    lines = phonelists.phones(phonelists.read(file)) if file is not None else iter([(0, _phone(str(phone)))])
    counts, refused = _opt_out(settings, lines, way, by)
    for line in refused:
        click.echo(f"{file}:{line['line']}: {line['reason']}", err=True)
    if phone is not None:
        click.echo(f"{mask(_phone(phone))} {'gets no more messages' if counts['opted_out'] else 'was out already'}.")
    else:
        click.echo(f"opted out {counts['opted_out']}, out already {counts['already']}, refused {len(refused)}")
    if as_json:
        print_json({**counts, "refused": refused})
    if refused:
        raise SystemExit(1)


@people.command("opt-in")
@click.argument("phone")
@_way_option
@_by_option
@config_option
@json_option
def opt_in(phone: str, way: str, by: str, config: Path | None, as_json: bool) -> None:
    """Write to PHONE again, because its owner asks for it; from the next visit on."""
    settings = configuration.load(config)
    number, now = _phone(phone), SystemClock().now()
    with writable(settings.database) as db, transaction(db):
        pseudonym = persons.pseudonyms_of(db, settings.database).of(number)
        is_back = optouts.opt_in(db, pseudonym, way=way, by=by, at=now, now=now)
    click.echo(f"{mask(number)} {'may be written to again' if is_back else 'was not out'}.")
    if as_json:
        print_json({"opted_in": int(is_back)})


@people.command("show")
@click.argument("phone")
@config_option
@json_option
def show(phone: str, config: Path | None, as_json: bool) -> None:
    """What is known of PHONE: consents, visits, invitations and how they ended, opt-outs, and how many texts."""
    settings = configuration.load(config)
    number = _phone(phone)
    with readable(settings.database) as db:
        found = disclosure.of_person(db, persons.pseudonyms_of(db, settings.database).of(number))
    _show(number, found)
    if as_json:
        print_json({"phone": number, **found})


def _phone(text: str) -> str:
    try:
        return normalise(text)
    except BadPhone as problem:
        raise click.UsageError(str(problem)) from problem


def _opt_out(
    settings: Settings, lines: Iterable[tuple[int, str | BadPhone]], way: str, by: str
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Opt out each phone; how many were new and how many not, and the lines that are no phone."""
    counts, refused = {"opted_out": 0, "already": 0}, []
    with writable(settings.database) as db:
        names = persons.pseudonyms_of(db, settings.database)
        for group in _groups(lines):
            now = SystemClock().now()
            with transaction(db):
                for line, phone in group:
                    if isinstance(phone, BadPhone):
                        refused.append({"line": line, "reason": str(phone)})
                    else:
                        is_new = optouts.opt_out(db, names.of(phone), way=way, by=by, at=now, now=now)
                        counts["opted_out" if is_new else "already"] += 1
    return counts, refused


def _groups(lines: Iterable[tuple[int, str | BadPhone]]) -> Iterator[list[tuple[int, str | BadPhone]]]:
    """A transaction each: between two of them a daemon has its turn."""
    iterator = iter(lines)
    while group := list(islice(iterator, _GROUP)):
        yield group


def _show(phone: str, found: dict[str, Any]) -> None:
    out = found["opted_out"]
    click.echo(f"{phone} is {found['pseudonym']} in exports; " + _kept(found))
    click.echo("may be written to" if out is None else f"wants no messages since {out['at']} ({out['way']})")
    for event in found["opt_events"]:
        by = f", taken down by {event['by']}" if event["by"] else ""
        click.echo(f"  {event['happened_at']} opted {event['verb']} ({event['way']}{by})")
    if found["visits"]:
        click.echo(tabulate([_line(visit) for visit in found["visits"]], headers=_COLUMNS, disable_numparse=True))
        for text in dict.fromkeys(visit["consent"]["text"] for visit in found["visits"] if visit["consent"]["text"]):
            click.echo(f"consent was given to: {text}")
    click.echo(
        f"messages to it: {found['messages']}, texts from it: {found['replies']}, calls from it: {found['calls']},"
        f" call-backs: {found['callbacks']}"
    )


def _kept(found: dict[str, Any]) -> str:
    if found["phone_kept"]:
        return "the phone is kept"
    return "the phone is not kept" if found["known"] else "there are no visits of it"


def _line(visit: dict[str, Any]) -> list[Any]:
    consent, invitation = visit["consent"], visit["invitation"]
    ended = f"{invitation['state']} ({invitation['reason']})" if invitation["reason"] else invitation["state"]
    name = f"{visit['foreign_id']}/{visit['stage']}" if visit["stage"] else visit["foreign_id"]
    who = (consent["taken_at"], consent["taken_by"])
    return [visit["received_at"], name, visit["office"], *who, ended, invitation["invited_at"], visit["rating"]]
