"""Mobile numbers: everybody has his own, in the region's ranges."""

import pytest

from gateway.phones import normalise
from gateway.simulator.world.numbers import ALTAI, deal


def test_no_two_people_of_a_region_share_a_number() -> None:
    offices = deal([3000, 500, 1], 1, "seed")
    digits = [office[count] for office in offices for count in range(office.size)]
    assert len(set(digits)) == len(digits) == 3501
    assert all(int(number[:6]) in ALTAI and normalise(number) == f"+7{number}" for number in digits)


def test_strangers_are_counted_from_the_end() -> None:
    [office] = deal([100], 1, "seed")
    assert office[-1] == office[99]
    assert office[-1] not in {office[count] for count in range(99)}


def test_regions_have_no_number_in_common() -> None:
    first, second, third = (deal([20_000], region, "seed")[0] for region in (1, 2, 3))
    prefixes = [set(office.ranges) for office in (first, second, third)]
    assert not prefixes[0] & prefixes[1] and not prefixes[1] & prefixes[2] and not prefixes[0] & prefixes[2]


def test_first_region_gets_more_ranges_when_the_altais_do_not_suffice() -> None:
    [office] = deal([len(ALTAI) * 10_000 + 5], 1, "seed")
    assert len(office.ranges) == len(ALTAI) + 1 == len(set(office.ranges))
    assert not set(office.ranges) & set(deal([len(ALTAI) * 10_000 + 5], 2, "seed")[0].ranges)


def test_another_seed_gives_other_people_the_numbers() -> None:
    assert deal([100], 1, "a")[0][0] != deal([100], 1, "b")[0][0]


def test_more_people_than_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="not mobile numbers enough for region 3"):
        deal([500_000_000], 3, "seed")
