"""People who are called are the same whoever calls them, and as many of each kind as the scenario says."""

from __future__ import annotations

from collections import Counter

import pytest

from gateway.callbacks import WITH_A_CAUSE, Outcome
from gateway.simulator.desk.people import Citizens
from gateway.simulator.scenario.model import DeskSection, Lasting

SECTION = DeskSection(answers=0.6, refused=0.1, opted_out=0.05, wrong_number=0.02)


def test_same_seed_and_call_back_give_the_same_person() -> None:
    one, other = Citizens(SECTION, "1"), Citizens(SECTION, "1")
    for number in (1, 2, 3):
        assert one.answers("v-1:low rating", number, True) == other.answers("v-1:low rating", number, True)
    assert one.patience_s("v-1") == other.patience_s("v-1")
    assert one.patience_s("v-1") != one.patience_s("v-2")
    assert one.patience_s("v-1") != Citizens(SECTION, "2").patience_s("v-1")


def test_shares_are_those_of_the_scenario() -> None:
    people = Citizens(SECTION, "shares")
    tries = [people.answers(str(number), 1, True) for number in range(4000)]
    ends = Counter(one.outcome for one in tries)
    assert ends[None] == pytest.approx(1600, abs=100)
    assert ends[Outcome.REFUSED] == pytest.approx(2400 * 0.98 * 0.1, abs=50)
    assert ends[Outcome.OPTED_OUT] == pytest.approx(2400 * 0.98 * 0.05, abs=40)
    assert ends[Outcome.WRONG_NUMBER] == pytest.approx(48, abs=25)
    assert all((one.cause is not None) is (one.outcome in WITH_A_CAUSE) for one in tries)


def test_who_lost_interest_hangs_up_at_once() -> None:
    people = Citizens(DeskSection(answers=1, wrong_number=0, hang_up_s=15), "1")
    for number in range(20):
        found = people.answers(str(number), 1, False)
        assert (found.outcome, found.lasts_s) == (Outcome.REFUSED, 15)


def test_time_without_sigma_is_always_the_median() -> None:
    people = Citizens(DeskSection(patience=Lasting(median_s=600)), "1")
    assert {people.patience_s(str(number)) for number in range(5)} == {600.0}
