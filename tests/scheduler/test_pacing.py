"""How fast a SIM may send, with the time in the test's hands; the meter against counting anew."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pacing import (
    UNLIMITED,
    Allowance,
    Backoff,
    Counts,
    Limits,
    Meter,
    allowance,
    day_began,
    day_of,
    month_began,
    next_day,
    next_month,
    reserve,
)

NOON = datetime(2017, 9, 13, 5, tzinfo=UTC)
BARNAUL = ZoneInfo("Asia/Barnaul")
BEIRUT = ZoneInfo("Asia/Beirut")
"""Puts its clocks forward at midnight: 2017-03-26 began at one."""
_ZONES = st.sampled_from([UTC, BARNAUL, BEIRUT, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati")])
_MOMENTS = st.datetimes(datetime(2016, 1, 1), datetime(2019, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
_CAP = st.none() | st.integers(1, 6)


def _s(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_sim_without_limits_may_send_whatever_it_has_sent() -> None:
    counts = Counts([_s(-1)] * 3, today=10**6, month=10**7, pause_until=_s(99))
    assert allowance(Limits(), counts, NOON, UTC).room == UNLIMITED


def test_minute_that_is_full_opens_when_its_oldest_part_is_a_minute_old() -> None:
    limits = Limits(per_minute=3)
    assert allowance(limits, Counts([_s(-70), _s(-50), _s(-1)]), NOON, UTC) == _allowed(1, NOON)
    assert allowance(limits, Counts([_s(-50), _s(-40), _s(-1)]), NOON, UTC) == _allowed(0, _s(10))
    assert allowance(limits, Counts([_s(-60), _s(-40), _s(-1)]), NOON, UTC) == _allowed(1, NOON)


def test_hour_is_the_last_3600_seconds_and_not_the_hour_of_the_clock() -> None:
    limits = Limits(per_hour=2)
    assert allowance(limits, Counts([_s(-3599), _s(-3598)]), NOON, UTC) == _allowed(0, _s(1))


def test_day_and_month_turn_over_at_midnight_of_the_operator() -> None:
    night = datetime(2017, 9, 30, 16, 59, tzinfo=UTC)  # 23:59 in Barnaul, the last day of the month
    midnight = datetime(2017, 9, 30, 17, tzinfo=UTC)
    assert allowance(Limits(per_day=5), Counts(today=5), night, BARNAUL) == _allowed(0, midnight)
    assert allowance(Limits(per_month=5), Counts(month=5), night, BARNAUL) == _allowed(0, midnight)
    assert allowance(Limits(per_month=5), Counts(month=5), night, UTC) == _allowed(0, datetime(2017, 10, 1, tzinfo=UTC))


def test_of_several_limits_the_last_to_open_decides() -> None:
    limits = Limits(per_minute=1, per_day=4, gap_s=(3, 3))
    counts = Counts([_s(-20)], today=4, month=4, pause_until=_s(2))
    assert allowance(limits, counts, NOON, UTC) == _allowed(0, datetime(2017, 9, 14, tzinfo=UTC))
    assert allowance(limits, Counts([_s(-20)], 3, 3, _s(2)), NOON, UTC) == _allowed(0, _s(40))
    assert allowance(limits, Counts([_s(-61)], 3, 3, _s(2)), NOON, UTC) == _allowed(0, _s(2))
    assert allowance(limits, Counts([_s(-61)], 3, 3, _s(0)), NOON, UTC) == _allowed(1, NOON)


def test_gap_allows_one_part_at_a_time_and_is_as_long_as_the_draw_says() -> None:
    limits = Limits(gap_s=(3, 8))
    assert [limits.gap(draw).total_seconds() for draw in (0, 0.5, 1)] == [3, 5.5, 8]
    meter = Meter(limits, UTC, NOON)
    assert meter.allowance(NOON) == _allowed(1, NOON)
    meter.add(1, NOON, 0.5)
    assert meter.allowance(_s(5)) == _allowed(0, _s(5.5))
    assert meter.allowance(_s(5.5)) == _allowed(1, _s(5.5))


@pytest.mark.parametrize(("cap", "kept"), [(1, 0), (2, 1), (19, 1), (40, 2), (1000, 50)])
def test_cap_keeps_a_twentieth_for_answers_and_never_all_of_itself(cap: int, kept: int) -> None:
    assert reserve(cap) == kept
    counts = Counts(today=cap - kept)
    assert allowance(Limits(per_day=cap), counts, NOON, UTC, reserved=True).room == 0
    assert allowance(Limits(per_day=cap), counts, NOON, UTC).room == kept


def test_day_whose_midnight_the_clocks_jump_over_begins_when_they_jump() -> None:
    evening = datetime(2017, 3, 25, 20, tzinfo=UTC)  # 22:00 in Beirut
    assert next_day(evening, BEIRUT) == datetime(2017, 3, 25, 22, tzinfo=UTC)
    assert day_began(datetime(2017, 3, 26, 12, tzinfo=UTC), BEIRUT) == datetime(2017, 3, 25, 22, tzinfo=UTC)


def test_clock_that_is_put_back_over_midnight_forgets_nothing_that_was_sent() -> None:
    meter = Meter(Limits(per_day=5), UTC, NOON, today=5, month=5)
    assert meter.counts(NOON - timedelta(hours=6)).today == 5
    assert meter.allowance(NOON - timedelta(hours=6)).room == 0


@given(_MOMENTS, _ZONES)
def test_next_day_and_month_are_the_first_moments_of_another_one(now: datetime, zone: ZoneInfo) -> None:
    tick = timedelta(microseconds=1)
    assert day_began(now, zone) <= now < next_day(now, zone) <= next_month(now, zone)
    assert day_of(next_day(now, zone) - tick, zone) == day_of(now, zone) == day_of(day_began(now, zone), zone)
    assert day_of(next_day(now, zone), zone) == day_of(now, zone) + timedelta(days=1)
    assert day_of(next_month(now, zone), zone).day == day_of(month_began(now, zone), zone).day == 1
    assert day_of(next_month(now, zone) - tick, zone).month == day_of(now, zone).month


@given(
    st.builds(Limits, _CAP, _CAP, _CAP, _CAP, st.tuples(st.integers(0, 5), st.integers(5, 40))),
    _ZONES,
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 40_000), st.floats(0, 1)), max_size=15),
)
def test_sim_that_sends_whenever_it_may_keeps_every_limit(
    limits: Limits, zone: ZoneInfo, reserved: bool, steps: list[tuple[int, float]]
) -> None:
    """Whatever comes when: in no window of the limits are there too many, and the promised moment is the first."""
    meter, now, sent = Meter(limits, zone, NOON), NOON, []
    for wait_s, draw in steps:
        now += timedelta(seconds=wait_s)
        allowed = meter.allowance(now, reserved=reserved)
        if allowed.room == 0:
            assert allowed.not_before > now
            assert meter.allowance(allowed.not_before - timedelta(microseconds=1), reserved=reserved).room == 0
            now = allowed.not_before
            assert meter.allowance(now, reserved=reserved).room > 0, "the moment it named does not hold"
        meter.add(1, now, draw)
        sent.append(now)
    for k, moment in enumerate(sent):
        in_minute = k + 1 - bisect_right(sent, moment - timedelta(minutes=1))
        in_hour = k + 1 - bisect_right(sent, moment - timedelta(hours=1))
        today = k + 1 - bisect_left(sent, day_began(moment, zone))
        month = k + 1 - bisect_left(sent, month_began(moment, zone))
        assert in_minute <= (limits.per_minute or 99)
        assert in_hour <= (limits.per_hour or 99)
        assert today <= (limits.per_day or 99)
        assert month <= (limits.per_month or 99)
        if k and limits.gap_s[1]:
            assert (moment - sent[k - 1]).total_seconds() >= limits.gap_s[0]


@given(
    st.builds(Limits, _CAP, _CAP, _CAP, _CAP),
    _ZONES,
    st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 3)), max_size=10),
)
def test_meter_says_what_counting_anew_says(limits: Limits, zone: ZoneInfo, steps: list[tuple[int, int]]) -> None:
    meter, now, sent = Meter(limits, zone, NOON), NOON, []
    for wait_s, parts in steps:
        now += timedelta(seconds=wait_s)
        meter.add(parts, now, 0)
        sent += [now] * parts
        anew = Meter(
            limits,
            zone,
            now,
            recent=sent[-max(1, limits.remembered) :],
            today=len(sent) - bisect_left(sent, day_began(now, zone)),
            month=len(sent) - bisect_left(sent, month_began(now, zone)),
        )
        later, same = now + timedelta(seconds=wait_s), deepcopy(meter)  # for a look does not go back in time
        assert same.counts(later).today == anew.counts(later).today
        assert same.allowance(later) == anew.allowance(later)


@given(st.integers(1, 2000), st.integers(2, 4), st.floats(0, 1))
def test_backoff_grows_up_to_its_most_and_is_spread_to_both_sides(failures: int, factor: int, draw: float) -> None:
    backoff = Backoff(5, factor, 3600)
    full = min(5.0 * factor ** min(failures - 1, 10), 3600.0)
    assert backoff.pause_s(failures, 0.5) == full
    assert 0.75 * full <= backoff.pause_s(failures, draw) <= 1.25 * full


def _allowed(room: int, not_before: datetime) -> Allowance:
    return Allowance(room, not_before)
