"""What can be configured, with its default, its limits and its meaning: the vocabulary of `config.yaml`.

Pure: nothing is opened here. Every key refuses neighbours it does not know. Durations are in seconds and end in `_s`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, field_validator, model_validator

from gateway.calendarsettings import CallbackSettings, HolidaysKey, OptionalHoursKey, WeekdaysKey, WindowKey
from gateway.modemsettings import ModemSettings
from gateway.section import Seconds, Section
from gateway.upstreamsettings import UpstreamSettings, WebhookSettings
from modem.ports import is_pattern
from scheduler.windows import EVERY_DAY, Holidays, Window

CONSENT = (
    "Согласен получить на мой номер SMS с просьбой оценить услугу. Ответ бесплатный, отказаться можно ответом СТОП."
)


class SurveySection(Section):
    """What a citizen is asked, when, and how patiently. `script` is a survey that comes with the program, or a file.

    Who stays silent is reminded after `reminder_s`, once; null: never. `number_zones` is a table of the numbers of the
    country (`gateway.numbering`), from which a citizen's zone is known better than from his office. `consent_text` is
    what citizens agree to, for visits that do not say it.

    A phone is invited at most `per_month` times in any 30 days (null: no limit), and about nothing that has waited for
    longer than `invite_within_s` (null: however long).
    """

    script: str = "overall"
    delay_s: Seconds = 86_400
    window: WindowKey = Window(time(9), time(20, 30))
    weekend: OptionalHoursKey = None
    weekdays: WeekdaysKey = EVERY_DAY
    holidays: HolidaysKey = Holidays()
    number_zones: Path | None = None
    reply_window_s: Annotated[float, Field(gt=0, le=366 * 86400)] = 259_200
    once_per_phone_s: Seconds = 86_400
    per_month: Annotated[int, Field(ge=1)] | None = None
    invite_within_s: Annotated[float, Field(gt=0, le=366 * 86400)] | None = 604_800
    reminder_s: Annotated[float, Field(gt=0, le=366 * 86400)] | None = None
    thanks: bool = True
    consent_text: str = Field(CONSENT, min_length=1, max_length=4000)

    @model_validator(mode="before")
    @classmethod
    def _texts_have_moved(cls, data: Any) -> Any:
        if isinstance(data, dict) and "texts" in data:
            raise ValueError("texts are in the survey's file: copy surveys/overall.yaml, change it, name it in script")
        return data

    @model_validator(mode="after")
    def _always_is_always(self) -> SurveySection:
        if self.window is None and (self.weekend, self.weekdays, self.holidays) != (None, EVERY_DAY, Holidays()):
            raise ValueError("the window is always open: leave weekend, weekdays and holidays out, or give it hours")
        return self

    @property
    def sending(self) -> Window | None:
        """When what we begin may go out, by the hour, the day of the week and the calendar; None: at any time."""
        if self.window is None:
            return None
        return replace(self.window, weekend=self.weekend, weekdays=self.weekdays, holidays=self.holidays)


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


Days = Annotated[int, Field(ge=1, le=3650)]


class PrivacySettings(Section):
    """How long personal data is kept (otklik purge), in days. `phones_days` after a person's last conversation has
    closed his phone goes, and what came from it as it came; `replies_days` after they were written, the words of
    citizens and desks, what nobody could read, refused rows, and events that no webhook took. A key that seals phones
    is to be changed after `rotate_days` (otklik keys rotate); null: never."""

    phones_days: Days = 30
    replies_days: Days = 90
    rotate_days: Days | None = 365


class HttpSettings(Section):
    """Where the HTTP interface listens."""

    listen: str = "127.0.0.1:8919"


class LogSettings(Section):
    """How much is written to the log, and where: standard error if `file` is null."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    file: Path | None = None


class DiskSettings(Section):
    """With less than `reserve_mb` left on the database's disk no files of visits or ratings are taken in."""

    reserve_mb: Annotated[float, Field(ge=0, le=1_000_000)] = 64


class BackupSettings(Section):
    """Copies of the database in `folder`, every `every_s`; the last `keep` stay. `keys`: with the key files, without
    which a copy is worth little, and with which it can be read by whoever has it."""

    folder: Path
    every_s: Annotated[float, Field(ge=600, le=366 * 86400)] = 86_400
    keep: Annotated[int, Field(ge=1, le=10_000)] = 7
    keys: bool = True


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
    callbacks: CallbackSettings = CallbackSettings()
    upstream: tuple[UpstreamSettings, ...] = ()
    webhooks: tuple[WebhookSettings, ...] = ()
    privacy: PrivacySettings = PrivacySettings()
    disk: DiskSettings = DiskSettings()
    backup: BackupSettings | None = None
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
    def _one_name_each_way_out(self) -> Settings:
        for what, names in (
            ("upstreams", [upstream.name for upstream in self.upstream]),
            ("webhooks", [hook.name for hook in self.webhooks]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two {what} are called {twice[0]}; give each its own name")
        return self

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
