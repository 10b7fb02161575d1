"""Looks now and then whether the ids of our form still mean upstream what they mean here.

A mark under the ids of an old form is counted as another mark, or for another criterion, and nobody would see it. So
nothing is posted while they differ. An upstream that does not tell its form, or not so that we can compare it, holds up
nothing; `otklik check` says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from gateway.exchange.form import Form, conflicts
from gateway.upstream.answers import AnswerUnreadable
from gateway.upstream.outcomes import Answered, Outcome, Unsent
from gateway.upstream.theirform import their_form
from gateway.upstream.verdicts import Hindrance, Later, Troubled
from gateway.upstreamsettings import Format

_LOG = structlog.get_logger(__name__)
_EVERY = timedelta(hours=1)


class FormWatch:
    """The form of one upstream that is spoken to in `dialect`."""

    def __init__(self, upstream: str, dialect: Format, ours: Form) -> None:
        self._upstream = upstream
        self._dialect = dialect
        self._ours = ours
        self._asked_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether upstream is to be asked; in JSON a mark is a mark, there are no ids in it."""
        if self._dialect == "json":
            return False
        return self._asked_at is None or not timedelta(0) <= now - self._asked_at < _EVERY

    def judge(self, outcome: Outcome, now: datetime) -> Hindrance | None:
        """Why nothing may be posted after this answer to the question for the form; None if nothing says so."""
        if isinstance(outcome, Unsent):
            return Later(f"not reached: {outcome.why}")
        if not isinstance(outcome, Answered) or outcome.status >= 500:
            return None  # asked again by the next run
        self._asked_at = now
        if outcome.status >= 300:
            _LOG.warning("the form cannot be asked for", upstream=self._upstream, status=outcome.status)
            return None
        try:
            found = conflicts(self._ours, their_form(self._dialect, outcome.body, self._ours))
        except AnswerUnreadable as problem:
            _LOG.warning("the form of upstream cannot be compared", upstream=self._upstream, problem=str(problem))
            return None
        if not found:
            return None
        self._asked_at = None
        return Troubled(f"the form has changed: {found[0]}; otklik check shows all, and what to do")
