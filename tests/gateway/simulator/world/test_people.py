"""Whose telephone is written down: shares as the scenario wants them, and people who come again."""

from collections import Counter
from itertools import pairwise

import pytest

from gateway.phones import BadPhone, normalise
from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import VisitsSection
from gateway.simulator.world.numbers import deal
from gateway.simulator.world.people import People, Written

DAYS, A_DAY = 60, 250


def visitors(visits: VisitsSection, seed: str = "people") -> list[list[Written]]:
    people = People(deal([40_000], 1, seed)[0], 12, visits)
    dice, days = Dice(seed), []
    for _ in range(DAYS):
        days.append([people.next(dice) for _ in range(A_DAY)])
        people.end_day()
    return days


@pytest.fixture(scope="module")
def days() -> list[list[Written]]:
    return visitors(VisitsSection())


def test_shares_are_those_of_the_scenario(days: list[list[Written]]) -> None:
    everybody = [one for day in days for one in day]
    consenting = [one for one in everybody if one.consent]
    assert len(consenting) / len(everybody) == pytest.approx(0.55, abs=0.015)
    assert sum(one.phone is not None for one in consenting) / len(consenting) == pytest.approx(0.97, abs=0.006)
    assert sum(one.stranger for one in consenting) / len(consenting) == pytest.approx(0.003, abs=0.002)
    written = [one for one in everybody if not one.consent and one.written_phone]
    assert len(written) / (len(everybody) - len(consenting)) == pytest.approx(0.3, abs=0.02)


def test_what_is_written_down_is_the_phone_or_none(days: list[list[Written]]) -> None:
    for one in (one for day in days for one in day if one.written_phone):
        try:
            assert normalise(one.written_phone) == one.phone
        except BadPhone:
            assert one.phone is None


def test_a_quarter_has_been_there_before_but_not_the_same_day() -> None:
    days = visitors(VisitsSection(shared_phone=0, comes_again=0.25))
    seen: set[str] = set()
    again = 0
    for day in days:
        phones = Counter(one.phone for one in day if one.phone)
        again += sum(phone in seen for phone in phones)
        assert phones.total() - len(phones) <= 2  # only two who come again can be the same
        seen |= set(phones)
    total = sum(one.phone is not None for day in days for one in day)
    assert 0.15 < again / total < 0.25  # who has come before the first day is new


def test_after_days_without_visitors_the_same_share_comes_again() -> None:
    people = People(deal([40_000], 1, "rest")[0], 12, VisitsSection(consent=1, valid_phone=1, shared_phone=0))
    dice, seen, again = Dice("rest"), set[str | None](), 0
    for day in range(100):
        today = [] if day % 7 > 4 else [people.next(dice).phone for _ in range(100)]
        again += sum(phone in seen for phone in today) if day >= 50 else 0
        seen.update(today)
        people.end_day()
    assert again / 3600 == pytest.approx(0.25, abs=0.02)


def test_shared_phones_come_close_together() -> None:
    days = visitors(VisitsSection(shared_phone=0.05, comes_again=0))
    order = [one.phone for day in days for one in day if one.phone and not one.stranger]
    last: dict[str, int] = {}
    gaps = []
    for place, phone in enumerate(order):
        if phone in last:
            gaps.append(place - last[phone])
        last[phone] = place
    assert len(gaps) / len(order) == pytest.approx(0.05, abs=0.01)
    assert sorted(gaps)[len(gaps) // 2] < 500


def test_strangers_have_been_in_no_office(days: list[list[Written]]) -> None:
    everybody = [one for day in days for one in day if one.phone]
    strangers = {one.phone for one in everybody if one.stranger}
    assert strangers and not strangers & {one.phone for one in everybody if not one.stranger}


def test_office_without_consent_and_sharing_has_new_people_only() -> None:
    days = visitors(VisitsSection(consent=1, valid_phone=1, shared_phone=0, comes_again=0, wrong_phone=0))
    phones = [one.phone for day in days for one in day]
    assert None not in phones and len(set(phones)) == len(phones)
    assert all(len(first) == len(second) for first, second in pairwise(days))
