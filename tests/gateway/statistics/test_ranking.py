"""Ranking: chance does not lead it, what cannot be told apart is said to be so, and what holds for any offices."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gateway.statistics.ranking import Ranking, Sample, Standing, rank

_sample = st.integers(0, 300).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
_samples = st.lists(_sample, min_size=1, max_size=12).map(
    lambda pairs: [Sample(f"o{k}", positive, total) for k, (positive, total) in enumerate(pairs)]
)


def _ranked(*pairs: tuple[int, int]) -> dict[str, Standing]:
    ranking = rank([Sample(f"o{k}", *pair) for k, pair in enumerate(pairs)])
    assert ranking is not None
    return {standing.key: standing for standing in ranking.standings}


def _ranking(samples: list[Sample]) -> Ranking:
    ranking = rank(samples)
    assert ranking is not None
    return ranking


def test_office_with_three_good_ratings_cannot_lead() -> None:
    ranking = _ranking([Sample("small", 3, 3), Sample("good", 960, 1000), Sample("bad", 800, 1000)])
    assert [standing.key for standing in ranking.standings] == ["good", "bad", "small"]
    small = ranking.standings[-1]
    assert (small.rank, small.best, small.worst) == (None, None, None)
    assert small.shrunken < 0.96


def test_few_ratings_are_shrunken_more_than_many() -> None:
    offices = _ranked((30, 30), (300, 300), (180, 300), (200, 300), (900, 1000))
    assert offices["o0"].shrunken < offices["o1"].shrunken < 1
    assert (offices["o1"].rank, offices["o0"].rank) == (1, 2)


def test_weight_is_the_method_of_moments_worked_by_hand() -> None:
    """Shares .9 and .5 of a hundred each, 140.5 of 201 together; S is a hundred times the squares, the scale 99."""
    ranking = _ranking([Sample("a", 90, 100), Sample("b", 50, 100)])
    overall = 140.5 / 201
    variance = overall * (1 - overall)
    spread = 100 * (0.9 - overall) ** 2 + 100 * (0.5 - overall) ** 2
    assert ranking.overall == overall
    assert ranking.weight == pytest.approx(variance / ((spread - variance) / 99) - 1)
    first = ranking.standings[0]
    a, b = 90 + ranking.weight * overall, 10 + ranking.weight * (1 - overall)
    assert first.shrunken == pytest.approx(a / (a + b))
    assert (first.interval.low, first.interval.high) == pytest.approx(stats.beta.interval(0.95, a, b))


def test_weight_finds_the_spread_the_offices_were_made_with() -> None:
    random = Random(4)
    samples = []
    for k in range(200):
        share = random.betavariate(45, 5)
        samples.append(Sample(str(k), sum(random.random() < share for _ in range(100)), 100))
    assert _ranking(samples).weight == pytest.approx(50, rel=0.3)


def test_shrunken_shares_are_nearer_to_the_truth_than_raw_ones() -> None:
    random = Random(5)
    truth = {f"o{k}": random.betavariate(45, 5) for k in range(60)}
    samples = [Sample(key, sum(random.random() < share for _ in range(20)), 20) for key, share in truth.items()]
    raw = sum((sample.positive / 20 - truth[sample.key]) ** 2 for sample in samples)
    shrunken = sum((standing.shrunken - truth[standing.key]) ** 2 for standing in _ranking(samples).standings)
    assert shrunken < 0.7 * raw


def test_offices_that_differ_by_chance_alone_are_all_tied() -> None:
    offices = _ranked((95, 100), (93, 100), (94, 100), (96, 100))
    assert {(standing.best, standing.worst) for standing in offices.values()} == {(1, 4)}
    assert offices["o3"].tied == ("o0", "o2", "o1")


def test_offices_that_truly_differ_have_ranges_apart() -> None:
    offices = _ranked((990, 1000), (900, 1000), (905, 1000), (600, 1000))
    assert {key: (one.best, one.worst) for key, one in offices.items()} == {
        "o0": (1, 1),
        "o1": (2, 3),
        "o2": (2, 3),
        "o3": (4, 4),
    }
    assert offices["o1"].tied == ("o2",)


def test_equal_offices_share_a_rank_and_name_each_other() -> None:
    offices = _ranked((95, 100), (95, 100), (50, 100))
    assert [offices[key].rank for key in ("o0", "o1", "o2")] == [1, 1, 3]
    assert (offices["o0"].equal, offices["o1"].equal, offices["o2"].equal) == (("o1",), ("o0",), ())


def test_ranges_hold_the_true_ranks_together() -> None:
    """In a hundred worlds of eight offices, the ranges of all eight are right in more than nine of ten."""
    random = Random(6)
    right = 0
    for _ in range(100):
        truth = {f"o{k}": random.betavariate(45, 5) for k in range(8)}
        samples = [Sample(key, sum(random.random() < share for _ in range(80)), 80) for key, share in truth.items()]
        order = sorted(truth, key=lambda key: -truth[key])
        right += all(
            one.best is not None and one.worst is not None and one.best <= order.index(one.key) + 1 <= one.worst
            for one in _ranking(samples).standings
        )
    assert right > 90


@pytest.mark.parametrize("share", [0, 1])
def test_offices_where_everybody_agrees_are_tied_and_not_certain(share: int) -> None:
    offices = _ranked((40 * share, 40), (200 * share, 200))
    assert {(one.best, one.worst) for one in offices.values()} == {(1, 2)}
    for one in offices.values():
        assert 0 < one.interval.low < one.shrunken < one.interval.high < 1


def test_small_offices_are_listed_by_name() -> None:
    assert list(_ranked((0, 9), (9, 9), (5, 9))) == ["o0", "o1", "o2"]


def test_nothing_rated_gives_no_ranking() -> None:
    assert rank([]) is None
    assert rank([Sample("a", 0, 0)]) is None


def test_more_good_ratings_than_ratings_are_refused() -> None:
    with pytest.raises(ValueError, match="a cannot have 2 of 1"):
        rank([Sample("a", 2, 1)])


@settings(max_examples=20)
@given(_samples)
def test_shrunken_share_lies_between_the_raw_and_the_whole(samples: list[Sample]) -> None:
    ranking = rank(samples)
    if ranking is None:
        return
    raw = {sample.key: sample.positive / sample.total if sample.total else ranking.overall for sample in samples}
    for one in ranking.standings:
        low, high = sorted((raw[one.key], ranking.overall))
        assert low - 1e-9 <= one.shrunken <= high + 1e-9
        assert one.interval.low - 1e-9 <= one.shrunken <= one.interval.high + 1e-9


@settings(max_examples=20)
@given(_samples, st.randoms(use_true_random=False))
def test_order_of_offices_means_nothing(samples: list[Sample], random: Random) -> None:
    def places(some: list[Sample]) -> set[tuple[str, int | None, int | None, int | None]]:
        ranking = rank(some)
        return set() if ranking is None else {(o.key, o.rank, o.best, o.worst) for o in ranking.standings}

    assert places(random.sample(samples, len(samples))) == places(samples)


@settings(max_examples=20)
@given(_samples)
def test_rank_lies_in_its_range_and_ties_are_mutual(samples: list[Sample]) -> None:
    ranking = rank(samples)
    if ranking is None:
        return
    standings = {one.key: one for one in ranking.standings}
    for one in standings.values():
        if one.rank is not None and one.best is not None and one.worst is not None:
            assert one.best <= one.rank <= one.worst
        assert set(one.equal) <= set(one.tied)
        assert all(one.key in standings[other].tied for other in one.tied)
