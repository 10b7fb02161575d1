"""`otklik backup`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.store import backups


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--no-keys", is_flag=True, help="Without the key files: they must be kept elsewhere, or it is worth little."
)
@config_option
@json_option
def backup(file: Path, no_keys: bool, config: Path | None, as_json: bool) -> None:
    """Copy the database to FILE, beside a running daemon too; the copy is checked before it takes its place."""
    database = configuration.load(config).database
    made = backups.make(database, file, keys=not no_keys)
    click.echo(f"{made.file} ({made.size / 1_000_000:.1f} MB) is a sound copy of {database}")
    if made.keys:
        names = " and ".join(key.name for key in made.keys)
        click.echo(f"{names} beside it are needed to restore it; who has all of them can read the phones")
    if no_keys:
        click.echo("without key files: keep them elsewhere, without them nobody who opted out is known")
    copies = [(made.file, database)] + [
        (key, database.with_name(database.name + key.name.removeprefix(made.file.name))) for key in made.keys
    ]
    click.echo("to restore: stop the daemon, then")
    leftovers = [f"{database}-wal", f"{database}-shm"]
    click.echo("  " + shlex.join(["rm", "-f", *leftovers]))
    for source, target in copies:
        click.echo("  " + shlex.join(["cp", "-p", str(source.absolute()), str(target)]))
    if as_json:
        print_json({"file": str(made.file), "keys": [str(key) for key in made.keys], "size": made.size})
