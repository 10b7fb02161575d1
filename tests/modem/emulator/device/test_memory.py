from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.device.memory import Entry, Layout, Slots, State, Union, make_memories


def _entry(number: int = 0) -> Entry:
    return Entry(State.REC_UNREAD, bytes([number]))


def test_freed_slot_is_used_again_lowest_first() -> None:
    slots = Slots("SM", 5)
    assert [slots.put(_entry()) for _ in range(4)] == [1, 2, 3, 4]
    assert slots.remove(3)
    assert slots.remove(1)
    assert [slots.put(_entry()) for _ in range(4)] == [1, 3, 5, None]


def test_empty_slot_gives_nothing_and_cannot_be_freed() -> None:
    slots = Slots("SM", 2)
    assert slots.get(1) is None
    assert not slots.remove(1)
    assert not slots.remove(99)
    assert (slots.used, slots.capacity) == (0, 2)


def test_union_fills_its_members_in_turn_and_shares_their_slots() -> None:
    sm, me = Slots("SM", 2), Slots("ME", 2)
    union = Union("MT", sm, me)
    assert [union.put(_entry(number)) for number in range(5)] == [1, 2, 3, 4, None]
    assert (sm.used, me.used, union.used, union.capacity) == (2, 2, 4, 4)
    entry = union.get(3)
    assert entry is me.get(1)
    assert union.remove(3)
    assert me.get(1) is None
    assert not union.remove(3)
    assert union.get(0) is None
    assert union.get(5) is None
    assert not union.remove(5)
    assert [index for index, _ in union.items()] == [1, 2, 4]


def test_state_reads_as_text_mode_writes_it() -> None:
    assert [state.label for state in State] == ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT"]


@given(st.lists(st.one_of(st.none(), st.integers(1, 6)), max_size=60))
def test_any_order_of_storing_and_freeing_keeps_the_count(actions: list[int | None]) -> None:
    slots, held = Slots("SM", 6), set()
    for action in actions:
        if action is None:
            index = slots.put(_entry())
            assert (index is None) == (len(held) == 6)
            if index is not None:
                assert index == min(set(range(1, 7)) - held)
                held.add(index)
        else:
            assert slots.remove(action) == (action in held)
            held.discard(action)
        assert slots.used == len(held)
        assert [index for index, _ in slots.items()] == sorted(held)


def test_device_that_counts_from_0_keeps_the_places_of_a_card() -> None:
    card = Slots("SM", 2)
    assert card.put(_entry()) == 1
    memories = make_memories(card, Layout(me=2, first_index=0))
    assert card.get(0) is not None
    assert card.get(1) is None
    assert [memories["MT"].put(_entry()) for _ in range(4)] == [1, 2, 3, None]
    assert [index for index, _ in memories["MT"].items()] == [0, 1, 2, 3]
    assert memories["MT"].remove(3)
    assert memories["ME"].used == 1


def test_memory_without_slots_does_not_exist() -> None:
    assert list(make_memories(Slots("SM", 2), Layout(me=0, sr=0, bm=0))) == ["SM", "MT"]
    assert list(make_memories(Slots("SM", 2), Layout(mt=False))) == ["SM", "ME", "SR", "BM"]
