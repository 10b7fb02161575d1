"""What can be configured, with its default, its limits and its meaning: the vocabulary of `config.yaml`.

Pure: nothing is opened here. Every key refuses neighbours it does not know. Durations are in seconds and end in `_s`.
"""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    field_validator,
    model_validator,
)

from gateway.lanes import Takes
from gateway.model import MessageKind
from gateway.wording import DEFAULT_TEXTS, check
from modem.makes.make import Command
from modem.opening import SOCKET, TELNET
from modem.ports import is_pattern
from scheduler.pacing import Limits
from scheduler.windows import Window

Seconds = Annotated[float, Field(ge=0, le=366 * 86400)]


class Section(BaseModel):
    """A mapping of the file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


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


def _window(value: Any) -> Any:
    """`{from, to}` as a Window, "always" as None."""
    if value == "always":
        return None
    if isinstance(value, dict):
        unknown = set(value) - {"from", "to"}
        if unknown or len(value) != 2:
            raise ValueError('a window is {from: "HH:MM", to: "HH:MM"} or the word always')
        return Window(_time(value["from"]), _time(value["to"]))
    raise ValueError('a window is {from: "HH:MM", to: "HH:MM"} or the word always')


def _time(value: Any) -> time:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f'{value!r} is no time of day; write it as "09:00"') from None


def _template(value: str) -> str:
    check(value)
    return value


Template = Annotated[str, AfterValidator(_template)]


class TextSettings(Section):
    """What is said to a citizen; `{date}` and `{office}` are filled in."""

    invite: Template = DEFAULT_TEXTS[MessageKind.INVITE]
    reprompt: Template = DEFAULT_TEXTS[MessageKind.REPROMPT]
    thanks: Template = DEFAULT_TEXTS[MessageKind.THANKS]
    help: Template = DEFAULT_TEXTS[MessageKind.HELP]
    farewell: Template = DEFAULT_TEXTS[MessageKind.FAREWELL]

    def of(self, kind: MessageKind) -> str:
        return str(getattr(self, kind.value))


class SurveySection(Section):
    """When a citizen is asked, and how patiently."""

    script: Literal["overall"] = "overall"
    delay_s: Seconds = 86_400
    window: Annotated[Window | None, BeforeValidator(_window)] = Window(time(9), time(20, 30))
    reply_window_s: Annotated[float, Field(gt=0, le=366 * 86400)] = 259_200
    once_per_phone_s: Seconds = 86_400
    thanks: bool = True
    texts: TextSettings = TextSettings()


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"there is no time zone {value}; write it as Europe/Moscow or Asia/Barnaul")
    return value


class RoutingSection(Section):
    """How parts find their SIM. `zone` is where operators begin a day and a month; a SIM that could not send for
    `failover_after_s` gives what waits for it to others."""

    zone: Annotated[str, AfterValidator(_zone)] = "Europe/Moscow"
    failover_after_s: Seconds = 300


class CallSettings(Section):
    """What becomes of people who call. With `call_back`, one who was written to asks by it to be called back."""

    hang_up: bool = True
    call_back: bool = True


class HttpSettings(Section):
    """Where the HTTP interface listens."""

    listen: str = "127.0.0.1:8919"


class LogSettings(Section):
    """How much is written to the log, and where: standard error if `file` is null."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    file: Path | None = None


class Settings(Section):
    """The whole of `config.yaml`."""

    database: Path = Path("otklik.db")
    offices: Path = Path("examples/altai/offices.csv")
    services: Path = Path("examples/altai/services.csv")
    short_code: str = Field("0919", pattern=r"^[0-9]{3,8}$")
    modems: tuple[ModemSettings, ...] = (ModemSettings(name="m1", port="emu://"),)
    survey: SurveySection = SurveySection()
    routing: RoutingSection = RoutingSection()
    makes: Path | None = None
    sweep_s: Annotated[float, Field(gt=0, le=3600)] = 60
    calls: CallSettings = CallSettings()
    upstream: tuple[str, ...] = Field((), max_length=0)
    http: HttpSettings | None = HttpSettings()
    log: LogSettings = LogSettings()

    @field_validator("modems")
    @classmethod
    def _one_name_each(cls, modems: tuple[ModemSettings, ...]) -> tuple[ModemSettings, ...]:
        names = [modem.name for modem in modems]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two modems are called {twice[0]}; give each its own name")
        return modems

    @model_validator(mode="after")
    def _one_port_each(self) -> Settings:
        # Several modems may be sought in one place; a device without a pattern is a place for one.
        ports = [modem.port for modem in self.modems if modem.port != "emu://" and not is_pattern(modem.port)]
        twice = sorted({port for port in ports if ports.count(port) > 1})
        if twice:
            raise ValueError(f"two modems have the port {twice[0]}; a port has one modem")
        imeis = [modem.imei for modem in self.modems if modem.imei is not None]
        same = sorted({imei for imei in imeis if imeis.count(imei) > 1})
        if same:
            raise ValueError(f"two modems have the IMEI {same[0]}; a modem has one entry")
        return self
