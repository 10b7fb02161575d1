"""USSD beside the messages: one session at a time, a state with a deadline and never a wait.

A code is sent between two dialogues, and its answer comes as a notice some seconds later. Meanwhile the port reads and
sends as always.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from modem.causes import cause_of
from modem.dialogues import ussd
from modem.dialogues.ussd import Form, Said
from modem.driver import Identity
from modem.errors import ModemError, UssdFailed
from modem.events import Notice
from modem.link import Clock, Link
from modem.tables import CauseClass

_LOG = logging.getLogger(__name__)
_COMMAND_S = 20.0
_ANSWER_S = 60.0
_AFTER_CANCEL_S = 3.0  # a late "+CUSD: 2" for what was cancelled must not end the next session
_WHY = {
    ussd.ENDED: "the network ended the session",
    ussd.ELSEWHERE: "another program on this modem took the answer",
    ussd.NOT_SUPPORTED: "the network does not know it",
    ussd.TIMED_OUT: "the network's own time ran out",
}


@dataclass(slots=True)
class _Session:
    """A code that was sent, and the replies to what the network will ask."""

    code: str
    replies: deque[str]
    answer: Future[str]
    until: float


class Ussd:
    """A `Watch` over the sessions of one modem. `ask` is for any thread, the rest for the port's own."""

    def __init__(self, link: Link, clock: Clock, ring: Callable[[], None]) -> None:
        self._link = link
        self._clock = clock
        self._ring = ring
        self._lock = threading.Lock()
        self._waiting: deque[tuple[tuple[str, ...], Future[str]]] = deque()
        self._closed = False
        self._session: _Session | None = None
        self._form: Form | None = None
        self._charset = ""
        self._reply: str | None = None
        self._wants_cancel = False
        self._not_before = -math.inf

    def ask(self, *codes: str) -> Future[str]:
        """Send a code, and the others as replies to what the network asks; the future has its last text.

        It fails with UssdFailed, or with another ModemError if the modem does. A session that still wants a reply when
        there are no more is cancelled. Cancelled too is what waits when the worker ends.
        """
        if not codes:
            raise ValueError("a session begins with a code")
        answer: Future[str] = Future()
        with self._lock:
            if self._closed:
                answer.cancel()
            else:
                self._waiting.append((codes, answer))
        self._ring()
        return answer

    def close(self) -> None:
        """The worker ends: nothing is sent any more, and nobody waits in vain."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
        for _, answer in waiting:
            answer.cancel()
        self._fail(UssdFailed("The program stopped before the network answered."))

    @property
    def due_at(self) -> float:
        if self._wants_cancel or self._reply is not None:
            return -math.inf
        if self._session is not None:
            return self._session.until
        return self._not_before if self._waiting else math.inf

    def start(self, identity: Identity) -> None:
        """A session does not outlive its port; the character set and the form of codes are found anew."""
        self._form, self._reply, self._wants_cancel = None, None, False
        self._fail(UssdFailed("The port was closed before the network answered."))

    def hear(self, notice: Notice) -> None:
        said = ussd.parse(notice.text, self._charset) if notice.name == "+CUSD" else None
        if said is None:
            return
        if self._session is None:
            self._wants_cancel = said.m == ussd.ASKS
            if said.text is not None:
                _LOG.info("the network says: %s", said.text)
        elif said.m == ussd.ASKS and self._session.replies:
            self._reply = self._session.replies.popleft()
        else:
            self._wants_cancel = said.m == ussd.ASKS
            self._end(self._session, said)

    def act(self) -> None:
        session = self._session
        try:
            if self._wants_cancel:
                self._cancel()
            elif session is None:
                self._begin()
            elif self._reply is not None:
                reply, self._reply = self._reply, None
                self._send(session, reply)
            else:
                self._fail(UssdFailed(f"{session.code}: the network gave no answer within {_ANSWER_S:g} s."))
                self._cancel()
        except ModemError as trouble:
            self._fail(trouble)
            raise

    # -- inside -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        codes, answer = self._waiting.popleft()
        if not answer.set_running_or_notify_cancel():
            return
        self._session = session = _Session(codes[0], deque(codes[1:]), answer, math.inf)
        self._charset = ussd.charset(self._link)
        self._send(session, session.code)

    def _send(self, session: _Session, code: str) -> None:
        """Send a code in the form this modem takes, which is found by trying."""
        for form in [self._form] if self._form else ussd.forms(self._charset):
            reply = self._link.exchange(ussd.request(code, form), _COMMAND_S)
            if reply.ok:
                self._form = form
                session.until = self._clock.monotonic() + _ANSWER_S
                return
            cause = cause_of(reply.final)
            if cause.code and cause.cls is not CauseClass.PERMANENT:
                break  # not the form, but the network or the card
        self._wants_cancel = code != session.code  # the network waits for the reply that the modem refused
        self._fail(UssdFailed(f"{session.code}: {cause.plain}"))

    def _cancel(self) -> None:
        """End the session in the network. A modem without one may say ERROR."""
        self._wants_cancel = False
        self._not_before = self._clock.monotonic() + _AFTER_CANCEL_S
        self._link.exchange("AT+CUSD=2", _COMMAND_S)

    def _end(self, session: _Session, said: Said) -> None:
        """The last answer: a text, whatever <m> came with it, or why there is none."""
        if said.text is None:
            self._fail(UssdFailed(f"{session.code}: {_WHY.get(said.m, 'the answer has no text')}."))
        else:
            self._session = None
            session.answer.set_result(said.text)

    def _fail(self, trouble: ModemError) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.answer.set_exception(trouble)
