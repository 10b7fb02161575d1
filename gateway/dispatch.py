"""Puts messages into lanes, lets SIMs draw on them, and moves what a SIM has failed.

The table and the rules are `gateway.routing`'s; here they meet the database. The methods that take a `Database` run
inside the writer's transactions; the others are called from the workers' threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.lanes import Lanes, Ticket, is_pool
from gateway.modemsettings import ModemSettings
from gateway.routing import Routing
from gateway.settings import RoutingSection
from gateway.store import lanes as rows
from gateway.store import outbox, state
from gateway.store.lanes import Addressee
from scheduler.pacing import Limits, Meter, day_began, month_began

BATCH = 200
"""Messages that one job moves in one transaction."""

_HALF = "The SIM that sent the first part did not come back before the reply window closed."


class Dispatch:
    """Routing as configured. `draw` gives a random number from 0 to 1."""

    def __init__(
        self, modems: Sequence[ModemSettings], routing: RoutingSection, now: datetime, draw: Callable[[], float]
    ) -> None:
        self._zone = ZoneInfo(routing.zone)
        self._draw = draw
        self._limits: dict[str, Limits] = {modem.name: modem.limits.as_limits() for modem in modems}
        self._lanes = Lanes({modem.name: modem.takes.as_takes() for modem in modems})
        self._routing = Routing(self._lanes, self._limits, now, routing.failover_after_s)
        self._lock = threading.Lock()
        self.turns = 0
        """How often a modem has begun or ceased to serve: what no change of the database tells."""

    # -- for the workers ----------------------------------------------------------------------------------------

    def ticket(self, sim: str, most: int, now: datetime) -> Ticket | None:
        """What this SIM may claim now; None: nothing."""
        with self._lock:
            return self._routing.ticket(sim, most, now)

    def claimed(self, sim: str, parts: Collection[int]) -> None:
        """What was found on a ticket."""
        with self._lock:
            self._routing.claimed(sim, parts)

    def settled(self, sim: str, parts: Sequence[int], sent: int, now: datetime) -> None:
        """Parts have come to their end, and `sent` of them have gone out or may have."""
        with self._lock:
            self._routing.settled(sim, parts, sent, now, self._draw())

    def released(self, sim: str, parts: Iterable[int]) -> None:
        """Parts that this SIM had in hand went back to the queue."""
        with self._lock:
            self._routing.released(sim, parts)

    def silence(self, sim: str, silent: bool) -> None:
        """Whether what this SIM sends seems to arrive nowhere."""
        with self._lock:
            self._routing.silence(sim, silent)

    def up(self, modem: str) -> None:
        """The modem serves."""
        with self._lock:
            self.turns += 1
            self._routing.up(modem)

    def down(self, modem: str, now: datetime) -> None:
        """The modem cannot send."""
        with self._lock:
            self.turns += 1
            self._routing.down(modem, now)

    def is_seated(self, modem: str, sim: str) -> bool:
        """Whether the table knows this SIM to be in this modem."""
        with self._lock:
            return self._routing.is_seated(modem, sim)

    # -- inside the writer's transactions -----------------------------------------------------------------------

    def seat(self, db: Database, modem: str, sim: str, now: datetime) -> None:
        """A SIM was found in a modem: it goes on from what it has sent so far, whichever modem it was in."""
        limits = self._limits[modem]
        sent = rows.sent(
            db,
            sim,
            last=max(1, limits.remembered),
            day=day_began(now, self._zone),
            month=month_began(now, self._zone),
        )
        meter = Meter(
            limits,
            self._zone,
            now,
            recent=sent.recent,
            today=sent.today,
            month=sent.month,
            draw=self._draw(),
        )
        with self._lock:
            self._routing.seat(modem, sim, meter, now)

    def prepare(self, db: Database, now: datetime) -> None:
        """On start: who sat where and who is drained; and every waiting message into the lane that it has by the
        configuration of now."""
        with self._lock:
            for name, sim, drained in state.seats(db):
                if sim is not None:
                    self._routing.remember(name, sim)
                if drained:
                    self._routing.drain(name, now)
        for lane in rows.occupied(db):
            for priority in outbox.PRIORITIES:
                for message, to in rows.waiting(db, lane, priority=priority, ready_by=None, most=-1):
                    right = self._lane(db, to, now)
                    if right != lane:
                        rows.move(db, message, right)
        self._lanes.learn(rows.occupied(db))

    def drain(self, db: Database, modem: str, now: datetime) -> None:
        """The modem shall claim nothing more, also after a restart; it finishes what it has in hand, and reads on."""
        state.put_drained(db, modem, True, now)
        with self._lock:
            self._routing.drain(modem, now)

    def resume(self, db: Database, modem: str, now: datetime) -> None:
        """The modem may claim again."""
        state.put_drained(db, modem, False, now)
        with self._lock:
            self._routing.resume(modem)

    def in_hand(self, db: Database, modem: str) -> int:
        """How many parts this modem has claimed and not settled.

        By the database: what a worker that hangs has in hand comes to its end there, in doubt.
        """
        return rows.in_hand(db, modem)

    def lane(self, db: Database, person: int, now: datetime) -> str:
        """Where a new message to this person shall wait."""
        return self._lane(db, rows.addressee(db, person), now)

    def has_work(self, db: Database, now: datetime) -> bool:
        """Whether a SIM that may send now finds something to send."""
        occupied = rows.occupied(db)
        if not occupied:
            return False  # asked every second, and mostly so
        with self._lock:
            open_lanes = self._routing.may_claim(now)
        return outbox.has_ready(db, [lane for lane in occupied if lane in open_lanes], now)

    def work_at(self, db: Database, now: datetime) -> datetime | None:
        """Before which moment `has_work` stays false if nothing happens; None: until something does."""
        ready = {lane: at for lane in rows.occupied(db) if (at := rows.ready_at(db, lane)) is not None}
        if not ready:
            return None
        first = min(ready.values())
        if first > now:
            return first
        with self._lock:
            opens_at = self._routing.opens_at({lane for lane, at in ready.items() if at <= now}, now)
        later = [at for at in (opens_at, *ready.values()) if at is not None and at > now]
        return now if opens_at is not None and opens_at <= now else min(later, default=None)

    def fail_over(self, db: Database, now: datetime) -> int:
        """Move what waits for a SIM that has failed it to the others; the number of messages."""
        moved = 0
        for lane in rows.occupied(db):
            if is_pool(lane):
                continue
            with self._lock:
                leaving = self._routing.leaving(lane, now)
            for priority in outbox.PRIORITIES:
                ready_by = leaving.invitations if priority == outbox.INVITATION else leaving.answers
                if ready_by is None:
                    continue
                found = rows.waiting(db, lane, priority=priority, ready_by=ready_by, most=BATCH - moved)
                for message, to in found:
                    rows.move(db, message, self._lanes.pool(to.phone, self._operator(db, to)))
                moved += len(found)
        return moved

    def give_up_halves(self, db: Database, now: datetime, reply_window_s: float) -> int:
        """Fail what is left of messages of which a part went out too long ago; the number of parts.

        The rest of a message cannot follow from another number: the phone would not join it.
        """
        before = now - timedelta(seconds=reply_window_s)
        return sum(
            rows.give_up_halves(db, lane, before=before, cause=_HALF, now=now)
            for lane in rows.occupied(db)
            if not is_pool(lane)
        )

    # -- inside -------------------------------------------------------------------------------------------------

    def _lane(self, db: Database, to: Addressee, now: datetime) -> str:
        operator = self._operator(db, to)
        with self._lock:
            return self._routing.lane(to.phone, operator, to.sim, now)

    def _operator(self, db: Database, to: Addressee) -> str | None:
        """The operator of a person's number, if any modem goes by it; looked up once per person."""
        if not self._lanes.by_operator:
            return None
        if to.operator is None:
            from gateway.operators import operator_of  # its tables are large, and few have modems by operator

            operator = operator_of(to.phone) or ""
            rows.put_operator(db, to.person, operator)
            return operator
        return to.operator
