"""What lies ahead in the database: what waits there, and until when nothing happens by itself.

One question by indexes, for simulated time: it shall not stop for a job that would find nothing. What a job of
`gateway.jobs` looks for stands here so that it is found too early at worst, and never too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.store.database import from_text

_LOOK = """
SELECT
  (SELECT min(due_at) FROM invitations WHERE state = 'due'),
  (SELECT closes_at FROM invitations WHERE state = 'open' AND closes_at IS NOT NULL AND invited_at IS NOT NULL
   ORDER BY closes_at LIMIT 1),
  (SELECT remind_at FROM invitations WHERE state = 'open' AND remind_at IS NOT NULL AND invited_at IS NOT NULL
   ORDER BY remind_at LIMIT 1),
  (SELECT min(due_at) FROM callbacks WHERE closed_at IS NULL),
  EXISTS (SELECT 1 FROM parts WHERE state = 'queued'),
  EXISTS (SELECT 1 FROM parts WHERE state = 'queued' AND lane > ''),
  EXISTS (SELECT 1 FROM parts WHERE state = 'claimed'),
  EXISTS (SELECT 1 FROM parts WHERE state = 'unknown' AND done_at IS NULL),
  EXISTS (SELECT 1 FROM inbox WHERE state = 'kept' AND kind IS NULL),
  EXISTS (SELECT 1 FROM inbox WHERE state = 'kept' AND kind = 'part'),
  EXISTS (SELECT 1 FROM inbox WHERE state = 'kept' AND kind = 'report'),
  EXISTS (SELECT 1 FROM wishes WHERE done_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The first moments at which something is due, None if nothing is; and what there is that a job looks at."""

    invitation_due_at: datetime | None
    silence_at: datetime | None
    reminder_at: datetime | None
    call_back_at: datetime | None
    queued: bool
    queued_apart: bool
    """In another lane than that of all modems."""
    claimed: bool
    in_doubt: bool
    unread: bool
    half_read: bool
    """Parts of long messages whose rest has not come."""
    early_reports: bool
    wished: bool


def look(db: Database) -> Outlook:
    """How it stands now."""
    invitation, silence, reminder, call_back, *there_is = db.execute(_LOOK).fetchone()
    return Outlook(_moment(invitation), _moment(silence), _moment(reminder), _moment(call_back), *map(bool, there_is))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
