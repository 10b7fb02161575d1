"""What the imports of visits and of ratings have in common: room on the disk, and what is told of how it went."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from gateway.cli.options import print_json
from gateway.disk import refuse_when_low
from gateway.errors import IntakeError, StoreTrouble
from gateway.intake.importing import MOST_LISTED, Importer, Tally
from gateway.settings import Settings
from scheduler.clock import SystemClock


def take_in(importer: Importer, settings: Settings, file: Path, form: str, progress: Callable[[int], None]) -> Tally:
    """Take a file in while the disk has room. Raises IntakeError with what was taken before a disk hindered it."""

    def reached(line: int) -> None:
        progress(line)
        refuse_when_low(settings.database, settings.disk.reserve_mb)

    try:
        return importer.take_file(file, form, SystemClock().now(), reached)
    except (StoreTrouble, OSError) as problem:
        taken = f"accepted {importer.tally.accepted}, duplicates {importer.tally.duplicates} before that"
        reason = str(problem).rstrip(".")
        raise IntakeError(f"{reason}. {file.name}: {taken}; then take the same file in again.") from problem


def tell(file: Path, lines: int, as_json: bool, take: Callable[[Callable[[int], None]], Tally]) -> None:
    """Take a file in behind a bar, and tell what came of it. Raises IntakeError if the file broke off."""
    with click.progressbar(length=max(lines, 1), label=file.name, file=sys.stderr) as bar:
        tally = take(lambda line: bar.update(line - bar.pos))
        bar.update(bar.length - bar.pos if bar.length else 0)
    click.echo(f"accepted {tally.accepted}, duplicates {tally.duplicates}, refused {tally.refused}")
    if tally.refused:
        first = f"the first {MOST_LISTED} " if tally.refused > MOST_LISTED else ""
        click.echo(f"{first}refused rows with their reasons: {file}.refused.csv")
        click.echo("it holds what the file holds, phones too: delete both when they are done with")
    if as_json:
        print_json({"accepted": tally.accepted, "duplicates": tally.duplicates, "refused": tally.refused})
    if tally.broken_off:
        raise IntakeError(f"{tally.broken_off} What came before was taken; mend the file and import it again.")
