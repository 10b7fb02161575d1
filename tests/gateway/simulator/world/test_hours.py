"""Opening hours: by size, day of the week, holiday and decree."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model import Office
from gateway.simulator.scenario.files import load
from gateway.simulator.world.hours import is_short, opening, week_of
from gateway.simulator.world.offices import region_offices

VISITS = load("altai-day").visits
OFFICES = {office.code: office for office in region_offices(load("altai-day"), 1)}
CITY, RURAL = OFFICES["BRN1"], OFFICES["BAE1"]


@pytest.mark.parametrize(
    ("office", "day", "hours"),
    [
        (CITY, date(2017, 9, 12), "08:00-20:00"),
        (CITY, date(2017, 9, 16), "09:00-14:00"),
        (CITY, date(2017, 9, 17), None),
        (RURAL, date(2017, 9, 12), "09:00-17:00"),
        (RURAL, date(2017, 9, 16), None),
        (CITY, date(2017, 5, 8), None),
        (CITY, date(2017, 2, 24), None),
        (CITY, date(2017, 1, 9), "08:00-20:00"),
        (RURAL, date(2025, 11, 1), "09:00-17:00"),
    ],
)
def test_office_has_the_hours_of_its_size_and_day(office: Office, day: date, hours: str | None) -> None:
    found = week_of(office, VISITS).hours_on(day)
    assert (found and f"{found.opens:%H:%M}-{found.closes:%H:%M}") == hours


def test_saturday_is_short_unless_it_is_worked_by_decree() -> None:
    week = week_of(CITY, VISITS)
    assert is_short(date(2017, 9, 16), week)
    assert not is_short(date(2025, 11, 1), week)
    assert not is_short(date(2017, 9, 12), week)


def test_opening_is_in_seconds_of_the_offices_own_clock() -> None:
    zone = ZoneInfo("Asia/Barnaul")
    hours = week_of(CITY, VISITS).hours_on(date(2017, 9, 12))
    assert hours is not None
    opens, closes, hour = opening(hours, date(2017, 9, 12), zone)
    assert datetime.fromtimestamp(opens, zone).isoformat() == "2017-09-12T08:00:00+07:00"
    assert (closes - opens, hour) == (12 * 3600, 8.0)
