"""What came of a request: an answer, or that there is none, and whether the other side can have heard it.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer. `body` is as it came; one that was longer than we read is not `whole`. `retry_after` is the header."""

    status: int
    body: bytes
    retry_after: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Unsent:
    """The other side was not reached: it has not heard the request."""

    why: str


@dataclass(frozen=True, slots=True)
class Distrusted:
    """One side does not accept the certificate of the other: the request has not been heard."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request went out, wholly or in part, and no answer came: it may have been heard."""

    why: str


Outcome = Answered | Unsent | Distrusted | Lost
