"""What can be configured of time: hours of the day, days of the week, holidays; the desk that calls people back.

Pure. Every form here is what a person writes into `config.yaml` (`mon-fri`, `{from: "09:00", to: "18:00"}`,
`2026-12-28..2026-12-30`), and what it means to `scheduler.windows`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

from gateway.russianholidays import RUSSIA
from gateway.section import Section
from scheduler.windows import EVERY_DAY, Holidays, Hours, Window

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = timedelta(days=366)


def _span(value: Any, what: str) -> tuple[time, time]:
    if not isinstance(value, dict) or set(value) != {"from", "to"}:
        raise ValueError(f'{what} {{from: "HH:MM", to: "HH:MM"}}')
    return _time(value["from"]), _time(value["to"])


def _time(value: Any) -> time:
    try:
        moment = time.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f'{value!r} is no time of day; write it as "09:00"') from None
    if moment.tzinfo is not None:
        raise ValueError(f'{value!r} names a zone, but hours are those of the place; write it as "09:00"')
    return moment


def _hours(value: Any) -> Any:
    return value if isinstance(value, Hours | None) else Hours(*_span(value, "hours are"))


def _window(value: Any) -> Any:
    """`{from, to}` as a Window, "always" as None."""
    if isinstance(value, Window):
        return value
    return None if value == "always" else Window(*_span(value, "a window is the word always or"))


def _weekdays(value: Any) -> Any:
    """`mon-fri`, `mon,wed` or a list of such as days of the week from Monday 0; `sat-mon` goes round the end."""
    if isinstance(value, frozenset):
        return value
    words = value if isinstance(value, list) else str(value).split(",")
    days = frozenset(day for word in words for day in _some_days(str(word).strip().casefold()))
    if not days:
        raise ValueError("name at least one day of the week, as in mon-fri")
    return days


def _some_days(word: str) -> Iterator[int]:
    first, _, last = word.partition("-")
    if first not in _NAMES or (last or first) not in _NAMES:
        raise ValueError(f"{word!r} is no day of the week; write mon, tue, wed, thu, fri, sat, sun, or mon-fri")
    begin = _NAMES.index(first)
    for step in range((_NAMES.index(last or first) - begin) % 7 + 1):
        yield (begin + step) % 7


def _holidays(value: Any) -> Any:
    """Dates, spans of dates and `ru`, the days on which Russia does not work.

    Who names days of later years than `ru` knows, is taken to know those years.
    """
    if isinstance(value, Holidays):
        return value
    words = [str(word).strip() for word in (value if isinstance(value, list) else [value])]
    days = frozenset(day for word in words if word != "ru" for day in _dates(word))
    if "ru" not in words:
        return Holidays(days)
    assert RUSSIA.through is not None, "it says how far it goes"
    through = max([RUSSIA.through, *(date(day.year, 12, 31) for day in days)])
    return Holidays(RUSSIA.off | days, RUSSIA.worked - days, through)


def _dates(word: str) -> Iterator[date]:
    first, dots, last = word.partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        raise ValueError(f"{word!r} is no day; write 2026-12-28, 2026-12-28..2026-12-30 or ru") from None
    if not timedelta() <= end - begin <= _LONGEST:
        raise ValueError(f"{word!r} must go forward, and over a year at most")
    for step in range((end - begin).days + 1):
        yield begin + timedelta(days=step)


def _write_hours(value: Hours | None) -> dict[str, str] | None:
    """The other way: what is read back as the same."""
    if value is None:
        return None
    return {"from": _write_time(value.opens), "to": _write_time(value.closes)}


def _write_time(value: time) -> str:
    return value.isoformat().removesuffix(":00") if value.second == 0 else value.isoformat()


def _write_window(value: Window | None) -> dict[str, str] | str:
    return _write_hours(value) or "always"


def _write_weekdays(value: frozenset[int]) -> list[str]:
    return [_NAMES[day] for day in sorted(value)]


def _write_holidays(value: Holidays) -> list[str]:
    """`ru` and the days beyond it; what is not read here, such as other Saturdays at work, has no words either."""
    known = ["ru"] if value.through is not None else []
    beyond = value.off - RUSSIA.off if known else value.off
    return known + [day.isoformat() for day in sorted(beyond)]


HoursKey = Annotated[Hours, BeforeValidator(_hours), PlainSerializer(_write_hours, when_used="json")]
OptionalHoursKey = Annotated[Hours | None, BeforeValidator(_hours), PlainSerializer(_write_hours, when_used="json")]
WindowKey = Annotated[Window | None, BeforeValidator(_window), PlainSerializer(_write_window, when_used="json")]
WeekdaysKey = Annotated[frozenset[int], BeforeValidator(_weekdays), PlainSerializer(_write_weekdays, when_used="json")]
HolidaysKey = Annotated[Holidays, BeforeValidator(_holidays), PlainSerializer(_write_holidays, when_used="json")]


class CallbackSettings(Section):
    """The desk that calls people back: when it is at work, and within how much of that time it calls.

    Who stayed silent to the end of a survey may be asked by telephone for `voice_days` after it; null: nobody is.
    """

    hours: HoursKey = Hours(time(9), time(18))
    weekdays: WeekdaysKey = EVERY_DAY - {5, 6}
    holidays: HolidaysKey = RUSSIA
    within_s: Annotated[float, Field(gt=0, le=30 * 86400)] = 7200
    voice_days: Annotated[int, Field(gt=0, le=366)] | None = None

    @property
    def desk(self) -> Window:
        """When the desk is at work; its zone is that of the office."""
        return Window(self.hours.opens, self.hours.closes, weekdays=self.weekdays, holidays=self.holidays)
