"""The people who are asked: they read what their telephones show them, think, and write back to who wrote to them.

Everything that is yet to happen is plain data: who was where, parts of messages, answers that are thought about. What
was is forgotten once nobody can be asked about it any more.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.model import Office
from gateway.simulator import questions
from gateway.simulator.citizens import Citizens
from gateway.simulator.world.arrival import Arrival
from modem.emulator.network.store import Held

Write = Callable[[str, str, str, float], object]
"""A phone, the number or short code it writes to, a text, and when."""


class _Memory(NamedTuple):
    """A visit as its visitor remembers it."""

    date: str
    place: str
    office: str
    mark: int
    stranger: bool
    until: float
    """When nobody will be asked about it any more."""


class _Thought(NamedTuple):
    """An answer that will be sent; `number` is the order in which they were thought of."""

    due: float
    number: int
    phone: str
    to: str
    text: str


@dataclass(slots=True)
class Minds:
    """What all people of a box have in mind."""

    visits: dict[str, deque[_Memory]] = field(default_factory=dict)
    """By phone, the latest last."""
    fading: deque[tuple[float, str]] = field(default_factory=deque)
    parts: dict[tuple[str, str, int, int], dict[int, str]] = field(default_factory=dict)
    asked: dict[str, _Memory] = field(default_factory=dict)
    """The visit that a phone was last asked about."""
    thoughts: list[_Thought] = field(default_factory=list)
    count: int = 0
    truth: dict[str, Counter[int]] = field(default_factory=dict)


class People:
    """A `World` of the virtual clock. `keeps_s` is how long after a visit somebody may still be asked about it."""

    def __init__(self, citizens: Citizens, offices: Mapping[str, Office], write: Write, keeps_s: float) -> None:
        self.minds = Minds()
        self._citizens = citizens
        self._offices = offices
        self._zones = {office.code: ZoneInfo(office.time_zone) for office in offices.values()}
        self._write = write
        self._keeps_s = keeps_s

    def remember(self, arrival: Arrival) -> None:
        """Somebody has been to an office and left his number there."""
        phone = arrival.phone
        if phone is None or not arrival.consent:
            return
        minds, office = self.minds, self._offices[arrival.office]
        self._forget(arrival.ended_at)
        date = datetime.fromtimestamp(arrival.ended_at, self._zones[office.code]).strftime("%d.%m.%Y")
        until = arrival.ended_at + self._keeps_s
        memory = _Memory(date, office.short_name, office.code, arrival.mark, arrival.stranger, until)
        minds.visits.setdefault(phone, deque()).append(memory)
        minds.fading.append((until, phone))

    def receive(self, held: Held, now: float) -> None:
        """A telephone shows a message, or has a part of one."""
        phone, ud = held.submit.to.text, held.submit.ud
        text: str | None = ud.text
        if ud.concat is not None:
            text = self._whole(phone, held.origin, ud.concat.ref, ud.concat.total, ud.concat.seq, ud.text)
        if text is not None and questions.asks(text):
            self._think(phone, held.origin, text, now)

    # -- a world of the clock -----------------------------------------------------------------------------------

    def next_at(self) -> float | None:
        """When the next answer is sent."""
        return self.minds.thoughts[0].due if self.minds.thoughts else None

    def advance(self, to: float) -> None:
        """Send the answers whose time has come."""
        thoughts = self.minds.thoughts
        while thoughts and thoughts[0].due <= to:
            thought = heapq.heappop(thoughts)
            self._write(thought.phone, thought.to, thought.text, thought.due)

    # -- inside -------------------------------------------------------------------------------------------------

    def _whole(self, phone: str, origin: str, ref: int, total: int, seq: int, text: str) -> str | None:
        """The message as a telephone shows it: parts are joined, and shown when all have come."""
        key = (phone, origin, ref, total)
        parts = self.minds.parts.setdefault(key, {})
        parts[seq] = text
        if len(parts) < total:
            return None
        del self.minds.parts[key]
        return "".join(parts[number] for number in sorted(parts))

    def _think(self, phone: str, origin: str, text: str, now: float) -> None:
        minds = self.minds
        if questions.is_first(text):
            memory = next((one for one in minds.visits.get(phone, ()) if one.date in text and one.place in text), None)
            if memory is not None:
                minds.asked[phone] = memory
        memory = minds.asked.get(phone)
        if memory is None:
            return
        answers = self._citizens.answers(text, phone, datetime.fromtimestamp(now, self._zones[memory.office]))
        for answer in answers:
            minds.count += 1
            heapq.heappush(minds.thoughts, _Thought(now + answer.delay_s, minds.count, phone, origin, answer.text))
        if answers and questions.is_first(text):
            minds.truth.setdefault(memory.office, Counter())[memory.mark] += 1

    def _forget(self, now: float) -> None:
        minds = self.minds
        while minds.fading and minds.fading[0][0] <= now:
            _, phone = minds.fading.popleft()
            visits = minds.visits[phone]
            visits.popleft()
            if not visits:
                del minds.visits[phone]
                minds.asked.pop(phone, None)
