"""Message memories of 27.005 §3.2.2: SM on the card, ME in the device, SR for reports, MT over SM and ME.

Owns: slots, capacity, reuse of the lowest free index, states. Must not know PDUs: an entry is octets with a
state. Counts are right at every moment because they are the sizes of the dicts, not counters kept beside them.
"""

import heapq
from collections.abc import Iterator
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


@dataclass(slots=True)
class Entry:
    """One stored message: the PDU as it goes over the line, address of the service centre included."""

    state: State
    pdu: bytes


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
    """A memory of its own. Indices start at 1, as on most devices; the lowest free one is used first."""

    def __init__(self, name: str, capacity: int) -> None:
        self.name = name
        self._capacity = capacity
        self._entries: dict[int, Entry] = {}
        self._free = list(range(1, capacity + 1))

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
        index = heapq.heappop(self._free)
        self._entries[index] = entry
        return index

    def get(self, index: int) -> Entry | None:
        """The message at an index, if any."""
        return self._entries.get(index)

    def remove(self, index: int) -> bool:
        """Free a slot; False if it was free."""
        if self._entries.pop(index, None) is None:
            return False
        heapq.heappush(self._free, index)
        return True

    def items(self) -> Iterator[tuple[int, Entry]]:
        """Messages in order of their index."""
        return iter(sorted(self._entries.items()))


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
        offset = 0
        for member in self._members:
            yield offset, member
            offset += member.capacity

    def put(self, entry: Entry) -> int | None:
        """Store in the first member with room; None if none has."""
        for offset, member in self._placed():
            index = member.put(entry)
            if index is not None:
                return offset + index
        return None

    def get(self, index: int) -> Entry | None:
        """The message at an index, if any."""
        for offset, member in self._placed():
            if offset < index <= offset + member.capacity:
                return member.get(index - offset)
        return None

    def remove(self, index: int) -> bool:
        """Free a slot; False if it was free."""
        for offset, member in self._placed():
            if offset < index <= offset + member.capacity:
                return member.remove(index - offset)
        return False

    def items(self) -> Iterator[tuple[int, Entry]]:
        """Messages in order of their index."""
        for offset, member in self._placed():
            for index, entry in member.items():
                yield offset + index, entry
