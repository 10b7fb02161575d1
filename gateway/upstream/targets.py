"""Where an upstream is and how it is spoken to: which address, in which words, for each dialect.

Nothing is decided here; an answer comes back as what it means.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from gateway.upstream.answers import AnswerUnreadable, Status, status_of
from gateway.upstream.outcomes import Answered, Outcome
from gateway.upstream.requests import CONTENT_TYPES, FORM_PATHS, POST_PATHS, form_request, packet_request
from gateway.upstream.spool import Spool
from gateway.upstream.verdicts import Doubtful, Hindrance, Troubled, Verdict, hindrance, verdict
from gateway.upstreamsettings import Format, UpstreamSettings
from scheduler.clock import Clock

if TYPE_CHECKING:
    from gateway.upstream.transport import Transport


class Target(Protocol):
    """One upstream."""

    def post(self, key: str, form: Format, body: bytes) -> Verdict: ...

    def look(self, packet: str, form: Format, vendor: str) -> Status | Hindrance:
        """How far a packet is."""

    def form(self, dialect: Format, vendor: str) -> Outcome | None:
        """The form that counts there now; None where there is nobody to ask."""

    def hang_up(self) -> None:
        """End what is under way, from another thread."""

    def close(self) -> None: ...


class HttpTarget:
    """An upstream with an address."""

    def __init__(self, settings: UpstreamSettings, transport: Transport, clock: Clock) -> None:
        self._resends = settings.on_unknown == "resend"
        self._transport = transport
        self._clock = clock

    def post(self, key: str, form: Format, body: bytes) -> Verdict:
        outcome = self._transport.post(POST_PATHS[form], body, CONTENT_TYPES[form], key=key, again=self._resends)
        return verdict(outcome, form, self._clock.now())

    def look(self, packet: str, form: Format, vendor: str) -> Status | Hindrance:
        return _status(self._ask(packet, form, vendor), form, self._clock.now())

    def form(self, dialect: Format, vendor: str) -> Outcome:
        request = form_request(dialect, vendor)
        if request is None:
            return self._transport.get(FORM_PATHS[dialect])
        return self._transport.post(FORM_PATHS[dialect], request, CONTENT_TYPES[dialect])

    def hang_up(self) -> None:
        self._transport.hang_up()

    def close(self) -> None:
        self._transport.close()

    def _ask(self, packet: str, form: Format, vendor: str) -> Outcome:
        path, request = packet_request(form, packet, vendor)
        if request is None:
            return self._transport.get(path)
        return self._transport.post(path, request, CONTENT_TYPES[form])


class SpoolTarget:
    """An upstream that is a folder; nobody can be asked there."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def post(self, key: str, form: Format, body: bytes) -> Verdict:
        return self._spool.put(key, body, "json" if form == "json" else "xml")

    def look(self, packet: str, form: Format, vendor: str) -> Status | Hindrance:
        return Troubled("a folder says nothing about what became of a file")

    def form(self, dialect: Format, vendor: str) -> Outcome | None:
        return None

    def hang_up(self) -> None:
        return

    def close(self) -> None:
        return


def _status(outcome: Outcome, form: Format, now: datetime) -> Status | Hindrance:
    hindered = hindrance(outcome, now)
    if hindered is not None:
        return hindered
    assert isinstance(outcome, Answered)
    if not 200 <= outcome.status < 300:
        return Troubled(f"upstream answers {outcome.status} to the question about a packet")
    try:
        return status_of(form, outcome.body)
    except AnswerUnreadable as problem:
        return Doubtful(f"the status cannot be read: {problem}")
