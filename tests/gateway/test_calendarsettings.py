"""Hours, weekdays and holidays as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from gateway.config import parse
from gateway.errors import ConfigError
from gateway.russianholidays import RUSSIA
from scheduler.windows import Holidays, Hours, Window
from scheduler.workingtime import due

BARNAUL = ZoneInfo("Asia/Barnaul")


def test_window_alone_is_every_day_as_ever() -> None:
    survey = parse('survey: {window: {from: "08:00", to: "21:00"}}', "c").survey
    assert survey.sending == Window(time(8), time(21))
    assert parse("survey: {window: always}", "c").survey.sending is None


def test_sending_window_is_made_of_all_its_keys() -> None:
    text = """
survey:
  weekend: {from: 10:00, to: 18:00}
  weekdays: mon-sat
  holidays: [2026-12-31, 2027-01-01..2027-01-03]
"""
    new_year = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)]
    assert parse(text, "c").survey.sending == Window(
        time(9),
        time(20, 30),
        Hours(time(10), time(18)),
        frozenset({0, 1, 2, 3, 4, 5}),
        Holidays(frozenset(new_year)),
    )


@pytest.mark.parametrize(
    ("written", "days"),
    [("mon-fri", {0, 1, 2, 3, 4}), ("sun", {6}), ('"Mon, wed-thu"', {0, 2, 3}), ("[sat-mon, tue]", {5, 6, 0, 1})],
)
def test_weekdays_are_names_and_spans(written: str, days: set[int]) -> None:
    assert parse(f"survey: {{weekdays: {written}}}", "c").survey.weekdays == days


@pytest.mark.parametrize(
    ("survey", "told"),
    [
        ("{weekdays: mon-fir}", "'mon-fir' is no day of the week; write mon, tue"),
        ("{weekdays: []}", "name at least one day of the week"),
        ("{weekend: {from: 18:00, to: 09:00}}", "it cannot pass midnight"),
        ("{weekend: 10-18}", 'hours are {from: "HH:MM", to: "HH:MM"}'),
        ("{window: 9-18}", 'a window is the word always or {from: "HH:MM", to: "HH:MM"}'),
        ("{window: {from: 09:00+07:00, to: 18:00}}", "hours are those of the place"),
        ("{window: {from: 9, to: 25:00}}", "is no time of day"),
        ("{holidays: 2026-02-29}", "'2026-02-29' is no day; write 2026-12-28, 2026-12-28..2026-12-30 or ru"),
        ("{holidays: [2026-01-02..2026-01-01]}", "must go forward, and over a year at most"),
        ("{holidays: [by]}", "'by' is no day"),
        ("{window: always, weekdays: mon-fri}", "the window is always open: leave weekend, weekdays and holidays out"),
    ],
)
def test_time_that_cannot_be_is_refused(survey: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"survey: {survey}", "c")
    assert told in str(caught.value)


def test_russian_days_can_be_added_to() -> None:
    holidays = parse("survey: {holidays: [ru, 2026-04-21, 2027-02-20]}", "c").survey.holidays
    assert holidays.off == RUSSIA.off | {date(2026, 4, 21), date(2027, 2, 20)}
    assert date(2027, 2, 20) in RUSSIA.worked - holidays.worked


def test_who_names_days_of_a_later_year_knows_that_year() -> None:
    assert parse("survey: {holidays: ru}", "c").survey.holidays.through == date(2027, 12, 31)
    assert parse("survey: {holidays: [ru, 2028-01-10]}", "c").survey.holidays.through == date(2028, 12, 31)


def test_desk_works_when_russia_does_unless_told_otherwise() -> None:
    desk = parse("", "c").callbacks.desk
    evening = datetime(2026, 12, 30, 17, tzinfo=BARNAUL).astimezone(UTC)
    assert due(evening, 7200, desk, BARNAUL) == datetime(2027, 1, 11, 10, tzinfo=BARNAUL)
    text = 'callbacks: {hours: {from: "10:00", to: "16:00"}, weekdays: mon-sun, holidays: [], within_s: 3600}'
    callbacks = parse(text, "c").callbacks
    assert callbacks.desk == Window(time(10), time(16))
    assert callbacks.within_s == 3600


# Working days of each month, by the production calendars of these years.
@pytest.mark.parametrize(
    ("year", "months"),
    [
        (2017, [17, 18, 22, 20, 20, 21, 21, 23, 21, 22, 21, 21]),
        (2025, [17, 20, 21, 22, 18, 19, 23, 21, 22, 23, 19, 22]),
        (2026, [15, 19, 21, 22, 19, 21, 23, 21, 22, 22, 20, 22]),
        (2027, [15, 19, 22, 22, 19, 21, 22, 22, 22, 21, 20, 22]),
    ],
)
def test_russian_year_has_its_working_days(year: int, months: list[int]) -> None:
    desk = parse("", "c").callbacks.desk
    every_day = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    worked = [day.month for day in every_day if desk.hours_on(day) is not None]
    assert [worked.count(month) for month in range(1, 13)] == months


def test_year_without_a_decree_has_the_holidays_of_the_law() -> None:
    assert {day for day in RUSSIA.off if day.year == 2030} == {
        *(date(2030, 1, day) for day in range(1, 9)),
        *(date(2030, 2, 23), date(2030, 3, 8), date(2030, 5, 1), date(2030, 5, 9)),
        *(date(2030, 6, 12), date(2030, 11, 4)),
    }
    assert not {day for day in RUSSIA.worked if day.year > 2027}
