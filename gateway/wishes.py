"""What a person asks of a modem while the daemon runs: written by the CLI, carried out here, answered in the same row.

A wish that nobody could carry out yet (no daemon) waits for the next start. Each verb has a handler that runs inside
the writer's transaction, every second until it gives an answer: it must not wait for a modem, but look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlite_utils import Database

from gateway.dispatch import Dispatch
from gateway.errors import StoreError
from gateway.store import sims
from gateway.store import wishes as rows
from gateway.store.database import apart
from modem.errors import ModemError

_LOG = structlog.get_logger(__name__)
_USSD_STALE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What has become of a wish: one sentence, whether that is the end of it, and whether it came about."""

    text: str
    done: bool = True
    ok: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "text": self.text, **self.more}


Handler = Callable[[Database, rows.Wish, datetime], Answer]


class Wishes:
    """Carries out what was wished. `handlers` has one for each verb."""

    def __init__(self, modems: set[str], handlers: Mapping[str, Handler]) -> None:
        self._modems = modems
        self._handlers = handlers

    def carry_out(self, db: Database, now: datetime) -> int:
        """Look at every open wish once; how many have come to their end."""
        ended = 0
        for wish in rows.unfinished(db):
            try:
                with apart(db):
                    answer = self._answer(db, wish, now)
            except StoreError:
                raise  # not the wish is at fault
            except Exception as problem:  # else it would hold up all others for ever
                _LOG.exception("a wish could not be carried out", modem=wish.modem, verb=wish.verb)
                answer = Answer(f"It failed: {type(problem).__name__}: {problem}", ok=False)
            rows.answer(db, wish.id, answer.as_json(), done_at=now if answer.done else None)
            ended += answer.done
        return ended

    def _answer(self, db: Database, wish: rows.Wish, now: datetime) -> Answer:
        handler = self._handlers.get(wish.verb)
        if handler is None:
            return Answer(f"The running daemon cannot {wish.verb}; restart it with this version.", ok=False)
        if wish.modem not in self._modems:
            return Answer(f"The running daemon has no modem {wish.modem}; send it SIGHUP first.", ok=False)
        return handler(db, wish, now)


def drain(dispatch: Dispatch) -> Handler:
    """The modem claims nothing more and reads on; done when what it had in hand has come to its end."""

    def handle(db: Database, wish: rows.Wish, now: datetime) -> Answer:
        modem = wish.modem
        dispatch.drain(db, modem, now)
        in_hand = dispatch.in_hand(db, modem)
        if in_hand:
            return Answer(f"{modem} takes nothing more; it still has {in_hand} in hand.", done=False)
        return Answer(f"{modem} is drained: it sends nothing and reads on, also after a restart, until it is resumed.")

    return handle


def resume(dispatch: Dispatch, call: Callable[[str], None]) -> Handler:
    """The modem claims again; what was taken out of service, its SIM or (by `call`) itself, is tried at once."""

    def handle(db: Database, wish: rows.Wish, now: datetime) -> Answer:
        sims.try_again(db, wish.modem)
        dispatch.resume(db, wish.modem, now)
        call(wish.modem)
        return Answer(f"{wish.modem} takes parts again.")

    return handle


def ussd(ask: Callable[..., Future[str]]) -> Handler:
    """A code goes to the network, replies follow what it asks; done when its last text has come.

    A code may cost money. One that nobody waits for any more is not sent, and none is sent twice: it goes out when it
    is committed that it will, and its answer is kept, for a transaction may be run again.
    """
    promised: set[int] = set()
    asked: dict[int, Future[str]] = {}

    def handle(db: Database, wish: rows.Wish, now: datetime) -> Answer:
        answer = asked.get(wish.id)
        if answer is None:
            if wish.begun and wish.id not in promised:
                text = f"The daemon ended before an answer to {wish.words} came; it may have been sent."
                return Answer(text, ok=False)
            if now - wish.wished_at > _USSD_STALE:
                return Answer(f"{wish.words} was not sent: nobody waits for its answer any more.", ok=False)
            promised.add(wish.id)
            if wish.begun:
                answer = asked[wish.id] = ask(wish.modem, *wish.words.split())
        if answer is None or not answer.done():
            return Answer(f"{wish.modem} has not had an answer to {wish.words} yet.", done=False, ok=False)
        try:
            return Answer(answer.result())
        except (ModemError, CancelledError) as problem:
            return Answer(str(problem), ok=False)

    return handle
