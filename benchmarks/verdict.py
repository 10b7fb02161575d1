"""What came of a soak: the emulator's record held against the database.

`Witness` hears what passes through the network. `WATCH` makes the database itself write down what its parts go through,
whatever the daemon's code does. `Verdict` compares them; each difference that no fault explains is a violation.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from benchmarks.centre import Centre
from benchmarks.trouble import KINDS, Strike, Trouble
from gateway import ledger
from gateway.store.database import from_text
from gateway.store.opening import readable
from modem.dialogues.submit import SUBMIT_S
from modem.emulator.journal import Delivered, Record, Reported, Submitted

WATCH = """
CREATE TABLE part_steps (
  id INTEGER PRIMARY KEY, part INTEGER, was TEXT, now TEXT, sim TEXT, claimed_at TEXT, cause TEXT);
CREATE TRIGGER watch_parts AFTER UPDATE OF state ON parts WHEN old.state <> new.state BEGIN
  INSERT INTO part_steps (part, was, now, sim, claimed_at, cause)
  VALUES (new.id, old.state, new.state, coalesce(new.sim, old.sim), new.claimed_at, new.cause); END
"""

_DISTURBED = ("garble", "drop", "noise")
_LATEST_S = SUBMIT_S + 30
_PARTS = (
    "SELECT p.id, unseal(x.sealed, x.pseudonym), p.text, p.state, p.reference FROM parts p"
    " JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person"
)


@dataclass(slots=True)
class Witness:
    """What the network saw."""

    submits: list[Submitted] = field(default_factory=list)
    delivers: list[Delivered] = field(default_factory=list)
    reports: list[Reported] = field(default_factory=list)

    @property
    def messages(self) -> int:
        return len(self.submits) + len(self.delivers)

    def hear(self, record: Record) -> None:
        match record:
            case Submitted():
                self.submits.append(record)
            case Delivered():
                self.delivers.append(record)
            case Reported():
                self.reports.append(record)

    def told(self) -> Counter[tuple[str, str]]:
        """What modems were told whole: sender and text, each message once however often the network repeated it."""
        found: Counter[tuple[str, str]] = Counter()
        long: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
        for record in {record.pdu: record for record in self.delivers}.values():
            concat = record.ud.concat
            if concat is None:
                found[record.sender, record.ud.text] += 1
                continue
            parts = long[record.sender, concat.ref]
            parts[concat.seq] = record.ud.text
            if len(parts) == concat.total:
                found[record.sender, "".join(parts[seq] for seq in sorted(parts))] += 1
                parts.clear()
        return found


class Verdict:
    """The judgement of one run, after `reach`. `facts` are for people; `violations` must be empty."""

    def __init__(self, centre: Centre, trouble: Trouble, witness: Witness, probes: Collection[str]) -> None:
        self._centre = centre
        self._trouble = trouble
        self._witness = witness
        self._probes = probes
        self.facts: dict[str, Any] = {}
        self.faults: list[list[Any]] = []
        self.violations: list[str] = []

    def violation(self, sentence: str) -> None:
        """Something does not hold."""
        self.violations.append(sentence)

    def reach(self) -> None:
        """Compare; the daemon must have ended."""
        self.facts["simulated"] = f"{self._centre.passed_s / 3600:.1f} h"
        self.facts["submits"], self.facts["deliveries"] = len(self._witness.submits), len(self._witness.delivers)
        with readable(self._centre.settings.database) as db:
            found = ledger.draw_up(db)
            self.violations += found.lost + found.duplicated
            if not found.balanced:
                self.violation("the ledger does not balance")
            self._judge_sent(db.conn)
            self._judge_doubt(db.conn)
            self._judge_heard(db.conn, self._judge_kept(db.conn))
            self._count_reports(db.conn)
            self._tabulate(db.conn)
        for modem in self._centre.world.modems:
            for name, memory in modem.device.memories.items():
                if memory.used and name != "BM":
                    self.violation(f"{memory.used} messages are left in {name} of {modem.name}")

    def _judge_sent(self, db: sqlite3.Connection) -> None:
        """Each part at the network as often as it may have been, and no other message."""
        sent: Counter[tuple[str, str]] = Counter()
        may: Counter[tuple[str, str]] = Counter()
        again = db.execute("SELECT part FROM part_steps WHERE was = 'unknown' AND now = 'queued'")
        resent = Counter(part for (part,) in again)
        for part, phone, text, state, _ in db.execute(_PARTS):
            may[phone, text] += 1 + resent[part]
            sent[phone, text] += state in ("submitted", "delivered")
        seen = Counter((record.to, record.ud.text) for record in self._witness.submits)
        self._excuse("submits that nobody made", sum(key not in may for key in seen), "to_modem")
        self._excuse("parts that arrived changed", sum(seen[key] < count for key, count in sent.items()), "to_modem")
        doubled = {key: count - may[key] for key, count in seen.items() if key in may and count > may[key]}
        lies = sum(strike.lies for strike in self._trouble.strikes)
        self.facts["parts sent twice"] = f"{sum(doubled.values())} (a modem lied {lies} times)"
        self.facts["parts sent again after doubt"] = sum(resent.values())
        if sum(doubled.values()) > lies:
            for key in doubled:
                self.violation(f"the network saw a part {seen[key]} times, at most {may[key]} was right: {key}")

    def _judge_doubt(self, db: sqlite3.Connection) -> None:
        """A part in doubt has a fault that lay on its modem while it was under way."""
        strikes = {
            sim: [strike for strike in self._trouble.strikes if strike.modem == modem]
            for sim, modem in self._trouble.cards.items()
        }
        steps = db.execute("SELECT part, sim, claimed_at, cause FROM part_steps WHERE now = 'unknown'").fetchall()
        for part, sim, claimed_at, cause in steps:
            claimed = from_text(claimed_at).timestamp()
            if not any(strike.at <= claimed + _LATEST_S and strike.over_at >= claimed for strike in strikes[sim]):
                self.violation(f"part {part} is in doubt without a reason ({cause})")
        self.facts["parts once in doubt"] = len(steps)
        seen = {(record.to, record.ud.text) for record in self._witness.submits}
        still = [(phone, text) in seen for _, phone, text, state, _ in db.execute(_PARTS) if state == "unknown"]
        self.facts["parts in doubt at the end"] = f"{len(still)}, {sum(still)} of them the network has"

    def _judge_kept(self, db: sqlite3.Connection) -> set[str]:
        """What a modem took is kept once; who has said something that was not."""
        kept = Counter(raw for (raw,) in db.execute("SELECT unseal(sealed, digest) FROM inbox"))
        missing = [record for record in self._witness.delivers if not kept[record.pdu.hex().upper()]]
        with_card = sum(record.pdu in self._trouble.gone_with_a_card for record in missing)
        self.facts["messages gone with a card"] = with_card
        self._excuse("messages that were read changed", len(missing) - with_card, "from_modem")
        self.violations += [f"a message was kept {count} times: {raw}" for raw, count in kept.items() if count > 1]
        return {record.sender for record in missing}

    def _judge_heard(self, db: sqlite3.Connection, lost: set[str]) -> None:
        """What a citizen said is one reply, unless a part of it was `lost`."""
        heard = Counter(
            db.execute(
                "SELECT unseal(x.sealed, x.pseudonym), r.text FROM replies r JOIN persons x ON x.id = r.person"
            ).fetchall()
        )
        for (phone, text), count in self._witness.told().items():
            if phone not in self._probes and phone not in lost and heard[phone, text] != count:
                self.violation(f"{phone} wrote {count} times and was heard {heard[phone, text]} times: «{text[:30]}»")

    def _count_reports(self, db: sqlite3.Connection) -> None:
        """A modem that has just started, before it is set up again, lets reports go: their parts stay without one."""
        waiting = Counter(
            (phone, reference) for _, phone, _, state, reference in db.execute(_PARTS) if state == "submitted"
        )
        taken = Counter((record.to, record.ref) for record in self._witness.reports if record.status == 0)
        self.facts["reports that modems took and lost"] = sum((waiting & taken).values())

    def _excuse(self, what: str, count: int, way: str) -> None:
        """As many as the line was disturbed this way are nobody's fault."""
        disturbed = sum(
            strike.kind in _DISTURBED and (strike.way == way or strike.kind == "noise")
            for strike in self._trouble.strikes
        )
        self.facts[what] = f"{count} (the line was disturbed {disturbed} times)"
        if count > disturbed:
            self.violation(f"{what}: {count}, but the line was disturbed only {disturbed} times")

    def _tabulate(self, db: sqlite3.Connection) -> None:
        """For each kind of fault how often it struck, and what became of the part that was under way at that modem."""
        noticed: dict[str, list[tuple[float, str]]] = defaultdict(list)
        steps = "SELECT sim, claimed_at, now FROM part_steps WHERE was = 'claimed' AND now IN ('unknown', 'queued')"
        for sim, claimed_at, now in db.execute(steps):
            became = "in doubt" if now == "unknown" else "put back"
            noticed[self._trouble.cards[sim]].append((from_text(claimed_at).timestamp(), became))
        rows: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        for strike in self._trouble.strikes:
            rows[strike.kind]["strikes"] += 1
            became = next((what for at, what in noticed[strike.modem] if _meets(strike, at)), "absorbed")
            rows[strike.kind][became] += 1
        columns = ("strikes", "absorbed", "put back", "in doubt")
        self.faults = [[kind, *(counts[column] for column in columns)] for kind, counts in sorted(rows.items())]


def _meets(strike: Strike, claimed_at: float) -> bool:
    return strike.at - _LATEST_S <= claimed_at <= strike.at + 30
