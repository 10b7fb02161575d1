"""Which SIM may take which part: the table told what happens, the time in hand, no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.lanes import ANY, NOBODY, Lanes, Share, Takes
from gateway.operators import known, operator_of, spelt
from gateway.routing import Leaving, Routing
from scheduler.pacing import Limits, Meter

NOON = datetime(2017, 9, 13, 5, tzinfo=UTC)
PHONE = "+79130200001"
_EVERYTHING = Takes()


class Table(Routing):
    """Three modems a, b, c with the SIMs A, B, C, all well, unless a test says otherwise."""

    def __init__(self, takes: dict[str, Takes] | None = None, **limits: Limits) -> None:
        each = dict.fromkeys("abc", _EVERYTHING) | (takes or {})
        super().__init__(Lanes(each), each, NOON, 300)
        for name in each:
            self.seat(name, name.upper(), Meter(limits.get(name, Limits()), UTC, NOON), NOON)
            self.up(name)

    def send(self, sim: str, parts: int = 1, now: datetime = NOON) -> None:
        self.claimed(sim, range(parts))
        self.settled(sim, range(parts), parts, now, 0.5)

    def wait(self, *sims: str) -> None:
        for sim in sims:
            self.claimed(sim, [])

    def pool(self, sim: str, now: datetime = NOON) -> Share:
        ticket = self.ticket(sim, 64, now)
        assert ticket is not None
        return ticket.shares[1]


def _s(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_sim_gives_way_to_those_that_wait_and_have_sent_less() -> None:
    table = Table()
    table.send("A", 5)
    table.send("B", 2)
    table.wait("A", "B", "C")
    assert [table.pool(sim).better for sim in "ABC"] == [2, 1, 0]
    table.claimed("C", [77])  # it has work now, and no claim to more
    assert [table.pool(sim).better for sim in "AB"] == [1, 0]


def test_of_equal_sims_the_one_that_sent_last_gives_way() -> None:
    table = Table()
    table.send("A", now=_s(2))
    table.send("B", now=_s(1))
    table.send("C", now=_s(3))
    table.wait("A", "B", "C")
    assert [table.pool(sim, _s(4)).better for sim in "ABC"] == [1, 0, 2]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 3)), max_size=10))
def test_among_those_that_wait_exactly_one_has_the_best_right(sent: list[tuple[str, int]]) -> None:
    table = Table()
    for sim, parts in sent:
        table.send(sim, parts)
    table.wait("A", "B", "C")
    assert sorted(table.pool(sim).better for sim in "ABC") == [0, 1, 2]


def test_lost_drained_and_full_sims_have_no_part_in_the_sharing() -> None:
    table = Table(c=Limits(per_day=2))
    assert table.pool("A").sharers == 3
    table.down("b", NOON)
    table.send("A")
    table.send("C", 1)  # the one that is left today is kept for answers
    assert table.pool("A") == Share(ANY)
    assert table.ticket("B", 64, NOON) is None
    table.up("b")
    table.drain("b", NOON)
    assert table.ticket("B", 64, NOON) is None
    assert table.pool("A").better == 0
    table.resume("b")
    assert table.pool("A").better == 1, "B has asked, and can have it now"
    assert table.ticket("B", 64, NOON) is not None


def test_cap_lets_invitations_stop_before_answers() -> None:
    table = Table(a=Limits(per_day=40))
    table.send("A", 37)
    ticket = table.ticket("A", 64, NOON)
    assert ticket is not None
    assert (ticket.parts, ticket.invitations) == (3, 1)
    table.send("A", 2)
    ticket = table.ticket("A", 64, NOON)
    assert ticket is not None
    assert (ticket.parts, ticket.invitations) == (1, 0)
    table.send("A", 1)
    assert table.ticket("A", 64, NOON) is None
    assert table.ticket("A", 64, _s(86_400)) is not None


def test_number_goes_to_the_modems_that_take_it_by_prefix_or_operator() -> None:
    lanes = Lanes({"a": Takes(("+7913",)), "b": Takes(operators=frozenset({"mts"})), "c": Takes(("+7960", "+7961"))})
    assert lanes.pool("+79130200001", None) == ">a"
    assert lanes.pool("+79130200001", "mts") == ">a b"
    assert lanes.pool("+79610000000", "beeline") == ">c"
    assert lanes.pool("+79230000000", "megafon") == NOBODY
    assert lanes.of("a") == [ANY, ">a", ">a b"]
    assert lanes.of("c") == [ANY, ">c"]


def test_modem_that_takes_everything_shares_with_those_that_take_some() -> None:
    lanes = Lanes({"a": Takes(("+7913",)), "b": Takes()})
    assert lanes.pool("+79130200001", None) == ANY
    assert lanes.pool("+79610000000", None) == ">b"


def test_sim_shares_a_lane_only_with_those_that_take_it() -> None:
    table = Table({"a": Takes(("+7913",)), "b": Takes(("+7913", "+7960")), "c": Takes(("+7960",))})
    for phone in ("+79130000000", "+79600000000"):
        table.lane(phone, None, None, NOON)
    ticket = table.ticket("B", 64, NOON)
    assert ticket is not None
    assert [(share.lane, share.sharers) for share in ticket.shares[1:]] == [(ANY, 3), (">a b", 2), (">b c", 2)]


def test_citizen_stays_with_the_sim_that_knows_them() -> None:
    table = Table()
    assert table.lane(PHONE, None, None, NOON) == ANY
    assert table.lane(PHONE, None, "B", NOON) == "B"


def test_citizen_leaves_a_sim_whose_modem_takes_their_number_no_more() -> None:
    table = Table({"b": Takes(("+7960",))})
    assert table.lane(PHONE, None, "B", NOON) == ">a c"
    table.remember("b", "old")
    assert table.lane(PHONE, None, "old", NOON) == ">a c"


@pytest.mark.parametrize("how", ["lost", "drained", "taken out", "never seen"])
def test_lane_of_a_sim_that_cannot_send_is_left_after_a_while(how: str) -> None:
    table = Table()
    sim = "B"
    if how == "lost":
        table.down("b", NOON)
        table.down("b", _s(200))  # told again: it is the first time that counts
    elif how == "drained":
        table.drain("b", NOON)
    elif how == "taken out":
        table.seat("b", "NEW", Meter(Limits(), UTC, NOON), NOON)
    else:
        sim = "X"
    assert table.leaving(sim, _s(299)) == Leaving(None, None)
    assert table.lane(PHONE, None, sim, _s(299)) == sim
    assert table.leaving(sim, _s(300)) == Leaving(_s(300), _s(300))
    assert table.lane(PHONE, None, sim, _s(300)) == ANY


def test_sim_that_comes_back_in_time_keeps_its_citizens() -> None:
    table = Table()
    table.down("b", NOON)
    table.up("b")
    assert table.leaving("B", _s(400)) == Leaving(None, None)


def test_sim_in_another_modem_is_the_same_sim() -> None:
    table = Table()
    table.seat("a", "B", Meter(Limits(), UTC, NOON), NOON)
    table.seat("b", "A", Meter(Limits(), UTC, NOON), NOON)
    assert table.leaving("B", _s(400)) == Leaving(None, None)
    assert table.modems() == {"a": "B", "b": "A", "c": "C"}
    assert table.ticket("B", 1, NOON) is not None


def test_full_sim_gives_up_at_once_what_it_could_not_send_for_long() -> None:
    table = Table(a=Limits(per_day=20), b=Limits(per_minute=1))
    table.send("A", 19)
    table.send("B", 1)
    assert table.leaving("A", NOON) == Leaving(None, NOON)  # the last one today is for an answer
    table.send("A", 1)
    assert table.leaving("A", NOON) == Leaving(NOON, NOON)
    assert table.leaving("B", NOON) == Leaving(None, None)  # a minute is not long


def test_idle_sim_helps_one_that_is_behind() -> None:
    table = Table()
    assert table.leaving("A", _s(1000)) == Leaving(None, None)
    table.wait("B")
    assert table.leaving("A", _s(1000)) == Leaving(_s(700), _s(700))
    assert table.leaving("B", _s(1000)) == Leaving(None, None)  # nobody else waits


def test_silent_sim_starts_nothing_while_there_are_others() -> None:
    table = Table()
    table.silence("A", True)
    ticket = table.ticket("A", 64, NOON)
    assert ticket is not None
    assert (ticket.parts, ticket.invitations) == (64, 0)
    assert table.leaving("A", NOON) == Leaving(None, NOON)
    table.down("b", NOON)
    table.down("c", NOON)
    ticket = table.ticket("A", 64, NOON)
    assert ticket is not None
    assert ticket.invitations == 64
    table.up("b")
    table.resume("a")
    ticket = table.ticket("A", 64, NOON)
    assert ticket is not None
    assert ticket.invitations == 64


def test_only_lanes_that_somebody_may_draw_on_are_worth_a_ring() -> None:
    table = Table({"a": Takes(("+7913",))}, a=Limits(gap_s=(9, 9)))
    table.lane("+79600000000", None, None, NOON)
    assert table.may_claim(NOON) == {ANY, ">b c", "A", "B", "C"}
    table.send("A")
    table.down("b", NOON)
    table.drain("c", NOON)
    assert table.may_claim(NOON) == set()
    assert table.may_claim(_s(9)) == {ANY, "A"}


def test_parts_in_hand_are_a_load_until_settled_or_released() -> None:
    table = Table()
    table.down("c", NOON)
    table.settled("B", [], 2, NOON, 0)
    table.claimed("B", [])
    for parts, better in ([1, 2, 3], 1), ([], 0):
        table.claimed("A", parts)
        ticket = table.ticket("A", 1, NOON)
        assert ticket is not None
        assert {share.lane: share.better for share in ticket.shares}[ANY] == better
        table.settled("A", [1], 1, NOON, 0)
        table.released("A", [2, 3])


@pytest.mark.parametrize("limits", [Limits(per_day=2), Limits(gap_s=(3, 3)), Limits(per_minute=2)])
def test_what_is_in_hand_counts_against_the_limits_before_it_is_sent(limits: Limits) -> None:
    table = Table(a=limits)
    first = table.ticket("A", 64, NOON)
    assert first is not None
    table.claimed("A", range(first.parts))
    assert table.ticket("A", 1, NOON) is None
    table.released("A", range(first.parts))
    assert table.ticket("A", 1, NOON) is not None


def test_operator_is_a_hint_by_the_first_digits() -> None:
    assert operator_of("+79130200001") == "mts"
    assert operator_of("+79039000000") == "beeline"
    assert operator_of("+79231234567") == "megafon"
    assert operator_of("+79521234567") == "t2"
    assert operator_of("+79330000001") is None
    assert spelt(" Теле2 ") == spelt("Tele2") == "t2"
    assert {"mts", "beeline", "megafon", "t2"} <= known()
