"""The timetable: what the centre does by itself, how often, and why.

Every job works in batches, a transaction each, until nothing is left to do; between two batches the ports get their
turn at the writer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlite_utils import Database

from gateway.balance import Balances
from gateway.callbackdesk import CallbackDesk
from gateway.desk import Desk
from gateway.dispatch import Dispatch
from gateway.errors import StoreClosed, StoreTrouble
from gateway.inbox import Inbox
from gateway.lulls import Ahead, Lulls
from gateway.outbox import Outbox
from gateway.settling import BATCH
from gateway.silence import Silence
from gateway.store import state, tellings
from gateway.store.writer import Writer
from gateway.wishes import Wishes
from scheduler.clock import Clock
from scheduler.runner import Job

_LOG = structlog.get_logger(__name__)
_Work = Callable[[Database, datetime], int]
_NOTE_EVERY_S = 60.0
_TOLD_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Step:
    """What a job does in one transaction, and how often. `next_at` says when it may do anything at all; a job without
    looks for itself each time."""

    every_s: float
    work: _Work
    about: str
    next_at: Ahead | None = None


class Timetable:
    """The jobs of one daemon, ready for a runner."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        outbox: Outbox,
        inbox: Inbox,
        dispatch: Dispatch,
        wishes: Wishes,
        desk: Desk,
        balances: Balances,
        silence: Silence,
        callbacks: CallbackDesk,
        ring: Callable[[], None],
        others: Sequence[Job],
    ) -> None:
        """`others` are jobs that are no batches in the writer: they go as they are, but are noted like the rest."""
        self._writer = writer
        self._clock = clock
        self._dispatch = dispatch
        self._ring = ring
        self._others = others
        self._ending = threading.Event()
        self._noted: dict[str, tuple[float, str | None]] = {}
        self._steps: dict[str, _Step] = {
            "invite due": _Step(
                1,
                outbox.invite_due,
                "Invites those whose time has come and whose window is open.",
                lambda db, ahead, now: _first(ahead.invitation_due_at, dispatch.work_at(db, now)),
            ),
            "keep to window": _Step(
                20,
                outbox.keep_to_window,
                "Moves what did not go out in time to the next window.",
                lambda db, ahead, now: now if ahead.queued else None,
            ),
            "expire silent": _Step(
                1,
                outbox.expire_silent,
                "Closes conversations whose reply window has passed.",
                lambda db, ahead, now: ahead.silence_at,
            ),
            "remind silent": _Step(
                20,
                outbox.remind_silent,
                "Reminds those who have not answered, where that is wanted.",
                lambda db, ahead, now: ahead.reminder_at,
            ),
            "resend unknown": _Step(
                30,
                lambda db, now: outbox.resend_unknown(db, now, desk.resend_after_s()),
                "Queues parts in doubt again, where the modem's policy says so.",
                lambda db, ahead, now: now if ahead.in_doubt else None,
            ),
            "fail over": _Step(
                5,
                dispatch.fail_over,
                "Gives what waits for a SIM that cannot send to the others.",
                lambda db, ahead, now: now if ahead.queued_apart else None,
            ),
            "wishes": _Step(
                1,
                wishes.carry_out,
                "Carries out what otklik modems asks for.",
                lambda db, ahead, now: now if ahead.wished else None,
            ),
            "give up halves": _Step(
                600,
                lambda db, now: dispatch.give_up_halves(db, now, outbox.survey.reply_window_s),
                "Fails what is left of long messages whose SIM does not come back.",
            ),
            "end waiting": _Step(
                60,
                outbox.end_waiting,
                "Ends doubts and waits that nothing will end any more.",
                lambda db, ahead, now: now if ahead.queued or ahead.claimed or ahead.in_doubt else None,
            ),
            "match reports": _Step(
                2,
                inbox.match_waiting,
                "Looks again whose the reports are that came before the answer.",
                lambda db, ahead, now: now if ahead.early_reports else None,
            ),
            "read inbox": _Step(
                5,
                lambda db, now: inbox.handle(db, now)[0],
                "Handles what was kept and not handled.",
                lambda db, ahead, now: now if ahead.unread else None,
            ),
            "give up parts": _Step(
                60,
                inbox.give_up_on_parts,
                "Makes replies of long messages that lost a part.",
                lambda db, ahead, now: now if ahead.half_read else None,
            ),
            "ask balances": _Step(
                60,
                balances.ask_due,
                "Asks the operator what is left on each SIM.",
                lambda db, ahead, now: now if balances.wanted else None,
            ),
            "watch call-backs": _Step(
                60,
                callbacks.watch,
                "Tells of people who are not called back in time.",
                lambda db, ahead, now: now if callbacks.is_told(db) else ahead.call_back_at,
            ),
            "look for silence": _Step(
                600, silence.look, "Looks for SIMs whose messages are taken and never reported on."
            ),
            "forget tellings": _Step(
                3600,
                lambda db, now: tellings.forget_told(db, now - _TOLD_KEPT, BATCH),
                "Deletes events that others were told a month ago.",
            ),
        }
        ahead = {name: step.next_at for name, step in self._steps.items()}
        self._lulls = Lulls(writer, clock, ahead, lambda: dispatch.turns)

    def jobs(self) -> list[Job]:
        steps = [
            Job(name, step.every_s, partial(self._to_the_end, step.work), step.about, rest=self._lulls.rest_of(name))
            for name, step in self._steps.items()
        ]
        return [replace(job, function=partial(self._run, job.name, job.function)) for job in (*steps, *self._others)]

    def end(self) -> None:
        """Begin no batch any more: what is left of a crowd is done after the next start."""
        self._ending.set()

    def _run(self, name: str, work: Callable[[], None]) -> None:
        """Do a job; a failure is written down and the next run tries again.

        While nothing can be written, nothing is done either, and nobody is told of each run. What is apart may find at
        its end that the daemon has ended.
        """
        with suppress(StoreClosed):
            self._run_noted(name, work)

    def _run_noted(self, name: str, work: Callable[[], None]) -> None:
        started = self._clock.monotonic()
        trouble = None
        try:
            work()
        except StoreClosed:
            raise
        except StoreTrouble:
            return  # the writer has told of it, and the next run makes up for this one
        except Exception as problem:
            _LOG.exception("job failed", job=name)
            trouble = f"{type(problem).__name__}: {problem}"
        if self._writer.trouble is None:
            self._note(name, started, trouble)

    def _to_the_end(self, work: _Work) -> None:
        while not self._ending.is_set() and self._writer.do(partial(self._batch, work)) >= BATCH:
            continue

    def _batch(self, work: _Work, db: Database) -> int:
        """One batch; the ports are woken if it, or the passing of time, left them something to send."""
        now = self._clock.now()
        count = work(db, now)
        if self._dispatch.has_work(db, now):
            self._ring()
        return count

    def _note(self, name: str, started: float, trouble: str | None) -> None:
        """Tell the operator when the job ran: at once if its trouble changed, else once in a while (fsyncs cost)."""
        now = self._clock.monotonic()
        noted_at, noted = self._noted.get(name, (-_NOTE_EVERY_S, None))
        if trouble == noted and now - noted_at < _NOTE_EVERY_S:
            return
        self._noted[name] = (now, trouble)
        moment = self._clock.now()

        def put(db: Database) -> None:
            state.put_job(db, name=name, took_s=now - started, trouble=trouble, now=moment)
            if trouble is not None:
                state.add_trouble(db, place=f"job {name}", text=trouble, now=moment)

        self._writer.post(put, "writing a job's state")


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
