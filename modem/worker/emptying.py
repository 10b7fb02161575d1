"""A memory is emptied: read, kept, deleted, and read again, because a delete is proven by nothing but a reading.

What a slot held when it was kept is remembered until a reading shows that it is gone. A slot that still holds it was
not emptied, whatever the modem answered: it is deleted again, `_TRIES` times at once, then once at every sweep with an
alarm, and it is never kept a second time. So a firmware that lies costs a slot and not the reception.

Between a reading and its delete a slot may get another message: where a notice names it, or a message of a replace
type (23.040 §9.2.3.9) may have been replaced, it is read again first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from modem.dialogues.memories import Stored
from modem.driver import Modem
from modem.errors import CommandRefused
from modem.events import Notice
from modem.pdu import may_be_replaced

ADDRESSED = ("+CMTI", "+CDSI", "+CBMI")
_TRIES = 3
_LISTINGS = 10  # in one go, before others get their turn

Keep = Callable[[Sequence[Stored]], None]
Tell = Callable[[str, str | None], None]
_Slot = tuple[str, int]


@dataclass(slots=True)
class _Kept:
    """What a slot held when it was kept, how often it was deleted since, and the modem's last objection."""

    raw: str
    tries: int = 0
    refusal: str = "the modem said OK"


class Emptying:
    """Empties the memories of one opened modem. `keep` has committed when it returns; `tell` raises an alarm."""

    def __init__(self, modem: Modem, keep: Keep, tell: Tell) -> None:
        self._modem = modem
        self._keep = keep
        self._tell = tell
        self._kept: dict[_Slot, _Kept] = {}
        self._unreadable: set[_Slot] = set()

    def drain(self, memory: str) -> tuple[int, bool]:
        """Empty a memory by listings: how many new messages it had, and whether the last listing had none."""
        new = 0
        for listing in range(_LISTINGS):
            self._modem.poll()
            self._answer_notices(memory)
            found = self._modem.memories.stored(memory)
            since = len(self._modem.notices)
            self._prove(memory, found)
            todo = [s for s in found if s.raw and (not listing or self._tries(s) < _TRIES)]
            if not todo:
                break
            new += self._keep_new(todo)
            self._delete(todo, since)
        else:
            return new, False
        self._tell_stubborn()
        return new, True

    def fetch(self, memory: str, index: int) -> bool:
        """Empty one slot; False if there was nothing in it."""
        found = False
        for _ in range(_TRIES + 1):
            stored = self._modem.memories.read(memory, index)
            since = len(self._modem.notices)
            self._prove_slot((memory, index), stored)
            if stored is None:
                break
            found = True
            if not stored.raw or self._tries(stored) >= _TRIES:
                break
            self._keep_new([stored])
            self._delete([stored], since)
        self._tell_stubborn()
        return found

    # -- keeping and deleting -----------------------------------------------------------------------------------

    def _keep_new(self, found: Sequence[Stored]) -> int:
        new = [stored for stored in found if (stored.memory, stored.index) not in self._kept]
        if new:
            self._keep(new)
            for stored in new:
                self._kept[stored.memory, stored.index] = _Kept(stored.raw)
        return len(new)

    def _delete(self, found: Sequence[Stored], since: int) -> None:
        """Delete what was kept of one memory; `since` is how many notices there were when it was read."""
        memories, notices = self._modem.memories, self._modem.notices
        slots = {stored.index: stored for stored in found}
        once = [index for index, stored in slots.items() if not self._tries(stored)]
        again = [[index] for index, stored in slots.items() if self._tries(stored)]
        renewed: set[_Slot] = set()
        for line in chain(memories.lines(once), again):
            self._modem.poll()  # keeping took a while: what was said meanwhile counts
            renewed.update(address(n) for n in islice(notices, since, None) if n.name in ADDRESSED)
            since = len(notices)
            there = [slots[index] for index in line if (slots[index].memory, index) not in renewed]
            self._delete_line([stored for stored in there if not self._is_replaced(stored)])

    def _delete_line(self, found: Sequence[Stored]) -> None:
        if not found:
            return
        held = [self._kept[stored.memory, stored.index] for stored in found]
        for kept in held:
            kept.tries += 1
        try:
            self._modem.memories.delete(found[0].memory, *(stored.index for stored in found))
        except CommandRefused as refused:
            for kept in held:
                kept.refusal = str(refused)

    def _is_replaced(self, stored: Stored) -> bool:
        return may_be_replaced(stored.raw) and self._modem.memories.read(stored.memory, stored.index) != stored

    def _tries(self, stored: Stored) -> int:
        kept = self._kept.get((stored.memory, stored.index))
        return 0 if kept is None else kept.tries

    # -- what a reading proves ----------------------------------------------------------------------------------

    def _answer_notices(self, memory: str) -> None:
        """Take away the notices that the listing which follows will answer."""
        notices = self._modem.notices
        if notices:
            others = [n for n in notices if n.name not in ADDRESSED or address(n)[0] != memory]
            notices.clear()
            notices.extend(others)

    def _prove(self, memory: str, found: Sequence[Stored]) -> None:
        held = {(stored.memory, stored.index): stored for stored in found}
        for slot in [slot for slot in {*self._kept, *self._unreadable, *held} if slot[0] == memory]:
            self._prove_slot(slot, held.get(slot))

    def _prove_slot(self, slot: _Slot, stored: Stored | None) -> None:
        """A slot was read: what was kept of it and is not there any more has been deleted."""
        if stored is not None and not stored.raw:
            self._unreadable.add(slot)
            return
        self._unreadable.discard(slot)
        kept = self._kept.get(slot)
        if kept is not None and (stored is None or stored.raw != kept.raw):
            del self._kept[slot]

    def _tell_stubborn(self) -> None:
        stubborn = {slot: kept for slot, kept in self._kept.items() if kept.tries >= _TRIES}
        if stubborn:
            slots, reasons = _named(stubborn), "; ".join(sorted({kept.refusal for kept in stubborn.values()}))
            text = f"Messages in {slots} are kept here, but the modem does not delete them ({reasons})."
            self._tell("delete", text)
        else:
            self._tell("delete", None)
        if self._unreadable:
            self._tell(
                "unreadable", f"The modem tells of messages in {_named(self._unreadable)} and does not show them."
            )
        else:
            self._tell("unreadable", None)


def address(notice: Notice) -> _Slot:
    """Memory and slot of +CMTI, +CDSI and +CBMI; ("", -1) for one that cannot be read: `+CMTI: "MMS PUSH",…`."""
    values = notice.text.partition(":")[2].split(",")
    try:
        return values[0].strip().strip('"'), int(values[1])
    except (IndexError, ValueError):
        return "", -1


def _named(slots: Iterable[_Slot]) -> str:
    return ", ".join(f"{memory} {index}" for memory, index in sorted(slots))
