"""The record of what passed through the network, for the log file and for GET /v1/submits.

Owns the wire form of a log line (interfaces: `otklik emulate`). Entries stay compact, a PDU and a few numbers;
text and header are decoded only when somebody reads the line. What is kept is bounded.
"""

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Generic, TypeVar

from modem.emulator.codec.userdata import UserData

KEEP_SUBMITS = 50_000
KEEP_EVENTS = 10_000


@dataclass(frozen=True, slots=True)
class Submitted:
    """The service centre accepted a part under reference `ref` (TP-MR)."""

    at: float
    modem: str
    ref: int
    to: str
    ud: UserData
    pdu: bytes
    srr: bool

    def line(self) -> dict[str, object]:
        """The line's own fields."""
        concat = self.ud.concat
        udh = {"ref": concat.ref, "total": concat.total, "seq": concat.seq} if concat else None
        pdu = self.pdu.hex().upper()
        return {"ref": self.ref, "to": self.to, "text": self.ud.text, "pdu": pdu, "udh": udh, "srr": self.srr}


@dataclass(frozen=True, slots=True)
class Delivered:
    """A modem took a message from the network."""

    at: float
    modem: str
    sender: str
    ud: UserData
    pdu: bytes

    def line(self) -> dict[str, object]:
        """The line's own fields."""
        return {"from": self.sender, "text": self.ud.text, "pdu": self.pdu.hex().upper()}


@dataclass(frozen=True, slots=True)
class Reported:
    """A modem took a status report on its own submit `ref`."""

    at: float
    modem: str
    ref: int
    to: str
    status: int

    def line(self) -> dict[str, object]:
        """The line's own fields."""
        return {"ref": self.ref, "to": self.to, "status": self.status}


@dataclass(frozen=True, slots=True)
class Refused:
    """A message was not let through by a policy; `cms` None means that its sender was not told."""

    at: float
    modem: str
    ref: int | None
    to: str
    policy: str
    cms: int | None

    def line(self) -> dict[str, object]:
        """The line's own fields."""
        return {"ref": self.ref, "to": self.to, "policy": self.policy, "cms": self.cms}


@dataclass(frozen=True, slots=True)
class Traced:
    """Bytes on a modem's line: `way` is rx (from the terminal) or tx."""

    at: float
    modem: str
    way: str
    data: bytes

    def line(self) -> dict[str, object]:
        """The line's own fields; bytes above 0x7F as Latin-1."""
        return {"way": self.way, "data": self.data.decode("latin-1")}


@dataclass(frozen=True, slots=True)
class Faulted:
    """A fault struck a modem; `what` is the fault with its fields, `command` the one it struck, if any."""

    at: float
    modem: str
    what: dict[str, object]
    command: str | None = None

    def line(self) -> dict[str, object]:
        """The line's own fields."""
        return self.what | ({"command": self.command} if self.command else {})


@dataclass(frozen=True, slots=True)
class CallEvent:
    """A voice call went a step on: `what` is dial, ring, forward, answer, dtmf or end.

    `caller` and `called` are the ends of the call; of a tone `key`, who sent it and who hears it; of forwarding, who
    does not take the call and who gets it instead.
    An end has a cause and the seconds since the answer, 0 if there was none.
    """

    at: float
    modem: str
    what: str
    caller: str
    called: str
    cause: str | None = None
    duration_s: float | None = None
    key: str | None = None

    def line(self) -> dict[str, object]:
        """The line's own fields; those that this step does not have are left out."""
        line: dict[str, object] = {"what": self.what, "from": self.caller, "to": self.called}
        if self.key is not None:
            line["key"] = self.key
        if self.cause is not None and self.duration_s is not None:
            line |= {"cause": self.cause, "duration_s": round(self.duration_s, 3)}
        return line


@dataclass(frozen=True, slots=True)
class UssdEvent:
    """USSD between a modem and the operator: `what` is request, answer or cancel; `m` is the <m> of an answer."""

    at: float
    modem: str
    what: str
    text: str | None = None
    m: int | None = None

    def line(self) -> dict[str, object]:
        """The line's own fields; a text or <m> that is not there is left out."""
        fields = {"what": self.what, "m": self.m, "text": self.text}
        return {name: value for name, value in fields.items() if value is not None}


Record = Submitted | Delivered | Reported | Refused | CallEvent | UssdEvent | Traced | Faulted
EVENTS = {
    Submitted: "submit",
    Delivered: "deliver",
    Reported: "report",
    Refused: "refusal",
    CallEvent: "call",
    UssdEvent: "ussd",
    Traced: "at",
    Faulted: "fault",
}


def event_of(record: Record) -> str:
    """The name of a record's event, as a log line has it."""
    return EVENTS[type(record)]


def log_line(record: Record) -> dict[str, object]:
    """One log line; `t` is UTC with milliseconds."""
    stamp = datetime.fromtimestamp(record.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"t": stamp, "modem": record.modem, "event": event_of(record), **record.line()}


R = TypeVar("R", bound=Record)


class _Ring(Generic[R]):
    """The last records of a kind, numbered from 1 since the beginning."""

    def __init__(self, keep: int) -> None:
        self._records: deque[R] = deque(maxlen=keep)
        self.count = 0

    def add(self, record: R) -> None:
        self._records.append(record)
        self.count += 1

    def after(self, cursor: int) -> tuple[list[dict[str, object]], int, int]:
        """Log lines number cursor+1 and up, the number of the last one, and how many of them are no longer kept."""
        wanted = max(0, self.count - cursor)
        newest: Sequence[R] = list(islice(reversed(self._records), wanted))
        return [log_line(record) for record in reversed(newest)], self.count, wanted - len(newest)


class Journal:
    """Keeps the last submits and the last events for cursors and, if `logged`, everything until a writer drains it.

    One that does not keep anything has only observers.
    """

    def __init__(self, logged: bool = False, traced: bool = False, keeps: bool = True) -> None:
        self.traced = traced
        self._logged = logged
        self._unwritten: list[Record] = []
        self._submits = _Ring[Submitted](KEEP_SUBMITS if keeps else 0)
        self._events = _Ring[Record](KEEP_EVENTS if keeps else 0)
        self._observers: list[Callable[[Record], None]] = []

    def add(self, record: Record) -> None:
        """Take a record in."""
        if self._logged:
            self._unwritten.append(record)
        self._events.add(record)
        for observer in self._observers:
            observer(record)
        if isinstance(record, Submitted):
            self._submits.add(record)

    def observe(self, observer: Callable[[Record], None]) -> None:
        """Have `observer` hear of every record from now on."""
        self._observers.append(observer)

    def submits(self, after: int) -> tuple[list[dict[str, object]], int]:
        """Submits number after+1 and up, as log lines, and the number of the last one."""
        return self._submits.after(after)[:2]

    def submits_after(self, cursor: int) -> tuple[list[dict[str, object]], int, int]:
        """As `submits`, and how many after the cursor are no longer kept."""
        return self._submits.after(cursor)

    def events_after(self, cursor: int) -> tuple[list[dict[str, object]], int, int]:
        """As `submits_after`, for every kind of record."""
        return self._events.after(cursor)

    def drain(self) -> bytes:
        """Log lines not written yet, as UTF-8."""
        if not self._unwritten:
            return b""
        records, self._unwritten = self._unwritten, []
        text = "".join(json.dumps(log_line(record), ensure_ascii=False) + "\n" for record in records)
        return text.encode("utf-8", "replace")

    @property
    def has_unwritten(self) -> bool:
        """Whether `drain` would give anything."""
        return bool(self._unwritten)
