"""What is counted while a box is planned, and the measures it makes: with the meanings of the full run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from gateway.simulator.measures.measures import HOURS_OF_WEEK, Measures, ModemMeasures
from gateway.simulator.plan.accounts import Accounts
from gateway.simulator.plan.openings import Days, Openings

HOUR_S = 3600.0
_TENTHS = 10


class Tally:
    """Everything counted of a box since `begin`, the first midnight, in seconds since the epoch."""

    def __init__(self, begin: float, modems: int) -> None:
        self._begin = begin
        self.counts: Counter[str] = Counter()
        self.replies: Counter[str] = Counter()
        self.waits_s: Counter[int] = Counter()
        self.delays_min: Counter[int] = Counter()
        self.may_send_by_hour: Counter[int] = Counter()
        self.invited: Counter[str] = Counter()
        self.marks: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.truth: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._parts: list[Counter[int]] = [Counter() for _ in range(modems)]
        self._busy_s: list[defaultdict[int, float]] = [defaultdict(float) for _ in range(modems)]
        self.away: list[list[tuple[int, int]]] = [[] for _ in range(modems)]

    def hour(self, now: float) -> int:
        """The hour since the first midnight that a moment lies in."""
        return int((now - self._begin) // HOUR_S)

    def may_send(self, now: float) -> None:
        """An invitation has become free to go."""
        self.may_send_by_hour[int((now - self._begin) // HOUR_S)] += 1

    def sent(self, modem: int, claimed_at: float, now: float) -> None:
        """A part has gone out."""
        hour = int((now - self._begin) // HOUR_S)
        self._parts[modem][hour] += 1
        self._busy_s[modem][hour] += now - claimed_at

    def rate(self, office: str, before: int | None, overall: int | None, *, is_first: bool) -> None:
        """A visit has a rating, its first one or another in the place of the one before."""
        if is_first:
            self.counts["rated"] += 1
        marks = self.marks[office]
        if before is not None:
            marks[before] -= 1
        if overall is not None:
            marks[overall] += 1

    def measures(self, days: int, name: str, invitations: Accounts, calendar: Days, window: Openings) -> Measures:
        """The measures of the box of this name, in which everything that was rated is exported at the end."""
        counts = self.counts
        counts["exported"] = counts["rated"]
        found = Measures(days=days, boxes=1, counts=Counter({key: counts[key] for key in sorted(counts)}))
        found.replies, found.waits_s, found.delays_min = self.replies, self.waits_s, self.delays_min
        found.may_send_by_hour, found.invited = self.may_send_by_hour, self.invited
        found.marks = {office: +marks for office, marks in sorted(self.marks.items()) if +marks}
        found.truth = dict(sorted(self.truth.items()))
        found.queue_most = +invitations.most
        found.queue_area_s = round(invitations.area_s)
        for index, (parts, busy_s) in enumerate(zip(self._parts, self._busy_s, strict=True)):
            modem = found.modems[f"{name}/m{index + 1}"] = ModemMeasures(parts, away=self.away[index])
            modem.busy_s = Counter({hour: round(seconds) for hour, seconds in busy_s.items()})
            found.sent_by_hour.update(parts)
        for hour, count in found.sent_by_hour.items():
            found.sent[self._hour_of_week(hour, calendar)] += count
        self._use(found, days, calendar, window)
        return found

    def _hour_of_week(self, hour: int, calendar: Days) -> int:
        return calendar.hour_of_week(self._begin + hour * HOUR_S) % HOURS_OF_WEEK

    def _use(self, found: Measures, days: int, calendar: Days, window: Openings) -> None:
        """How busy modems were in the hours in which they might send."""
        modems: Sequence[ModemMeasures] = list(found.modems.values())
        hours = round((calendar.midnight(days) - self._begin) / HOUR_S)
        for hour in range(hours):
            middle = self._begin + (hour + 0.5) * HOUR_S
            if window.next_open(middle) == middle:
                for modem in modems:
                    found.at_utilisation[min(_TENTHS, modem.busy_s[hour] * _TENTHS // int(HOUR_S))] += 1
