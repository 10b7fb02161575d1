"""The queue that planning sends by, fed by chance, against the mathematics of queues."""

import math
from collections import Counter
from statistics import fmean, stdev
from zoneinfo import ZoneInfo

import pytest

from gateway.model import MessageKind
from gateway.simulator.dice import Dice
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.messages import ANY, Message
from gateway.simulator.plan.meter import Meter
from gateway.simulator.plan.sending import Modem, Sending
from gateway.simulator.theory.erlang import Endless
from gateway.simulator.theory.patience import Impatient
from gateway.simulator.theory.singleserver import Constant, mean_wait_s, spread_of_lognormal
from scheduler.pacing import NO_LIMITS

_UTC = ZoneInfo("UTC")
_BATCHES = 20
_T = 2.861
"""The 99.5 % point of Student's distribution with 19 degrees of freedom: a dozen intervals are looked at here."""


class Queue:
    """So many arrivals by chance to the modems of a box; the waits of all, in the order of their end."""

    def __init__(self, seed, *, arrivals, servers, service_s, count, patience_s=None):
        self.events = Events(0.0)
        self._dice = Dice(seed, "arrivals")
        self._rate, self._left, self._patience_s = arrivals, count, patience_s
        self.waits = []
        self.gave_up = []
        self._waiting = {}
        service = Dice(seed, "service")
        modems = [Modem(k, Meter(NO_LIMITS, _UTC, 0.0), lambda: service_s(service)) for k in range(servers)]
        self.sending = Sending(self.events, modems, math.inf, self._sent, self._failed)
        self.events.at(0.0, self._come, None)
        self.events.run()
        self.sending.invitations.close()

    def _come(self, _):
        message = Message(MessageKind.INVITE, 1, ANY, None)
        self.sending.put(message)
        if self._patience_s is not None and not message.in_hand:
            self.events.at(self.events.now + self._dice.expovariate(1 / self._patience_s), self._give_up, message)
        self._left -= 1
        if self._left:
            self.events.at(self.events.now + self._dice.expovariate(self._rate), self._come, None)

    def _give_up(self, message):
        if not message.in_hand and message.left:
            self.sending.withdraw(message)
            self.waits.append(self.events.now - message.since)
            self.gave_up.append(1.0)

    def _sent(self, message, modem):
        self.waits.append(modem.claimed_at - message.since)
        self.gave_up.append(0.0)

    def _failed(self, message):
        raise AssertionError("nothing is refused")


def batch_means(values):
    """The mean of values that depend on those before them, with its 99 % interval, from the means of batches."""
    size = len(values) // _BATCHES
    means = [fmean(values[k * size : (k + 1) * size]) for k in range(_BATCHES)]
    half = _T * stdev(means) / math.sqrt(_BATCHES)
    return fmean(means) - half, fmean(means) + half


def assert_within(values, expected):
    low, high = batch_means(values)
    assert low <= expected <= high, f"{expected} is not between {low} and {high}"


def exponential(mean_s):
    return lambda dice: dice.expovariate(1 / mean_s)


@pytest.mark.parametrize(("arrivals", "servers"), [(0.175, 1), (0.6, 3)])
def test_endless_patience_waits_as_erlang_says(arrivals, servers):
    queue = Queue("erlang", arrivals=arrivals, servers=servers, service_s=exponential(4), count=12_000)
    theory = Endless(arrivals, 4, servers)
    assert_within(queue.waits, theory.mean_wait_s)
    assert_within([float(wait > 0) for wait in queue.waits], theory.waiting_share)
    later = theory.quantile_s(0.95)
    assert_within([float(wait <= later) for wait in queue.waits], 0.95)


def test_those_who_give_up_are_as_many_as_palm_says():
    queue = Queue("palm", arrivals=1.2, servers=4, service_s=exponential(4), count=12_000, patience_s=12)
    theory = Impatient(1.2, 4, 4, 12)
    assert_within(queue.waits, theory.mean_wait_s)
    assert_within(queue.gave_up, theory.abandoned_share)
    later = theory.quantile_s(0.9)
    assert_within([float(wait <= later) for wait in queue.waits], 0.9)


def test_constant_service_waits_as_pollaczek_and_franx_say():
    queue = Queue("constant", arrivals=0.2, servers=1, service_s=lambda dice: 4.0, count=12_000)
    theory = Constant(0.2, 4)
    assert_within(queue.waits, theory.mean_wait_s)
    for share in (0.5, 0.95):
        later = theory.quantile_s(share)
        assert_within([float(wait <= later) for wait in queue.waits], share)


def test_the_service_times_of_a_modem_wait_as_khinchine_says():
    sigma, median = 0.35, 4.0
    mean = median * math.exp(sigma**2 / 2)
    queue = Queue(
        "lognormal",
        arrivals=0.17,
        servers=1,
        service_s=lambda dice: dice.lognormvariate(math.log(median), sigma),
        count=12_000,
    )
    assert_within(queue.waits, mean_wait_s(0.17, mean, spread_of_lognormal(sigma)))


def test_a_shorter_service_would_be_seen():
    # The check can fail: a server that is a tenth faster is told apart.
    queue = Queue("erlang", arrivals=0.6, servers=3, service_s=exponential(3.6), count=12_000)
    low, high = batch_means(queue.waits)
    assert not low <= Endless(0.6, 4, 3).mean_wait_s <= high


def test_the_work_is_shared_alike():
    parts = Counter()
    events = Events(0.0)
    modems = [Modem(k, Meter(NO_LIMITS, _UTC, 0.0), lambda: 4.0) for k in range(3)]
    sending = Sending(events, modems, 300, lambda message, modem: parts.update([modem.index]), lambda message: None)
    for k in range(300):
        events.at(k * 10.0, sending.put, Message(MessageKind.INVITE, 1, ANY, None))
    events.run()
    assert set(parts.values()) == {100}
