"""The operator at work: one look at every submit that reaches the service centre, and the memory that takes.

A policy that is not set costs nothing and remembers nothing. What follows from a ruling (an error to the modem, or
silence) is the service centre's.
"""

import re
from collections import deque
from dataclasses import dataclass

from modem.emulator.codec.tpdu import Submit
from modem.emulator.network.accounts import Accounts
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.numbers import canonical
from modem.emulator.network.policies import DailyCap, SpamFilter

MINUTE_S, QUARTER_S, DAY_S = 60.0, 900, 86400


@dataclass(frozen=True, slots=True)
class Ruling:
    """A policy does not let a message through: a +CMS ERROR, or None if the sender is not told."""

    policy: str
    cms: int | None


_Text = tuple[str, str]  # sender, text


class Enforcement:
    """Applies the policies that are set. Senders are numbers in their canonical spelling."""

    def __init__(self, conditions: Conditions, accounts: Accounts) -> None:
        self._conditions = conditions
        self._accounts = accounts
        self._turns: dict[str, deque[float]] = {}
        self._days: dict[str, tuple[int, int]] = {}  # the last day somebody sent, and how many that day
        self._receivers: dict[_Text, dict[str, float]] = {}
        self._recent: deque[tuple[float, _Text, str]] = deque()

    def turn(self, sender: str, now: float) -> float:
        """When a submit that arrives now is taken: later only for a SIM that is throttled by delay."""
        throttle = self._conditions.throttle
        if throttle is None or throttle.answer != "delay":
            return now
        turns = self._turns_of(sender, throttle.per_minute)
        when = max(now, turns[0] + MINUTE_S) if len(turns) == throttle.per_minute else now
        turns.append(when)
        return when

    def judge(self, sender: str, submit: Submit, now: float) -> Ruling | None:
        """The first policy that does not let the message through; if none, it is counted and paid for."""
        conditions = self._conditions
        throttle, cap, spam, credit = conditions.throttle, conditions.daily_cap, conditions.spam, conditions.credit
        if throttle is None and cap is None and spam is None and credit is None:
            return None
        if throttle is not None and throttle.answer != "delay":
            turns = self._turns_of(sender, throttle.per_minute)
            if len(turns) == throttle.per_minute and now < turns[0] + MINUTE_S:
                return _ruling("throttle", throttle.answer)
            turns.append(now)
        if cap is not None and self._sent_today(sender, now) >= cap.limit:
            return _ruling("daily_cap", cap.answer)
        if spam is not None and self._is_spam(spam, sender, submit, now):
            return _ruling("spam", spam.answer)
        if credit is not None and credit.price and not self._accounts.of(sender).charge(credit.price):
            return _ruling("credit", credit.answer)
        self._count(cap, spam, sender, submit, now)
        return None

    def _count(self, cap: DailyCap | None, spam: SpamFilter | None, sender: str, submit: Submit, now: float) -> None:
        if cap is not None:
            self._days[sender] = self._day(now), self._sent_today(sender, now) + 1
        if spam is not None and spam.receivers is not None:
            key, to = (sender, submit.ud.text), canonical(submit.to.text)
            self._receivers.setdefault(key, {})[to] = now
            self._recent.append((now, key, to))

    def _turns_of(self, sender: str, limit: int) -> deque[float]:
        """The times of the last `limit` submits that were taken."""
        turns = self._turns.get(sender)
        if turns is None or turns.maxlen != limit:
            turns = self._turns[sender] = deque(turns or (), maxlen=limit)
        return turns

    def _day(self, now: float) -> int:
        return int((now + self._conditions.zone_quarters * QUARTER_S) // DAY_S)

    def _sent_today(self, sender: str, now: float) -> int:
        day, count = self._days.get(sender, (0, 0))
        return count if day == self._day(now) else 0

    def _is_spam(self, spam: SpamFilter, sender: str, submit: Submit, now: float) -> bool:
        text = submit.ud.text
        if any(re.search(pattern, text) for pattern in spam.patterns):
            return True
        if spam.receivers is None:
            return False
        while self._recent and self._recent[0][0] <= now - spam.within_ms / 1000:
            self._forget(*self._recent.popleft())
        receivers = self._receivers.get((sender, text), {})
        return len(receivers) >= spam.receivers and canonical(submit.to.text) not in receivers

    def _forget(self, when: float, key: _Text, to: str) -> None:
        receivers = self._receivers.get(key, {})
        if receivers.get(to) == when:
            del receivers[to]
        if not receivers:
            self._receivers.pop(key, None)


def _ruling(policy: str, answer: object) -> Ruling:
    return Ruling(policy, answer if isinstance(answer, int) else None)
