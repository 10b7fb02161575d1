"""What the box says, and in how many parts: looked up after the first time.

The texts are rendered and counted as `gateway.conversations` does; a region has few of them, one for each office and
day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from gateway.model import MessageKind, Office
from gateway.script import Script
from gateway.simulator.plan.openings import Days
from gateway.wording import render, variables
from modem.alphabet import split

_LANGUAGE = ""
"""That of the survey's first texts: offices do not report another in a simulation."""


class Said(NamedTuple):
    """A text that goes out, and how many parts it has."""

    text: str
    parts: int


class Texts:
    """The texts of a survey. `calendars` count the days of each time zone."""

    def __init__(self, script: Script, calendars: Mapping[str, Days]) -> None:
        self._script = script
        self._calendars = calendars
        self._said: dict[tuple[MessageKind, tuple[str, ...]], tuple[bool, dict[tuple[str, int], Said]]] = {}
        """By what is asked: whether the text has a date, and the texts by office and day."""

    def said(self, kind: MessageKind, asks: tuple[str, ...], office: Office, visited_at: float) -> Said:
        """The text of a message about a visit (seconds since the epoch)."""
        found = self._said.get((kind, asks))
        if found is None:
            is_dated = "date" in variables(self._script.template(kind, asks, _LANGUAGE))
            found = self._said[kind, asks] = is_dated, {}
        is_dated, known = found
        key = (office.code, self._calendars[office.time_zone].day(visited_at) if is_dated else 0)
        said = known.get(key)
        if said is None:
            template = self._script.template(kind, asks, _LANGUAGE)
            received_at = datetime.fromtimestamp(visited_at, UTC)
            text = render(template, received_at, office, self._script.named(asks, _LANGUAGE))
            said = known[key] = Said(text, len(split(text)))
        return said
