"""What a box's replies say of how many answer, how soon, and how contented they are.

Pure. Times to a reply are a mixture, as in the scenario: most are lognormal, some come between 8 and 22 o'clock of the
next day. The shares and the median of that mixture are found by expectation and maximisation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from statistics import NormalDist, fmean, variance
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.simulator.like.figures import ENOUGH, FEW, TOO_FAST, Figures
from gateway.store.likeness import Course, FirstReply

_NORMAL = NormalDist()
_MORNING, _NIGHT = time(8), time(22)
_SPAN_S = 14 * 3600.0
_MOST_REPLIES = 4000
_ROUNDS = 40
_SOONEST_S = 20.0
"""Nobody reads and answers sooner in the median; who seems to, lived in the time of a demo."""
_MARKS = (5, 4, 3, 2, 1)
_ENOUGH_MARKS = 100


class Delay(NamedTuple):
    """A reply after so many seconds; the next morning and night began so many seconds after the invitation came."""

    delay_s: float
    morning_s: float
    night_s: float

    @property
    def next_day(self) -> bool:
        """Whether it came when those come who put it off."""
        return self.morning_s <= self.delay_s < self.night_s


def delays_of(replies: Iterable[FirstReply], cases: int) -> list[Delay]:
    """The delays of replies of one digit, for longer texts take longer to write; of very many every so manieth."""
    bare = (reply for reply in replies if reply.bare)
    return [_delay(reply) for reply in islice(bare, 0, None, max(1, cases // _MOST_REPLIES))]


def draw_course(figures: Figures, course: Course) -> None:
    """How many of those reached answer."""
    figures.share("citizens.response", course.answered, course.reached, "people reached")


def draw_delays(figures: Figures, delays: Sequence[Delay]) -> None:
    """How soon they answer."""
    keys = ("citizens.median_s", "citizens.sigma", "citizens.next_day")
    cases = len(delays)
    if cases < ENOUGH:
        for key in keys:
            figures.usual(key, cases, "first replies of one digit")
        return
    found = fit(delays)
    for key, value in zip(keys, found, strict=True):
        if found[0] < _SOONEST_S:
            figures.usual(key, cases, "first replies of one digit", TOO_FAST)
        else:
            figures.put(key, value, cases, "first replies of one digit")


def draw_marks(figures: Figures, marks: Iterable[tuple[str, int, int]]) -> None:
    """How contented people are, and how much offices differ."""
    by_office: dict[str, Counter[int]] = {}
    for office, mark, count in marks:
        by_office.setdefault(office, Counter())[mark] += count
    total: Counter[int] = sum(by_office.values(), Counter())
    cases = total.total()
    if cases < _ENOUGH_MARKS:
        figures.usual("citizens.scores", cases, "ratings")
    else:
        figures.put("citizens.scores", [round(total[mark] / cases, 4) for mark in _MARKS], cases, "ratings")
    _quality(figures, by_office, total)


def fit(delays: Sequence[Delay]) -> tuple[float, float, float]:
    """The median (s) and sigma of those who answer when they read it, and the share of those who put it off."""
    logs = [math.log(max(delay.delay_s, 1.0)) for delay in delays]
    middle, sigma, put_off = sorted(logs)[len(logs) // 2], 1.5, 0.1
    for _ in range(_ROUNDS):
        at_once = [_at_once(delay, log, middle, sigma, put_off) for delay, log in zip(delays, logs, strict=True)]
        weight = sum(at_once)
        middle = sum(share * log for share, log in zip(at_once, logs, strict=True)) / weight
        spread = sum(share * (log - middle) ** 2 for share, log in zip(at_once, logs, strict=True)) / weight
        sigma = max(0.05, math.sqrt(spread))
        put_off = 1 - weight / len(delays)
    return math.exp(middle), min(4.0, sigma), put_off


def _at_once(delay: Delay, log: float, middle: float, sigma: float, put_off: float) -> float:
    """How probable it is that this reply was not put off."""
    if not delay.next_day:
        return 1.0
    z = (log - middle) / sigma
    soon = (1 - put_off) * math.exp(-z * z / 2) / (sigma * math.sqrt(2 * math.pi) * max(delay.delay_s, 1.0))
    return soon / (soon + put_off / _SPAN_S)


def _delay(reply: FirstReply) -> Delay:
    reached = datetime.fromisoformat(reply.reached_at)
    local = reached.astimezone(ZoneInfo(reply.zone))
    tomorrow = local.date() + timedelta(days=1)
    morning, night = (datetime.combine(tomorrow, at, tzinfo=local.tzinfo) for at in (_MORNING, _NIGHT))
    sent = datetime.fromisoformat(reply.sent_at)
    return Delay(*((moment - reached).total_seconds() for moment in (sent, morning, night)))


def _quality(figures: Figures, by_office: Mapping[str, Counter[int]], total: Counter[int]) -> None:
    """How much offices differ in their share of fives, in deviations of people's contentment, beyond chance; and of
    each the part of its difference that is not to be expected by chance."""
    cases = total.total()
    enough = {office: marks for office, marks in sorted(by_office.items()) if marks.total() >= ENOUGH}
    share = total[5] / cases if cases else 1.0
    if len(enough) < FEW or not 0 < share < 1:
        figures.usual("citizens.quality_sigma", len(enough), f"offices with {ENOUGH} ratings")
        return
    # Half a case more on each side: an office without a bad mark is not infinitely good.
    places = {office: _NORMAL.inv_cdf((marks[5] + 0.5) / (marks.total() + 1)) for office, marks in enough.items()}
    slope = _NORMAL.pdf(_NORMAL.inv_cdf(share))
    chance = {office: share * (1 - share) / (slope * slope * marks.total()) for office, marks in enough.items()}
    found = max(0.0, variance(places.values()) - fmean(chance.values()))
    figures.put("citizens.quality_sigma", min(2.0, math.sqrt(found)), len(enough), f"offices with {ENOUGH} ratings")
    mean = fmean(places.values())
    for office, marks in enough.items():
        if found:
            quality = (places[office] - mean) * found / (found + chance[office])
            figures.put(f"citizens.quality.{office}", quality, marks.total(), "ratings")
