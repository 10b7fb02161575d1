from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.retrying import next_at, retry_after_s, short_wait_s

NOW = datetime(2017, 9, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("Wed, 13 Sep 2017 05:02:00 GMT", 120),
        ("Wednesday, 13-Sep-17 05:02:00 GMT", 120),
        ("Wed, 13 Sep 2017 04:00:00 GMT", 0),
        ("999999999", 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("٥", None),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


@given(st.text(max_size=40))
def test_retry_after_of_any_text_is_seconds_of_a_day_or_nothing(header: str) -> None:
    asked = retry_after_s(header, NOW)
    assert asked is None or 0 <= asked <= 86_400


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waiting_grows_to_hours_and_no_further(attempts: int, chance: float) -> None:
    wait = next_at(NOW, attempts, chance) - NOW
    assert timedelta(seconds=30) <= wait <= timedelta(hours=6)
    assert next_at(NOW, attempts + 1, chance) - NOW >= wait


def test_waiting_is_not_shorter_than_what_was_asked_for() -> None:
    assert next_at(NOW, 1, 0, asked_s=7200) == NOW + timedelta(hours=2)
    assert next_at(NOW, 20, 0, asked_s=1) == NOW + timedelta(hours=3)
    assert next_at(NOW, 1, 1, asked_s=7200) == NOW + timedelta(hours=2.2)


@pytest.mark.parametrize(
    ("outcome", "again", "wait"),
    [
        (Unsent("refused"), False, True),
        (Lost("cut"), True, True),
        (Lost("cut"), False, False),
        (Distrusted("unknown ca"), True, False),
        (Answered(200, b""), True, False),
        (Answered(400, b""), True, False),
        (Answered(503, b""), False, True),
        (Answered(503, b"", "2"), True, 2.0),
        (Answered(503, b"", "0"), True, 0.01),
        (Answered(503, b"", "600"), True, False),
        (Answered(504, b""), True, True),
        (Answered(504, b""), False, False),
        (Answered(500, b""), True, True),
        (Answered(500, b""), False, False),
    ],
)
def test_within_seconds_only_what_may_be_gone_in_a_moment_is_tried(
    outcome: Outcome, again: bool, wait: bool | float
) -> None:
    assert short_wait_s(outcome, NOW, again=again) is wait or short_wait_s(outcome, NOW, again=again) == wait != 1
