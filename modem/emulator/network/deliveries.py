"""Tries at the phones of outside subscribers, until a message is delivered, refused, given up or out of time.

Owns which phone a number has, its schedule, and the messages parked in front of it. What a phone can be like is
written in `handsets`; what a final status leads to is the centre's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modem.emulator.agenda import Agenda
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.delays import draw, from_ms
from modem.emulator.network.handsets import Handset, Patience
from modem.emulator.network.numbers import canonical
from modem.emulator.network.store import EXPIRED, NO_MORE_TRIES, RECEIVED, Held, Watchers

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True, eq=False)
class _Parked:
    """A message that could not be delivered, with the number of tries so far."""

    held: Held
    tries: int


class Deliveries:
    """Everybody's phones."""

    def __init__(
        self,
        conditions: Conditions,
        agenda: Agenda,
        streams: Callable[[str], "Random"],
        watchers: Watchers,
    ) -> None:
        self._conditions = conditions
        self._at = agenda.at
        self._watchers = watchers
        self._parked: dict[str, list[_Parked]] = {}
        self._rng = streams("network.handsets")
        self._patterns = _patterns(conditions)

    def handset(self, number: str) -> Handset:
        """The phone of a subscriber; of several patterns the longest counts, and without any it is on."""
        found = self._conditions.handsets.get(number)
        if found is None:
            for pattern in self._patterns:
                if number.startswith(pattern):
                    return self._conditions.handsets[pattern + "*"]
        return found or Handset.ON

    def set_handset(self, number: str, handset: Handset | None, now: float) -> None:
        """Change the phone of a number, or with a star at its end of all that begin so; what waits is tried at once.

        None is a number nobody has said anything about.
        """
        is_pattern = number.endswith("*")
        key = number if is_pattern else canonical(number)
        if handset is None:
            self._conditions.handsets.pop(key, None)
        else:
            self._conditions.handsets[key] = handset
        if is_pattern:
            self._patterns = _patterns(self._conditions)
        if handset is not None and handset.for_ms is not None:
            until = now + draw(from_ms(handset.for_ms), self._rng)
            self._at(until, lambda then: self._turn(key, handset, then))
        for other in [one for one in self._parked if one.startswith(key[:-1])] if is_pattern else [key]:
            for parked in self._parked.pop(other, []):
                self._try(parked.held, parked.tries, now)

    def send(self, held: Held, now: float) -> None:
        """First try at the receiver of a message."""
        self._try(held, 0, now)

    def drop(self, held: Held) -> bool:
        """Give up a message that waits; False if it does not wait here."""
        key = canonical(held.submit.to.text)
        kept = [parked for parked in self._parked.get(key, []) if parked.held is not held]
        if len(kept) == len(self._parked.get(key, [])):
            return False
        self._park(key, kept)
        return True

    def waiting(self) -> int:
        """How many messages wait for a phone."""
        return sum(map(len, self._parked.values()))

    def _turn(self, key: str, was: Handset, now: float) -> None:
        if self._conditions.handsets.get(key) is was:
            self.set_handset(key, was.then or Handset.ON, now)

    def _try(self, held: Held, tries: int, now: float) -> None:
        if held.over:
            return
        key = canonical(held.submit.to.text)
        handset = self.handset(key)
        if handset is Handset.ON:  # nearly everybody's
            self._watchers.finished(held, RECEIVED, now)
            return
        patience = handset.patience
        if patience is Patience.NONE:
            takes_s = draw(from_ms(handset.slowness_ms), self._rng)
            if takes_s > 0:
                self._at(now + takes_s, lambda then: self._finish(held, handset.final, then))
            else:
                self._finish(held, handset.final, now)
        elif held.submit.single_shot:
            self._finish(held, handset.failing | NO_MORE_TRIES, now)
        elif held.expires <= now:
            self._finish(held, handset.final if patience is Patience.VALIDITY else EXPIRED, now)
        elif patience is Patience.RETRIES and tries >= len(self._conditions.retry_s):
            self._finish(held, handset.final, now)
        else:
            self._watchers.delayed(held, handset.failing, now)
            parked = _Parked(held, tries + 1)
            self._parked.setdefault(key, []).append(parked)
            pause = self._conditions.retry_s[tries] if patience is Patience.RETRIES else held.expires - now
            self._at(min(now + pause, held.expires), lambda then: self._again(key, parked, then))

    def _finish(self, held: Held, status: int, now: float) -> None:
        if not held.over:
            self._watchers.finished(held, status, now)

    def _again(self, key: str, parked: _Parked, now: float) -> None:
        waiting = self._parked.get(key, [])
        if any(one is parked for one in waiting):
            self._park(key, [one for one in waiting if one is not parked])
            self._try(parked.held, parked.tries, now)

    def _park(self, key: str, waiting: list[_Parked]) -> None:
        if waiting:
            self._parked[key] = waiting
        else:
            self._parked.pop(key, None)


def _patterns(conditions: Conditions) -> list[str]:
    """The beginnings of numbers that share a phone, the longest first."""
    return sorted((key[:-1] for key in conditions.handsets if key.endswith("*")), key=len, reverse=True)
