"""A database with visits that have come to known ends, written without the centre: fast, and told by counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from gateway import directory
from gateway.config import packaged_config
from gateway.model import CRITERIA
from gateway.store import visits
from gateway.store.database import open_writer, to_text, transaction
from gateway.store.schema import migrate

NOON = datetime(2017, 9, 13, 5, tzinfo=UTC)
"""Twelve o'clock in Barnaul, on a Wednesday."""


class Surveyed:
    """Visits put in one by one; `rate` again about the same visit is a correction."""

    def __init__(self, path: Path) -> None:
        ready = path.exists()
        self.db: Database = open_writer(path, checkpoints=True)
        self.db.execute("PRAGMA synchronous=OFF")
        if ready:
            return
        migrate(self.db, path)
        base = packaged_config().parent / "examples/altai"
        known = directory.load(base / "offices.csv", base / "services.csv")
        visits.put_offices(self.db, known.offices.values())
        visits.put_services(self.db, known.services.values())

    def visit(
        self,
        office: str = "BRN1",
        *,
        at: datetime = NOON,
        state: str = "expired",
        part: str | None = "delivered",
        consent: bool = True,
        service: str = "REG",
        source: str = "test",
        person: int | None = None,
    ) -> int:
        """A visit whose invitation is in `state` and its only part in state `part`; its number."""
        moment = to_text(at)
        with transaction(self.db) as db:
            visit = self._next("visits")
            person = (person or visit) if consent else None
            if person is not None:
                db.execute("INSERT OR IGNORE INTO persons (id, pseudonym) VALUES (?, ?)", (person, f"p{person}"))
            db.execute(
                "INSERT INTO visits (id, source, foreign_id, stage, office, service, received_at, person, consent,"
                " accepted_at) VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?)",
                (visit, source, f"v{visit}", office, service, moment, person, int(consent), moment),
            )
            if not consent:
                return visit
            db.execute(
                "INSERT INTO invitations (id, visit, person, state, due_at, invited_at) VALUES (?, ?, ?, ?, ?, ?)",
                (visit, visit, person, state, moment, None if state in ("due", "barred") else moment),
            )
            if part is not None:
                db.execute(
                    "INSERT INTO messages (id, invitation, kind, text, alphabet, created_at)"
                    " VALUES (?, ?, 'invite', '?', 'ucs2', ?)",
                    (visit, visit, moment),
                )
                db.execute(
                    "INSERT INTO parts (message, seq, total, text, priority, state, next_at)"
                    " VALUES (?, 1, 1, '?', 1, ?, ?)",
                    (visit, part, moment),
                )
        return visit

    def reply(self, visit: int, cls: str) -> None:
        """A reply of a class, handled in the conversation about a visit."""
        self.db.execute(
            "INSERT INTO replies (invitation, state, text, class, criteria, opt_out, rule, confidence, sent_at,"
            " handled_at) VALUES (?, 'handled', '?', ?, '{}', 0, 'r', 1, ?, ?)",
            (visit, cls, to_text(NOON), to_text(NOON)),
        )

    def rate(self, visit: int, overall: int | None = None, criteria: Mapping[str, int] | None = None) -> int:
        """A rating of a visit: overall, by criteria, or both; equal criteria make an overall as in the survey."""
        answers = {**({} if overall is None else {"overall": overall}), **(criteria or {})}
        expanded = not criteria
        marks = dict.fromkeys(CRITERIA, overall) if expanded else dict(criteria or {})
        if overall is None and len(marks) == len(CRITERIA) and len(set(marks.values())) == 1:
            overall = marks["time"]
        self.db.execute(
            "UPDATE invitations SET state = 'answered', answers = ? WHERE id = ?", (json.dumps(answers), visit)
        )
        self.db.execute(
            "INSERT INTO ratings (visit, invitation, source, mode, overall, time, queue, staff, comfort, info,"
            " expanded, comment, form_version, corrected, rated_at)"
            " VALUES (?, ?, 'sms', 'overall', ?, ?, ?, ?, ?, ?, ?, '', 'f', 0, ?)",
            (visit, visit, overall, *(marks.get(key) for key in CRITERIA), int(expanded), to_text(NOON)),
        )
        return visit

    def ratings(self, office: str, counts: Mapping[int, int], at: datetime = NOON) -> None:
        """So many visits of an office with each overall rating."""
        for rating, count in counts.items():
            for _ in range(count):
                self.rate(self.visit(office, at=at), rating)

    def _next(self, table: str) -> int:
        return int(self.db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])
