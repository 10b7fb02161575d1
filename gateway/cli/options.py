"""What several commands have in common: where the configuration is, and how a result is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.model import CRITERIA

F = TypeVar("F", bound=Callable[..., Any])


ROW = click.IntRange(0, 2**63 - 1)
"""A cursor, or the number of a row: what the database can hold."""


class ListByDefault(click.Group):
    """A group of which the name alone, or with options only, is its `list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def config_option(function: F) -> F:
    """`--config/-c FILE`, handed over as `config: Path | None`."""
    return click.option(
        "--config",
        "-c",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Configuration; default ./config.yaml, else the packaged one.",
    )(function)


def json_option(function: F) -> F:
    """`--json`, handed over as `as_json: bool`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object as the last line of standard output."
    )(function)


def print_json(value: Mapping[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def marks_of(text: str) -> dict[str, int]:
    """Marks by criterion from `5,4,-,5,5`: in the order of the federal form, `-` for one that was not given."""
    marks = [mark.strip() for mark in text.split(",")]
    given = {key: int(mark) for key, mark in zip(CRITERIA, marks, strict=False) if mark in ("1", "2", "3", "4", "5")}
    if len(marks) != len(CRITERIA) or not given or len(given) + marks.count("-") != len(CRITERIA):
        raise click.BadParameter(
            f"marks are five numbers from 1 to 5 in the order {', '.join(CRITERIA)}, with - for one that was not"
            " given: 5,4,-,5,5",
            param_hint="--marks",
        )
    return given


def printable(text: str) -> str:
    """A text from outside on one line, without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)
