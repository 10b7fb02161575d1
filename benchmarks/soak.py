"""A fleet under fire: both directions, every fault the emulator has, and at the end not a message lost or doubled.

    python -m benchmarks.soak [--modems 8] [--messages 100000] [--seed S] [--rate R] [--log FILE]

The daemon's own parts run on a real SQLite file against the emulated network, in simulated time, until the network has
seen so many messages (submits and deliveries). Citizens answer, some at length. After a message comes a fault with
probability R, of each kind in turn. Then the faults stop: within 60 simulated seconds after the last one is over every
modem must send and receive again. When everything has settled, the emulator is the witness:

* the ledger balances;
* no message was sent twice, but for a part that was in doubt and whose modem has `on_unknown: resend`;
* every part in doubt has a fault that put it there;
* every message that a modem took was kept once, and what citizens said was heard once;
* the modems' memories are empty.

What a fault changes on the wire so that it still reads well cannot be seen by anybody, nor that a modem lies when it
says that it did not send. Such messages are counted apart, and must be at most one for each such fault. Exit 1 if
anything does not hold. The same seed makes the same run.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sized
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tabulate import tabulate

from benchmarks.centre import Centre, fast_folder, quiet_log
from benchmarks.trouble import KINDS, Strike, Trouble
from gateway import ledger
from gateway.settings import SurveySection
from gateway.store.database import from_text
from gateway.store.opening import readable, writable
from modem.emulator.journal import Delivered, Record, Reported, Submitted

RECOVER_WITHIN_S = 60.0
_BATCH = 400
_STALLED_AFTER_S = 4 * 3600.0
_SETTLE_WITHIN_S = 48 * 3600.0
_LOOK_S = 1800
_BLAME_S = 300.0
_UNDER_WAY = "parts WHERE state IN ('queued', 'claimed')"
_DISTURBED = ("garble", "drop", "noise")

# What a part, and a port, went through: written by the database itself, whatever the daemon's code does.
_WATCH = """
CREATE TABLE part_steps (
  id INTEGER PRIMARY KEY, part INTEGER, was TEXT, now TEXT, sim TEXT, claimed_at TEXT, cause TEXT);
CREATE TRIGGER watch_parts AFTER UPDATE OF state ON parts WHEN old.state <> new.state BEGIN
  INSERT INTO part_steps (part, was, now, sim, claimed_at, cause)
  VALUES (new.id, old.state, new.state, coalesce(new.sim, old.sim), new.claimed_at, new.cause); END;
CREATE TABLE port_steps (id INTEGER PRIMARY KEY, name TEXT, state TEXT, trouble TEXT, at TEXT);
CREATE TRIGGER watch_ports AFTER UPDATE OF state ON ports WHEN old.state <> new.state BEGIN
  INSERT INTO port_steps (name, state, trouble, at) VALUES (new.name, new.state, new.trouble, new.changed_at); END
"""

_ANSWERS = (
    "5",
    "4",
    "Пять",
    "5 спасибо",
    "оценка: 3",
    "Очень долго стояли в очереди, зато сотрудник в третьем окне вежливый и всё объяснил. Ставлю 4. " * 2,
    "Five of five! The queue was short and the clerk was most helpful, thank you very much indeed. 5 " * 2,
    "👍 5",
    "?",
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


class Citizens:
    """They read what comes, and more than half of them answer."""

    def __init__(self, centre: Centre, dice: Random) -> None:
        self._centre = centre
        self._dice = dice
        self._count = 0
        centre.world.journal.observe(self._read)

    def some(self, count: int) -> list[str]:
        """The phones of citizens who have not been asked so far."""
        first, self._count = self._count, self._count + count
        return [f"+7913{number:07d}" for number in range(first, self._count)]

    def write(self, number: int, phone: str, text: str, now: float) -> None:
        """A citizen writes to a modem."""
        self._centre.world.centre.deliver(self._centre.modem(number), phone, text, now)

    def _read(self, record: Record) -> None:
        if not isinstance(record, Submitted) or self._dice.random() > 0.55:
            return
        number = next(k for k, modem in enumerate(self._centre.world.modems) if modem.name == record.modem)
        text = self._dice.choice(_ANSWERS)
        when = record.at + self._dice.expovariate(1 / 90)
        self._centre.world.agenda.at(when, lambda now: self.write(number, record.to, text, now))


@dataclass(slots=True)
class Report:
    """How it went; `violations` must be empty."""

    violations: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    faults: list[list[Any]] = field(default_factory=list)


class Soak:
    """One run."""

    def __init__(
        self, folder: Path, modems: int, messages: int, seed: int, rate: float, log: Path | None = None
    ) -> None:
        self._messages = messages
        self._modems = modems
        survey = SurveySection.model_validate({"delay_s": 0, "window": "always", "once_per_phone_s": 0})
        self.centre = Centre(folder, modems, seed=seed, survey=survey, policies=("hold", "resend"), log=log)
        self.witness = Witness()
        self.centre.world.journal.observe(self.witness.hear)
        self.citizens = Citizens(self.centre, Random(f"{seed}:citizens"))
        self.trouble = Trouble(self.centre.world, Random(f"{seed}:trouble"), rate)
        self._probes = [f"+7999{number:07d}" for number in range(modems)]
        self.report = Report()

    def run(self) -> Report:
        with self.centre:
            with writable(self.centre.settings.database) as db:
                db.conn.executescript(_WATCH)
            self._set_network()
            self.centre.start()
            self._traffic()
            self._recover()
            self._settle()
        self._judge()
        return self.report

    # -- the run ------------------------------------------------------------------------------------------------

    def _set_network(self) -> None:
        """A network as it is: slow, and some messages and reports come twice, out of order, early or never."""
        self.centre.world.change_network(
            {
                "latency_ms": {"kind": "lognormal", "median_ms": 1500.0, "sigma": 0.5},
                "report_latency_ms": {"kind": "lognormal", "median_ms": 4000.0, "sigma": 1.0},
                "duplicate_rate": 0.01,
                "reorder_rate": 0.02,
                "report_early_rate": 0.05,
                "report_loss_rate": 0.01,
                "report_duplicate_rate": 0.01,
            },
            self.centre.clock.monotonic(),
        )

    def _traffic(self) -> None:
        """Visits for as long as the network has not seen enough."""
        batch = min(_BATCH, self._messages // 8)
        seen, since = 0, self.centre.passed_s
        while self.witness.messages < self._messages:
            if self._count("parts WHERE state = 'queued'") < batch:
                self.centre.visit(self.citizens.some(batch))
            self.centre.let_pass(20)
            if self.witness.messages > seen:
                seen, since = self.witness.messages, self.centre.passed_s
            elif self.centre.passed_s - since > _STALLED_AFTER_S:
                self._violation(f"nothing has moved since {since:.0f} s, after {seen} messages")
                return

    def _recover(self) -> None:
        """No more faults: how long until every modem sends and receives again?"""
        over = self.trouble.stop(self.centre.clock.monotonic())
        self.centre.let_pass(over - self.centre.clock.monotonic())
        before = Counter(record.modem for record in self.witness.submits)
        probes = self._probes
        for number, phone in enumerate(probes):
            self.citizens.write(number, phone, "5", self.centre.clock.monotonic())
        waiting: list[str] = []

        def recovered() -> bool:
            if self._count("parts WHERE state = 'queued'") < 4 * self._modems:  # so that none stands idle
                self.centre.visit(self.citizens.some(8 * self._modems))
            sent = Counter(record.modem for record in self.witness.submits)
            heard = {record.sender for record in self.witness.delivers if record.sender in probes}
            unread = {
                record.modem for record in self.witness.delivers if record.sender in probes and not self._kept(record)
            }
            waiting[:] = [
                modem.name
                for modem, phone in zip(self.centre.world.modems, probes, strict=True)
                if sent[modem.name] <= before[modem.name] or phone not in heard or modem.name in unread
            ]
            return not waiting

        if self.centre.wait_until(recovered, _LOOK_S):
            took = self.centre.clock.monotonic() - over
            self.report.facts["recovered after"] = f"{took:.0f} s"
            if took > RECOVER_WITHIN_S:
                self._violation(f"recovered {took:.0f} s after the last fault")
        else:
            self._violation(f"{_LOOK_S:g} s after the last fault these do not send or receive: {', '.join(waiting)}")

    def _settle(self) -> None:
        """Let everything that is under way come to its end."""

        started = self.centre.passed_s
        if not self.centre.wait_until(lambda: not self._count(_UNDER_WAY), _SETTLE_WITHIN_S, every_s=60):
            self._violation("parts are still queued two days after the last fault")
        self.report.facts["settled after"] = f"{self.centre.passed_s - started:.0f} s"
        # Beyond the last report and the next sweep; and until the daemon gives up waiting for parts of a long reply.
        self.centre.let_pass(900)
        if not self.centre.wait_until(lambda: not self._count("inbox WHERE state = 'kept'"), 7 * 3600, every_s=60):
            self._violation("there are PDUs that were kept and never handled")

    # -- the judgement ------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        facts = self.report.facts
        facts["simulated"] = f"{self.centre.passed_s / 3600:.1f} h"
        facts["submits"], facts["deliveries"] = len(self.witness.submits), len(self.witness.delivers)
        with readable(self.centre.settings.database) as db:
            found = ledger.draw_up(db)
            for sentence in found.lost + found.duplicated:
                self._violation(sentence)
            if not found.balanced:
                self._violation("the ledger does not balance")
            self._judge_sent(db.conn)
            self._judge_unknown(db.conn)
            self._judge_kept(db.conn)
            self._judge_heard(db.conn)
            self._judge_reported(db.conn)
            self._tabulate(db.conn)
        for modem in self.centre.world.modems:
            for name, memory in modem.device.memories.items():
                if memory.used and name != "BM":
                    self._violation(f"{memory.used} messages are left in {name} of {modem.name}")

    def _judge_sent(self, db: sqlite3.Connection) -> None:
        """Each part at the network as often as it may have been, and no other message."""
        sent: Counter[tuple[str, str]] = Counter()
        may: Counter[tuple[str, str]] = Counter()
        resent = Counter(
            part for (part,) in db.execute("SELECT part FROM part_steps WHERE was = 'unknown' AND now = 'queued'")
        )
        for part, phone, text, state in db.execute(
            "SELECT p.id, x.phone, p.text, p.state FROM parts p JOIN messages m ON m.id = p.message"
            " JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person"
        ):
            may[phone, text] += 1 + resent[part]
            sent[phone, text] += state in ("submitted", "delivered")
        seen = Counter((record.to, record.ud.text) for record in self.witness.submits)
        strange = [key for key in seen if key not in may]
        self._excuse("submits that nobody made", len(strange), "to_modem")
        doubled = {key: count - may[key] for key, count in seen.items() if key in may and count > may[key]}
        lies = sum(strike.lies for strike in self.trouble.strikes)
        self.report.facts["parts sent twice"] = f"{sum(doubled.values())} (a modem lied {lies} times)"
        if sum(doubled.values()) > lies:
            for key in doubled:
                self._violation(f"the network saw a part {seen[key]} times, at most {may[key]} was right: {key}")
        lost = [key for key, count in sent.items() if seen[key] < count]
        self._excuse("parts that were sent and arrived changed", len(lost), "to_modem")
        self.report.facts["parts sent again after doubt"] = sum(resent.values())

    def _judge_unknown(self, db: sqlite3.Connection) -> None:
        """A part in doubt has a fault at its modem while it was under way, or shortly before."""
        strikes = self._strikes_by_sim()
        steps = db.execute(
            "SELECT s.part, s.sim, s.claimed_at, s.cause, p.state FROM part_steps s JOIN parts p ON p.id = s.part"
            " WHERE s.now = 'unknown'"
        ).fetchall()
        ends: Counter[str] = Counter()
        for part, sim, claimed_at, cause, state in steps:
            ends[state] += 1
            claimed = from_text(claimed_at).timestamp()
            if not any(claimed - _BLAME_S <= strike.at <= claimed + _BLAME_S for strike in strikes[sim]):
                self._violation(f"part {part} is in doubt without a reason ({cause})")
        self.report.facts["parts once in doubt"] = f"{len(steps)}, now " + ", ".join(
            f"{count} {state}" for state, count in sorted(ends.items())
        )

    def _judge_kept(self, db: sqlite3.Connection) -> None:
        kept = Counter(raw for (raw,) in db.execute("SELECT raw FROM inbox"))
        missing = [
            record
            for record in self.witness.delivers
            if not kept[record.pdu.hex().upper()] and record.pdu not in self.trouble.gone_with_a_card
        ]
        self._excuse("messages that were read changed", len(missing), "from_modem")
        for raw, count in kept.items():
            if count > 1:
                self._violation(f"a message was kept {count} times: {raw[:40]}…")
        self.report.facts["messages gone with a card"] = len(self.trouble.gone_with_a_card)

    def _judge_heard(self, db: sqlite3.Connection) -> None:
        """What a citizen said is one reply, unless a part of it was lost with a card or changed on the way."""
        heard = Counter(
            db.execute("SELECT x.phone, r.text FROM replies r JOIN persons x ON x.id = r.person").fetchall()
        )
        told = self.witness.told()
        missing = sum(
            count - heard[key] for key, count in told.items() if key[0] not in self._probes and heard[key] < count
        )
        self._excuse(
            "replies that were not heard as they were said", missing, "from_modem", self.trouble.gone_with_a_card
        )
        for (phone, text), count in heard.items():
            if count > told[phone, text] and told[phone, text]:
                self._violation(f"{phone} was heard more often than he wrote: «{text[:30]}»")

    def _judge_reported(self, db: sqlite3.Connection) -> None:
        """Parts whose report was taken by a modem, and that are left without it."""
        waiting = Counter(
            db.execute(
                "SELECT x.phone, p.reference FROM parts p JOIN messages m ON m.id = p.message JOIN invitations i"
                " ON i.id = m.invitation JOIN persons x ON x.id = i.person WHERE p.state = 'submitted'"
            ).fetchall()
        )
        taken = Counter((record.to, record.ref) for record in self.witness.reports if record.status == 0)
        self.report.facts["reports that were not credited"] = sum((waiting & taken).values())

    def _excuse(self, what: str, count: int, way: str, gone: Sized = ()) -> None:
        """As many as the line was disturbed this way are nobody's fault."""
        disturbed = len(gone) + sum(
            strike.kind in _DISTURBED and (strike.way == way or strike.kind == "noise")
            for strike in self.trouble.strikes
        )
        self.report.facts[what] = f"{count} (the line was disturbed {disturbed} times)"
        if count > disturbed:
            self._violation(f"{what}: {count}, but the line was disturbed only {disturbed} times")

    def _tabulate(self, db: sqlite3.Connection) -> None:
        """For each kind of fault how often it struck, and what the driver next noticed at that modem."""
        noticed: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for sim, claimed_at, now, was in db.execute("SELECT sim, claimed_at, now, was FROM part_steps"):
            if now in ("unknown", "queued") and was == "claimed":
                noticed[self.trouble.cards[sim]].append(
                    (from_text(claimed_at).timestamp(), "in doubt" if now == "unknown" else "put back")
                )
        rows: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        for strike in self.trouble.strikes:
            rows[strike.kind]["strikes"] += 1
            outcomes = [what for at, what in noticed[strike.modem] if strike.at - 130 <= at <= strike.at + 30]
            rows[strike.kind][outcomes[0] if outcomes else "absorbed"] += 1
        columns = ("strikes", "absorbed", "put back", "in doubt")
        self.report.faults = [[kind, *(counts[column] for column in columns)] for kind, counts in sorted(rows.items())]

    def _strikes_by_sim(self) -> dict[str, list[Strike]]:
        return {
            sim: [strike for strike in self.trouble.strikes if strike.modem == modem]
            for sim, modem in self.trouble.cards.items()
        }

    def _kept(self, record: Delivered) -> bool:
        with self.centre.reading() as db:
            return db.execute("SELECT 1 FROM inbox WHERE raw = ?", (record.pdu.hex().upper(),)).fetchone() is not None

    def _count(self, where: str) -> int:
        with self.centre.reading() as db:
            return int(db.execute(f"SELECT count(*) FROM {where}").fetchone()[0])

    def _violation(self, sentence: str) -> None:
        self.report.violations.append(sentence)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modems", type=int, default=8)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--rate", type=float, default=0.02, help="faults per message")
    parser.add_argument("--log", type=Path, help="the network's log, with every byte: for looking into one run")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    quiet_log()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as name:
        soak = Soak(Path(name), arguments.modems, arguments.messages, arguments.seed, arguments.rate, arguments.log)
        report = soak.run()
    took = time.perf_counter() - started
    print(tabulate(report.faults, ("fault", "strikes", "absorbed", "put back", "in doubt")))
    print(
        tabulate(
            [
                *report.facts.items(),
                ("wall time", f"{took:.0f} s"),
                ("messages/s", f"{soak.witness.messages / took:.0f}"),
            ]
        )
    )
    for sentence in report.violations[:50]:
        print("VIOLATION:", sentence)
    print(f"{len(report.violations)} violations")
    sys.exit(bool(report.violations))


if __name__ == "__main__":
    main()
