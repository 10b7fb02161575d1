"""Whose a reply is: `gateway.attribution`, asked only where it is not plain.

Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.attribution import CLOCKS_DIFFER, Belongs, attribute
from gateway.simulator.plan.talks import Person, Talk, candidates

_CLOCKS_DIFFER_S = CLOCKS_DIFFER.total_seconds()


def whose(person: Person, sent_at: float, now: float, modem: int) -> tuple[Talk | None, bool]:
    """The conversation that hears a text sent to `modem` at `sent_at`, if it is plain which (else None), and whether
    the text is late for it."""
    talks = person.talks
    newest = talks[-1] if talks else None
    if newest is not None and _is_plain(newest, talks, sent_at):
        return newest, False
    verdict = attribute(datetime.fromtimestamp(sent_at, UTC), str(modem), candidates(talks, now))
    if not isinstance(verdict, Belongs):
        return None, False
    return next(talk for talk in talks if talk.number == verdict.invitation), verdict.late


def _is_plain(newest: Talk, talks: list[Talk], sent_at: float) -> bool:
    """Whether the newest conversation is the only one that a text of now can count for, as is nearly always so."""
    if newest.handed_at is None or newest.handed_at - _CLOCKS_DIFFER_S > sent_at or newest.closes_at <= sent_at:
        return False
    if len(talks) == 1:
        return True
    return (
        newest.arrived_at is not None
        and newest.arrived_at <= sent_at
        and all(talk.closes_at <= sent_at for talk in talks[:-1])
    )
