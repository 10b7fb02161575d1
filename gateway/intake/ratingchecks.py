"""Decides about one row: a rating that came by another channel than ours, or the reason it is refused.

Pure. Whose visit it is, is one of two:

- the row names a visit by its sender's id (`foreign_id`, with `stage` and `sender`): we must know it. If we do not, the
  row is refused and not made a visit of its own: visits files often come after the terminal's, and the visit would be
  there twice, once without its phone. The same file can be taken again when the visits are in.
- the row names none, as a terminal in a hall does: then it says `office`, `service` and `received_at`, and a visit is
  made of it that nobody has reported, without consent and phone. Its marks count; it is no fact of service that an
  office has told, and nobody who was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateway.channels import CHANNELS, ChannelRating, Known
from gateway.directory import Directory
from gateway.intake.cells import LONGEST_ID, LONGEST_TEXT, Refused, bounded, moment, place, shown, text_of
from gateway.model import CRITERIA, KEYS, Visit
from gateway.phones import mask_numbers

COLUMNS = ("outside_id", "foreign_id", "stage", "sender", "office", "service", "received_at", "rated_at", "source")
"""What tells a rating from others, its visit, its time and its channel; the marks and the rest are `SAID`."""
SAID = (*KEYS, "comment", "form_version")
_MARKS = {str(mark): mark for mark in range(1, 6)}

Find = Callable[[str, str, str], Known | None]
"""The visit of a sender, foreign id and stage, None if we do not know it."""


def check(
    cells: Mapping[str, str], directory: Directory, find: Find, now: datetime, *, source: str | None, sender: str
) -> ChannelRating:
    """The rating in a row. `source` and `sender` are for rows that do not say theirs.

    Raises Refused with the first reason against it.
    """
    outside_id = bounded(cells, "outside_id", LONGEST_ID) or bounded(cells, "rating_id", LONGEST_ID)
    if not outside_id:
        raise Refused("outside_id is empty: without the channel's own id a rating that is sent again would count twice")
    channel = text_of(cells, "source") or source
    if channel not in CHANNELS:
        raise Refused(f"source {shown(cells, 'source')} is none of {' '.join(CHANNELS)}")
    visit, zone, received_at = _visit(cells, directory, find, now, outside_id, sender)
    rated_at = moment(cells, "rated_at", zone, now)
    if _day(rated_at, zone) < _day(received_at, zone):
        raise Refused(f"rated_at {shown(cells, 'rated_at')} is before the day of the visit, {_day(received_at, zone)}")
    return ChannelRating(
        channel,
        outside_id,
        visit,
        rated_at,
        _marks(cells),
        mask_numbers(bounded(cells, "comment", LONGEST_TEXT)),
        bounded(cells, "form_version", LONGEST_ID),
    )


def _visit(
    cells: Mapping[str, str], directory: Directory, find: Find, now: datetime, outside_id: str, sender: str
) -> tuple[int | Visit, str, datetime]:
    """The visit of a row, with the zone of its office and when it was received."""
    foreign_id, stage = bounded(cells, "foreign_id", LONGEST_ID), bounded(cells, "stage", LONGEST_ID)
    if foreign_id:
        whose = text_of(cells, "sender") or sender
        known = find(whose, foreign_id, stage)
        if known is None:
            of_stage = f", stage «{stage[:40]}»" if stage else ""
            raise Refused(
                f"foreign_id «{foreign_id[:40]}»{of_stage}: {whose[:40]} has sent no such visit; take the visits in"
                " first, or leave foreign_id empty and give office, service and received_at"
            )
        return known.id, known.zone, known.received_at
    office, service = place(cells, directory, "foreign_id is empty, and ")
    received_at = moment(cells, "received_at", office.time_zone, now)
    visit = Visit(outside_id, office.code, service.code, received_at, phone=None, consent=False, stage=stage)
    return visit, office.time_zone, received_at


def _marks(cells: Mapping[str, str]) -> dict[str, int]:
    """The marks that a row gives, at least one."""
    given = {}
    for key in KEYS:
        text = text_of(cells, key)
        if text:
            if text not in _MARKS:
                raise Refused(f"{key} {shown(cells, key)} is no mark from 1 to 5")
            given[key] = _MARKS[text]
    if not given:
        raise Refused(f"there is no mark: give overall, or any of {' '.join(CRITERIA)}")
    return given


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
