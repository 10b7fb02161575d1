"""What commands say of an upstream, for a person's eyes."""

from __future__ import annotations

from typing import Any

import click

from gateway.cli.options import printable


def show_troubles(row: dict[str, Any]) -> None:
    """What a person should know of one upstream."""
    if not row["configured"]:
        click.echo(f"{row['name']}: is not in the configuration any more, so nothing goes up to it")
    if row["stopped_why"]:
        click.echo(f"{row['name']}: STOPPED since {row['stopped_at']}: {printable(row['stopped_why'])}")
    elif row["trouble"]:
        click.echo(f"{row['name']}: {printable(row['trouble'])}")
