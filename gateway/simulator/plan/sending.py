"""Which modem sends what when: several servers, queues of their own and a common one, priorities, caps, outages.

Pure. It mirrors `gateway.routing`, `gateway.dispatch` and the claims of `gateway.store.outbox`, with modems that ask
for one part at a time, as those do that need a second or longer for one:

- of the modems that have nothing to do, the least loaded takes what comes; sent today first, then idle the longest;
- a modem takes what answers a citizen before what begins, from its own lane or the common one, oldest first;
- what is left of a message goes by the modem that began it, before what begins other conversations;
- a modem's own lane goes to the others when it has been down, or capped, for `failover_after_s`, and a message of it
  that has waited so long while another modem has nothing to do;
- what begins a conversation leaves a part of the caps to answers.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from gateway.retries import MOST_TRIES, retry_after_s
from gateway.simulator.plan.accounts import Accounts, Left
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.messages import ANY, BEGUN, INVITATION, PRIORITIES, Message
from gateway.simulator.plan.meter import Meter
from modem.tables import CauseClass

_NETWORK_REST_MOST_S = 60.0
"""As `modem.worker.sending`: how long a modem rests at most between refusals of the network."""
_BY_NUMBER = attrgetter("number")


class Modem:
    """A modem with its SIM. `service_s` draws how long a part takes."""

    __slots__ = (
        "busy",
        "claimed_at",
        "down",
        "down_since",
        "index",
        "lanes",
        "message",
        "meter",
        "refusals",
        "rests_until",
        "sent_at",
        "service_s",
        "wakes_at",
    )

    def __init__(self, index: int, meter: Meter, service_s: Callable[[], float]) -> None:
        self.index = index
        self.meter = meter
        self.service_s = service_s
        self.busy = False
        self.message: Message | None = None
        self.claimed_at = 0.0
        self.sent_at = 0.0
        self.down = 0
        """How many things keep it from sending."""
        self.down_since = 0.0
        self.refusals = 0
        self.rests_until = 0.0
        self.wakes_at = 0.0
        self.lanes: tuple[deque[Message], ...] = tuple(deque() for _ in PRIORITIES)
        """What only it may send, by priority."""


Sent = Callable[[Message, Modem], None]
"""Told of each part that the network has taken."""


def never() -> bool:
    """What does not happen."""
    return False


def _half() -> float:
    return 0.5


class Sending:
    """All modems of a box. `on_sent` is told of each part that has gone out, `on_failed` of messages given up."""

    def __init__(
        self,
        events: Events,
        modems: Sequence[Modem],
        failover_after_s: float,
        on_sent: Sent,
        on_failed: Callable[[Message], None],
        refuses: Callable[[], bool] = never,
        chance: Callable[[], float] = _half,
    ) -> None:
        """`refuses` tells whether the network refuses the part at hand for now; `chance` spreads pauses."""
        self._events = events
        self._modems = modems
        self._failover_after_s = failover_after_s
        self._on_sent = on_sent
        self._on_failed = on_failed
        self._refuses = refuses
        self._chance = chance
        self._common: tuple[deque[Message], ...] = tuple(deque() for _ in PRIORITIES)
        self._count = 0
        self._queued = 0
        """How many messages are in lanes."""
        self.invitations = Accounts(events.now)
        self.answers = Accounts(events.now)

    # -- for whoever has something to say -------------------------------------------------------------------------

    def put(self, message: Message, since: float | None = None) -> None:
        """Let a message go that may go now, if it is still wanted. It has waited since `since`, if not since now."""
        if message.gone:
            return
        now = self._events.now
        message.since = now if since is None else since
        (self.invitations if message.is_invitation else self.answers).enter(message.parts, now, message.since)
        self._place(message)

    def withdraw(self, message: Message) -> None:
        """Take out what is left of a message, but for the part that a modem has in hand."""
        if not message.gone:
            message.gone = True
            if message.number:
                self._leave(message, message.left - message.in_hand, Left.WITHDRAWN)

    def lane_of(self, index: int) -> int:
        """Where a message waits whose addressee knows this modem (ANY: none): there, while that can send."""
        if index == ANY or self._has_failed(self._modems[index], reserved=False):
            return ANY
        return index

    # -- for whoever makes the weather ----------------------------------------------------------------------------

    def stop(self, modem: Modem, *, breaks: bool) -> None:
        """The modem can send no more for a while; the dialogue it is in `breaks` off or comes to its end.

        A part whose dialogue breaks off is in doubt, which counts as sent: the network has it.
        """
        now = self._events.now
        modem.down += 1
        if modem.down == 1:
            modem.down_since = now
            self._events.at(now + self._failover_after_s, self._fail_over, modem)
        message = modem.message
        if breaks and message is not None:
            modem.message, modem.busy = None, False
            self._accepted(modem, message)

    def resume(self, modem: Modem) -> None:
        """One thing that kept the modem from sending is over."""
        modem.down -= 1
        self._next(modem)

    def again(self, message: Message) -> None:
        """What has left the queue for a while comes back, if it is still wanted."""
        if not message.gone:
            self._place(message)

    # -- inside: a message finds its modem ------------------------------------------------------------------------

    def _place(self, message: Message) -> None:
        """Give a message to a modem that has nothing to do, or let it wait."""
        self._count += 1
        message.number = self._count
        modem = self._free_for(message)
        if modem is not None:
            self._begin(modem, message)
            return
        lanes = self._common if message.lane == ANY else self._modems[message.lane].lanes
        lanes[message.priority].append(message)
        self._queued += 1
        for modem in self._modems_for(message):
            self._next(modem)  # who is held back by a cap or a rest must know that something waits
        if message.lane != ANY:
            self._wake_helpers(message)

    def _free_for(self, message: Message) -> Modem | None:
        now = self._events.now
        reserved = message.priority == INVITATION
        best: Modem | None = None
        best_rank: tuple[int, float] | None = None
        for modem in self._modems_for(message):
            if modem.busy or modem.down or modem.rests_until > now or not modem.meter.room(now, reserved=reserved):
                continue
            rank = (modem.meter.today(now), modem.sent_at)
            if best_rank is None or rank < best_rank:
                best, best_rank = modem, rank
        return best

    def _modems_for(self, message: Message) -> Sequence[Modem]:
        return self._modems if message.lane == ANY else self._modems[message.lane : message.lane + 1]

    def _begin(self, modem: Modem, message: Message) -> None:
        now = self._events.now
        modem.busy, modem.message, modem.claimed_at = True, message, now
        message.in_hand = True
        if message.parts > 1:
            message.lane, message.priority = modem.index, min(message.priority, BEGUN)
        self._events.at(now + modem.service_s(), self._end, (modem, message))

    def _end(self, both: tuple[Modem, Message]) -> None:
        modem, message = both
        if modem.message is not message:
            return  # it was broken off
        modem.busy, modem.message = False, None
        if self._refuses():
            message.in_hand = False
            self._refused(modem, message)
        else:
            self._accepted(modem, message)
        self._next(modem)

    def _accepted(self, modem: Modem, message: Message) -> None:
        """A part has gone out, or may have; what is left of its message is the next thing this modem sends."""
        now = self._events.now
        message.in_hand = False
        message.left -= 1
        modem.meter.add(now, self._chance())
        modem.sent_at, modem.refusals = now, 0
        self._leave(message, 1, Left.SENT)
        self._on_sent(message, modem)
        if message.left and not message.gone:
            modem.lanes[message.priority].appendleft(message)
            self._queued += 1

    def _refused(self, modem: Modem, message: Message) -> None:
        """The network is overloaded: the part is tried again, and the modem rests a little after the second time."""
        now = self._events.now
        modem.refusals += 1
        if modem.refusals > 1:
            modem.rests_until = now + min(2.0 ** (modem.refusals - 2), _NETWORK_REST_MOST_S)
        message.attempts += 1
        if message.gone:
            self._leave(message, 1, Left.WITHDRAWN)
        elif message.attempts >= MOST_TRIES:
            message.gone = True
            self._leave(message, message.left, Left.FAILED)
            self._on_failed(message)
        else:
            pause_s = retry_after_s(CauseClass.RETRY_SOON, message.attempts, self._chance())
            self._events.at(now + pause_s, self.again, message)

    def _leave(self, message: Message, count: int, how: Left) -> None:
        accounts = self.invitations if message.is_invitation else self.answers
        accounts.leave(count, message.since, self._events.now, how)

    # -- inside: a modem finds its message ------------------------------------------------------------------------

    def _next(self, modem: Modem) -> None:
        """Give the modem what it may send now, if there is anything."""
        if modem.busy or modem.down or not self._queued:
            return
        now = self._events.now
        if modem.rests_until > now:
            self._wake_at(modem, modem.rests_until)
            return
        if not modem.meter.room(now):
            self._wake_at(modem, modem.meter.not_before(now))
            self._fail_over(modem)
            return
        for priority in PRIORITIES:
            if priority == INVITATION and not modem.meter.room(now, reserved=True):
                self._wake_at(modem, modem.meter.not_before(now, reserved=True))
                self._fail_over(modem)
                return
            message = self._take(modem, priority)
            if message is not None:
                self._begin(modem, message)
                return
        if len(self._modems) > 1:
            self._help(modem)

    def _take(self, modem: Modem, priority: int) -> Message | None:
        """The oldest message of a priority that this modem may send."""
        own, common = modem.lanes[priority], self._common[priority]
        mine, other = self._first(own), self._first(common)
        if mine is None and other is None:
            return None
        self._queued -= 1
        if mine is None or (other is not None and other.number < mine.number):
            return common.popleft()
        return own.popleft()

    def _first(self, lane: deque[Message]) -> Message | None:
        """The first of a lane that is still wanted and may go now; those before it leave the lane."""
        while lane:
            message = lane[0]
            if not message.gone and (message.until > self._events.now or self._reopen(message)):
                return message
            lane.popleft()
            self._queued -= 1
        return None

    def _reopen(self, message: Message) -> bool:
        """Give a message another opening of the window: whether that is now. Mirrors `Outbox.keep_to_window`."""
        now, openings = self._events.now, message.openings
        assert openings is not None, "only what has openings is ever outside of them"
        opens_at = openings.next_open(now)
        message.until = openings.next_close(opens_at)
        if opens_at <= now:
            return True
        self._events.at(opens_at, self.again, message)
        return False

    def _wake_at(self, modem: Modem, when: float) -> None:
        if not self._events.now < modem.wakes_at <= when:
            modem.wakes_at = when
            self._events.at(when, self._next, modem)

    # -- inside: what a modem fails goes to others ----------------------------------------------------------------

    def _has_failed(self, modem: Modem, *, reserved: bool) -> bool:
        """Whether a modem has been, or is known to be, unable to send for so long that others take what it has."""
        now, after_s = self._events.now, self._failover_after_s
        if modem.down:
            return now - modem.down_since >= after_s
        return modem.meter.not_before(now, reserved=reserved) - now >= after_s

    def _fail_over(self, modem: Modem) -> None:
        """Give a modem's own lane to all, if it has failed."""
        if len(self._modems) == 1:
            return
        for priority in PRIORITIES:
            if modem.lanes[priority] and self._has_failed(modem, reserved=priority == INVITATION):
                self._give_away(modem, priority)

    def _give_away(self, modem: Modem, priority: int) -> None:
        lane = modem.lanes[priority]
        movable = [message for message in lane if not message.gone and not message.has_begun]
        staying = [message for message in lane if message.has_begun]
        self._queued -= len(lane) - len(staying) - len(movable)
        lane.clear()
        lane.extend(staying)
        for message in movable:
            message.lane = ANY
            helper = self._free_for(message)
            if helper is not None:
                self._queued -= 1
                self._begin(helper, message)
            else:
                _insert(self._common[priority], message)

    def _help(self, idle: Modem) -> None:
        """Who has nothing to do takes what has waited too long for another, and looks again when that will be."""
        now, after_s = self._events.now, self._failover_after_s
        looks_at = None
        for lane, message in self._waiting_for_others(idle):
            if message.priority == INVITATION and not idle.meter.room(now, reserved=True):
                continue
            if now - message.since >= after_s:
                lane.remove(message)
                self._queued -= 1
                message.lane = ANY
                self._begin(idle, message)
                return
            looks_at = message.since + after_s if looks_at is None else min(looks_at, message.since + after_s)
        if looks_at is not None:
            self._wake_at(idle, looks_at)

    def _waiting_for_others(self, idle: Modem) -> Iterator[tuple[deque[Message], Message]]:
        """The first message of each lane of others that has not begun, by priority."""
        for priority in PRIORITIES:
            for modem in self._modems:
                lane = modem.lanes[priority]
                if modem is not idle and self._first(lane) is not None:
                    first = next((one for one in lane if not one.gone and not one.has_begun), None)
                    if first is not None:
                        yield lane, first

    def _wake_helpers(self, message: Message) -> None:
        """Those who have nothing to do now look again when this message has waited too long."""
        now = self._events.now
        for modem in self._modems:
            if modem.index != message.lane and not modem.busy and not modem.down and modem.rests_until <= now:
                self._wake_at(modem, now + self._failover_after_s)


def _insert(lane: deque[Message], message: Message) -> None:
    """Put a message into a lane in the place of its number."""
    if lane and lane[-1].number > message.number:
        insort(lane, message, key=_BY_NUMBER)
    else:
        lane.append(message)
