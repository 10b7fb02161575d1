"""The mobile numbers of a region, dealt to its offices: every person has one, and no two people the same.

Pure. The numbers of an office are counted from 0, in the order in which their owners first come, so that a person is
no more than a count; where a count lies among the ranges is scattered, or neighbours would have neighbouring numbers.
Strangers, who come to no office, are counted from the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import gcd

from gateway.simulator.dice import Dice

ALTAI = (
    *range(913020, 913030), *range(913210, 913280), *range(923710, 923730),
    *range(960936, 960967), *range(961976, 962000), *range(983170, 983190),
)  # fmt: skip
"""First six of the ten digits, of mobile ranges given out in the Altai."""

_TAILS = 10_000
_STRIDE = 2_654_435_761
_SPARE = tuple(sorted(set(range(900_000, 1_000_000)) - set(ALTAI)))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one office: `size` of them from the place `first` among those of the region."""

    ranges: Sequence[int]
    offset: int
    first: int
    size: int

    def __getitem__(self, count: int) -> str:
        """The ten digits of the person with this count, those of strangers from -1 downwards; after `size` people the
        first numbers come round."""
        place = (self.first + count % self.size) * _STRIDE + self.offset
        prefix, tail = divmod(place % (len(self.ranges) * _TAILS), _TAILS)
        return f"{self.ranges[prefix]}{tail:04d}"


def deal(sizes: Sequence[int], region: int, seed: str) -> list[Numbers]:
    """The numbers of each office of a region, as many as `sizes` says. Raises ValueError if there are not so many.

    The first region has the ranges of the Altai, and more where these do not suffice; the others have invented ones.
    """
    wanted = -(-sum(sizes) // _TAILS)
    spare = _SPARE[(region - 1) * wanted : region * wanted]
    ranges = (*ALTAI, *spare)[: max(wanted, len(ALTAI))] if region == 1 else spare
    if len(ranges) < wanted:
        raise ValueError(f"There are not mobile numbers enough for region {region} and {sum(sizes)} people in each.")
    assert gcd(_STRIDE, len(ranges) * _TAILS) == 1, "or two counts would share a number"
    offset = Dice(seed, "numbers", region).randrange(_TAILS * len(ranges))
    firsts = accumulate(sizes, initial=0)
    return [Numbers(ranges, offset, first, size) for first, size in zip(firsts, sizes, strict=False)]
