"""Upstream is away for a week and everything else goes wrong too: at the end each rating is there once.

    python -m benchmarks.outage [--ratings 40000] [--batch 500] [--seed S] [--no-dedupe]

The daemon's own pushing and its daily ledger, on a real SQLite file, against the upstream double, in simulated time. A
day all is as usual: of the requests 5 % are dealt with and their answer is lost, some are put off with 503 and
Retry-After, some come twice by a proxy, and what became of a packet is told hours later. Then upstream is away for a
week, half of it unplugged and half of it answering 503, and comes back. Ratings come all the time, some are corrected.
Then, with the double as the witness:

* the last word of each visit is there, each rating once or superseded by a later one, and the ledger balances;
* while it is away nothing is posted oftener than every three hours, and in all there are few more posts than batches;
* the daily ledger found nothing, and no alarm is left;
* memory does not grow.

With `--no-dedupe` the double takes what comes twice twice, as the real one does, and the ledger has to name just
those. Exit 1 if anything does not hold. The same seed makes the same run.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlite_utils import Database
from tabulate import tabulate

from benchmarks.centre import fast_folder, quiet_log
from benchmarks.memory import memory_mb
from benchmarks.rig import ROOT
from gateway import directory, pseudonyms
from gateway.bookkeeping import Bookkeeping
from gateway.ledger import draw_up
from gateway.model import CRITERIA, Visit
from gateway.settings import Settings
from gateway.simulator.box.wire import Wire
from gateway.simulator.upstream.double import Behaviour, Double
from gateway.store import ratings, visits
from gateway.store.database import open_writer
from gateway.store.opening import readable
from gateway.store.schema import migrate
from gateway.store.writer import Writer
from gateway.upstream.building import push_of
from gateway.upstreamsettings import UpstreamSettings
from scheduler.runner import Ticker
from scheduler.virtual import VirtualClock

START = datetime(2017, 9, 11, tzinfo=UTC)
_DAY_S = 86_400.0
_STEP_S = 1800.0
_AWAY_DAYS = 7
_DAYS = 1 + _AWAY_DAYS + 4
"""One before it is away; on the last two of those after it no ratings come, so that all is settled."""
_COMING = (_DAYS - 2) * int(_DAY_S / _STEP_S)
_CORRECTED = 0.05
_ASKED_EVERY_S = 3 * 3600
_MAY_GROW_MB = 16.0
_WEATHER: tuple[dict[str, Any], ...] = (
    {"kind": "answer_lost", "on": "any", "rate": 0.05},
    {"kind": "retry_after", "on": "any", "rate": 0.05, "status": 503, "seconds": 900},
    {"kind": "duplicate", "on": "any", "rate": 0.05},
)


@dataclass(slots=True)
class Findings:
    """What came of a run."""

    facts: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    doubled: set[str] = field(default_factory=set)

    def hold(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.violations.append(otherwise)


class Outage:
    """One run in a folder."""

    def __init__(
        self, folder: Path, count: int, seed: int, *, batch: int = 500, every_s: float = 60, dedupe: bool = True
    ) -> None:
        self._folder = folder
        self._count = count
        self._dice = Random(f"{seed}:outage")
        self._seed = seed
        self._dedupe = dedupe
        self._clock = VirtualClock(START)
        self._settings = Settings(
            database=folder / "otklik.db",
            offices=ROOT / "examples/altai/offices.csv",
            services=ROOT / "examples/altai/services.csv",
            upstream=(
                UpstreamSettings(
                    name="up",
                    url="http://upstream.example",
                    vendor="9901",
                    vendors={"BRN2": "9902"},
                    batch=batch,
                    every_s=every_s,
                ),
            ),
        )
        self._log = folder / "upstream.log"
        self._visits = 0
        self._came = 0
        self._later: list[tuple[int, int]] = []
        self.findings = Findings()

    def run(self) -> Findings:
        with ExitStack() as stack:
            stack.enter_context(self._clock.taking_part())
            behaviour = Behaviour(self._dedupe, status_after_s=3 * 3600)
            database = self._folder / "upstream.db"
            double = Double(self._clock, database=database, log=self._log, seed=str(self._seed), behaviour=behaviour)
            stack.callback(double.close)
            wire = stack.enter_context(Wire(double).open())
            self._open(stack, wire)
            self._live(double, wire)
            self._judge(double, wire)
        return self.findings

    def _open(self, stack: ExitStack, wire: Wire) -> None:
        """The parts of the daemon that ratings go up by."""
        settings = self._settings
        db = open_writer(settings.database, checkpoints=True)
        migrate(db, settings.database)
        self._writer = Writer(db, settings.database, self._clock)
        stack.callback(self._writer.close)
        self._pseudonyms = pseudonyms.load(settings.database)
        known = directory.load(settings.offices, settings.services)
        self._writer.do(lambda db: visits.put_offices(db, known.offices.values()))
        self._writer.do(lambda db: visits.put_services(db, known.services.values()))
        chance = Random(f"{self._seed}:pauses").random
        push = push_of(settings, settings.upstream[0], self._writer.do, self._clock, chance, wire)
        stack.callback(push.close)
        ticker = Ticker([push.job(), Bookkeeping(settings.database, self._writer, self._clock).job()], self._clock)
        ticker.start()
        self._clock.add(ticker)

    # -- the run ------------------------------------------------------------------------------------------------

    def _live(self, double: Double, wire: Wire) -> None:
        for fault in _WEATHER:
            double.arm(fault)
        asked: list[int] = []
        grown: list[float] = []
        for day in range(_DAYS):
            if day == 1:
                wire.unplugged = True
            if day == 1 + _AWAY_DAYS // 2:
                double.arm({"kind": "down", "for_s": (_AWAY_DAYS - _AWAY_DAYS // 2) * _DAY_S})
                wire.unplugged = False
            before = wire.asked["/rates"] + wire.asked["/packets"]
            for _ in range(int(_DAY_S / _STEP_S)):
                self._writer.do(self._let_come)
                self._clock.wait((), self._clock.monotonic() + _STEP_S)
            if 1 <= day <= _AWAY_DAYS:
                asked.append(wire.asked["/rates"] + wire.asked["/packets"] - before)
            grown.append(memory_mb("self", "VmRSS"))
        # On the first day of its absence pauses are still short.
        most = int(_DAY_S / _ASKED_EVERY_S) + 1
        self.findings.hold(max(asked[1:]) <= most, f"asked {max(asked[1:])} times on a day on which it was away")
        self.findings.facts |= {"asked on each day away": ", ".join(map(str, asked))}
        growth = grown[-1] - grown[0]
        self.findings.facts |= {"memory, MB": f"{grown[0]:.0f} after a day, {grown[-1]:.0f} at the end"}
        self.findings.hold(growth <= _MAY_GROW_MB, f"memory grew by {growth:.0f} MB")

    def _let_come(self, db: Database) -> None:
        """What came since the last step: ratings, and corrections of those of before."""
        now = self._clock.now()
        passed = int((self._clock.monotonic() - START.timestamp()) / _STEP_S) + 1
        correcting, self._later = self._later, []
        for visit, mark in correcting:
            self._rate(db, visit, mark, now, corrected=True)
        until = min(self._count, self._count * passed // _COMING)
        while self._came < until:
            office, mark = self._dice.choice(("BRN1", "BRN2", "BRN3")), self._dice.randint(1, 5)
            self._visits += 1
            visit = Visit(f"v{self._visits}", office, "REG", now, None, False)
            visits.accept_visit(
                db, visit, source="test", pseudonyms=self._pseudonyms, now=now, delay_s=0, consent_text=""
            )
            self._rate(db, self._visits, mark, now, corrected=False)
            if self._dice.random() < _CORRECTED:
                self._later.append((self._visits, 6 - mark))

    def _rate(self, db: Database, visit: int, mark: int, now: datetime, *, corrected: bool) -> None:
        self._came += 1
        ratings.add(
            db,
            visit=visit,
            invitation=None,
            reply=None,
            source="sms",
            mode="overall",
            overall=mark,
            criteria=dict.fromkeys(CRITERIA, mark),
            expanded=True,
            comment="",
            form_version="overall",
            corrected=corrected,
            now=now,
        )

    # -- the end ------------------------------------------------------------------------------------------------

    def _judge(self, double: Double, wire: Wire) -> None:
        found = self.findings
        rows = double.kept.rows("SELECT foreign_id, count(*) FROM forms WHERE counts GROUP BY 1", {})
        there = Counter({row[0]: row[1] for row in rows})
        with readable(self._settings.database) as db:
            ledger = draw_up(db, upstreams={"up": self._lines()})
            states = dict(db.execute("SELECT rating_id, state FROM deliveries JOIN ratings ON cursor = rating"))
            last = {row[0] for row in db.execute("SELECT rating_id FROM words WHERE latest")}
            total, batches = db.execute("SELECT (SELECT count(*) FROM ratings), count(*) FROM batches").fetchone()
            alarms = [row[0] for row in db.execute("SELECT text FROM alarms WHERE cleared_at IS NULL")]
            unbalanced = db.execute("SELECT count(*) FROM alarms WHERE kind = 'unbalanced'").fetchone()[0]
        found.facts |= {
            "ratings": total,
            "batches": batches,
            "posts": wire.asked["/rates"],
            "questions": wire.asked["/packets"],
            "forms": wire.asked["/forms"],
        }
        found.facts |= {"deliveries": ", ".join(f"{n} {state}" for state, n in Counter(states.values()).items())}
        found.doubled = {rating for rating, count in there.items() if count > 1}
        named = {rating for line in ledger.duplicated for rating in re.findall(r"its rating (\S+) \d+ times", line)}
        accepted = {rating for rating, state in states.items() if state == "accepted"}
        found.hold(total >= self._count and len(states) == total, f"{total} ratings, {len(states)} deliveries")
        found.hold(set(states.values()) <= {"accepted", "superseded"}, f"not settled: {Counter(states.values())}")
        found.hold(set(there) == accepted, f"{len(set(there) ^ accepted)} ratings are accepted or there, not both")
        found.hold(last <= accepted, f"{len(last - accepted)} visits whose last word is not there")
        found.hold(ledger.lost == [], f"the ledger has {len(ledger.lost)} lost: {ledger.lost[:3]}")
        found.hold(len(ledger.duplicated) == len(named), f"the ledger says: {ledger.duplicated[:3]}")
        found.hold(named == found.doubled, f"{len(found.doubled)} are doubled, the ledger names {len(named)}")
        found.hold(not (found.doubled and self._dedupe), f"{len(found.doubled)} ratings are there twice")
        away = 2 * _AWAY_DAYS * _DAY_S / _ASKED_EVERY_S
        posts = wire.asked["/rates"]
        found.hold(posts <= 1.5 * batches + away, f"{posts} posts for {batches} batches")
        found.hold(not alarms and not unbalanced, f"alarms: {alarms}, {unbalanced} of the ledger")

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self._log.open(encoding="utf-8") as log:
            yield from map(json.loads, log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ratings", type=int, default=40_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--dedupe", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    quiet_log()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as name:
        run = Outage(Path(name), arguments.ratings, arguments.seed, batch=arguments.batch, dedupe=arguments.dedupe)
        found = run.run()
    found.facts |= {"counted twice": len(found.doubled), "wall time": f"{time.perf_counter() - began:.0f} s"}
    print(tabulate(found.facts.items()))
    for sentence in found.violations:
        print("VIOLATION:", sentence)
    print(f"{len(found.violations)} violations")
    sys.exit(bool(found.violations))


if __name__ == "__main__":
    main()
