"""`otklik interpret`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from gateway.replies import interpret as meaning_of


@click.command()
@click.argument("text", nargs=-1)
def interpret(text: tuple[str, ...]) -> None:
    """What each TEXT means; without TEXT one reply per line of standard input, one JSON object per line out."""
    if text:
        _print(text)
    else:
        # Bytes that are no UTF-8 are a reply too: shown with replacement characters, never a crash.
        assert isinstance(sys.stdin, io.TextIOWrapper)
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        _print(line.rstrip("\r\n") for line in sys.stdin)


def _print(texts: Iterable[str]) -> None:
    for text in texts:
        click.echo(json.dumps(_as_json(text), ensure_ascii=False))


def _as_json(text: str) -> dict[str, Any]:
    meaning = meaning_of(text)
    return {
        "text": text,
        "class": meaning.cls.value,
        "rating": meaning.rating,
        "criteria": dict(meaning.criteria),
        "opt_out": meaning.opt_out,
        "rule": meaning.rule,
        "confidence": meaning.confidence,
        "opt_in": meaning.opt_in,
    }
