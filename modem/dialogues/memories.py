"""The memories of a modem (SM, ME, SR): listed, read, emptied slot by slot (27.005 §3.2.2, §3.4, §3.5.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from modem.causes import cause_of, refusal
from modem.link import Link

_RECEIVED = (0, 1)  # <stat> of AT+CMGL in PDU mode: received unread, received read (27.005 §3.1)
_MEMORY = re.compile(r'"([A-Z]{2})"')
_CMGL = re.compile(r"\+CMGL:\s*(\d+)\s*,\s*(\d+)")
_CMGR = re.compile(r"\+CMGR:\s*(\d+)")
_EMPTY_SLOT = 321  # invalid memory index
_NOTHING_STORED = (303, 321)  # firmwares that list an empty memory by an error


@dataclass(frozen=True, slots=True)
class Stored:
    """A received PDU in a slot of a memory."""

    memory: str
    index: int
    raw: str


class Memories:
    """The memories that can be read and emptied, and which of them is selected now."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._selected = ""
        self.names: tuple[str, ...] = ()

    def find(self) -> None:
        """Ask which there are: the first group of AT+CPMS=? (27.005 §3.2.2)."""
        self._selected = ""
        self.names = ()
        for line in self._link.ask("AT+CPMS=?"):
            first = line.partition(")")[0]
            names = dict.fromkeys(_MEMORY.findall(first))
            # MT is ME and SM seen together: listing it too would read each message twice.
            self.names = tuple(name for name in names if name in ("SM", "ME", "SR"))
            return

    def read(self, memory: str, index: int) -> Stored | None:
        """The received message in a slot, None if there is none (§3.4.3)."""
        self._select(memory)
        command = f"AT+CMGR={index}"
        reply = self._link.exchange(command)
        if not reply.ok:
            if cause_of(reply.final).code == _EMPTY_SLOT:
                return None
            raise refusal(command, reply)
        for head, body in zip(reply.lines, reply.lines[1:], strict=False):
            found = _CMGR.match(head)
            if found is not None and int(found[1]) in _RECEIVED:
                return Stored(memory, index, body)
        return None

    def stored(self, memory: str) -> list[Stored]:
        """Every received message of a memory, in slot order; ours that are stored there are left out (§3.4.2)."""
        self._select(memory)
        reply = self._link.exchange("AT+CMGL=4", 60.0)
        if not reply.ok:
            if cause_of(reply.final).code in _NOTHING_STORED:
                return []
            raise refusal("AT+CMGL=4", reply)
        found = []
        for head, body in zip(reply.lines, reply.lines[1:], strict=False):
            row = _CMGL.match(head)
            # A header is followed by its PDU; two headers in a row are a slot the modem could not read.
            if row is not None and not body.startswith("+CMGL") and int(row[2]) in _RECEIVED:
                found.append(Stored(memory, int(row[1]), body))
        return found

    def delete(self, memory: str, index: int) -> None:
        """Empty one slot, never a range: what arrived meanwhile stays (§3.5.4)."""
        self._select(memory)
        command = f"AT+CMGD={index}"
        reply = self._link.exchange(command, 25.0)
        if not reply.ok and cause_of(reply.final).code != _EMPTY_SLOT:
            raise refusal(command, reply)

    def _select(self, memory: str) -> None:
        if memory != self._selected:
            self._link.ask(f'AT+CPMS="{memory}"')
            self._selected = memory
