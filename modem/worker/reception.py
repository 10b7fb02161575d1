"""What comes in: where to look for it, when, and what of it is acknowledged.

A notice only says where to look; every memory is also listed at open and at every sweep, so a lost notice costs a
sweep. Where a notice points at nothing, the message is in another memory or comes a moment later (firmwares do both:
https://forum.sierrawireless.com/t/35851): every memory is looked at, at once and twice more, and never more often,
however many such notices come.

A message that comes itself (+CMT, +CDS) is kept first and acknowledged then. How a memory is emptied is `emptying`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from modem.dialogues.indications import Indications
from modem.dialogues.memories import Filling, Stored
from modem.driver import Modem
from modem.errors import CommandRefused, PduError
from modem.events import Notice
from modem.link import Clock
from modem.pdu import decode
from modem.worker.desk import Desk, PortSettings
from modem.worker.emptying import ADDRESSED, Emptying, address

_BROADCAST, _BROADCAST_MEMORY = "+CBM", "BM"
_DIRECT = ("+CMT", "+CDS", _BROADCAST)
_LIST_FROM = 3
_AGAIN_S = (2.0, 10.0)
_NEARLY_FULL = 0.7
_WAIT_MOST = 16
_SAID = re.compile(r"(\d+)\s*$")


class Reception:
    """The receiving half of one opened modem. `sweep` is due at `due_at`, in the clock's monotonic seconds."""

    def __init__(self, modem: Modem, desk: Desk, clock: Clock, settings: PortSettings, sim: str) -> None:
        self._modem = modem
        self._desk = desk
        self._clock = clock
        self._settings = settings
        self._sim = sim
        self._indications = Indications(modem)
        self._emptying = Emptying(modem, self._keep, self._tell)
        self._told: dict[str, str | None] = {}
        self._full: dict[str, Filling] = {}
        self._again: list[float] = []
        self._sent_back = ""
        self.due_at = clock.monotonic()
        self.may_wait = _WAIT_MOST
        """How many stored messages may wait to be read together: at most a third of the smallest memory they fill."""

    def begin(self) -> None:
        """Have the modem tell of messages the way we want it; the first sweep is due then."""
        self._indications.choose()
        self.due_at = self._clock.monotonic()

    def take(self, notices: Iterable[Notice]) -> None:
        """Read what these notices point at, and keep what they carry. Other notices are let by."""
        slots: dict[str, list[int]] = {}
        direct: list[Notice] = []
        for notice in notices:
            if notice.name in ADDRESSED:
                memory, index = address(notice)
                slots.setdefault(memory, []).append(index)
            elif notice.name in _DIRECT or (not notice.name and _is_message(notice.text)):
                direct.append(notice)
            elif self._indications.tells_full(notice.name, notice.text):
                self._look_soon()
        if direct:
            self._take_direct(direct)
        for memory, indexes in slots.items():
            self._collect(memory, indexes)

    def sweep(self) -> bool:
        """List every memory, whatever the notices said; whether all are read out now.

        Raises CommandRefused if none of them can be read.
        """
        self._indications.restore()
        new, done = 0, True
        refusals: dict[str, CommandRefused] = {}
        memories = self._modem.memories
        for memory in memories.names:
            try:
                count, emptied = self._empty(memory)
            except CommandRefused as refused:
                if memory in memories.names or not memories.names:
                    refusals[memory] = refused
            else:
                new, done = new + count, done and emptied
        if refusals and len(refusals) >= len(memories.names):
            raise next(iter(refusals.values()))
        self._tell("memory refused", "; ".join(map(str, refusals.values())) or None)
        self._plan(new, done)
        return done and not refusals

    # -- memories -----------------------------------------------------------------------------------------------

    def _collect(self, memory: str, indexes: Sequence[int]) -> None:
        """Single slots are read one by one, many by a listing; what is not where it should be is looked for."""
        found = False
        if memory in self._modem.memories.names:
            try:
                if len(indexes) < _LIST_FROM:
                    fetched = [self._emptying.fetch(memory, index) for index in dict.fromkeys(indexes)]
                    found = all(fetched)
                else:
                    new, done = self._emptying.drain(memory)
                    found = new > 0
                    if not done:
                        self.due_at = self._clock.monotonic()
            except CommandRefused:
                found = False  # the sweep that follows will say so, if it is for long
        # MT and the like are views of the memories we list; "MMS PUSH" is none at all.
        if not found:
            self._look_soon()

    def _empty(self, memory: str) -> tuple[int, bool]:
        filling = self._modem.memories.count(memory)
        if filling is not None:
            if memory != _BROADCAST_MEMORY:
                self.may_wait = min(self.may_wait, max(1, filling.total // 3))
            self._watch(memory, filling)
        new, done = self._emptying.drain(memory)
        if memory in self._full:
            filling = self._modem.memories.count(memory)
            if filling is not None:
                self._watch(memory, filling)
        return new, done

    def _watch(self, memory: str, filling: Filling) -> None:
        """A full memory stops reception: say so before it is."""
        if filling.total and filling.used >= _NEARLY_FULL * filling.total:
            self._full[memory] = filling
        else:
            self._full.pop(memory, None)
        full = ", ".join(f"{name} {filling.used} of {filling.total}" for name, filling in sorted(self._full.items()))
        self._tell(
            "memory", f"The message memory is filling up: {full}; full, it takes nothing more." if full else None
        )

    # -- messages that come themselves --------------------------------------------------------------------------

    def _take_direct(self, notices: Sequence[Notice]) -> None:
        """Keep what came by itself, then acknowledge; what came damaged is sent back once, for the network has it."""
        kept: list[Notice] = []
        for notice in notices:
            raw = notice.body or notice.text
            if self._is_awaited(notice) and raw != self._sent_back and not _as_long_as_said(notice):
                self._sent_back = raw
                self._indications.acknowledge(taken=False)
            else:
                kept.append(notice)
        try:
            self._keep([Stored(_BROADCAST_MEMORY if n.name == _BROADCAST else "", 0, n.body or n.text) for n in kept])
        except Exception:
            # They are nowhere else if the network does not wait for us: they must outlive this failure.
            self._modem.notices.extendleft(reversed(kept))
            raise
        for notice in kept:
            if self._is_awaited(notice) and not self._indications.acknowledge():
                self._look_soon()

    def _is_awaited(self, notice: Notice) -> bool:
        """Whether the network waits for our word on this message."""
        return self._indications.acknowledges and notice.name != _BROADCAST

    # -- when to look -------------------------------------------------------------------------------------------

    def _look_soon(self) -> None:
        if not self._again:
            self._again = list(_AGAIN_S)
            self.due_at = self._clock.monotonic()

    def _plan(self, new: int, done: bool) -> None:
        if new:
            self._again.clear()
        wait_s = self._settings.sweep_s
        if not done:
            wait_s = 0.0
        elif self._again:
            wait_s = min(wait_s, self._again.pop(0))
        self.due_at = self._clock.monotonic() + wait_s

    # -- the desk -----------------------------------------------------------------------------------------------

    def _keep(self, found: Sequence[Stored]) -> None:
        if found:
            self._desk.keep(self._sim, found)

    def _tell(self, kind: str, text: str | None) -> None:
        """Raise, reword or end an alarm; also end at first what an earlier run may have left."""
        if kind not in self._told or self._told[kind] != text:
            self._told[kind] = text
            self._desk.alarm(self._settings.name, kind, text)


def _is_message(text: str) -> bool:
    """Whether a line without a name is a message whose header was lost on the way."""
    try:
        decode(text)
    except PduError:
        return False
    return True


def _as_long_as_said(notice: Notice) -> bool:
    """Whether the PDU has the length that `+CMT: [<alpha>],<length>` and `+CDS: <length>` tell, where they do."""
    said = _SAID.search(notice.text)
    if notice.body is None or said is None:
        return True
    try:
        octets = bytes.fromhex(notice.body)
    except ValueError:
        return False
    return len(octets) - 1 - octets[0] == int(said[1])
