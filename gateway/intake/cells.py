"""The cells of a row as checks read them, with the reasons for which a row is refused.

Pure. The reasons are said to the office that sent the file, so each names the column and what was expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.directory import Directory
from gateway.model import Office, Service

_CLOCKS_DIFFER = timedelta(minutes=5)
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_ID = 200
LONGEST_TEXT = 4000
_LONGEST_MOMENT = 60


class Refused(ValueError):
    """The row is not taken; the message is the reason."""


def text_of(cells: Mapping[str, str], column: str) -> str:
    """What a cell says, "" if there is none."""
    return cells.get(column, "").strip()


def bounded(cells: Mapping[str, str], column: str, most: int) -> str:
    """What a cell says. Raises Refused if that is longer than `most` characters."""
    text = cells.get(column, "").strip()
    if len(text) > most:
        raise Refused(f"{column} is longer than {most} characters")
    return text


def shown(cells: Mapping[str, str], column: str) -> str:
    """A cell as a reason quotes it."""
    text = text_of(cells, column)
    return f"«{text[:40]}»" if text else "(empty)"


def place(cells: Mapping[str, str], directory: Directory, lead: str = "") -> tuple[Office, Service]:
    """Where it was, and for what. Raises Refused; `lead` begins the reason."""
    office = directory.offices.get(text_of(cells, "office"))
    if office is None:
        raise Refused(f"{lead}office {shown(cells, 'office')} is not in the offices file")
    service = directory.services.get(text_of(cells, "service"))
    if service is None:
        raise Refused(f"{lead}service {shown(cells, 'service')} is not in the services file")
    return office, service


def moment(cells: Mapping[str, str], column: str, time_zone: str, now: datetime) -> datetime:
    """ISO 8601; without an offset it is the office's local time."""
    text = cells.get(column, "").strip()
    found = _in_utc(text, time_zone) if len(text) <= _LONGEST_MOMENT else None
    if found is None:
        raise Refused(f"{column} «{text[:40]}» is not a date and time such as 2017-09-12T15:40")
    if found - now > _CLOCKS_DIFFER:
        raise Refused(f"{column} «{text[:40]}» is in the future")
    if found < _OLDEST:
        raise Refused(f"{column} «{text[:40]}» is before the year 2000")
    return found


@lru_cache(maxsize=10_000)
def _in_utc(text: str, time_zone: str) -> datetime | None:
    """The moment a text says, None if it says none. Offices write minutes: those of a day are few, visits many."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(time_zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
