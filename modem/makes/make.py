"""What can be said of a make of modem, as a typed value, and which make a modem is.

Pure. Here is what a driver cannot find out by asking: a command that a modem needs after its start-up, and how it is
started anew. What it can (its memories, what +CNMI takes, which command tells the tries of a PIN…) is asked of each
modem and stands nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_COMMAND = re.compile(r"AT(&?[A-Z]|[+^*%$#!][A-Z0-9_]+)([ -:<-~]*)")
_OURS = frozenset(
    "A D E O Q S V Z &F +CFUN +CMEE +CMGC +CMGD +CMGF +CMGL +CMGR +CMGS +CMGW +CMMS +CMSS +CMUX +CNMA +CNMI +CPIN +CPMS"
    " +CSMS +IPR".split()
)


def _command(text: str) -> str:
    found = _COMMAND.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r} is not one command; write it as "AT^CURC=0"')
    if found[1] in _OURS:
        raise ValueError(f"AT{found[1]} is the driver's own business, and would be undone or do harm")
    return text


def _restart(text: str) -> str:
    if _COMMAND.fullmatch(text) is None:
        raise ValueError(f'{text!r} is not one command; write it as "AT+CFUN=1,1"')
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"{text!r} is no regular expression: {problem}") from None
    return text


Command = Annotated[str, AfterValidator(_command)]
"""A command that may be said after the driver's own start-up."""

Pattern = Annotated[str, AfterValidator(_pattern)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]


class _Part(BaseModel):
    """A mapping of the file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Extra(_Part):
    """A command after start-up, why, and where that was reported."""

    say: Command
    why: str
    source: Url | None = None


class Restart(_Part):
    """How a modem is started anew; `say` null: it does not come back, so it is not done."""

    say: Annotated[str, AfterValidator(_restart)] | None = "AT+CFUN=1,1"
    why: str = "27.007 §8.2: <rst> 1 resets before the functionality is set"
    source: Url | None = "https://www.3gpp.org/dynareport/27007.htm"


class Make(_Part):
    """One make. `maker` and `model` are sought in the answers to +CGMI and +CGMM, without regard to case."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: str
    maker: Pattern = ""
    model: Pattern = ""
    init: tuple[Extra, ...] = ()
    restart: Restart = Restart()

    @model_validator(mode="after")
    def _is_recognised(self) -> Make:
        if not self.maker and not self.model:
            raise ValueError("give maker, model or both, by which such a modem is recognised")
        return self


class Makes(_Part):
    """A file of makes; where several fit, the first counts."""

    makes: tuple[Make, ...] = ()


GENERIC = Make.model_construct(name="generic", title="a modem by the standards")
"""What nothing is known of."""


def recognise(makes: Iterable[Make], maker: str, model: str) -> Make:
    """The first make that fits what a modem says of itself (27.007 §5.1, §5.2); GENERIC if none does."""
    for make in makes:
        if _says(make.maker, maker) and _says(make.model, model):
            return make
    return GENERIC


def _says(pattern: str, answer: str) -> bool:
    return re.search(pattern, answer, re.IGNORECASE) is not None
