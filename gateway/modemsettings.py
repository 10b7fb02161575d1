"""What can be configured of one modem: its port, its limits, the numbers it takes, its balance.

Pure: no port is opened here and no file read. Which modems there are, and that no two share a port, is for
`gateway.settings`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, field_validator, model_validator

from gateway.lanes import Takes
from gateway.section import Seconds, Section
from modem.makes.make import Command
from modem.opening import SOCKET, TELNET
from scheduler.pacing import Limits


def _gap(value: Any) -> Any:
    """A number of seconds, or the shortest and the longest of a random pause."""
    return value if isinstance(value, list | tuple) else (value, value)


Cap = Annotated[int, Field(ge=1)] | None


class LimitSettings(Section):
    """How much a SIM may send while it is in this modem; null: as much as it can."""

    per_minute: Cap = None
    per_hour: Cap = None
    per_day: Cap = None
    per_month: Cap = None
    gap_s: Annotated[tuple[Seconds, Seconds], BeforeValidator(_gap)] = (0.0, 0.0)

    @field_validator("gap_s")
    @classmethod
    def _in_order(cls, gap: tuple[float, float]) -> tuple[float, float]:
        if gap[0] > gap[1]:
            raise ValueError(f"a gap goes from its shortest to its longest, not from {gap[0]:g} to {gap[1]:g}")
        return gap

    def as_limits(self) -> Limits:
        return Limits(self.per_minute, self.per_hour, self.per_day, self.per_month, self.gap_s)


class TakesSettings(Section):
    """Which numbers a modem sends to: those that begin so, or whose operator is named; without either, all."""

    prefixes: tuple[Annotated[str, Field(pattern=r"^\+[0-9]{1,15}$")], ...] = ()
    operators: tuple[str, ...] = ()

    @field_validator("operators")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            return ()
        from gateway import operators  # its tables are large, and few have modems by operator

        spelt = tuple(operators.spelt(name) for name in names)
        unknown = sorted(set(spelt) - operators.known())
        if unknown:
            raise ValueError(f"there is no operator {unknown[0]}; known are {', '.join(sorted(operators.known()))}")
        return spelt

    def as_takes(self) -> Takes:
        return Takes(self.prefixes, frozenset(self.operators))


def _pattern(value: str) -> str:
    try:
        groups = re.compile(value).groups
    except re.error as problem:
        raise ValueError(f"{value!r} is no regular expression: {problem}") from None
    if groups > 1:
        raise ValueError(f"{value!r} has {groups} groups; the amount is one")
    return value


class BalanceSettings(Section):
    """How to ask for what is left on a SIM, and when to worry."""

    code: str = Field(pattern=r"^[*#][0-9*#]*#$")
    pattern: Annotated[str, AfterValidator(_pattern)] | None = None
    below: float = 50
    every_s: Annotated[float, Field(ge=60, le=366 * 86400)] = 86_400


def _number(value: str) -> str:
    if not re.fullmatch(r"\+[0-9]{5,15}", value):
        raise ValueError(f'{value!r} is no number in international form; write it as "+79130000000"')
    return value


def _imei(value: str) -> str:
    if not re.fullmatch(r"[0-9]{15}", value):
        raise ValueError(f"{value!r} is no IMEI; it has fifteen digits, and AT+CGSN or the label of the modem tells it")
    return value


_RESEND_AFTER_S = 600.0
_Pause = Annotated[float, Field(gt=0, le=366 * 86400)]


def _resend_after(value: Any) -> Any:
    """`hold` as None, `resend` as its usual seconds, `{resend_after_s: N}` as N."""
    if value == "hold" or value is None:
        return None
    if value == "resend":
        return _RESEND_AFTER_S
    if isinstance(value, dict) and set(value) == {"resend_after_s"}:
        return TypeAdapter(_Pause).validate_python(value["resend_after_s"])
    raise ValueError("write hold, resend or {resend_after_s: 3600}")


class LoginStepSettings(Section):
    """What a terminal server says, and the answer: a text, what stands in a file, or none."""

    expect: str = Field(min_length=1)
    send: str | None = Field(None, repr=False)
    send_file: Path | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> LoginStepSettings:
        if self.send is not None and self.send_file is not None:
            raise ValueError("give send or send_file, not both")
        return self


class ModemSettings(Section):
    """One modem: a port and how to treat it."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,32}$")
    port: str = Field(min_length=1)
    baud: int = Field(115200, ge=300, le=4_000_000)
    flow: Literal["none", "rtscts"] = "none"
    imei: Annotated[str, AfterValidator(_imei)] | None = None
    smsc: Annotated[str, AfterValidator(_number)] | None = None
    pin_file: Path | None = None
    init: tuple[Command, ...] = ()
    login: tuple[LoginStepSettings, ...] = ()
    on_unknown: Annotated[float | None, BeforeValidator(_resend_after)] = None
    """Seconds after which a part in doubt goes out again, None for never."""
    reports: bool = True
    limits: LimitSettings = LimitSettings()
    takes: TakesSettings = TakesSettings()
    balance: BalanceSettings | None = None
    power_hook: tuple[str, ...] = ()
    """A program and its arguments that take the modem's power away and give it back."""

    @model_validator(mode="after")
    def _server_asks(self) -> ModemSettings:
        if self.login and not self.port.startswith((SOCKET, TELNET)):
            raise ValueError(f"login is for {SOCKET} and {TELNET}; {self.port} asks for none")
        return self
