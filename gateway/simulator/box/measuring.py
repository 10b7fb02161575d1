"""What a box came to: its measures, counted from its database when all is over."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.ledger import Ledger
from gateway.simulator.measures.measures import HOURS_OF_WEEK, Measures, ModemMeasures
from gateway.store import simulated
from scheduler.windows import Window

_HOUR_S = 3600


class Calendar:
    """The hours of a run: they count from the first day's midnight in a zone."""

    def __init__(self, start: datetime, zone: ZoneInfo) -> None:
        self.start = start.timestamp()
        self.zone = zone

    def hour(self, text: str) -> int:
        """The number of an hour that is written as it begins a time in UTC: `2017-09-12T08`."""
        return int((datetime.fromisoformat(text + ":00+00:00").timestamp() - self.start) // _HOUR_S)

    def hour_of_week(self, hour: int) -> int:
        """The same hour as one of the week, on the clocks of the zone: Monday 00 is 0."""
        local = datetime.fromtimestamp(self.start + hour * _HOUR_S, self.zone)
        return (local.weekday() * 24 + local.hour) % HOURS_OF_WEEK


class Openings:
    """When the sending window opens and closes in a zone, looked up instead of worked out for each invitation."""

    def __init__(self, window: Window | None, zone: ZoneInfo, since: float, until: float) -> None:
        self._edges: list[tuple[float, float]] = []
        if window is None:
            self._edges = [(since, float("inf"))]
            return
        moment, end = datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)
        while moment <= end:
            opens = window.next_open(moment, zone)
            closes = window.next_close(opens, zone)
            self._edges.append((opens.timestamp(), closes.timestamp()))
            moment = closes
        self._closings = [closes for _, closes in self._edges]

    def may_go(self, due_at: float) -> float:
        """The moment from which something that is due may go out."""
        if len(self._edges) == 1:
            return max(due_at, self._edges[0][0])
        return max(due_at, self._edges[bisect_right(self._closings, due_at)][0])


class Queue:
    """Parts of invitations that may go and have not gone: how many, when."""

    def __init__(self) -> None:
        self._in = array("d")
        self._out = array("d")

    def add(self, since: float, until: float) -> None:
        self._in.append(since)
        self._out.append(until)

    def put_down(self, measures: Measures, start: float) -> None:
        """The longest queue of each hour, and the area under it."""
        comes, goes = sorted(self._in), sorted(self._out)
        length, area, last, gone = 0, 0.0, 0.0, 0
        most: Counter[int] = Counter()
        for came in (*comes, float("inf")):
            while gone < len(goes) and goes[gone] <= came:
                area += length * (goes[gone] - last)
                self._keep(most, length, last, goes[gone], start)
                last, length, gone = goes[gone], length - 1, gone + 1
            if came == float("inf"):
                break
            area += length * (came - last)
            self._keep(most, length, last, came, start)
            last, length = came, length + 1
        measures.queue_most.update(most)
        measures.queue_area_s += round(area)

    @staticmethod
    def _keep(most: Counter[int], length: int, since: float, until: float, start: float) -> None:
        """Remember that the queue was so long from a moment until just before another."""
        if length and since < until:
            for hour in range(int((since - start) // _HOUR_S), math.ceil((until - start) / _HOUR_S)):
                if most[hour] < length:
                    most[hour] = length


def measure(
    db: Database,
    ledger: Ledger,
    *,
    days: int,
    calendar: Calendar,
    window: Window | None,
    modems: Sequence[str],
    box: str,
    until: float,
) -> Measures:
    """Count. `modems` are the names of the box's, `until` is when the run ended; what only people know is not in it."""
    found = Measures(days=days, boxes=1, balanced=ledger.balanced)
    _count(found, db, ledger)
    _wait(found, db, calendar, window, until)
    _load(found, db, calendar, modems, box)
    _rest(found, calendar, window, days)
    for modem, began, ended in simulated.outages(db):
        span = (round(began - calendar.start), round((until if ended is None else ended) - calendar.start))
        found.modems[f"{box}/{modem}"].away.append(span)
    return found


def _count(found: Measures, db: Database, ledger: Ledger) -> None:
    funnel, ends = ledger.funnel, ledger.dispositions
    found.counts.update({name: funnel[name] for name in sorted(funnel)})
    found.counts.update(
        {
            "no_consent": ends["no consent"],
            "barred": ends["barred"],
            "unknown": ledger.unknown,
            "lost": len(ledger.lost),
            "duplicated": len(ledger.duplicated),
        }
    )
    found.counts.update(simulated.counts(db))
    found.replies.update(simulated.replies_by_class(db))
    found.delays_min.update(simulated.delays_min(db))
    found.invited.update(simulated.invited_by_office(db))
    for office, mark, count in simulated.marks(db):
        found.marks.setdefault(office, Counter())[mark] += count


def _wait(found: Measures, db: Database, calendar: Calendar, window: Window | None, until: float) -> None:
    """Waits and the queue, from the parts of invitations that have left it."""
    openings: dict[str, Openings] = {}
    queue = Queue()
    invitation, may_go, last = None, 0.0, 0.0
    for part in simulated.left(db):
        if part.zone not in openings:
            openings[part.zone] = Openings(window, ZoneInfo(part.zone), calendar.start, until)
        if part.invitation != invitation:
            if last:
                found.waits_s[round(max(0.0, last - may_go))] += 1
            invitation, last = part.invitation, 0.0
            may_go = openings[part.zone].may_go(part.due_at)
            found.may_send_by_hour[int((may_go - calendar.start) // _HOUR_S)] += 1
        if part.is_sent:
            last = max(last, part.left_at)
        queue.add(may_go, max(may_go, part.left_at))
    if last:
        found.waits_s[round(max(0.0, last - may_go))] += 1
    queue.put_down(found, calendar.start)


def _load(found: Measures, db: Database, calendar: Calendar, modems: Sequence[str], box: str) -> None:
    """What each modem sent, and how long it was busy."""
    for modem in modems:
        found.modems[f"{box}/{modem}"] = ModemMeasures()
    for (modem, text), (count, took_s) in simulated.sent_by_hour(db).items():
        hour = calendar.hour(text)
        modem_measures = found.modems[f"{box}/{modem}"]
        modem_measures.parts[hour] += count
        modem_measures.busy_s[hour] += round(took_s)
        found.sent_by_hour[hour] += count
        found.sent[calendar.hour_of_week(hour)] += count


def _rest(found: Measures, calendar: Calendar, window: Window | None, days: int) -> None:
    """How busy modems were in the hours in which they might send."""
    half = timedelta(minutes=30)
    for hour in range(days * 24):
        middle = datetime.fromtimestamp(calendar.start + hour * _HOUR_S, UTC) + half
        if window is None or window.is_open(middle, calendar.zone):
            _tell_use(found.at_utilisation, found.modems.values(), hour)


def _tell_use(use: Counter[int], modems: Iterable[ModemMeasures], hour: int) -> None:
    for modem in modems:
        use[min(10, modem.busy_s[hour] * 10 // _HOUR_S)] += 1
