"""The memories of a modem (SM, ME, SR…): counted, listed, read, emptied slot by slot (27.005 §3.2.2, §3.4, §3.5.4).

What a modem lists is not believed at once. Serial lines without flow control lose octets, and firmwares list slots
without their PDU: where the PDU is not as long as its header says, the slot is read again by itself, until a reading
is whole or two are the same (then that is what the slot holds). Some firmwares refuse to list, or hang over it: their
slots are read one by one (https://forums.quectel.com/t/ep06-a-em06-a-sms-pdu-mode-and-at-cmgl/7820).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modem.causes import cause_of, refusal
from modem.errors import CommandRefused, Silent
from modem.link import Link
from modem.tables import Cause, CauseClass

_RECEIVED = (0, 1)  # <stat> in PDU mode: received unread, received read (27.005 §3.1)
_VIEWS = ("MT", "SM_P", "ME_P")  # other memories seen together or by preference: listing them reads everything twice
_MEMORY = re.compile(r'"?\b([A-Z]{2}(?:_P)?)\b"?')
_COUNTS = re.compile(r'\+CPMS:\s*(?:"?[A-Z_]+"?\s*,\s*)?(\d+)\s*,\s*(\d+)')
_HEADER = re.compile(r"\+CMG[LR]:\s*(\d+)\s*,\s*(?:(\d+)\s*,)?")
_SPAN = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_EMPTY_SLOT = 321  # invalid memory index
_NOT_NOW = (14, 301, 314, 515)  # SIM busy, service reserved, SIM busy, still starting
_MOST_SLOTS = 255  # of a memory whose size the modem does not tell
_READINGS = 3  # of a slot whose content is in doubt
_SILENCES = 2  # listings without an answer until slots are read one by one
_LINE_MOST = 40
_DELETE_S = 25.0
_LIST_S, _LIST_SLOT_S = 30.0, 0.5  # a full PDU takes 0.4 s at 9600 baud


@dataclass(frozen=True, slots=True)
class Stored:
    """A received PDU in a slot of a memory; `raw` is "" where the modem tells of a message and does not show it."""

    memory: str
    index: int
    raw: str


@dataclass(frozen=True, slots=True)
class Filling:
    """How many slots of a memory are taken."""

    used: int
    total: int


@dataclass(frozen=True, slots=True)
class Row:
    """A slot as it was listed or read. `whole`: the PDU is as long as the header says."""

    index: int
    stat: int
    raw: str
    whole: bool


class Memories:
    """The memories that can be read and emptied, and which of them is selected now."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._selected = ""
        self._slots: dict[str, int] = {}
        self._chains = True
        self._silences: Counter[str] = Counter()  # listings in a row that were not answered, for as long as we live
        self.names: tuple[str, ...] = ()

    def find(self) -> None:
        """Ask which there are: the first group of AT+CPMS=? (27.005 §3.2.2)."""
        self._selected = ""
        self.names = ()
        for line in self._link.ask("AT+CPMS=?"):
            first = line.partition(":")[2].partition(")")[0]
            names = tuple(dict.fromkeys(_MEMORY.findall(first)))
            self.names = tuple(name for name in names if name not in _VIEWS) or names[:1]
            return

    def count(self, memory: str) -> Filling | None:
        """Select a memory and tell how full it is; None where the modem does not say. Raises CommandRefused.

        A memory that is offered and has never been had is not counted among `names` any more.
        """
        self._selected = ""
        command = f'AT+CPMS="{memory}"'
        reply = self._link.exchange(command)
        if not reply.ok:
            if memory not in self._slots and not _is_for_now(cause_of(reply.final)):
                self.names = tuple(name for name in self.names if name != memory)
            raise refusal(command, reply)
        self._selected = memory
        for line in reply.lines:
            found = _COUNTS.match(line)
            if found is not None:
                filling = Filling(int(found[1]), int(found[2]))
                self._slots[memory] = filling.total
                return filling
        return None

    def read(self, memory: str, index: int) -> Stored | None:
        """The received message in a slot, None if there is none (§3.4.3)."""
        self._select(memory)
        row = self._slot(index)
        if row is None or row.stat not in _RECEIVED:
            return None
        return Stored(memory, index, self._certain(row))

    def stored(self, memory: str) -> list[Stored]:
        """Every received message of a memory, in slot order; ours that are stored there are left out (§3.4.2)."""
        self._select(memory)
        hangs = self._silences[memory] >= _SILENCES
        rows = self._one_by_one(memory) if hangs else self._listed(memory)
        return [Stored(memory, row.index, self._certain(row)) for row in rows if row.stat in _RECEIVED]

    def lines(self, indexes: Sequence[int]) -> Iterator[list[int]]:
        """Slots by command line: as many as fit into 40 characters, which every modem takes, or one on each.

        One on each as soon as a line with several was refused, also in the middle of this iteration.
        """
        line: list[int] = []
        length = len("AT") - 1
        for index in indexes:
            size = len(f"+CMGD={index};")
            if line and (length + size > _LINE_MOST or not self._chains):
                yield line
                line, length = [], len("AT") - 1
            line.append(index)
            length += size
        if line:
            yield line

    def delete(self, memory: str, *indexes: int) -> None:
        """Empty these slots by one command line, never a range: what arrived meanwhile stays (§3.5.4).

        OK is the modem's word only; what a slot holds then, the next reading tells. Raises CommandRefused. A line
        that is refused was carried out up to some slot (V.250 §5.2.1), and those before it may hold something new
        already: none of them may be deleted again without being read.
        """
        self._select(memory)
        command = "AT" + ";".join(f"+CMGD={index}" for index in indexes)
        reply = self._link.exchange(command, _DELETE_S * len(indexes))
        if reply.ok:
            return
        if len(indexes) > 1:
            self._chains = False
        elif cause_of(reply.final).code == _EMPTY_SLOT:
            return
        raise refusal(command, reply)

    # -- inside -------------------------------------------------------------------------------------------------

    def _select(self, memory: str) -> None:
        if memory != self._selected:
            self.count(memory)

    def _listed(self, memory: str) -> list[Row]:
        try:
            reply = self._link.exchange("AT+CMGL=4", _LIST_S + _LIST_SLOT_S * self._slots.get(memory, 0))
        except Silent:
            self._silences[memory] += 1
            raise
        del self._silences[memory]
        if reply.ok:
            return rows_of(reply.lines)
        if _is_for_now(cause_of(reply.final)):
            raise refusal("AT+CMGL=4", reply)
        return self._one_by_one(memory)  # also where an empty memory is told of by an error

    def _one_by_one(self, memory: str) -> list[Row]:
        """Read the slots that are taken, as far as the modem tells which they are."""
        filling = self.count(memory) or Filling(_MOST_SLOTS, _MOST_SLOTS)
        rows: list[Row] = []
        if not filling.used:
            return rows
        for index in self._taken(filling.total):
            row = self._slot(index)
            if row is not None:
                rows.append(row)
                if len(rows) == filling.used:
                    break
        return rows

    def _taken(self, total: int) -> Iterator[int]:
        """The first group of AT+CMGD=? is the list of taken slots (§3.5.4); without it, all there can be."""
        reply = self._link.exchange("AT+CMGD=?")
        group = re.search(r"\+CMGD:\s*\(([^)]*)\)", "\n".join(reply.lines)) if reply.ok else None
        if group is None:
            yield from range(total + 1)
            return
        for first, last in _SPAN.findall(group[1]):
            yield from range(int(first), min(int(last or first), int(first) + total) + 1)

    def _slot(self, index: int) -> Row | None:
        """One reading of a slot of the selected memory; None if it is empty."""
        command = f"AT+CMGR={index}"
        reply = self._link.exchange(command)
        if not reply.ok:
            if cause_of(reply.final).code == _EMPTY_SLOT:
                return None
            raise refusal(command, reply)
        for position, head in enumerate(reply.lines):
            if head.startswith("+CMGR"):
                return _row(head, reply.lines[position + 1 : position + 2], index)
        return None

    def _certain(self, row: Row) -> str:
        """The PDU of a slot, read again where it came damaged; "" while no two readings agree."""
        readings = {row.raw} if row.raw else set()
        for _ in range(_READINGS - 1):
            if row.whole:
                break
            try:
                again = self._slot(row.index)
            except CommandRefused:
                return ""
            if again is None:
                return ""
            if again.raw in readings:
                return again.raw
            readings.add(again.raw)
            row = again
        return row.raw if row.whole else ""


def _is_for_now(cause: Cause) -> bool:
    """Whether a refusal may be over a little later, or when somebody has seen to the card."""
    return cause.cls is CauseClass.SIM_TROUBLE or cause.code in _NOT_NOW


def rows_of(lines: tuple[str, ...]) -> list[Row]:
    """The slots of a listing. Two headers in a row are a slot whose PDU the modem did not show."""
    rows = []
    for position, line in enumerate(lines):
        if line.startswith("+CMGL"):
            row = _row(line, lines[position + 1 : position + 2], None)
            if row is not None:
                rows.append(row)
    return rows


def _row(head: str, body: tuple[str, ...], index: int | None) -> Row | None:
    """`+CMGL: <index>,<stat>,[<alpha>],<length>` or `+CMGR: <stat>,[<alpha>],<length>`, and the line behind it.

    None for a slot with neither a length nor a PDU, as some firmwares read an empty one: `+CMGR: 0,,0`.
    """
    found = _HEADER.match(head)
    if found is None or (index is None and found[2] is None):
        return None
    raw = body[0] if body and not body[0].startswith("+CMG") else ""
    last = head.rpartition(",")[2].strip()
    length = int(last) if last.isdecimal() else -1
    if index is None:
        return Row(int(found[1]), int(found[2]), raw, _is_whole(raw, length))
    if not raw and not length:
        return None
    return Row(index, int(found[1]), raw, _is_whole(raw, length))


def _is_whole(raw: str, length: int) -> bool:
    """<length> counts the TPDU without the service centre's address (27.005 §3.1); a broadcast page has no such."""
    if _HEX.fullmatch(raw) is None:
        return False
    octets = len(raw) // 2
    return length in (octets, octets - 1 - int(raw[:2], 16))
