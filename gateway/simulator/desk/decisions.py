"""What operators do, as data: whoever drives the desk writes it down, in a database or nowhere.

Pure. Moments are seconds since the epoch; `key` names the call-back.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.callbacks import Cause, Outcome


@dataclass(frozen=True, slots=True)
class Taken:
    """An operator takes a call-back and dials."""

    at: float
    key: str
    operator: str


@dataclass(frozen=True, slots=True)
class Called:
    """The call is over. `answered`: somebody took it. `outcome` None: it is to be tried again."""

    at: float
    key: str
    operator: str
    answered: bool
    outcome: Outcome | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nobody is to be called any more; it ends without another call."""

    at: float
    key: str
    operator: str
    outcome: Outcome


Decision = Taken | Called | Dropped
