"""What is known of one person, for whoever asks what we keep about him (152-ФЗ, art. 14)."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

_VISITS = """
SELECT v.foreign_id, v.source, v.stage, o.name AS office, s.name AS service, v.received_at, v.language,
       c.given AS consent, c.taken_at, c.place, c.taken_by, t.text, i.state, i.reason, i.due_at, i.invited_at,
       i.closed_at, (SELECT overall FROM words WHERE visit = v.id AND counts) AS rating
FROM persons p JOIN invitations i ON i.person = p.id JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office
     JOIN services s ON s.code = v.service JOIN consents c ON c.visit = v.id JOIN consent_texts t ON t.id = c.text
WHERE p.pseudonym = ? ORDER BY v.received_at, v.id
"""
_CONSENT = {"consent": "given", "taken_at": "taken_at", "place": "place", "taken_by": "taken_by", "text": "text"}
_INVITATION = ("state", "reason", "due_at", "invited_at", "closed_at")


def of_person(db: Database, pseudonym: str) -> dict[str, Any]:
    """Visits with their consents, invitations and ratings; the opt-out that stands and its history; how many messages
    went out, how many texts and calls came in, and how often somebody was to call back.

    Visits without a consent are nobody's: they have no phone.
    """
    person = db.execute("SELECT id, sealed IS NOT NULL FROM persons WHERE pseudonym = ?", (pseudonym,)).fetchone()
    out = next(db.query("SELECT opted_out_at AS at, way FROM opt_outs WHERE pseudonym = ?", [pseudonym]), None)
    events = db.query(
        "SELECT verb, way, by, happened_at, recorded_at FROM opt_events WHERE pseudonym = ? ORDER BY id", [pseudonym]
    )
    counts = db.execute(
        "SELECT (SELECT count(*) FROM messages m JOIN invitations i ON i.id = m.invitation WHERE i.person = p.id),"
        " (SELECT count(*) FROM replies WHERE person = p.id), (SELECT count(*) FROM calls WHERE person = p.id),"
        " (SELECT count(*) FROM callbacks c JOIN invitations i ON i.visit = c.visit WHERE i.person = p.id)"
        " FROM persons p WHERE pseudonym = ?",
        (pseudonym,),
    ).fetchone()
    return {
        "pseudonym": pseudonym,
        "known": person is not None,
        "phone_kept": person is not None and bool(person[1]),
        "opted_out": out,
        "opt_events": list(events),
        "visits": [_visit(row) for row in db.query(_VISITS, [pseudonym])],
        **dict(zip(("messages", "replies", "calls", "callbacks"), counts or (0, 0, 0, 0), strict=True)),
    }


def _visit(row: dict[str, Any]) -> dict[str, Any]:
    consent = {name: row.pop(column) for column, name in _CONSENT.items()}
    invitation = {column: row.pop(column) for column in _INVITATION}
    return {**row, "consent": {**consent, "given": bool(consent["given"])}, "invitation": invitation}
