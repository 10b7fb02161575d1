"""Message memories of 27.005 §3.2.2: SM on the card, ME in the device, MT over both, SR for reports, BM for broadcasts.

Owns: slots, capacity, index numbers, reuse of the lowest free one, states. Must not know PDUs: an entry is octets
with a state. Counts are right at every moment because they are the sizes of the dicts, not counters kept beside them.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class State(IntEnum):
    """<stat> in PDU mode; `label` is its text mode form (27.005 §3.1)."""

    REC_UNREAD = 0
    REC_READ = 1
    STO_UNSENT = 2
    STO_SENT = 3

    @property
    def label(self) -> str:
        """The state as text mode writes it."""
        return self.name.replace("_", " ")

    @property
    def received(self) -> bool:
        """Whether it is the state of a message from the network, not of one to be sent."""
        return self in (State.REC_UNREAD, State.REC_READ)


@dataclass(slots=True)
class Entry:
    """One stored message: the PDU as it goes over the line, address of the service centre included.

    A cell broadcast page has no such address (27.005 §3.1 <pdu>); `page` tells it from a message.
    """

    state: State
    pdu: bytes
    page: bool = False


class Memory(Protocol):
    """What the commands need of a memory; `Slots` is one, `Union` two seen as one."""

    name: str

    @property
    def capacity(self) -> int:
        """Slots in all."""
        ...

    @property
    def used(self) -> int:
        """Slots taken."""
        ...

    def put(self, entry: Entry) -> int | None:
        """Store in the lowest free slot; None if there is none."""
        ...

    def get(self, index: int) -> Entry | None:
        """The message at an index, if any."""
        ...

    def remove(self, index: int) -> bool:
        """Free a slot; False if it was free."""
        ...

    def items(self) -> Iterator[tuple[int, Entry]]:
        """Messages in order of their index."""
        ...


class Slots:
    """A memory of its own. Its lowest index is the device's choice, 0 or 1; the lowest free one is used first."""

    def __init__(self, name: str, capacity: int, first_index: int = 1) -> None:
        self.name = name
        self.first_index = first_index
        self._capacity = capacity
        self._entries: dict[int, Entry] = {}  # by place, from 0: a card keeps its places in a device that counts from 0
        self._free = list(range(capacity))

    @property
    def capacity(self) -> int:
        """Slots in all."""
        return self._capacity

    @property
    def used(self) -> int:
        """Slots taken."""
        return len(self._entries)

    def put(self, entry: Entry) -> int | None:
        """Store in the lowest free slot; None if there is none."""
        if not self._free:
            return None
        place = heapq.heappop(self._free)
        self._entries[place] = entry
        return place + self.first_index

    def get(self, index: int) -> Entry | None:
        """The message at an index, if any."""
        return self._entries.get(index - self.first_index)

    def remove(self, index: int) -> bool:
        """Free a slot; False if it was free."""
        place = index - self.first_index
        if self._entries.pop(place, None) is None:
            return False
        heapq.heappush(self._free, place)
        return True

    def items(self) -> Iterator[tuple[int, Entry]]:
        """Messages in order of their index."""
        return ((place + self.first_index, entry) for place, entry in sorted(self._entries.items()))


class Union:
    """Several memories seen as one (MT): the second one's indices follow the first one's last."""

    def __init__(self, name: str, *members: Slots) -> None:
        self.name = name
        self._members = members

    @property
    def capacity(self) -> int:
        """Slots in all."""
        return sum(member.capacity for member in self._members)

    @property
    def used(self) -> int:
        """Slots taken."""
        return sum(member.used for member in self._members)

    def _placed(self) -> Iterator[tuple[int, Slots]]:
        """Each member with what its own index has to be raised by."""
        before = 0
        for member in self._members:
            yield before, member
            before += member.capacity

    def _member_of(self, index: int) -> tuple[Slots, int] | None:
        for raised, member in self._placed():
            if 0 <= index - raised - member.first_index < member.capacity:
                return member, index - raised
        return None

    def put(self, entry: Entry) -> int | None:
        """Store in the first member with room; None if none has."""
        for raised, member in self._placed():
            index = member.put(entry)
            if index is not None:
                return raised + index
        return None

    def get(self, index: int) -> Entry | None:
        """The message at an index, if any."""
        found = self._member_of(index)
        return found[0].get(found[1]) if found else None

    def remove(self, index: int) -> bool:
        """Free a slot; False if it was free."""
        found = self._member_of(index)
        return found[0].remove(found[1]) if found else False

    def items(self) -> Iterator[tuple[int, Entry]]:
        """Messages in order of their index."""
        for raised, member in self._placed():
            for index, entry in member.items():
                yield raised + index, entry


@dataclass(frozen=True, slots=True)
class Layout:
    """The memories a kind of device has: slots of each (0: it has none of that name), lowest index, first choice."""

    me: int = 100
    sr: int = 100
    bm: int = 20
    mt: bool = True
    first_index: int = 1
    all_writable: bool = False  # SR and BM may be <mem2> and <mem3> too
    chosen: tuple[str, str, str] = ("SM", "SM", "SM")  # <mem1>, <mem2>, <mem3> as the device leaves the factory


def make_memories(sm: Slots, layout: Layout) -> Mapping[str, Memory]:
    """The memories of a device with a card in it, by name, in the order in which +CPMS=? lists them."""
    sm.first_index = layout.first_index
    own = {
        name: Slots(name, capacity, layout.first_index)
        for name, capacity in (("ME", layout.me), ("SR", layout.sr), ("BM", layout.bm))
        if capacity
    }
    memories: dict[str, Memory] = {"SM": sm}
    if "ME" in own:
        memories["ME"] = own["ME"]
    if layout.mt:
        memories["MT"] = Union("MT", sm, *(own[name] for name in ("ME",) if name in own))
    memories.update({name: own[name] for name in ("SR", "BM") if name in own})
    return memories


def change_card(memories: Mapping[str, Memory], sm: Slots) -> Mapping[str, Memory]:
    """The same memories with another card in the place of the one there was."""
    own = {name: memory for name, memory in memories.items() if isinstance(memory, Slots)}
    sm.first_index = own["SM"].first_index
    changed: dict[str, Memory] = dict(memories, SM=sm)
    if "MT" in memories:
        changed["MT"] = Union("MT", sm, *(own[name] for name in ("ME",) if name in own))
    return changed
