"""The way up of one upstream: take in, freeze, seal, post, settle, and ask what became of it.

Every step is a transaction of its own, and none spans a request: commit first, act next, settle last. So wherever the
program ends, the next run finds what it needs: a batch that is frozen is sealed and posted, one that was being posted
is posted again, octet by octet, under the same key, and one that has a packet is asked about.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.errors import GatewayError
from gateway.exchange.form import Form
from gateway.exchange.rates import CannotBeSent
from gateway.store import batches, deliveries, ratings, upstreams
from gateway.store.batches import BatchRow
from gateway.upstream import alarming
from gateway.upstream.answers import Status
from gateway.upstream.deciding import (
    Decision,
    Standing,
    after_all,
    after_look,
    after_post,
    hindered,
    outdated,
    unsayable,
)
from gateway.upstream.formwatch import FormWatch
from gateway.upstream.freezing import AT_ONCE, freeze, refreeze, take_in
from gateway.upstream.locking import turn
from gateway.upstream.preparing import prepare
from gateway.upstream.rendering import render
from gateway.upstream.retrying import next_at
from gateway.upstream.targets import Target
from gateway.upstream.verdicts import Hindrance, Refused, Taken, Troubled
from gateway.upstreamsettings import UpstreamSettings
from scheduler.clock import Clock
from scheduler.runner import Job

T = TypeVar("T")


class Do(Protocol):
    """Runs an operation in a transaction, and returns what it gave when that is committed."""

    def __call__(self, operation: Callable[[Database], T], /) -> T: ...


@dataclass(slots=True)
class Pushed:
    """What a run did: ratings taken, accepted and refused in it; `why_not` if it did not go on to the end."""

    posted: int = 0
    accepted: int = 0
    rejected: int = 0
    why_not: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Push:
    """One upstream of one database, as configured. `chance` gives random numbers from 0 to 1."""

    def __init__(
        self,
        settings: UpstreamSettings,
        form: Form,
        make_target: Callable[[], Target],
        database: Path,
        zone: ZoneInfo,
        do: Do,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._form = form
        self._make_target = make_target
        self._target: Target | None = None
        self._database = database
        self._zone = zone
        self._do = do
        self._clock = clock
        self._chance = chance
        self._codes = settings.status_codes if settings.spool is None else None
        self._ids = "" if settings.format == "json" else form.fingerprint
        self._form_watch = FormWatch(settings.name, settings.format, form)
        self._ending = threading.Event()

    def job(self) -> Job:
        """What the daemon's timetable runs."""
        about = f"Sends ratings up to {self._settings.name} and asks what became of them."
        return Job(f"push {self._settings.name}", self._settings.every_s, self._run_for_daemon, about, apart=True)

    def hang_up(self) -> None:
        """Let a run in another thread come to its end soon; nothing is posted after that."""
        self._ending.set()
        if self._target is not None:
            self._target.hang_up()

    def close(self) -> None:
        if self._target is not None:
            self._target.close()

    def run(self, *, at_once: bool = False) -> Pushed:
        """Do what is due now. `at_once` does not wait for what the last failures have put off."""
        with turn(self._database, self._settings.name) as is_ours:
            if not is_ours:
                return Pushed(why_not="another program pushes to it now")
            pushed = Pushed()
            self._do(lambda db: prepare(db, self._settings, self._clock.now()))
            self._all(lambda db: take_in(db, self._settings, self._clock.now()))
            standing = self._standing()
            if at_once and standing.stopped_why is None:
                standing = self._do(self._hurry)
            if self._may_go_on(standing, pushed) and self._may_go_on(self._reach_out(standing), pushed):
                self._all(lambda db: freeze(db, self._settings, self._zone, self._clock.now()))
                if self._may_go_on(self._look_at_form(standing), pushed):
                    self._post_all(pushed)
                if pushed.why_not is None:  # else an answer to a question would end the pause that was asked for
                    self._look_at_all(pushed)
            self._do(lambda db: alarming.tell_endless(db, self._settings.name, self._clock.now()))
            return pushed

    def _run_for_daemon(self) -> None:
        self.run()

    # -- steps ------------------------------------------------------------------------------------------------------

    def _all(self, some: Callable[[Database], int]) -> None:
        """Do a part of the work until nothing is left of it."""
        while not self._ending.is_set() and self._do(some) >= AT_ONCE:
            continue

    def _reach_out(self, standing: Standing) -> Standing:
        """Have the way to the upstream; what is wrong with its files is a trouble of the upstream's."""
        try:
            self._target = self._target or self._make_target()
        except GatewayError as problem:
            return self._hinder(standing, Troubled(str(problem)))
        return standing

    def _hinder(self, standing: Standing, why: Hindrance) -> Standing:
        waits = hindered(standing, why, self._clock.now(), self._chance())
        self._do(lambda db: self._put_standing(db, waits))
        return waits

    def _look_at_form(self, standing: Standing) -> Standing:
        """See that marks mean there what they mean here, before some are posted."""
        if not self._form_watch.is_due(self._clock.now()):
            return standing
        assert self._target is not None
        said = self._target.form(self._settings.format, self._settings.vendor)
        why = None if said is None or self._ending.is_set() else self._form_watch.judge(said, self._clock.now())
        return standing if why is None else self._hinder(standing, why)

    def _post_all(self, pushed: Pushed) -> None:
        while not self._ending.is_set():
            batch = self._do(lambda db: batches.to_post(db, self._settings.name, self._clock.now()))
            if batch is None or not self._may_go_on(self._post(batch, pushed), pushed):
                return

    def _post(self, batch: BatchRow, pushed: Pushed) -> Standing:
        """Post one batch, and settle what came of it."""
        standing = self._standing()
        if batch.body is not None and (batch.ids, batch.format) != (self._ids, self._settings.format):
            decision = outdated(batch.posted, standing, batch.format == self._settings.format)
            if decision is not None:
                return self._settle(batch, decision, pushed)
        try:
            sealed, body = self._sealed(batch)
        except CannotBeSent as problem:
            return self._settle(batch, unsayable(batch.posted, str(problem), standing), pushed)
        except GatewayError as problem:
            return self._hinder(standing, Troubled(str(problem)))
        self._do(lambda db: batches.mark_posting(db, batch.id, self._clock.now()))
        assert self._target is not None
        said = self._target.post(sealed.key, sealed.format, body)
        decision = after_post(
            replace(sealed.posted, attempts=sealed.attempts + 1),
            said,
            standing,
            self._codes,
            self._clock.now(),
            self._chance(),
            holds=self._settings.on_unknown == "hold",
        )
        if self._ending.is_set() and not isinstance(said, Taken | Refused):
            decision = replace(decision, standing=standing)  # it was us who hung up
        return self._settle(sealed, decision, pushed)

    def _sealed(self, batch: BatchRow) -> tuple[BatchRow, bytes]:
        """The batch with its octets, which are made once and kept before they are posted."""
        if batch.body is not None:
            return batch, batch.body
        rows = self._do(lambda db: ratings.wire_of(db, batch.id))
        body, digest = render(rows, batch.vendor, batch.key, self._settings, self._form)
        self._do(lambda db: batches.seal(db, batch.id, self._settings.format, self._ids, body, digest))
        return replace(batch, format=self._settings.format), body

    def _look_at_all(self, pushed: Pushed) -> None:
        if self._codes is None:
            self._settle_all_taken(pushed)
            return
        while not self._ending.is_set():
            batch = self._do(lambda db: batches.to_look_at(db, self._settings.name, self._clock.now()))
            if batch is None or not self._may_go_on(self._look(batch, pushed), pushed):
                return

    def _settle_all_taken(self, pushed: Pushed) -> None:
        """Nobody is asked, by the configuration of now: what was to be asked about is at its end."""
        while not self._ending.is_set():
            batch = self._do(lambda db: batches.taken(db, self._settings.name))
            if batch is None:
                return
            self._settle(batch, after_all(self._standing()), pushed)

    def _look(self, batch: BatchRow, pushed: Pushed) -> Standing:
        """Ask what became of one packet. What hinders us there puts off this packet, and the upstream unless it knows
        no such packet."""
        assert batch.packet is not None and self._codes is not None and self._target is not None
        said = self._target.look(batch.packet, batch.format, batch.vendor)
        now, standing = self._clock.now(), self._standing()
        if not isinstance(said, Status):
            return self._put_off(batch, said, standing)
        known = self._do(lambda db: deliveries.of_batch(db, batch.id))
        named = tuple((rating, why) for rating, why in said.rejected if rating in known)
        status = Status(said.number, tuple(dict(named).items()))
        decision = after_look(batch.posted, status, standing, self._codes, now, self._chance())
        return self._settle(batch, decision, pushed)

    def _put_off(self, batch: BatchRow, why: Hindrance, standing: Standing) -> Standing:
        now, chance = self._clock.now(), self._chance()
        if not isinstance(why, Troubled):
            standing = hindered(standing, why, now, chance)
        later = next_at(now, batch.looks + 1, chance)

        def put(db: Database) -> None:
            batches.note_look(db, batch.id, later, why.reason)
            self._put_standing(db, standing)

        self._do(put)
        return standing

    # -- settling ---------------------------------------------------------------------------------------------------

    def _settle(self, batch: BatchRow, decision: Decision, pushed: Pushed) -> Standing:
        """Write down what was decided, and what follows from it, in one transaction."""
        self._do(lambda db: self._apply(db, batch, decision))
        if decision.packet is not None:
            pushed.posted += batch.rows
        if decision.state == "accepted":
            pushed.accepted += batch.rows - len(decision.rejected)
            pushed.rejected += len(decision.rejected)
        elif decision.state == "rejected":
            pushed.rejected += batch.rows
        return decision.standing

    def _apply(self, db: Database, batch: BatchRow, decision: Decision) -> None:
        now = self._clock.now()
        if batches.apply(db, batch, decision, now) and decision.state in ("halved", "remade"):
            refreeze(db, batch, decision, self._settings.format, now)
        self._put_standing(db, decision.standing)

    def _put_standing(self, db: Database, standing: Standing) -> None:
        alarming.put_standing(db, self._settings.name, standing, self._clock.now())

    def _standing(self) -> Standing:
        return self._do(lambda db: upstreams.standing(db, self._settings.name))

    def _hurry(self, db: Database) -> Standing:
        now, name = self._clock.now(), self._settings.name
        batches.hurry(db, name, now)
        standing = replace(upstreams.standing(db, name), next_at=None)
        upstreams.put_standing(db, name, standing, now)
        return standing

    def _may_go_on(self, standing: Standing, pushed: Pushed) -> bool:
        """Whether the upstream may be spoken to now; else `pushed` tells why not."""
        if standing.stopped_why is not None:
            pushed.why_not = f"it is stopped: {standing.stopped_why}"
        elif standing.next_at is not None and standing.next_at > self._clock.now():
            pushed.why_not = f"{standing.trouble}; tried again at {standing.next_at:%Y-%m-%d %H:%M:%S} UTC"
        return pushed.why_not is None
