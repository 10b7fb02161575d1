"""Parts become one reply: in any order, twice, across restarts, with references that come again, or never whole."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parts import ONE_MESSAGE, fragments, whole
from tests.gateway.conftest import PHONE, Centre

LONG = "Очень долго ждали в очереди, больше часа, но девушка в третьем окне была вежлива и всё объяснила. Моя оценка 4"
OTHER = "Сначала я поставил плохую оценку, но потом мне перезвонили, извинились и всё исправили в тот же день. Оценка 5"
THREE = "Было так: " + "сидели и ждали, " * 10 + "итог 3"


def replies(centre: Centre) -> list[tuple[object, ...]]:
    return centre.all("SELECT text, rating FROM replies ORDER BY id")


def hear(centre: Centre, *pdus: str) -> None:
    for pdu in pdus:
        centre.keep(pdu)
        centre.inbox.handle(centre.db, centre.now)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_parts_in_any_order_are_one_reply(centre: Centre, order: tuple[int, ...]) -> None:
    centre.invited()
    pdus = centre.pdus(THREE)
    assert len(pdus) == 3
    hear(centre, *(pdus[k] for k in order))
    assert replies(centre) == [(THREE, 3)]


@pytest.mark.parametrize("wide", [False, True])
def test_reference_of_8_and_of_16_bits_joins(centre: Centre, wide: bool) -> None:
    centre.invited()
    hear(centre, *reversed(centre.pdus(LONG, ref=0x102 if wide else 2, wide=wide)))
    assert replies(centre) == [(LONG, 4)]
    assert centre.all("SELECT DISTINCT bits FROM inbox WHERE ref IS NOT NULL") == [(16 if wide else 8,)]


def test_same_number_as_reference_in_8_and_in_16_bits_is_not_the_same(centre: Centre) -> None:
    centre.invited()
    first, second = centre.pdus(LONG, ref=7), centre.pdus(OTHER, ref=7, wide=True)
    hear(centre, first[0], second[1])
    assert replies(centre) == []
    hear(centre, first[1], second[0])
    assert [text for text, _ in replies(centre)] == [LONG, OTHER]


def test_parts_with_single_messages_and_other_senders_between_them_are_joined(centre: Centre) -> None:
    centre.invited()
    centre.invited("v2", "+79130200002")
    mine, theirs = centre.pdus(LONG, ref=9), centre.pdus(OTHER, "+79130200002", ref=9)
    hear(centre, mine[0], theirs[1], centre.pdus("нет", "+79130200002")[0], mine[1], theirs[0])
    assert {text for text, _ in replies(centre)} == {"нет", LONG, OTHER}


def test_reference_used_again_for_another_message_does_not_mix_the_two(centre: Centre) -> None:
    centre.invited()
    lost = centre.pdus(LONG, ref=1)
    hear(centre, lost[0])  # its second part never comes
    centre.later(hours=2)
    again = centre.pdus(OTHER, ref=1)
    hear(centre, again[1])
    assert replies(centre) == []
    hear(centre, again[0])
    assert [text for text, _ in replies(centre)] == [OTHER]
    centre.later(hours=5)
    assert centre.inbox.give_up_on_parts(centre.db, centre.now) == 1
    assert centre.all("SELECT problem FROM inbox WHERE problem IS NOT NULL") == [("1 of 2 parts never came",)]


def test_reference_used_for_every_message_joins_each(centre: Centre) -> None:
    centre.invited()
    for text in (LONG, OTHER):
        hear(centre, *centre.pdus(text, ref=0))
        centre.later(minutes=2)
    assert [text for text, _ in replies(centre)] == [LONG, OTHER]


def test_part_delivered_three_times_is_in_the_reply_once(centre: Centre) -> None:
    centre.invited()
    pdus = centre.pdus(LONG)
    hear(centre, pdus[0])
    for _ in range(2):
        centre.later(seconds=30)
        hear(centre, centre.pdus(LONG)[0])  # stamped anew: another PDU
    hear(centre, pdus[1])
    assert replies(centre) == [(LONG, 4)]
    assert centre.all("SELECT count(*) FROM inbox WHERE state = 'kept'") == [(0,)]


def test_message_read_again_after_a_restart_is_not_assembled_twice(tmp_path: Path) -> None:
    first = Centre(tmp_path / "otklik.db")
    first.invited()
    pdus = first.pdus(LONG)
    hear(first, pdus[0])
    first.db.conn.commit()
    first.db.close()
    second = Centre(tmp_path / "otklik.db")
    try:
        hear(second, pdus[0], pdus[1], pdus[0], pdus[1])
        assert replies(second) == [(LONG, 4)]
    finally:
        second.db.close()


def test_deadline_of_a_lost_part_survives_a_restart(tmp_path: Path) -> None:
    first = Centre(tmp_path / "otklik.db")
    first.invited()
    hear(first, first.pdus(LONG)[1])
    first.later(hours=5)
    assert first.inbox.give_up_on_parts(first.db, first.now) == 0
    first.db.conn.commit()
    first.db.close()
    second = Centre(tmp_path / "otklik.db")
    second.later(hours=6, seconds=1)
    try:
        assert second.inbox.give_up_on_parts(second.db, second.now) == 1
        assert second.inbox.give_up_on_parts(second.db, second.now) == 0
        assert second.all("SELECT rating FROM replies") == [(4,)]
        assert second.all("SELECT state, problem FROM inbox") == [("handled", "1 of 2 parts never came")]
    finally:
        second.db.close()


def test_incomplete_message_counts_by_the_time_it_was_sent(centre: Centre) -> None:
    centre.invited()
    centre.later(days=2, hours=20)
    hear(centre, centre.pdus(LONG)[1])
    centre.later(hours=7)  # the reply window has passed meanwhile
    centre.inbox.give_up_on_parts(centre.db, centre.now)
    assert centre.all("SELECT state, rating FROM replies") == [("handled", 4)]


# -- which parts are one message, as a pure question -------------------------------------------------------------------

NOON = datetime(2017, 9, 13, 5, tzinfo=UTC)


@dataclass(frozen=True)
class P:
    id: int
    seq: int
    units: bytes
    sent_at: datetime


def part(id: int, seq: int, minute: int, units: bytes = b"") -> P:
    return P(id, seq, units or bytes([seq]), NOON + timedelta(minutes=minute))


def test_whole_takes_of_each_number_the_one_sent_nearest() -> None:
    old, near, newest = part(1, 1, 0, b"old"), part(2, 1, 50, b"near"), part(3, 2, 55)
    assert whole(newest, [old, near, newest], 2) == [near, newest]


def test_parts_further_apart_than_a_message_can_be_are_not_whole() -> None:
    first, second = part(1, 1, 0), part(2, 2, 61)
    assert whole(second, [first, second], 2) is None
    assert fragments([first, second]) == [[first], [second]]


def test_fragments_of_two_messages_under_one_reference_stay_apart() -> None:
    a1, b1, b3 = part(1, 1, 0, b"a"), part(2, 1, 1, b"b"), part(3, 3, 2)
    assert fragments([a1, b1, b3]) == [[a1, b3], [b1]]


PARTS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 300), st.sampled_from([b"a", b"b"])), min_size=1, max_size=12
)


@given(PARTS)
def test_every_part_is_in_exactly_one_fragment_and_none_spans_too_long(rows: list[tuple[int, int, bytes]]) -> None:
    parts = [part(k, seq, minute, units) for k, (seq, minute, units) in enumerate(rows)]
    found = fragments(parts)
    assert sorted(p.id for message in found for p in message) == [p.id for p in parts]
    for message in found:
        texts: dict[int, set[bytes]] = {}
        for p in message:
            texts.setdefault(p.seq, set()).add(p.units)
        assert all(len(units) == 1 for units in texts.values())


@given(PARTS)
def test_whole_is_in_order_has_every_number_and_the_newest(rows: list[tuple[int, int, bytes]]) -> None:
    parts = [part(k, seq, minute, units) for k, (seq, minute, units) in enumerate(rows)]
    newest = parts[-1]
    found = whole(newest, parts, 4)
    if found is None:
        reachable = {p.seq for p in parts if abs(p.sent_at - newest.sent_at) <= ONE_MESSAGE}
        assert reachable != {1, 2, 3, 4}
    else:
        assert [p.seq for p in found] == sorted(p.seq for p in found)
        assert {p.seq for p in found} == {1, 2, 3, 4}
        assert newest in found


def test_phone_is_the_one_the_parts_came_from(centre: Centre) -> None:
    centre.invited()
    hear(centre, *centre.pdus(LONG))
    assert centre.all("SELECT unseal(x.sealed, x.pseudonym) FROM replies r JOIN persons x ON x.id = r.person") == [
        (PHONE,)
    ]
