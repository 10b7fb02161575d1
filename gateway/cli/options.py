"""What several commands have in common: where the configuration is, and how a result is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


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
