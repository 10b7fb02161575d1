"""What goes wrong on command, and when: which faults are armed and which of them strikes a request.

Pure. Time is passed in; chance comes from the seed, the fault and the number of the request, so that the same calls
meet the same weather.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.simulator.dice import Dice
from gateway.simulator.upstream.errors import AgainstSchema

Kind = Literal[
    "http", "timeout", "answer_lost", "duplicate", "slow", "down", "reject_rating", "retry_after", "garbage",
    "change_form",
]  # fmt: skip
Door = Literal["ratings", "events", "status", "form"]


class Fault(BaseModel):
    """One thing that goes wrong.

    `on` is the door it stands at: what is posted (`ratings`, `events`), questions (`status`, `form`), or any. `rate` is
    the share of requests that it strikes and `times` how often it does before it is gone. `applied`: whether the
    request takes effect although the sender does not learn it (http, timeout, garbage). `seconds` is how long it is
    slow, or when to come back (`http_date`: told as a date). `how` is where a rejected rating shows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind
    on: Door | Literal["any"] | None = None
    rate: float = Field(default=1.0, ge=0, le=1)
    times: int | None = Field(default=None, ge=1)
    status: int | None = Field(default=None, ge=400, le=599)
    seconds: float = Field(default=1.0, ge=0, le=3600)
    http_date: bool = False
    for_s: float | None = Field(default=None, gt=0)
    applied: bool | None = None
    foreign_id: str | None = None
    nth: int | None = Field(default=None, ge=1)
    how: Literal["422", "status"] = "422"
    form: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Fault:
        if self.status is not None and self.status not in list(HTTPStatus):
            raise ValueError(f"{self.status} is no status of HTTP")
        if self.kind == "reject_rating" and self.foreign_id is not None and self.nth is not None:
            raise ValueError("give foreign_id or nth, not both")
        if (self.kind == "change_form") != (self.form is not None):
            raise ValueError('change_form alone has a form: a whole one, or {"version", "shift"}')
        return self

    def at(self, door: Door) -> bool:
        """Whether it stands at this door; a centre that is down is so at every one."""
        return (self.on or ("any" if self.kind == "down" else "ratings")) in ("any", door)


def read(document: object) -> Fault:
    """A fault from what the control was told. Raises AgainstSchema."""
    try:
        return Fault.model_validate(document)
    except ValidationError as problem:
        error = problem.errors()[0]
        where = "/".join(str(part) for part in error["loc"])
        raise AgainstSchema(f"This is no fault: {where + ': ' if where else ''}{error['msg']}.") from None


@dataclass(slots=True)
class Armed:
    """A fault in force: how often it was asked and struck, when it ends, and which ratings it holds poisoned."""

    number: int
    fault: Fault
    until: float | None
    asked: int = 0
    struck: int = 0
    seen: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self.struck >= self.fault.times

    def as_json(self) -> dict[str, Any]:
        told = self.fault.model_dump(exclude_none=True)
        return {"id": self.number, **told, "asked": self.asked, "struck": self.struck}


class Weather:
    """All faults in force, in the order in which they were armed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._armed: list[Armed] = []
        self._last = 0

    def arm(self, fault: Fault, now: float) -> Armed:
        """`now` is in seconds, of the same clock that `strikes` is told."""
        self._last += 1
        armed = Armed(self._last, fault, None if fault.for_s is None else now + fault.for_s)
        self._armed.append(armed)
        return armed

    def lift(self, number: int | None = None) -> list[Armed]:
        """Take one fault away, or all; what was taken."""
        lifted = [one for one in self._armed if number in (None, one.number)]
        self._armed = [one for one in self._armed if one not in lifted]
        return lifted

    def in_force(self, now: float) -> list[Armed]:
        self._armed = [one for one in self._armed if not one.spent and (one.until is None or now < one.until)]
        return list(self._armed)

    def strikes(self, door: Door, now: float) -> list[Fault]:
        """The faults that strike a request that comes in now: at most one of each kind."""
        struck: dict[str, Fault] = {}
        for one in self.in_force(now):
            if one.fault.kind in ("reject_rating", "change_form") or not one.fault.at(door):
                continue
            one.asked += 1
            if one.fault.kind not in struck and self._dice(one, one.asked) < one.fault.rate:
                one.struck += 1
                struck[one.fault.kind] = one.fault
        return list(struck.values())

    def poison(self, foreign_id: str, now: float) -> str | None:
        """`422` or `status` if this rating cannot be taken, and then every time; None if it can."""
        for one in self.in_force(now):
            if one.fault.kind == "reject_rating" and self._poisons(one, foreign_id):
                one.struck += 1
                return one.fault.how
        return None

    def _poisons(self, one: Armed, foreign_id: str) -> bool:
        if foreign_id not in one.seen:
            one.seen.add(foreign_id)
            one.asked += 1
            chosen = {
                "foreign_id": foreign_id == one.fault.foreign_id,
                "nth": one.asked == one.fault.nth,
                "rate": self._dice(one, foreign_id) < one.fault.rate,
            }
            how = "foreign_id" if one.fault.foreign_id is not None else "nth" if one.fault.nth is not None else "rate"
            if chosen[how]:
                one.poisoned.add(foreign_id)
        return foreign_id in one.poisoned

    def _dice(self, one: Armed, what: object) -> float:
        return Dice(self._seed, "upstream", one.fault.kind, one.number, what).random()
