"""Whose a text is: each rule by name, and what holds whatever was sent and whatever is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.attribution import CLOCKS_DIFFER, Belongs, Candidate, Doubtful, attribute

START = datetime(2017, 9, 13, 3, 0, tzinfo=UTC)
WINDOW = timedelta(hours=72)
MINUTE = timedelta(minutes=1)
HERE, THERE = "+79130000001", "+79130000002"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def invited(
    number: int, hours: float, *, arrived: float | None = None, reached: float | None = None, by: str = HERE
) -> Candidate:
    """Handed to a modem so many hours after the start; with `arrived` a report says so, and when."""
    reached = arrived if reached is None else reached
    return Candidate(
        number,
        at(hours),
        at(hours) + WINDOW,
        None if arrived is None else at(arrived),
        None if reached is None else at(reached),
        frozenset({by}),
    )


OLDER = invited(1, 0, arrived=0.1)


def test_text_of_somebody_never_written_to_is_about_nothing() -> None:
    assert attribute(at(1), HERE, []) is None


def test_text_sent_before_anything_was_is_about_nothing() -> None:
    assert attribute(START - CLOCKS_DIFFER - MINUTE, HERE, [invited(1, 0)]) is None


def test_clock_of_the_network_may_be_a_little_behind_ours() -> None:
    assert attribute(START - MINUTE, HERE, [invited(1, 0)]) == Belongs(1)
    assert attribute(at(0.05), HERE, [OLDER]) == Belongs(1)  # before it arrived, says another centre


def test_text_after_the_end_is_late_for_the_newest_it_can_be_about() -> None:
    assert attribute(at(72), HERE, [OLDER]) == Belongs(1, late=True)
    assert attribute(at(200), HERE, [OLDER, invited(2, 100)]) == Belongs(2, late=True)
    assert attribute(at(99), HERE, [OLDER, invited(2, 100)]) == Belongs(1, late=True)


def test_text_sent_before_the_newer_invitation_arrived_is_about_the_older() -> None:
    newer = invited(2, 24, arrived=30)  # the phone was off for six hours
    assert attribute(at(29), HERE, [OLDER, newer]) == Belongs(1)


def test_text_sent_after_the_newer_invitation_arrived_is_about_that() -> None:
    newer = invited(2, 24, arrived=30)
    assert attribute(at(30), HERE, [OLDER, newer]) == Belongs(2)


def test_without_a_report_two_may_be_meant() -> None:
    assert attribute(at(25), HERE, [OLDER, invited(2, 24)]) == Doubtful((1, 2))


def test_without_a_report_the_only_one_that_still_counts_is_meant() -> None:
    assert attribute(at(73), HERE, [OLDER, invited(2, 24)]) == Belongs(2)


def test_between_its_first_and_its_last_part_two_may_be_meant() -> None:
    newer = invited(2, 24, arrived=24.1, reached=24.5)
    assert attribute(at(24.2), HERE, [OLDER, newer]) == Doubtful((1, 2))


def test_report_of_a_later_message_shows_that_the_conversation_has_reached_the_phone() -> None:
    newer = invited(2, 24, reached=26)
    assert attribute(at(25), HERE, [OLDER, newer]) == Doubtful((1, 2))
    assert attribute(at(26), HERE, [OLDER, newer]) == Belongs(2)


def test_number_a_text_came_to_decides_between_two() -> None:
    newer = invited(2, 24, by=THERE)
    assert attribute(at(25), THERE, [OLDER, newer]) == Belongs(2)
    assert attribute(at(25), HERE, [OLDER, newer]) == Belongs(1)
    assert attribute(at(25), "0919", [OLDER, newer]) == Doubtful((1, 2))


def test_number_does_not_overrule_what_a_report_shows() -> None:
    newer = invited(2, 24, arrived=24.1, by=THERE)
    assert attribute(at(25), HERE, [OLDER, newer]) == Belongs(2)


def test_refusal_of_the_newer_conversation_does_not_open_the_older() -> None:
    refused = Candidate(2, at(24), at(25), at(24.1), at(24.1))
    assert attribute(at(26), HERE, [OLDER, refused]) == Belongs(2, late=True)


def test_of_three_visits_each_gets_what_was_sent_in_its_time() -> None:
    three = [invited(1, 0, arrived=0.1), invited(2, 24, arrived=24.1), invited(3, 48, arrived=50)]
    moments = (1, 24.05, 25, 49, 51, 121)
    assert [attribute(at(hours), HERE, three) for hours in moments] == [
        Belongs(1),
        Belongs(1),
        Belongs(2),
        Belongs(2),
        Belongs(3),
        Belongs(3, late=True),
    ]


def test_of_three_visits_without_reports_all_that_count_may_be_meant() -> None:
    three = [invited(1, 0), invited(2, 24), invited(3, 48)]
    assert attribute(at(50), HERE, three) == Doubtful((1, 2, 3))
    assert attribute(at(73), HERE, three) == Doubtful((2, 3))


HOURS = st.integers(0, 200).map(float)


def _named(verdict: Belongs | Doubtful | None) -> tuple[int, ...]:
    match verdict:
        case Belongs(invitation=one):
            return (one,)
        case Doubtful(invitations=several):
            return several
        case None:
            return ()


@st.composite
def histories(draw: st.DrawFn) -> list[Candidate]:
    """Invitations of one phone, each begun after the one before, with and without reports."""
    candidates, begins = [], 0.0
    for number in range(1, draw(st.integers(1, 4)) + 1):
        arrived = draw(st.none() | HOURS.map(lambda late, begins=begins: begins + late / 20))
        reached = None if arrived is None else arrived + draw(st.sampled_from((0.0, 0.5)))
        candidate = invited(number, begins, arrived=arrived, reached=reached, by=draw(st.sampled_from((HERE, THERE))))
        candidates.append(candidate)
        begins += draw(st.integers(1, 60))
    return candidates


@given(histories(), HOURS, st.sampled_from((HERE, THERE)), st.data())
def test_order_in_which_invitations_are_found_does_not_matter(
    candidates: list[Candidate], hours: float, address: str, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(candidates))
    assert attribute(at(hours), address, shuffled) == attribute(at(hours), address, candidates)


@given(histories(), HOURS, st.sampled_from((HERE, THERE)))
def test_whoever_hears_a_text_counts_it_or_is_told_that_it_is_late(
    candidates: list[Candidate], hours: float, address: str
) -> None:
    by_number = {each.invitation: each for each in candidates}
    match attribute(at(hours), address, candidates):
        case Belongs(invitation=number, late=late):
            assert by_number[number].counts(at(hours)) is not late
        case Doubtful(invitations=numbers):
            assert len(numbers) > 1
            assert list(numbers) == sorted(set(numbers))
            assert all(by_number[number].counts(at(hours)) for number in numbers)
        case None:
            raise AssertionError("the first invitation began with the history")


@given(histories(), HOURS, st.sampled_from((HERE, THERE)))
def test_nobody_answers_what_has_not_been_sent_to_him(candidates: list[Candidate], hours: float, address: str) -> None:
    named = _named(attribute(at(hours), address, candidates))
    for each in candidates[1:]:
        if each.invitation in named:
            assert each.handed_at <= at(hours) + CLOCKS_DIFFER
            assert each.arrived_at is None or each.arrived_at <= at(hours)


@given(histories(), HOURS, st.sampled_from((HERE, THERE)))
def test_older_conversation_hears_nothing_that_followed_a_newer_one(
    candidates: list[Candidate], hours: float, address: str
) -> None:
    named = _named(attribute(at(hours), address, candidates))
    newest = max((c.invitation for c in candidates if c.reached_at and c.reached_at <= at(hours)), default=0)
    assert all(number >= newest for number in named)


@given(histories(), HOURS)
def test_one_more_report_never_makes_a_doubt(candidates: list[Candidate], hours: float) -> None:
    known = attribute(at(hours), "0919", candidates)
    for position, each in enumerate(candidates):
        silent = Candidate(each.invitation, each.handed_at, each.closes_at)
        before = attribute(at(hours), "0919", [*candidates[:position], silent, *candidates[position + 1 :]])
        if isinstance(known, Doubtful):
            assert isinstance(before, Doubtful)
            assert set(known.invitations) <= set(before.invitations)
