"""Does it balance? Every visit in exactly one disposition, nothing lost, nothing doubled.

Two questions. The first is answered by the database alone: do its rows agree with each other? The second needs a
witness: the log of the emulated network, which saw every submit and every deliver. What the witness saw and the box
does not know is lost; what it saw twice is doubled.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from gateway.errors import GatewayError
from gateway.store import ledger as rows


class WitnessError(GatewayError):
    """The network's log cannot be read."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counts, and every difference as one sentence. `barred` tells why those were who are."""

    dispositions: dict[str, int]
    barred: dict[str, int]
    funnel: dict[str, int]
    unknown: int
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        return not self.lost and not self.duplicated and sum(self.dispositions.values()) == self.funnel["visits"]

    def summary(self) -> dict[str, Any]:
        """The counts under the names other programs rely on."""
        names = ("visits", "refused", "invited", "delivered", "replied", "rated", "exported")
        return {
            **{name: self.funnel[name] for name in names},
            "barred": self.barred,
            "unknown": self.unknown,
            "lost": len(self.lost),
            "duplicated": len(self.duplicated),
            "balanced": self.balanced,
        }


def draw_up(db: Database, witness: Iterable[Mapping[str, Any]] | None = None) -> Ledger:
    """The ledger of a database, with the network's log as a witness where there is one."""
    lost = [f"visit {visit} cannot be accounted for" for visit in rows.lost_visits(db)]
    duplicated = [f"visit {visit} was invited twice" for visit in rows.invited_twice(db)]
    duplicated += [f"visit {visit} was rated twice" for visit in rows.rated_twice(db)]
    if witness is not None:
        network = [dict(line) for line in witness]
        missing, doubled = _compare_submits(db, network)
        lost += missing + _compare_delivers(db, network)
        duplicated += doubled
    return Ledger(rows.dispositions(db), rows.barred(db), rows.funnel(db), rows.parts_unknown(db), lost, duplicated)


def read_witness(path: Path) -> list[dict[str, Any]]:
    """The lines of an emulator's log. A last line that was cut off by a kill is left out."""
    try:
        # Not splitlines: a text may hold what Unicode calls a line separator.
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise WitnessError(f"The network log {path} cannot be read: {problem}.") from problem
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(json.loads(line))
        except ValueError:
            if number < len(lines):
                raise WitnessError(f"{path}:{number}: this is no line of an emulator's log (otklik emulate).") from None
    return found


def _compare_submits(db: Database, network: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Parts the box calls sent and the network never saw; parts the network saw more often than the box sent them."""
    seen = Counter((line["to"], line["text"]) for line in network if line["event"] == "submit")
    sent: Counter[tuple[str, str]] = Counter()
    doubtful: Counter[tuple[str, str]] = Counter()
    visits: dict[tuple[str, str], str] = {}
    for visit, phone, text, state in rows.sent_parts(db):
        key = (phone, text)
        visits[key] = visit
        sent[key] += 1
        doubtful[key] += state == "unknown"
    missing = [
        f"visit {visits[key]}: a part counts as sent, but the network never saw it"
        for key, count in sent.items()
        if seen[key] < count - doubtful[key]
    ]
    doubled = [
        f"visit {visits[key]}: the network saw a part {count} times, it was sent {sent[key]} times"
        if key in visits
        else f"the network saw a message to {key[0][:5]}*** that the box does not know"
        for key, count in seen.items()
        if count > sent[key]
    ]
    return missing, doubled


def _compare_delivers(db: Database, network: list[dict[str, Any]]) -> list[str]:
    """Messages the network gave to a modem and the box never kept."""
    kept = set(rows.kept_pdus(db))
    return [
        f"a message from {line['from'][:5]}*** at {line['t']} was never kept"
        for line in network
        if line["event"] == "deliver" and line["pdu"] not in kept
    ]
