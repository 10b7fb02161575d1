"""The timetable: what the centre does by itself, how often, and why.

Every job works in batches, a transaction each, until nothing is left to do; between two batches the ports get their
turn at the writer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
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
from gateway.outbox import Outbox
from gateway.settling import BATCH
from gateway.silence import Silence
from gateway.store import state, tellings
from gateway.store.writer import Writer
from gateway.wishes import Wishes
from scheduler.clock import Clock
from scheduler.runner import Job

_LOG = structlog.get_logger(__name__)
_Step = Callable[[Database, datetime], int]
_NOTE_EVERY_S = 60.0
_TOLD_KEPT = timedelta(days=30)


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
        self._steps: dict[str, tuple[float, _Step, str]] = {
            "invite due": (1, outbox.invite_due, "Invites those whose time has come and whose window is open."),
            "keep to window": (20, outbox.keep_to_window, "Moves what did not go out in time to the next window."),
            "expire silent": (1, outbox.expire_silent, "Closes conversations whose reply window has passed."),
            "remind silent": (20, outbox.remind_silent, "Reminds those who have not answered, where that is wanted."),
            "resend unknown": (
                30,
                lambda db, now: outbox.resend_unknown(db, now, desk.resend_after_s()),
                "Queues parts in doubt again, where the modem's policy says so.",
            ),
            "fail over": (5, dispatch.fail_over, "Gives what waits for a SIM that cannot send to the others."),
            "wishes": (1, wishes.carry_out, "Carries out what otklik modems asks for."),
            "give up halves": (
                600,
                lambda db, now: dispatch.give_up_halves(db, now, outbox.survey.reply_window_s),
                "Fails what is left of long messages whose SIM does not come back.",
            ),
            "end waiting": (60, outbox.end_waiting, "Ends doubts and waits that nothing will end any more."),
            "match reports": (2, inbox.match_waiting, "Looks again whose the reports are that came before the answer."),
            "read inbox": (5, lambda db, now: inbox.handle(db, now)[0], "Handles what was kept and not handled."),
            "give up parts": (60, inbox.give_up_on_parts, "Makes replies of long messages that lost a part."),
            "ask balances": (60, balances.ask_due, "Asks the operator what is left on each SIM."),
            "watch call-backs": (60, callbacks.watch, "Tells of people who are not called back in time."),
            "look for silence": (600, silence.look, "Looks for SIMs whose messages are taken and never reported on."),
            "forget tellings": (
                3600,
                lambda db, now: tellings.forget_told(db, now - _TOLD_KEPT, BATCH),
                "Deletes events that others were told a month ago.",
            ),
        }

    def jobs(self) -> list[Job]:
        steps = [
            Job(name, every_s, partial(self._to_the_end, step), about)
            for name, (every_s, step, about) in self._steps.items()
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

    def _to_the_end(self, step: _Step) -> None:
        while not self._ending.is_set() and self._writer.do(partial(self._batch, step)) >= BATCH:
            continue

    def _batch(self, step: _Step, db: Database) -> int:
        """One batch; the ports are woken if it, or the passing of time, left them something to send."""
        now = self._clock.now()
        count = step(db, now)
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
