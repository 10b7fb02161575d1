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
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tabulate import tabulate

from benchmarks.centre import Centre, fast_folder, quiet_log
from benchmarks.trouble import Trouble
from benchmarks.verdict import WATCH, Verdict, Witness
from gateway.settings import SurveySection
from gateway.store.opening import writable
from modem.emulator.journal import Delivered, Record, Submitted

RECOVER_WITHIN_S = 60.0
_BATCH = 400
_STALLED_AFTER_S = 4 * 3600.0
_SETTLE_WITHIN_S = 48 * 3600.0
_LOOK_S = 1800
_UNDER_WAY = "parts WHERE state IN ('queued', 'claimed')"

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


class Soak:
    """One run; `verdict` is what came of it."""

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
        self.verdict = Verdict(self.centre, self.trouble, self.witness, self._probes)

    def run(self) -> Verdict:
        with self.centre:
            with writable(self.centre.settings.database) as db:
                db.conn.executescript(WATCH)
            self._set_network()
            self.centre.start()
            self._traffic()
            self._recover()
            self._settle()
        self.verdict.reach()
        return self.verdict

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
                self.verdict.violation(f"nothing has moved since {since:.0f} s, after {seen} messages")
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
            self.verdict.facts["recovered after"] = f"{took:.0f} s"
            if took > RECOVER_WITHIN_S:
                self.verdict.violation(f"recovered {took:.0f} s after the last fault")
        else:
            self.verdict.violation(
                f"{_LOOK_S:g} s after the last fault these do not send or receive: {', '.join(waiting)}"
            )

    def _settle(self) -> None:
        """Let everything that is under way come to its end."""
        started = self.centre.passed_s
        if not self.centre.wait_until(lambda: not self._count(_UNDER_WAY), _SETTLE_WITHIN_S, every_s=60):
            self.verdict.violation("parts are still queued two days after the last fault")
        self.verdict.facts["settled after"] = f"{self.centre.passed_s - started:.0f} s"
        # Beyond the last report and the next sweep; and until the daemon gives up waiting for parts of a long reply.
        self.centre.let_pass(900)
        if not self.centre.wait_until(lambda: not self._count("inbox WHERE state = 'kept'"), 7 * 3600, every_s=60):
            self.verdict.violation("there are PDUs that were kept and never handled")

    def _kept(self, record: Delivered) -> bool:
        with self.centre.reading() as db:
            raw = record.pdu.hex().upper()
            found = db.execute("SELECT 1 FROM inbox WHERE digest = fingerprint('pdu', ?)", (raw,)).fetchone()
            return found is not None

    def _count(self, where: str) -> int:
        with self.centre.reading() as db:
            return int(db.execute(f"SELECT count(*) FROM {where}").fetchone()[0])


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
        verdict = soak.run()
    took = time.perf_counter() - started
    print(tabulate(verdict.faults, ("fault", "strikes", "absorbed", "put back", "in doubt")))
    print(
        tabulate(
            [
                *verdict.facts.items(),
                ("wall time", f"{took:.0f} s"),
                ("messages/s", f"{soak.witness.messages / took:.0f}"),
            ]
        )
    )
    for sentence in verdict.violations[:50]:
        print("VIOLATION:", sentence)
    print(f"{len(verdict.violations)} violations")
    sys.exit(bool(verdict.violations))


if __name__ == "__main__":
    main()
