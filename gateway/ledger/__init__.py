"""Does it balance? Every visit in exactly one disposition, nothing lost, nothing doubled, here and upstream.

The first question is answered by the database alone: do its rows agree with each other? The others need witnesses: the
log of the emulated network, which saw every submit and every deliver (`network`), and those of the upstreams, which saw
every rating (`upstream`). What a witness saw and the box does not know is lost; what it saw twice is doubled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from gateway.ledger.differences import Differences
from gateway.ledger.digests import Digests, compare_kept, compare_parts
from gateway.ledger.network import compare_delivers, compare_submits
from gateway.ledger.upstream import compare_ratings
from gateway.store import ledger as rows

Lines = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counts, and every difference as one sentence. `barred` tells why those were who are.

    `upstreams` has for each upstream how many ratings are in which state of their delivery, `waiting` for none.
    """

    dispositions: dict[str, int]
    barred: dict[str, int]
    funnel: dict[str, int]
    unknown: int
    upstreams: dict[str, dict[str, int]] = field(default_factory=dict)
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
            "upstreams": self.upstreams,
            "lost": len(self.lost),
            "duplicated": len(self.duplicated),
            "balanced": self.balanced,
        }


def draw_up(
    db: Database, network: Lines | Digests | None = None, upstreams: Mapping[str, Lines] | None = None
) -> Ledger:
    """The ledger of a database, with the logs of the network and, by name, of upstreams as its witnesses, if any."""
    found = Differences(
        [f"visit {visit} cannot be accounted for" for visit in rows.lost_visits(db)]
        + [f"visit {visit}: its rating was passed over, {name} never gets it" for name, visit in rows.passed_over(db)],
        [f"visit {visit} was invited twice" for visit in rows.invited_twice(db)]
        + [f"visit {visit} was rated twice" for visit in rows.rated_twice(db)],
    )
    if isinstance(network, Digests):
        found += compare_parts(lambda: rows.sent_parts(db), network)
        found += compare_kept(rows.kept(db), network)
    elif network is not None:
        seen = list(network)
        names = rows.pseudonyms(db, (line["to"] for line in seen if line["event"] == "submit"))
        never_kept = rows.never_kept(db, (line["pdu"] for line in seen if line["event"] == "deliver"))
        found += compare_submits(rows.sent_parts(db), seen, names)
        found += compare_delivers(never_kept, seen)
    for name, lines in (upstreams or {}).items():
        found += compare_ratings(name, rows.deliveries(db, name), lines)
    return Ledger(
        rows.dispositions(db),
        rows.barred(db),
        rows.funnel(db),
        rows.parts_unknown(db),
        rows.upstreams(db),
        found.lost,
        found.duplicated,
    )
