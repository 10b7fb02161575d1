"""Ratings as lines of CSV or JSON, put together inside SQLite: a line crosses into Python as one value, not as thirty.

The columns are those of `ratings.after`, in their order. What a rating has from its office and its service is rendered
once for each of these. All is read from one snapshot, which is let go when the generator ends or is closed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from gateway import cells
from gateway.model import CRITERIA, OVERALL
from gateway.store.ratings import COLUMNS, SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a format writes each kind of value: a printf format, and the SQL expression that goes into it.

    `plain` is text in which nothing means anything to the format; `some` is such a text that may be missing; `free` is
    any text. `fragment` renders values from Python, with the commas between them.
    """

    start: str
    name: str
    end: str
    kinds: Mapping[str, tuple[str, str]]
    fragment: Callable[[Sequence[str], Sequence[Any]], str]


# CSV: %w doubles the quotes in a text, %s writes nothing for NULL. Printf stops at NUL, hence the look for one.
_CSV = _Layout(
    start="",
    name="",
    end="\n",
    kinds={
        "number": ("%d", "{0}"),
        "mark": ("%s", "{0}"),
        "flag": ("%d", "{0}"),
        "plain": ("%s", "{0}"),
        "some": ("%s", "{0}"),
        "free": (
            '"%w"',
            "CASE WHEN {0} = '' THEN '' WHEN {0} < 'A' OR instr({0}, char(0)) THEN disarmed({0}) ELSE {0} END",
        ),
    },
    fragment=lambda names, values: cells.joined(values),
)
_JSON = _Layout(
    start="{",
    name='"%s":',
    end="}\n",
    kinds={
        "number": ("%d", "{0}"),
        "mark": ("%s", "ifnull({0}, 'null')"),
        "flag": ("%s", "substr('falsetrue', 1 + 5 * {0}, 5 - {0})"),
        "plain": ('"%s"', "{0}"),
        "some": ("%s", """ifnull('"' || {0} || '"', 'null')"""),
        "free": ("%s", """CASE WHEN {0} = '' THEN '""' ELSE json_quote({0}) END"""),
    },
    fragment=lambda names, values: json.dumps(
        dict(zip(names, values, strict=True)), ensure_ascii=False, separators=(",", ":")
    )[1:-1],
)

_KINDS = {
    "cursor": ("number", "r.cursor"),
    "foreign_id": ("free", "v.foreign_id"),
    "visit_id": ("number", "v.id"),
    "stage": ("free", "v.stage"),
    "received_at": ("plain", "v.received_at"),
    "invited_at": ("some", "i.invited_at"),
    "rated_at": ("plain", "r.rated_at"),
    "source": ("plain", "r.source"),
    "mode": ("plain", "r.mode"),
    **{key: ("mark", f"r.{key}") for key in (OVERALL, *CRITERIA)},
    "expanded": ("flag", "r.expanded"),
    "comment": ("free", "r.comment"),
    "person": ("some", "x.pseudonym"),
    "form_version": ("free", "r.form_version"),
    "corrected": ("flag", "r.corrected"),
    "rating_id": ("plain", "r.rating_id"),
}
_OFFICE = ("office", "office_name", "oktmo", "okato")
_SERVICE = ("service", "authority_id", "service_id", "procedure_id")
_LAST = ("authority", "service_name", "schema_version")
_FRAGMENTS = {"office": "o.text", "service": "s.text", "authority": "s.last"}
"""What is rendered beforehand, by the first column of it."""

_TABLES = """
FROM ratings r JOIN visits v ON v.id = r.visit JOIN temp.office_texts o ON o.code = v.office
     JOIN temp.service_texts s ON s.code = v.service LEFT JOIN invitations i ON i.id = r.invitation
     LEFT JOIN persons x ON x.id = v.person
WHERE r.cursor > ? AND r.cursor <= ? ORDER BY r.cursor
"""


def csv_lines(db: Database, cursor: int, until: int) -> Generator[bytes, None, None]:
    """The ratings behind `cursor` up to and including `until` as lines of CSV, safe to open in a spreadsheet."""
    return _lines(db, _CSV, cursor, until)


def json_lines(db: Database, cursor: int, until: int) -> Generator[bytes, None, None]:
    """The same ratings, a JSON object a line."""
    return _lines(db, _JSON, cursor, until)


def _lines(db: Database, layout: _Layout, cursor: int, until: int) -> Generator[bytes, None, None]:
    db.conn.create_function("disarmed", 1, cells.disarmed, deterministic=True)
    db.conn.execute("BEGIN")
    try:
        _render(db, layout)
        rows = db.conn.execute(f"SELECT {_line(layout)} {_TABLES}", (cursor, until))
        for (line,) in rows:
            yield line
    finally:
        db.conn.rollback()  # and with it go the tables


def _line(layout: _Layout) -> str:
    """The SQL expression of a whole line, as octets: UTF-8 is what the database has and what the file wants."""
    formats, values = [], []
    for column in COLUMNS:
        if column in _FRAGMENTS:
            formats.append("%s")
            values.append(_FRAGMENTS[column])
        elif column in _KINDS:
            kind, expression = _KINDS[column]
            form, wrapped = layout.kinds[kind]
            formats.append(layout.name.replace("%s", column) + form)
            values.append(wrapped.format(expression))
    return f"CAST(printf('{layout.start}{','.join(formats)}{layout.end}', {', '.join(values)}) AS BLOB)"


def _render(db: Database, layout: _Layout) -> None:
    db.conn.execute("CREATE TEMP TABLE office_texts (code TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID")
    db.conn.execute("CREATE TEMP TABLE service_texts (code TEXT PRIMARY KEY, text TEXT, last TEXT) WITHOUT ROWID")
    for row in db.conn.execute("SELECT code, name, oktmo, okato FROM offices").fetchall():
        db.conn.execute("INSERT INTO office_texts VALUES (?, ?)", (row[0], layout.fragment(_OFFICE, row)))
    services = db.conn.execute("SELECT code, authority_id, service_id, procedure_id, authority, name FROM services")
    for row in services.fetchall():
        last = (*row[4:], SCHEMA_VERSION)
        texts = layout.fragment(_SERVICE, row[:4]), layout.fragment(_LAST, last)
        db.conn.execute("INSERT INTO service_texts VALUES (?, ?, ?)", (row[0], *texts))
