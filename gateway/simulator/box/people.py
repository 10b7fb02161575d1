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
from gateway.simulator.citizens import Citizens, Occasion
from gateway.simulator.intents import Shape
from gateway.simulator.questions import Kind
from gateway.simulator.world.arrival import Arrival
from modem.emulator.network.store import Held

Write = Callable[[str, str, str, float], object]
"""A phone, the number or short code it writes to, a text, and when."""


class _Memory(NamedTuple):
    """A visit as its visitor remembers it."""

    date: str
    place: str
    office: str
    occasion: Occasion
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

    def __init__(
        self, minds: Minds, citizens: Citizens, offices: Mapping[str, Office], write: Write, keeps_s: float
    ) -> None:
        self._minds = minds
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
        minds, office = self._minds, self._offices[arrival.office]
        self._forget(arrival.ended_at)
        date = datetime.fromtimestamp(arrival.ended_at, self._zones[office.code]).strftime("%d.%m.%Y")
        until = arrival.ended_at + self._keeps_s
        occasion = Occasion(arrival.foreign_id, arrival.mark, arrival.stranger)
        memory = _Memory(date, office.short_name, office.code, occasion, until)
        minds.visits.setdefault(phone, deque()).append(memory)
        minds.fading.append((until, phone))

    def receive(self, held: Held, now: float) -> None:
        """A telephone shows a message, or has a part of one."""
        phone, ud = held.submit.to.text, held.submit.ud
        text: str | None = ud.text
        if ud.concat is not None:
            text = self._whole(phone, held.origin, ud.concat.ref, ud.concat.total, ud.concat.seq, ud.text)
        if text is not None:
            self._think(phone, held.origin, text, now)

    # -- a world of the clock -----------------------------------------------------------------------------------

    def next_at(self) -> float | None:
        """When the next answer is sent."""
        return self._minds.thoughts[0].due if self._minds.thoughts else None

    def advance(self, to: float) -> None:
        """Send the answers whose time has come."""
        thoughts = self._minds.thoughts
        while thoughts and thoughts[0].due <= to:
            thought = heapq.heappop(thoughts)
            self._write(thought.phone, thought.to, thought.text, thought.due)

    # -- inside -------------------------------------------------------------------------------------------------

    def _whole(self, phone: str, origin: str, ref: int, total: int, seq: int, text: str) -> str | None:
        """The message as a telephone shows it: parts are joined, and shown when all have come."""
        key = (phone, origin, ref, total)
        parts = self._minds.parts.setdefault(key, {})
        parts[seq] = text
        if len(parts) < total:
            return None
        del self._minds.parts[key]
        return "".join(parts[number] for number in sorted(parts))

    def _think(self, phone: str, origin: str, text: str, now: float) -> None:
        question = questions.read(text)
        if question is None:
            return
        minds = self._minds
        if question.kind is Kind.INVITE:
            memory = next((one for one in minds.visits.get(phone, ()) if one.date in text and one.place in text), None)
            if memory is not None:
                minds.asked[phone] = memory
        memory = minds.asked.get(phone)
        if memory is None:
            return
        local = datetime.fromtimestamp(now, self._zones[memory.office])
        intents = self._citizens.intents(question, phone, local, memory.occasion)
        for intent in intents:
            minds.count += 1
            said = self._citizens.say(intent).text
            heapq.heappush(minds.thoughts, _Thought(now + intent.delay_s, minds.count, phone, origin, said))
        if question.kind is Kind.INVITE and any(intent.shape is not Shape.MACHINE for intent in intents):
            self._answered(memory)

    def _answered(self, memory: _Memory) -> None:
        """Note what somebody who answers an invitation has in mind, if he was there."""
        _, mark, is_stranger = memory.occasion
        if mark is not None and not is_stranger:
            self._minds.truth.setdefault(memory.office, Counter())[mark] += 1

    def _forget(self, now: float) -> None:
        minds = self._minds
        while minds.fading and minds.fading[0][0] <= now:
            _, phone = minds.fading.popleft()
            visits = minds.visits[phone]
            visits.popleft()
            if not visits:
                del minds.visits[phone]
                minds.asked.pop(phone, None)
