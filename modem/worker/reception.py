"""What comes in: read, kept, deleted, in that order.

An inbound PDU is kept (committed) by the desk before its slot is emptied: after a crash it is read again. A notice
only says where to look; every memory is also listed at open and at every sweep, so a lost notice costs a sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from modem.dialogues.memories import Stored
from modem.driver import Modem
from modem.lines import Notice
from modem.worker.desk import Desk

ADDRESSED = ("+CMTI", "+CDSI")
DIRECT = ("+CMT", "+CDS")
_LIST_FROM = 3


class Reception:
    """The receiving half of one opened modem."""

    def __init__(self, modem: Modem, desk: Desk, sim: str) -> None:
        self._modem = modem
        self._desk = desk
        self._sim = sim

    def take(self, notices: Iterable[Notice]) -> None:
        """Read what these notices point at, and keep what they carry."""
        slots: dict[str, list[int]] = {}
        direct: list[Stored] = []
        for notice in notices:
            if notice.name in ADDRESSED:
                memory, index = _address(notice)
                slots.setdefault(memory, []).append(index)
            elif notice.name in DIRECT:
                direct.append(Stored("", 0, notice.body or notice.text))
        if direct:
            self._desk.keep(self._sim, direct)
        for memory, indexes in slots.items():
            self._collect(memory, indexes)

    def sweep(self) -> None:
        """List every memory, whatever the notices said."""
        for memory in self._modem.memories.names:
            self._collect(memory, ())

    def _collect(self, memory: str, indexes: Sequence[int]) -> None:
        """Keep, then delete: single slots are read one by one, many (or, without indexes, all) by one listing."""
        memories = self._modem.memories
        if memory not in memories.names:
            # MT and unknown names are views of the memories we list.
            indexes, names = (), memories.names
        else:
            names = (memory,)
        for name in names:
            if 0 < len(indexes) < _LIST_FROM:
                found = [stored for index in indexes if (stored := memories.read(name, index))]
            else:
                found = memories.stored(name)
            if found:
                self._desk.keep(self._sim, found)
            for stored in found:
                memories.delete(stored.memory, stored.index)


def _address(notice: Notice) -> tuple[str, int]:
    """Memory and slot of +CMTI and +CDSI; an unreadable one points everywhere, so that nothing stays unread."""
    values = notice.text.partition(":")[2].split(",")
    try:
        return values[0].strip().strip('"'), int(values[1])
    except (IndexError, ValueError):
        return "", -1
