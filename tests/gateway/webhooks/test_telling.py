"""Who is told what next: order, pauses and ends, by example and by a receiver of any kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.webhooks.telling import MOST_FAILED, MOST_REFUSED, Answer, Pending, Standing, answer_of, judged, next_due

_NOON = datetime(2017, 9, 13, 12, tzinfo=UTC)
_LATER = _NOON + timedelta(hours=1)
_TAKEN, _DOWN, _REFUSES = Answered(204, b""), Answered(500, b""), Answered(422, b"no")


def test_later_event_of_a_visit_waits_for_the_earlier_and_others_go_on() -> None:
    pending = [Pending(1, "a", next_at=_LATER), Pending(2, "a"), Pending(3, "b"), Pending(4, "c")]
    due = next_due(Standing(), pending, _NOON)
    assert due is not None
    assert due.event == 3
    assert next_due(Standing(), pending[:2], _NOON) is None


def test_what_was_never_tried_goes_first_and_then_what_was_tried_longest_ago() -> None:
    pending = [Pending(1, "a", 1, _LATER), Pending(2, "b", 1, _NOON), Pending(3, "b"), Pending(4, "c")]
    assert next_due(Standing(), pending, _LATER) == pending[3]
    assert next_due(Standing(), pending[:3], _LATER) == pending[1]


def test_hook_that_rests_is_told_nothing_until_it_has_rested() -> None:
    standing = Standing(failures=1, next_at=_LATER)
    assert next_due(standing, [Pending(1, "a")], _NOON) is None
    assert next_due(standing, [Pending(1, "a")], _LATER) == Pending(1, "a")


def test_pause_that_a_clock_ahead_of_time_made_is_none() -> None:
    years = _NOON + timedelta(days=999)
    assert next_due(Standing(1, next_at=years), [Pending(1, "a", 1, years, years)], _NOON) is not None


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (Answered(200, b"ok"), Answer.TAKEN),
        (Answered(299, b""), Answer.TAKEN),
        (Answered(301, b""), Answer.REFUSED),
        (Answered(410, b""), Answer.REFUSED),
        (Answered(400, b"bad"), Answer.REFUSED),
        (Answered(408, b""), Answer.FAILED),
        (Answered(425, b""), Answer.FAILED),
        (Answered(429, b""), Answer.FAILED),
        (Answered(500, b""), Answer.FAILED),
        (Unsent("x"), Answer.FAILED),
        (Distrusted("x"), Answer.FAILED),
        (Lost("x"), Answer.FAILED),
    ],
)
def test_outcome_is_taken_refused_or_failed(outcome: Outcome, answer: Answer) -> None:
    assert answer_of(outcome)[0] is answer


def test_reason_holds_the_words_of_the_receiver_on_one_short_line() -> None:
    assert answer_of(Answered(400, b"no\n\x1b[31mway" + b"!" * 999))[1] == "HTTP 400: no [31mway" + "!" * 189


def test_retry_after_puts_off_the_hook_and_the_telling() -> None:
    after, verdict = judged(Standing(), Pending(1, "a"), Answered(429, b"", retry_after="7200"), _NOON, 0.5)
    assert after.next_at == verdict.next_at == _NOON + timedelta(hours=2)


def test_trouble_is_since_its_first_failure_and_ends_when_something_is_taken() -> None:
    first, _ = judged(Standing(), Pending(1, "a"), _DOWN, _NOON, 0.5)
    second, verdict = judged(first, Pending(1, "a", 1, _NOON), Lost("time-out"), _LATER, 0.5)
    assert (second.failures, second.troubled_at, second.trouble) == (2, _NOON, "no answer: time-out")
    assert second.next_at == _LATER + timedelta(seconds=10)
    assert verdict.next_at == _LATER + timedelta(seconds=20)
    assert judged(second, Pending(1, "a", 2, _NOON), _TAKEN, _LATER, 0.5)[0] == Standing(told_at=_LATER)


@pytest.mark.parametrize(("answer", "most"), [(_REFUSES, MOST_REFUSED), (_DOWN, MOST_FAILED)])
def test_event_dies_after_its_tries_only_while_others_are_taken(answer: Outcome, most: int) -> None:
    took_others, took_none = Standing(told_at=_NOON), Standing(told_at=_NOON - timedelta(days=9))
    tried = Pending(1, "a", most - 1, _NOON - timedelta(minutes=1))
    assert judged(took_others, tried, answer, _NOON, 0.5)[1].dead
    assert not judged(took_none, tried, answer, _NOON, 0.5)[1].dead
    assert not judged(took_none, replace(tried, attempts=10**6), answer, _NOON, 0.5)[1].dead
    assert not judged(took_others, replace(tried, attempts=most - 2), answer, _NOON, 0.5)[1].dead


@dataclass
class _Hook:
    """A hook with its queue, and a receiver that is down at times and cannot take some events."""

    refused: frozenset[int]
    failing: frozenset[int]
    down: frozenset[int]  # hours
    now: datetime = _NOON
    standing: Standing = field(default_factory=Standing)
    queue: list[Pending] = field(default_factory=list)
    tries: int = 0
    told: list[int] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)

    def answer(self, event: int) -> Outcome:
        if (self.now - _NOON) // timedelta(hours=1) in self.down:
            return Unsent("down")
        return _REFUSES if event in self.refused else _DOWN if event in self.failing else _TAKEN

    def run(self, draw: float) -> None:
        """Tell what is due, then let time pass until something is."""
        for _ in range(len(self.queue) + 1):
            one = next_due(self.standing, self.queue, self.now)
            if one is None:
                break
            assert all(other.topic != one.topic or other.event >= one.event for other in self.queue)
            self.tries += 1
            self.standing, verdict = judged(self.standing, one, self.answer(one.event), self.now, draw)
            place = self.queue.index(one)
            if verdict.next_at is None:
                del self.queue[place]
                self.told.append(one.event) if verdict.told else self.dead.add(one.event)
            else:
                self.queue[place] = replace(one, attempts=one.attempts + 1, tried_at=self.now, next_at=verdict.next_at)
        self.now += timedelta(minutes=5)


_EVENTS = st.integers(1, 12)


@settings(max_examples=40)
@given(
    topics=st.lists(st.sampled_from("abcd"), min_size=1, max_size=12),
    refused=st.frozensets(_EVENTS, max_size=2),
    failing=st.frozensets(_EVENTS, max_size=2),
    down=st.frozensets(st.integers(0, 12), max_size=8),
    draw=st.floats(0, 1),
)
def test_everything_is_told_once_and_in_order_whatever_the_receiver_does(
    topics: list[str], refused: frozenset[int], failing: frozenset[int], down: frozenset[int], draw: float
) -> None:
    hook = _Hook(refused, failing, down)
    hook.queue = [Pending(event, topic) for event, topic in enumerate(topics, 1)]
    poison = refused | failing
    for _ in range(12 * 16):
        hook.run(draw)
    # Something else happens now and then: only by that is known that it is not the receiver.
    for event in range(100, 200):
        hook.queue.append(Pending(event, f"other {event}"))
        for _ in range(12):
            hook.run(draw)
    assert not hook.queue
    assert hook.dead == poison & set(range(1, len(topics) + 1))
    assert len(set(hook.told)) == len(hook.told)
    for topic in "abcd":
        mine = [event for event in hook.told if event < 100 and topics[event - 1] == topic]
        assert mine == sorted(mine)


@settings(max_examples=8)
@given(days=st.integers(1, 7), draw=st.floats(0, 1))
def test_receiver_that_was_down_is_spared_and_gets_everything_within_the_hour(days: int, draw: float) -> None:
    hook = _Hook(frozenset(), frozenset(), frozenset(range(24 * days)))
    hook.queue = [Pending(event, f"visit {event}") for event in range(1, 6)]
    for _ in range(12 * 24 * days):
        hook.run(draw)
    assert not hook.told
    assert hook.tries <= 2 * 24 * 6 * days + 20
    for _ in range(20):
        hook.run(draw)
    assert sorted(hook.told) == [1, 2, 3, 4, 5]
