"""What is known of the conversations that a text from one person may be about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlite_utils import Database

from gateway.attribution import Candidate
from gateway.model import MessageKind, PartState
from gateway.store.database import from_text

# A number that several SIMs share (a short code) is one address; a SIM whose number is not known is one by itself.
_PARTS = """
SELECT i.id, i.invited_at, i.closes_at, m.id, m.kind, p.state, p.claimed_at, p.submitted_at, p.delivered_at, p.done_at,
       coalesce(nullif(s.number, ''), p.sim)
FROM invitations i JOIN messages m ON m.invitation = i.id JOIN parts p ON p.message = m.id
     LEFT JOIN sims s ON s.iccid = p.sim
WHERE i.person = ? AND i.closes_at IS NOT NULL ORDER BY i.id, m.id, p.seq
"""


@dataclass(frozen=True, slots=True)
class _Part:
    """A row of the above."""

    invitation: int
    invited_at: str | None
    closes_at: str
    message: int
    kind: str
    state: str
    claimed_at: str | None
    submitted_at: str | None
    delivered_at: str | None
    done_at: str | None
    address: str | None

    @property
    def went_out(self) -> bool:
        """Whether it has gone out, or may be doing so."""
        return self.submitted_at is not None or self.state == PartState.CLAIMED.value


def of_person(db: Database, person: int) -> list[Candidate]:
    """Every invitation of a person that was handed to a modem."""
    rows = [_Part(*row) for row in db.execute(_PARTS, (person,)).fetchall()]
    found = (_candidate(list(parts)) for _, parts in groupby(rows, key=lambda part: part.invitation))
    return [candidate for candidate in found if candidate is not None]


def address_of(db: Database, sim: str) -> str:
    """What people write to when it comes in by this SIM."""
    row = db.execute("SELECT coalesce(nullif(number, ''), iccid) FROM sims WHERE iccid = ?", (sim,)).fetchone()
    return sim if row is None else str(row[0])


def _candidate(parts: list[_Part]) -> Candidate | None:
    out = [part for part in parts if part.went_out]
    invite = [part for part in parts if part.kind == MessageKind.INVITE.value]
    handed = [part.claimed_at for part in invite if part.went_out] + [part.invited_at for part in invite]
    first = min(filter(None, handed), default=None)
    if first is None:
        return None
    messages = (list(message) for _, message in groupby(parts, key=lambda part: part.message))
    return Candidate(
        parts[0].invitation,
        from_text(first),
        from_text(parts[0].closes_at),
        _arrived_at(invite),
        min(filter(None, map(_reached_at, messages)), default=None),
        frozenset(part.address for part in out if part.address is not None),
    )


def _arrived_at(message: list[_Part]) -> datetime | None:
    """When the first part was delivered; as long as a report is missing, that part may have been the first."""
    moments = [part.delivered_at for part in message if part.state == PartState.DELIVERED.value]
    return min(_moments(moments)) if _is_complete(moments, message) else None


def _reached_at(message: list[_Part]) -> datetime | None:
    """By when the last part was delivered: if the network does not say when, it was before we heard of it."""
    moments = [part.delivered_at or part.done_at for part in message if part.state == PartState.DELIVERED.value]
    return max(_moments(moments)) if _is_complete(moments, message) else None


def _is_complete(moments: list[str | None], message: list[_Part]) -> bool:
    return bool(message) and len(moments) == len(message) and None not in moments


def _moments(texts: Iterable[str | None]) -> Iterable[datetime]:
    return (from_text(text) for text in texts if text is not None)
