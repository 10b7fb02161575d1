"""`otklik surveys`: what is asked, what is wrong with it, what it looks like and costs, and what was asked before."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database
from tabulate import tabulate

from gateway import config as configuration
from gateway import directory, scriptfiles
from gateway.cli.options import config_option, json_option, print_json
from gateway.conversations import held
from gateway.errors import GatewayError
from gateway.model import Office
from gateway.preview import Preview, PreviewLine
from gateway.script import Script
from gateway.settings import Settings
from gateway.store import surveys as rows
from gateway.store.opening import readable
from gateway.survey import most_messages
from modem.documents import DocumentError


class _ListByDefault(click.Group):
    """`otklik surveys` alone, or with options only, is its list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


_survey_argument = click.argument("survey", metavar="[NAME|FILE]", required=False)


@click.group(cls=_ListByDefault)
def surveys() -> None:
    """What is asked: the surveys there are, their faults, their texts and what they cost."""


@surveys.command("list")
@config_option
@json_option
def list_(config: Path | None, as_json: bool) -> None:
    """The surveys that come with the program and the configured one, which is marked."""
    settings = configuration.load(config)
    chosen = settings.survey.script
    names = dict.fromkeys([*scriptfiles.packaged(), chosen])
    found = [{"configured": name == chosen, **_summary(settings, name)} for name in names]
    table = [
        {
            "": "*" if one["configured"] else "",
            **one,
            "languages": ", ".join(one["languages"]),
            "questions": len(one["questions"]),
        }
        for one in found
    ]
    columns = ("", "version", "mode", "languages", "questions", "most_messages", "about")
    click.echo(tabulate([[row[column] for column in columns] for row in table], headers=columns))
    if as_json:
        print_json({"surveys": found})


@surveys.command()
@_survey_argument
@config_option
@json_option
def check(survey: str | None, config: Path | None, as_json: bool) -> None:
    """Name each fault of a survey with file, line and column; exit 1 if any. Without a name: the configured one."""
    path = scriptfiles.find(survey or configuration.load(config).survey.script)
    version, faults = None, []
    try:
        version = scriptfiles.read(path).version
    except DocumentError as problem:
        faults = str(problem).splitlines()
    for fault in faults:
        click.echo(fault)
    click.echo(f"{path}: {len(faults)} faults" if faults else f"{path}: no faults, version {version}")
    if as_json:
        print_json({"file": str(path), "version": version, "faults": faults})
    if faults:
        raise SystemExit(1)


@surveys.command()
@_survey_argument
@click.option("--office", metavar="CODE", help="Whose name the texts get; default: the one that makes them longest.")
@config_option
@json_option
def preview(survey: str | None, office: str | None, config: Path | None, as_json: bool) -> None:
    """Each text as a citizen reads it, with alphabet, length and parts, and what whole conversations cost."""
    settings = configuration.load(config)
    script = scriptfiles.load(survey or settings.survey.script)
    shown = Preview(script, _offices(settings, office))
    lines, costs = list(shown.lines()), list(shown.costs(held(settings.survey, script)))
    click.echo(f"{script.version}, filled in for {_named(lines)}")
    for line in lines:
        click.echo(f"\n{line.name} ({line.language}): {line.cost}\n{line.text}")
    click.echo("\nParts of a whole conversation, if nobody answers, if all is answered as asked, and at most:")
    click.echo(tabulate([asdict(cost) for cost in costs], headers="keys"))
    if as_json:
        print_json(
            {
                "version": script.version,
                "texts": [_line(line) for line in lines],
                "costs": [asdict(cost) for cost in costs],
            }
        )


@surveys.command()
@click.option("--diff", nargs=2, metavar="VERSION VERSION", help="What the second says otherwise than the first.")
@config_option
@json_option
def history(diff: tuple[str, str] | None, config: Path | None, as_json: bool) -> None:
    """The versions that people were asked under: since when, how many of them, and how many have rated."""
    with readable(configuration.load(config).database) as db:
        found = rows.used(db)
        changes = [] if diff is None else _changes(db, *diff)
    if diff is None:
        table = [asdict(version) for version in found]
        click.echo(tabulate(table, headers="keys") if table else "Nobody has been asked yet.")
    for line in changes:
        click.echo(line)
    if as_json:
        print_json({"versions": [asdict(version) for version in found]} if diff is None else {"changes": changes})


def _summary(settings: Settings, name: str) -> dict[str, Any]:
    script = scriptfiles.load(name)
    return {
        "script": name,
        "version": script.version,
        "mode": script.mode,
        "languages": list(script.languages),
        "questions": [list(asks) for asks in script.asks],
        "most_messages": most_messages(held(settings.survey, script)),
        "about": script.about,
    }


def _offices(settings: Settings, code: str | None) -> list[Office]:
    known = directory.load(settings.offices, settings.services).offices
    if code is None:
        return list(known.values())
    if code not in known:
        raise click.UsageError(f"There is no office {code} in {settings.offices}{_meant(code, known)}")
    return [known[code]]


def _named(lines: list[PreviewLine]) -> str:
    """The offices the texts are filled in for: mostly one."""
    offices = {line.office.code: line.office.short_name for line in lines}
    return ", ".join(f"{name} ({code})" for code, name in offices.items())


def _line(line: PreviewLine) -> dict[str, Any]:
    found = line.measure
    return {
        "name": line.name,
        "language": line.language,
        "office": line.office.code,
        "text": line.text,
        "alphabet": found.alphabet.label,
        "characters": found.length,
        "parts": found.parts,
        "left": found.room,
        "full": line.is_full,
    }


def _changes(db: Database, one: str, other: str) -> list[str]:
    known = [version.version for version in rows.used(db)]
    for version in (one, other):
        if version not in known:
            raise GatewayError(f"Nobody was asked under a version {version}{_meant(version, known)}")
    first, second = (list(_spelt_out(rows.find(db, version))) for version in (one, other))
    return list(difflib.unified_diff(first, second, one, other, n=1, lineterm=""))


def _spelt_out(script: Script) -> Iterator[str]:
    yield from json.dumps(json.loads(script.body), ensure_ascii=False, indent=2).splitlines()


def _meant(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that says there is no such word."""
    known = list(known)
    meant = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {meant[0]}?" if meant else f"; there are: {', '.join(known) or 'none'}."
