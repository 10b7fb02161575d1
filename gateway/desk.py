"""The counter between the ports and the centre: what a port worker may ask for, turned into transactions.

Called from the workers' threads; every change goes through the writer. What a worker must be sure of before it goes on
(a claim, a kept PDU) waits for the commit; what it only reports (a settled part, a status) does not.

While the database cannot be written nothing is claimed, `keep` raises DeskShut, so that nothing is deleted, and what is
reported waits with the writer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from sqlite_utils import Database

from gateway import alarms
from gateway.callbackdesk import CallbackDesk
from gateway.callbacks import Reason
from gateway.dispatch import Dispatch
from gateway.errors import StoreTrouble
from gateway.identities import meet
from gateway.inbox import Inbox
from gateway.modemsettings import ModemSettings
from gateway.outbox import Outbox
from gateway.phones import phone_of
from gateway.store import fleet as fleet_rows
from gateway.store import inbox as inbox_rows
from gateway.store import invitations, sims, state
from gateway.store import lanes as lane_rows
from gateway.store import outbox as outbox_rows
from gateway.store import parts as part_rows
from gateway.store.outbox import ClaimedPart
from gateway.store.writer import Writer
from modem.alphabet import Alphabet
from modem.dialogues.memories import Stored
from modem.outcomes import Accepted, Outcome, Refused
from modem.pdu import Concat
from modem.tables import CauseClass
from modem.worker.desk import Claim, DeskShut, PartOrder, PortState, PortStatus
from scheduler.clock import Clock

_LOG = structlog.get_logger(__name__)
_HANDLE_MOST = 32  # in one transaction: what a modem with a full memory has to wait for

T = TypeVar("T")
_LABELS = {alphabet.label: alphabet for alphabet in Alphabet}


@dataclass(frozen=True, slots=True)
class _Policy:
    """What the configuration says of the modem that a SIM is in."""

    reports: bool
    resend_after_s: float | None


def _no_parts() -> Sequence[PartOrder]:
    return ()


class Desk:
    """Implements `modem.worker.desk.Desk` on the store."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        outbox: Outbox,
        inbox: Inbox,
        dispatch: Dispatch,
        modems: Sequence[ModemSettings],
        callbacks: CallbackDesk,
        *,
        call_back: bool,
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._dispatch = dispatch
        self._callbacks = callbacks
        self._call_back = call_back
        self._outbox = outbox
        self._inbox = inbox
        self._modems = {modem.name: _Policy(modem.reports, modem.on_unknown) for modem in modems}
        # What would arrive after the reply window had better not arrive.
        self._validity_s = int(outbox.survey.reply_window_s)
        self._sims: dict[str, _Policy] = {}
        self._names: dict[str, str] = {}
        # SIMs taken out of sending, until a part of theirs is accepted; the database knows how long they rest.
        self._stopped: set[str] = set()
        self._ring: Callable[[], None] = lambda: None

    def on_queued(self, ring: Callable[[], None]) -> None:
        """Call `ring` whenever there may be something to send."""
        self._ring = ring

    def claim(self, sim: str, most: int) -> Claim:
        now = self._clock.now()
        if self._writer.trouble is not None:
            return _no_parts  # what cannot be claimed is not sent
        if sim in self._stopped:
            if self._is_stopped(sim, now):
                return _no_parts
            most = 1  # whether it sends again is tried with one part
            self._dispatch.up(self._names[sim])
        ticket = self._dispatch.ticket(sim, most, now)
        if ticket is None:
            return _no_parts
        claimed: Future[list[ClaimedPart]] = Future()

        def count(committed: Future[list[ClaimedPart]]) -> None:
            # Before the worker has them: what it settles must have been counted as in hand.
            try:
                parts = committed.result()
                self._dispatch.claimed(sim, [part.id for part in parts])
            except BaseException as problem:  # the worker waits for this: it must hear of it
                claimed.set_exception(problem)
            else:
                claimed.set_result(parts)

        self._writer.submit(lambda db: outbox_rows.claim(db, ticket, now)).add_done_callback(count)

        def take() -> Sequence[PartOrder]:
            try:
                return [self._order(sim, part) for part in claimed.result()]
            except StoreTrouble:
                return ()

        return take

    def _is_stopped(self, sim: str, now: datetime) -> bool:
        try:
            return self._writer.do(lambda db: sims.is_stopped(db, sim, now))
        except StoreTrouble:
            return True

    def _order(self, sim: str, part: ClaimedPart) -> PartOrder:
        return PartOrder(
            part.id,
            part.phone,
            part.text,
            _LABELS[part.alphabet],
            None if part.total == 1 else Concat(part.ref, part.total, part.seq),
            self._sims[sim].reports,
            self._validity_s,
        )

    def settle(self, sim: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        now = self._clock.now()
        sent = [part for part, outcome in outcomes if not isinstance(outcome, Refused)]

        def settle_all(db: Database) -> None:
            held = part_rows.held_by(db, sim, [part for part, _ in outcomes])
            self._outbox.settle(db, [(part, outcome) for part, outcome in outcomes if part in held], now)
            lane_rows.wrote(db, sim, held.intersection(sent))

        self._dispatch.settled(sim, [part for part, _ in outcomes], len(sent), now)
        self._mind(sim, outcomes, now)
        self._writer.post(settle_all, "settling parts")

    def release(self, sim: str, parts: Sequence[int], blamed: int | None = None) -> None:
        now = self._clock.now()

        def release_all(db: Database) -> None:
            held = part_rows.held_by(db, sim, parts)
            self._outbox.release(db, [part for part in parts if part in held], blamed if blamed in held else None, now)

        self._writer.do_or_hold(release_all, "giving parts back")
        self._dispatch.released(sim, parts)
        self._ring()

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        now = self._clock.now()
        rows = [(stored.memory, stored.index, stored.raw) for stored in found]
        self._do(lambda db: inbox_rows.keep(db, sim=sim, found=rows, now=now))
        self._writer.post_idle(self._handle, "reading the inbox")

    def status(self, status: PortStatus) -> None:
        now = self._clock.now()
        identity = status.identity
        sim = None if identity is None else identity.sim
        if identity is not None:
            self._sims[identity.sim] = self._modems[status.name]
            self._names[identity.sim] = status.name
        if identity is not None and status.state is PortState.SERVING and status.hold is None:
            if self._is_seated(status.name, identity.sim, now) and identity.sim not in self._stopped:
                self._dispatch.up(status.name)
        else:
            self._dispatch.down(status.name, now)

        def put(db: Database) -> None:
            if identity is not None:
                meet(db, status.name, identity, status.operator, now)
            state.put_port(
                db,
                name=status.name,
                state=status.state.value,
                imei=None if identity is None else identity.imei,
                sim=sim,
                model=None if identity is None else identity.model,
                make=None if identity is None else identity.make,
                operator=status.operator,
                signal=status.signal,
                trouble=status.trouble,
                hold=status.hold,
                now=now,
            )

        log = _LOG.warning if status.state is PortState.LOST else _LOG.info
        log("port", modem=status.name, state=status.state.value, sim=sim, trouble=status.trouble, hold=status.hold)
        self._writer.post(put, "writing a port's state")

    def may_try_pin(self, card: str, pin: str) -> bool:
        now = self._clock.now()
        return self._do(lambda db: fleet_rows.may_try_pin(db, card=card, pin=pin, now=now))

    def pin_tried(self, card: str, pin: str, accepted: bool | None) -> None:
        now = self._clock.now()

        self._writer.do_or_hold(
            lambda db: fleet_rows.pin_tried(db, card=card, pin=pin, accepted=accepted, now=now),
            "writing what came of a PIN",
        )

    def alarm(self, name: str, kind: str, text: str | None) -> None:
        now, place = self._clock.now(), alarms.of_modem(name)
        self._writer.post(lambda db: alarms.tell(db, place=place, kind=kind, text=text, now=now), "writing an alarm")

    def trouble(self, name: str, text: str, lines: Sequence[str], kind: str = "") -> None:
        now, place = self._clock.now(), f"modem {name}"
        _LOG.warning("trouble", modem=name, text=text, lines=list(lines))
        self._writer.post(
            lambda db: state.add_trouble(db, place=place, text=text, now=now, lines="\n".join(lines), kind=kind),
            "writing a trouble",
        )

    def cured(self, model: str, trouble: str, step: str) -> None:
        now = self._clock.now()
        _LOG.info("cured", model=model, trouble=trouble, step=step)
        self._writer.post(
            lambda db: fleet_rows.count_cure(db, model=model, trouble=trouble, step=step, now=now), "counting a cure"
        )

    def called(self, sim: str, number: str, at: datetime) -> None:
        _LOG.info("call", sim=sim)
        phone, call_back = phone_of(number), self._call_back

        def note(db: Database) -> None:
            invitation = fleet_rows.add_call(db, sim=sim, phone=phone, call_back=call_back, at=at)
            if invitation is not None:
                self._callbacks.open(db, invitations.by_id(db, invitation), Reason.ASKED, at)

        self._writer.post(note, "writing a call")

    def resend_after_s(self) -> dict[str, float]:
        """The SIMs whose parts in doubt may go out again, with the seconds after which; only those that were seen."""
        seen = self._sims.copy()  # another thread may see another one
        return {sim: policy.resend_after_s for sim, policy in seen.items() if policy.resend_after_s is not None}

    def _do(self, operation: Callable[[Database], T]) -> T:
        try:
            return self._writer.do(operation)
        except StoreTrouble as problem:
            raise DeskShut(str(problem)) from problem

    def _is_seated(self, modem: str, sim: str, now: datetime) -> bool:
        """Whether the SIM has its seat, if need be from now on; without one it is looked at with the next status."""
        if self._dispatch.is_seated(modem, sim):
            return True
        try:
            self._writer.do(lambda db: self._seat(db, modem, sim, now))
        except StoreTrouble:
            return False
        return True

    def _seat(self, db: Database, modem: str, sim: str, now: datetime) -> None:
        self._dispatch.seat(db, modem, sim, now)
        if sims.stops(db, sim):
            self._stopped.add(sim)

    def _mind(self, sim: str, outcomes: Sequence[tuple[int, Outcome]], now: datetime) -> None:
        """Route past a SIM that was refused as such, and no longer past one of which a part was accepted."""
        for _, outcome in outcomes:
            if isinstance(outcome, Accepted):
                self._stopped.discard(sim)
            elif isinstance(outcome, Refused) and outcome.cause.cls is CauseClass.SIM_TROUBLE:
                self._stopped.add(sim)
                self._dispatch.down(self._names[sim], now)

    def _handle(self, db: Database) -> None:
        """Understand some of what was kept; the rest after whatever came meanwhile."""
        count, queued = self._inbox.handle(db, self._clock.now(), _HANDLE_MOST)
        if count == _HANDLE_MOST:
            self._writer.post_idle(self._handle, "reading the inbox")
        if queued:
            # The bell may wake a worker before this commits; its claim then waits in line behind us.
            self._ring()
