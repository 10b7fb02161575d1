"""The double's own database: packets, their forms, facts of service and names; in a file, or in memory.

One connection under a lock: each call is whole before the next begins, and a packet is on the disk before it is
answered.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from gateway.simulator.upstream.errors import KeyReused, UpstreamDoubleError
from gateway.simulator.upstream.taken import CRITERIA, Fact, Rated, Taken

_SCHEMA = """
CREATE TABLE IF NOT EXISTS packets (
  id INTEGER PRIMARY KEY AUTOINCREMENT, vendor INTEGER NOT NULL, dialect TEXT NOT NULL, key TEXT, digest TEXT NOT NULL,
  taken_at TEXT NOT NULL, settles_at REAL NOT NULL, forms INTEGER NOT NULL, repeated INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS packets_key ON packets (vendor, key) WHERE key IS NOT NULL;
CREATE TABLE IF NOT EXISTS forms (
  n INTEGER PRIMARY KEY AUTOINCREMENT, packet INTEGER NOT NULL REFERENCES packets(id), vendor INTEGER NOT NULL,
  foreign_id TEXT NOT NULL, taken_at TEXT NOT NULL, counts INTEGER NOT NULL, repeated INTEGER NOT NULL,
  refused TEXT NOT NULL, okato TEXT NOT NULL, authority_id TEXT NOT NULL, service_id TEXT NOT NULL, office TEXT,
  office_name TEXT, source TEXT, visited_at TEXT NOT NULL, rated_at TEXT NOT NULL, mark INTEGER, score REAL,
  overall INTEGER, time INTEGER, queue INTEGER, staff INTEGER, comfort INTEGER, info INTEGER, comment TEXT) STRICT;
CREATE INDEX IF NOT EXISTS forms_known ON forms (vendor, foreign_id) WHERE counts;
CREATE INDEX IF NOT EXISTS forms_packet ON forms (packet);
CREATE INDEX IF NOT EXISTS forms_comments ON forms (rated_at) WHERE counts AND comment IS NOT NULL;
CREATE TABLE IF NOT EXISTS facts (
  n INTEGER PRIMARY KEY AUTOINCREMENT, packet INTEGER NOT NULL REFERENCES packets(id), vendor INTEGER NOT NULL,
  foreign_id TEXT NOT NULL, phone TEXT NOT NULL, okato TEXT NOT NULL, authority_id TEXT NOT NULL,
  service_id TEXT NOT NULL, visited_at TEXT NOT NULL, repeated INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS facts_known ON facts (vendor, foreign_id);
CREATE TABLE IF NOT EXISTS names (
  kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
"""

_TABLES = frozenset({"packets", "forms", "facts", "names"})

_PUT_FORM = """INSERT INTO forms (packet, vendor, foreign_id, taken_at, counts, repeated, refused, okato, authority_id,
  service_id, office, office_name, source, visited_at, rated_at, mark, score, overall, time, queue, staff, comfort,
  info, comment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_KNOWN_FORM = "SELECT 1 FROM forms WHERE vendor = ? AND foreign_id = ? AND counts LIMIT 1"
_KNOWN_FACT = "SELECT 1 FROM facts WHERE vendor = ? AND foreign_id = ? LIMIT 1"
_FORMS_AFTER = """SELECT f.n, f.taken_at, f.foreign_id, f.vendor, f.packet, p.key, f.counts, f.repeated, f.refused,
  f.overall, f.time, f.queue, f.staff, f.comfort, f.info
  FROM forms f JOIN packets p ON p.id = f.packet WHERE f.n > ? ORDER BY f.n LIMIT ?"""
_WITNESS = ("n", "taken_at", "foreign_id", "vendor", "packet", "key", "counts", "repeated", "refused", "overall")


@dataclass(frozen=True, slots=True)
class Packet:
    """What became of a packet: `again` if it had been taken before under the same key; the witness of each new form."""

    id: int
    again: bool
    forms: Sequence[Mapping[str, Any]] = ()
    facts: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a packet came: its key and the digest of its octets, and when; `settles_at` in seconds of the same clock."""

    key: str | None
    digest: str
    taken_at: str
    settles_at: float
    dedupe: bool


class Keeping:
    """Everything the double remembers."""

    def __init__(self, path: Path | None) -> None:
        self._lock = Lock()
        try:
            self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._refuse_foreign(path)
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)
        except sqlite3.Error as problem:
            raise UpstreamDoubleError(f"The double cannot use the database {path}: {problem}. Give another.") from None

    def _refuse_foreign(self, path: Path | None) -> None:
        """Nothing is made in the database of another program, such as the one that ratings come from."""
        there = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {name for name in there if not name.startswith("sqlite_")} <= _TABLES:
            self._db.close()
            raise UpstreamDoubleError(f"{path} is the database of another program. Give another.")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def take(self, taken: Taken, arrival: Arrival) -> Packet:
        """Keep a packet in one transaction. Raises KeyReused."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                known = self._known(taken.vendor, arrival)
                packet = Packet(known, again=True) if known is not None else self._put(taken, arrival)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            return packet

    def status(self, packet: int, now: float, vendor: int | None = None) -> tuple[int, list[tuple[str, str]]] | None:
        """1 taken, 2 accepted, 3 rejected, with the refused forms and why once it is settled; None: no such packet."""
        with self._lock:
            row = self._db.execute("SELECT vendor, settles_at, refused FROM packets WHERE id = ?", (packet,)).fetchone()
            if row is None or vendor not in (None, row["vendor"]):
                return None
            if now < row["settles_at"]:
                return 1, []
            refused = self._db.execute(
                "SELECT foreign_id, refused FROM forms WHERE packet = ? AND refused <> '' ORDER BY n", (packet,)
            ).fetchall()
            return (3 if refused else 2), [tuple(row) for row in refused]

    def forms(self, after: int, limit: int) -> list[dict[str, Any]]:
        """The witness: every form that came, in order, from the one after `after` on."""
        with self._lock:
            rows = self._db.execute(_FORMS_AFTER, (after, limit)).fetchall()
        return [_witness(dict(row)) for row in rows]

    def rows(self, sql: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
        """A question of the results page."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def version(self) -> int:
        """Grows with every form: results that were drawn up at the same version are still true."""
        return int(self.rows("SELECT coalesce(max(n), 0) FROM forms", {})[0][0])

    def counts(self) -> dict[str, int]:
        """How much is kept."""
        row = self.rows(
            "SELECT (SELECT count(*) FROM packets) packets, count(*) forms, coalesce(sum(counts), 0) counted,"
            " coalesce(sum(repeated), 0) repeated, coalesce(sum(refused <> ''), 0) refused,"
            " (SELECT count(*) FROM facts) events FROM forms",
            {},
        )[0]
        return dict(row)

    def _known(self, vendor: int, arrival: Arrival) -> int | None:
        if arrival.key is None or not arrival.dedupe:
            return None
        row = self._db.execute(
            "SELECT id, digest FROM packets WHERE vendor = ? AND key = ? ORDER BY id LIMIT 1", (vendor, arrival.key)
        ).fetchone()
        if row is None:
            return None
        if row["digest"] != arrival.digest:
            raise KeyReused(f"The key {arrival.key} came before with another body, as packet {row['id']}.")
        return int(row["id"])

    def _put(self, taken: Taken, arrival: Arrival) -> Packet:
        cursor = self._db.execute(
            "INSERT INTO packets (vendor, dialect, key, digest, taken_at, settles_at, forms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (taken.vendor, taken.dialect, arrival.key, arrival.digest, arrival.taken_at, arrival.settles_at,
             len(taken.ratings) + len(taken.facts)),
        )  # fmt: skip
        packet = cursor.lastrowid
        assert packet is not None
        forms = [self._put_form(packet, taken.vendor, one, arrival) for one in taken.ratings]
        facts = [self._put_fact(packet, taken.vendor, one, arrival) for one in taken.facts]
        repeated = sum(one["repeated"] for one in (*forms, *facts))
        refused = sum(one["refused"] != "" for one in forms)
        self._db.execute("UPDATE packets SET repeated = ?, refused = ? WHERE id = ?", (repeated, refused, packet))
        return Packet(packet, again=False, forms=forms, facts=facts)

    def _put_form(self, packet: int, vendor: int, one: Rated, arrival: Arrival) -> dict[str, Any]:
        repeated = not one.refused and arrival.dedupe and self._has(_KNOWN_FORM, vendor, one.foreign_id)
        counts = not repeated and not one.refused
        marks = [one.marks.get(key) for key in CRITERIA]
        cursor = self._db.execute(
            _PUT_FORM,
            (packet, vendor, one.foreign_id, arrival.taken_at, counts, repeated, one.refused, one.okato,
             one.authority_id, one.service_id, one.office, one.office_name, one.source, one.visited_at, one.rated_at,
             one.mark, one.score, one.overall, *marks, one.comment),
        )  # fmt: skip
        if counts:
            self._name("authority", one.authority_id, one.authority)
            self._name("service", one.service_id, one.service)
            self._name("office", f"{vendor}/{one.office}", one.office_name)
        values = (cursor.lastrowid, arrival.taken_at, one.foreign_id, vendor, packet, arrival.key, counts, repeated,
                  one.refused, one.overall)  # fmt: skip
        return _witness(dict(zip((*_WITNESS, *CRITERIA), (*values, *marks), strict=True)))

    def _put_fact(self, packet: int, vendor: int, one: Fact, arrival: Arrival) -> dict[str, Any]:
        repeated = arrival.dedupe and self._has(_KNOWN_FACT, vendor, one.foreign_id)
        self._db.execute(
            "INSERT INTO facts (packet, vendor, foreign_id, phone, okato, authority_id, service_id, visited_at,"
            " repeated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (packet, vendor, one.foreign_id, one.phone, one.okato, one.authority_id, one.service_id, one.visited_at,
             repeated),
        )  # fmt: skip
        return {"foreign_id": one.foreign_id, "vendor": vendor, "packet": packet, "key": arrival.key,
                "repeated": repeated}  # fmt: skip

    def _has(self, known: str, vendor: int, foreign_id: str) -> bool:
        return self._db.execute(known, (vendor, foreign_id)).fetchone() is not None

    def _name(self, kind: str, id_: str, name: str | None) -> None:
        if name:
            self._db.execute(
                "INSERT INTO names VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name", (kind, id_, name)
            )


def _witness(row: dict[str, Any]) -> dict[str, Any]:
    marks = {key: mark for key in CRITERIA if (mark := row.pop(key)) is not None}
    flags = {"counts": bool(row["counts"]), "repeated": bool(row["repeated"])}
    return {"n": row.pop("n"), "t": row.pop("taken_at"), **row, **flags, "marks": marks}


def as_line(event: str, row: Mapping[str, Any], t: str) -> str:
    """A line of the log."""
    return json.dumps({"t": t, "event": event, **{k: v for k, v in row.items() if k != "t"}}, ensure_ascii=False) + "\n"
