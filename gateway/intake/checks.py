"""Decides about one row: a visit, or the reason it is refused.

Pure. The reasons are said to the office that sent the file, so each names the column and what was expected, and none
repeats a phone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from gateway.directory import Directory
from gateway.intake.cells import LONGEST_ID, LONGEST_TEXT, Refused, bounded, moment, place, shown, text_of
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
OPTIONAL = ("stage", "consent_at", "consent_by", "consent_text", "language")
_LANGUAGE = re.compile(r"[a-z]{2,3}")

_More = tuple[str, datetime | None, str, str, str]
_NOTHING_MORE: _More = ("", None, "", "", "")


def check(cells: Mapping[str, str], directory: Directory, now: datetime) -> Visit:
    """The visit in a row. Raises Refused with the first reason against it."""
    foreign_id = bounded(cells, "foreign_id", LONGEST_ID)
    if not foreign_id:
        raise Refused("foreign_id is empty")
    office, service = place(cells, directory)
    received_at = moment(cells, "received_at", office.time_zone, now)
    consent = _CONSENT.get(text_of(cells, "consent").casefold())
    if consent is None:
        raise Refused(f"consent {shown(cells, 'consent')} is none of 1 0 yes no true false да нет")
    # Without consent nobody is written to: the phone is not even looked at.
    phone = _phone(text_of(cells, "phone")) if consent else None
    return Visit(
        foreign_id,
        office.code,
        service.code,
        received_at,
        phone,
        consent,
        *(_NOTHING_MORE if cells.keys().isdisjoint(OPTIONAL) else _more(cells, office.time_zone, now)),
    )


def _more(cells: Mapping[str, str], zone: str, now: datetime) -> _More:
    """What few files say of a visit: its stage, when the consent was taken, by whom and of what text, the language."""
    return (
        bounded(cells, "stage", LONGEST_ID),
        moment(cells, "consent_at", zone, now) if text_of(cells, "consent_at") else None,
        bounded(cells, "consent_by", LONGEST_ID),
        bounded(cells, "consent_text", LONGEST_TEXT),
        _language(cells),
    )


def _language(cells: Mapping[str, str]) -> str:
    """The code of a language; whether the survey has texts in it is seen when they are needed."""
    code = text_of(cells, "language").casefold()
    if code and not _LANGUAGE.fullmatch(code):
        raise Refused(f"language {shown(cells, 'language')} is not a code of two or three letters such as ru")
    return code


def _phone(text: str) -> str:
    if not text:
        raise Refused("phone is missing, but there is consent")
    try:
        return normalise(text)
    except BadPhone as problem:
        raise Refused(f"phone: {problem}") from None
