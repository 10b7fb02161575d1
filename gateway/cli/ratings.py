"""`otklik ratings`: those that come by other channels, and all channels of a visit side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from gateway import config as configuration
from gateway import directory
from gateway.callbackdesk import CallbackDesk
from gateway.channels import CHANNELS
from gateway.cli.options import config_option, json_option, print_json, printable
from gateway.cli.takingin import take_in, tell
from gateway.disk import refuse_when_low
from gateway.errors import IntakeError
from gateway.intake import files
from gateway.intake.channeldoor import ChannelDoor
from gateway.intake.importing import Tally, form_of
from gateway.intake.ratingimport import RatingImporter
from gateway.model import KEYS
from gateway.settings import Settings
from gateway.store import channels as rows
from gateway.store import visits
from gateway.store.database import transaction
from gateway.store.opening import readable, writable


@click.group()
def ratings() -> None:
    """Takes ratings of other channels in; shows all channels of a visit side by side."""


@ratings.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(files.FORMATS), help="Default: by the file's name.")
@click.option("--source", type=click.Choice(CHANNELS), help="The channel of rows that do not name theirs.")
@click.option("--sender", default="file", show_default=True, help="Who sent the visits in, for rows that do not say.")
@config_option
@json_option
def import_(file: Path, form: str | None, source: str | None, sender: str, config: Path | None, as_json: bool) -> None:
    """Take a file of ratings in; refused rows go to FILE.refused.csv with line and reason.

    A visit whose channels differ keeps them apart, and is counted once, by the newest of them. It is not invited any
    more if it was not so far. A second rating of a visit by the same channel corrects the first.

    \b
    Columns, in any order:
      outside_id    the channel's own id (or rating_id); a second one of it is a duplicate
      rated_at      2017-09-12T15:40; without an offset the office's local time
      source        portal terminal paper phone; else --source
      overall, time, queue, staff, comfort, info
                    marks from 1 to 5, at least one
    Which visit it is about:
      foreign_id    its sender's id; a visit that we do not know yet is refused
      stage         of the service, if the visit has one
      sender        who sent the visit in; else --sender
    Or, without foreign_id, of a visit that nobody reports, as at a terminal in the hall:
      office, service, received_at
    And, if they are there:
      comment       numbers of five and more digits are masked
      form_version  of the form that was filled in
    """
    settings = configuration.load(config)
    form = form_of(file, form)
    look = files.look_at(file)
    tell(file, look.lines, as_json, lambda progress: take(settings, file, form, source, sender, progress))


@ratings.command()
@click.argument("foreign_id")
@config_option
@json_option
def show(foreign_id: str, config: Path | None, as_json: bool) -> None:
    """All ratings of a visit, channel by channel, by the id that its sender gave it; times in UTC."""
    with readable(configuration.load(config).database) as db:
        found = rows.side_by_side(db, foreign_id)
    if not found:
        raise IntakeError(f"There is no visit {foreign_id}; it is the id that its sender gave it.")
    click.echo("\n\n".join(as_text(visit) for visit in found))
    if as_json:
        print_json({"foreign_id": foreign_id, "visits": found})


def take(
    settings: Settings,
    file: Path,
    form: str,
    source: str | None,
    sender: str,
    progress: Callable[[int], None],
) -> Tally:
    """Import a file into the database of `settings`, which may be in use by a daemon."""
    known = directory.load(settings.offices, settings.services)
    refuse_when_low(settings.database, settings.disk.reserve_mb)
    with writable(settings.database) as db:
        with transaction(db):
            visits.put_offices(db, known.offices.values())
            visits.put_services(db, known.services.values())
        importer = RatingImporter(db, ChannelDoor(known, CallbackDesk(settings.callbacks)), source, sender)
        return take_in(importer, settings, file, form, progress)


def as_text(visit: Mapping[str, Any]) -> str:
    """A visit of `side_by_side` as a person reads it: a line a rating; times in UTC."""
    stage = f", stage {printable(visit['stage'])}" if visit["stage"] else ""
    whose = f"sent by {visit['sender']}" if visit["reported"] else "that nobody has reported"
    heading = (
        f"Visit {printable(visit['foreign_id'])}{stage}, {whose}: {visit['office_name']}, {visit['service_name']},"
        f" {visit['received_at'][:16].replace('T', ' ')}; {visit['disposition']}"
    )
    lines = [
        (
            rating["source"],
            rating["rated_at"][:16].replace("T", " "),
            rating["overall"],
            *(None if rating["expanded"] else rating[key] for key in KEYS[1:]),
            _standing(rating),
            printable(rating["comment"]),
        )
        for rating in visit["ratings"]
    ]
    return f"{heading}\n{tabulate(lines, headers=('channel', 'rated at', *KEYS, '', 'comment'))}" if lines else heading


def _standing(rating: Mapping[str, Any]) -> str:
    if rating["counts"]:
        return "counts"
    return "" if rating["latest"] else "corrected since"
