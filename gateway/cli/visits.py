"""`otklik visits import`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from gateway import config as configuration
from gateway import directory
from gateway.cli.options import config_option, json_option
from gateway.cli.takingin import take_in, tell
from gateway.disk import refuse_when_low
from gateway.intake.importing import Tally, form_of
from gateway.intake.visitimport import FORMATS, SUFFIXES, VisitImporter, look_at
from gateway.settings import Settings
from gateway.store import persons
from gateway.store import visits as rows
from gateway.store.database import transaction
from gateway.store.opening import writable


@click.group()
def visits() -> None:
    """Takes visits in."""


@visits.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the file's name.")
@click.option(
    "--source",
    default="",
    help="Who sent the file; ids are unique per sender. Default: vendor-ID where the file names its vendor, else file.",
)
@config_option
@json_option
def import_(file: Path, form: str | None, source: str, config: Path | None, as_json: bool) -> None:
    """Take a visits file in; refused rows go to FILE.refused.csv with line and reason.

    \b
    Columns, in any order:
      foreign_id    the sender's id; a second one of it is a duplicate
      office        code from the offices file
      service       code from the services file
      received_at   2017-09-12T15:40; without an offset the office's local time
      phone         a Russian mobile, written in any way
      consent       1 0 yes no true false да нет
    And, if they are there:
      stage         of the service; one survey per visit and stage
      consent_at    when the consent was given or refused; else received_at
      consent_by    who took it, such as the id of an employee; else --source
      consent_text  what was agreed to, or the id of that text; else survey.consent_text
      language      of the citizen: ru, en …; else the survey's first

    \b
    events-xml is the EventsRequest 1.2.0 of vendors: each event is a citizen who
    agreed. Its okato tells the office; where several share one, foreign-id begins
    with the office's code. Its ids tell the service.
    """
    settings = configuration.load(config)
    look = look_at(file, form)
    form = form_of(file, form, SUFFIXES)
    tell(file, look.lines, as_json, lambda progress: take(settings, file, form, source, progress))


def take(settings: Settings, file: Path, form: str, source: str, progress: Callable[[int], None]) -> Tally:
    """Import a file into the database of `settings`, which may be in use by a daemon."""
    known = directory.load(settings.offices, settings.services)
    refuse_when_low(settings.database, settings.disk.reserve_mb)
    with writable(settings.database) as db:
        with transaction(db):
            rows.put_offices(db, known.offices.values())
            rows.put_services(db, known.services.values())
        names, survey = persons.pseudonyms_of(db, settings.database), settings.survey
        importer = VisitImporter(db, known, names, survey.delay_s, survey.consent_text, source)
        return take_in(importer, settings, file, form, progress)
