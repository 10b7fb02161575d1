"""Decides about one row: a visit, or the reason it is refused.

Pure. The reasons are said to the office that sent the file, so each names the column and what was expected, and none
repeats a phone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.directory import Directory
from gateway.model import Visit
from gateway.phones import BadPhone, normalise

_CONSENT = {
    "1": True,
    "yes": True,
    "true": True,
    "да": True,
    "0": False,
    "no": False,
    "false": False,
    "нет": False,
}
_CLOCKS_DIFFER = timedelta(minutes=5)
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_ID = 200
_LONGEST_TEXT = 4000
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Refused(ValueError):
    """The row is no visit; the message is the reason."""


def check(cells: Mapping[str, str], directory: Directory, now: datetime) -> Visit:
    """The visit in a row. Raises Refused with the first reason against it."""
    foreign_id = _bounded(cells, "foreign_id", _LONGEST_ID)
    if not foreign_id:
        raise Refused("foreign_id is empty")
    office = directory.offices.get(_text(cells, "office"))
    if office is None:
        raise Refused(f"office {_shown(cells, 'office')} is not in the offices file")
    service = directory.services.get(_text(cells, "service"))
    if service is None:
        raise Refused(f"service {_shown(cells, 'service')} is not in the services file")
    received_at = _moment(cells, "received_at", office.time_zone, now)
    consent = _CONSENT.get(_text(cells, "consent").casefold())
    if consent is None:
        raise Refused(f"consent {_shown(cells, 'consent')} is none of 1 0 yes no true false да нет")
    # Without consent nobody is written to: the phone is not even looked at.
    phone = _phone(_text(cells, "phone")) if consent else None
    return Visit(
        foreign_id,
        office.code,
        service.code,
        received_at,
        phone,
        consent,
        stage=_text(cells, "stage"),
        consent_at=_moment(cells, "consent_at", office.time_zone, now) if _text(cells, "consent_at") else None,
        consent_by=_bounded(cells, "consent_by", _LONGEST_ID),
        consent_text=_bounded(cells, "consent_text", _LONGEST_TEXT),
        language=_language(cells),
    )


def _bounded(cells: Mapping[str, str], column: str, most: int) -> str:
    text = _text(cells, column)
    if len(text) > most:
        raise Refused(f"{column} is longer than {most} characters")
    return text


def _language(cells: Mapping[str, str]) -> str:
    """The code of a language; whether the survey has texts in it is seen when they are needed."""
    code = _text(cells, "language").casefold()
    if code and not _LANGUAGE.fullmatch(code):
        raise Refused(f"language {_shown(cells, 'language')} is not a code of two or three letters such as ru")
    return code


def _text(cells: Mapping[str, str], column: str) -> str:
    return cells.get(column, "").strip()


def _shown(cells: Mapping[str, str], column: str) -> str:
    text = _text(cells, column)
    return f"«{text[:40]}»" if text else "(empty)"


def _moment(cells: Mapping[str, str], column: str, time_zone: str, now: datetime) -> datetime:
    """ISO 8601; without an offset it is the office's local time."""
    text = _text(cells, column)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(time_zone))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"{column} «{text[:40]}» is not a date and time such as 2017-09-12T15:40") from None
    if moment > now + _CLOCKS_DIFFER:
        raise Refused(f"{column} «{text[:40]}» is in the future")
    if moment < _OLDEST:
        raise Refused(f"{column} «{text[:40]}» is before the year 2000")
    return moment


def _phone(text: str) -> str:
    if not text:
        raise Refused("phone is missing, but there is consent")
    try:
        return normalise(text)
    except BadPhone as problem:
        raise Refused(f"phone: {problem}") from None
