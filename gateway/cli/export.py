"""`otklik export ratings`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click
from pydantic import ValidationError
from sqlite_utils import Database

from gateway import config as configuration
from gateway.cli.options import ROW, config_option, json_option, print_json
from gateway.exchange.rates import Date
from gateway.export.dialect import Dialect, choose
from gateway.export.files import ExportError, replacing
from gateway.export.writing import FORMATS, XML, write
from gateway.settings import Settings
from gateway.store import ratings as rows
from gateway.store.database import transaction
from gateway.store.opening import readable, writable
from gateway.upstreamsettings import SignSettings
from scheduler.clock import SystemClock

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def export() -> None:
    """Hands ratings out."""


@export.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@click.option("--after", type=ROW, default=0, help="Only ratings with a greater cursor.")
@click.option("--until", type=ROW, help="Only ratings up to this cursor.")
@click.option("-o", "--output", type=_FILE, help="Default: standard output.")
@click.option("--upstream", "name", help="XML as for this upstream. Default: the only one there is.")
@click.option("--vendor", help="XML: in whose name, such as 9901 or 1417-13.")
@click.option("--form", "questions", help="XML: the form with the ids of marks, a name or a file.")
@click.option("--date", type=click.Choice(("visit", "rating")), help="XML: what the field date holds.")
@click.option("--sign-key", type=_FILE, help="legacy-xml: sign with this key (PEM).")
@click.option("--sign-cert", type=_FILE, help="legacy-xml: the certificate of the key.")
@click.option("--sign-command", help="legacy-xml: sign by a program that reads the XML and writes it signed.")
@config_option
@json_option
def ratings(
    form: str,
    after: int,
    until: int | None,
    output: Path | None,
    name: str | None,
    vendor: str | None,
    questions: str | None,
    date: Date | None,
    sign_key: Path | None,
    sign_cert: Path | None,
    sign_command: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Ratings in cursor order: after reading up to N, --after N gives exactly what is newer."""
    if as_json and output is None:
        raise click.UsageError("--json needs -o FILE: without it the ratings themselves go to standard output.")
    _refuse_idle(
        form,
        {"--upstream": name, "--vendor": vendor, "--form": questions, "--date": date},
        {"--sign-key": sign_key, "--sign-cert": sign_cert, "--sign-command": sign_command},
    )
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is nothing to look at: give -o FILE, or a pipe.")
    settings = configuration.load(config)
    dialect = None
    if form in XML:
        sign = _sign(sign_key, sign_cert, sign_command) if form == "legacy-xml" else None
        dialect = choose(settings.upstream, name=name, vendor=vendor, form=questions, date=date, sign=sign)
    count, cursor = hand_out(settings, form, after, until, output, dialect)
    if output is not None:
        click.echo(f"exported {count} ratings to {output}, last cursor {cursor}")
    if as_json:
        print_json({"exported": count, "cursor": cursor})


def hand_out(
    settings: Settings, form: str, after: int, until: int | None, output: Path | None, dialect: Dialect | None = None
) -> tuple[int, int]:
    """Write ratings and remember that they were; how many, and the cursor to go on after.

    A file for a part of the offices is not remembered: who asks what was exported means all.
    """
    with readable(settings.database) as db:
        newest = rows.last_cursor(db)
        last = max(after, newest if until is None else min(until, newest))
        if output is None:
            count = _to_standard_output(db, form, after, last, dialect)
        else:
            with replacing(output) as file:
                count = write(db, form, after, last, file, dialect)
    if count and not (dialect and dialect.is_partial):
        with writable(settings.database) as db, transaction(db):
            rows.mark_exported(db, form=form, after_cursor=after, until=last, rows=count, now=SystemClock().now())
    return count, last


def _to_standard_output(db: Database, form: str, after: int, last: int, dialect: Dialect | None) -> int:
    try:
        count = write(db, form, after, last, sys.stdout.buffer, dialect)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise  # who reads has had enough
    except OSError as problem:
        raise ExportError(f"The export cannot be written to standard output: {problem.strerror}.") from problem
    return count


def _refuse_idle(form: str, of_xml: dict[str, object], of_signing: dict[str, object]) -> None:
    """An option that would do nothing is a mistake."""
    for option, value in (of_xml | of_signing).items():
        used = form in XML if option in of_xml else form == "legacy-xml"
        if value is not None and not used:
            formats = "legacy-xml" if option in of_signing else " or ".join(sorted(XML, reverse=True))
            raise click.UsageError(f"{option} is for --format {formats}; the format is {form}.")


def _sign(key: Path | None, certificate: Path | None, command: str | None) -> SignSettings | None:
    if key is None and certificate is None and command is None:
        return None
    try:
        return SignSettings(key_file=key, cert_file=certificate, command=tuple(shlex.split(command or "")))
    except (ValidationError, ValueError):
        raise click.UsageError("Sign with --sign-key (and --sign-cert), or with --sign-command.") from None
