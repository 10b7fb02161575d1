"""Who is invited, when, and who is not: the decisions of `gateway.outbox` and `gateway.caps` in plain numbers.

An invitation is looked at with the next tick after it is due. While the window is closed it waits for the opening;
while another conversation of the same telephone is open the box looks again every ten minutes, and when that ought to
be over; which of these looks is the one that counts is worked out here when that conversation ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gateway.caps import MONTH
from gateway.model import BarReason, InvitationState
from gateway.settings import SurveySection
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.openings import Openings
from gateway.simulator.plan.talks import Person, Talk
from gateway.simulator.plan.ticks import Ticks

LOOK_AGAIN_S = 600.0
"""As `gateway.outbox`: how soon a telephone that is busy is looked at again."""
LOOK_SOON_S = 1.0
"""As there: how soon one that ought to be free by now."""
MONTH_S = MONTH.total_seconds()


class Inviting:
    """The rules of one survey. `ticks` are when the box looks at all, `openings` are by time zone; `invite` and `bar`
    are told what was decided."""

    def __init__(
        self,
        events: Events,
        survey: SurveySection,
        ticks: Ticks,
        openings: Callable[[str], Openings],
        invite: Callable[[Talk], None],
        bar: Callable[[Talk, BarReason], None],
    ) -> None:
        self._events = events
        self._ticks = ticks
        self._openings = openings
        self._invite = invite
        self._bar = bar
        self._within_s = math.inf if survey.invite_within_s is None else survey.invite_within_s
        self._once_s = survey.once_per_phone_s
        self._per_month = survey.per_month
        self.memory_s = max(MONTH_S, survey.once_per_phone_s)
        """For how long it matters that somebody was invited."""

    def expect(self, talk: Talk, due_at: float) -> None:
        """Look at an invitation with the first tick at which it is due."""
        talk.free_at = due_at
        self._events.at(self._ticks.next(due_at), self.look, talk)

    def look(self, talk: Talk) -> None:
        """Decide about an invitation that is due."""
        person = talk.person
        if talk.state is not InvitationState.DUE:
            return  # somebody who opted out has been barred
        now = self._events.now
        if person.opted_out:
            self._bar(talk, BarReason.OPTED_OUT)
            return
        if now - talk.due_at > self._within_s:
            self._bar(talk, BarReason.TOO_LATE)
            return
        openings = self._openings(talk.office.time_zone)
        opens_at = openings.next_open(now)
        if opens_at > now:
            self.expect(talk, opens_at)
            return
        reason = self.against_sending(invited_at(person.talks), now)
        if reason is not None:
            self._bar(talk, reason)
            return
        busy = person.open_talk(now)
        if busy is None:
            if talk.free_at < now:
                talk.free_at = openings.next_open(talk.free_at)  # the window may have opened since the last tick
            self._invite(talk)
            return
        talk.looked_at = now
        person.wait.append(talk)
        if len(person.wait) == 1:
            self._events.at(busy.closes_at, self._lapse, person)

    def against_sending(self, invited: Sequence[float], now: float) -> BarReason | None:
        """What speaks against an invitation now: `gateway.caps.against_sending`."""
        once_s = self._once_s
        for at in invited:
            if now - at < once_s:
                return BarReason.TOO_RECENT
        if self._per_month is not None and sum(now - at < MONTH_S for at in invited) >= self._per_month:
            return BarReason.OFTEN_ENOUGH
        return None

    def free(self, person: Person) -> None:
        """A conversation of this person has ended: those that wait are looked at when the box would look again."""
        if not person.wait:
            return
        busy = person.open_talk(self._events.now)
        if busy is not None:
            self._events.at(busy.closes_at, self._lapse, person)
            return
        wait, person.wait = person.wait, []
        for talk in wait:
            self.expect(talk, self._next_look(talk))

    def _lapse(self, person: Person) -> None:
        """The time of a conversation is up: the box looks, has not yet ended it by then, and looks again soon."""
        now = self._events.now
        busy = person.open_talk(now)
        if busy is not None:
            self._events.at(busy.closes_at, self._lapse, person)
            return
        wait, person.wait = person.wait, []
        for talk in wait:
            self.expect(talk, self._openings(talk.office.time_zone).next_open(self._ticks.next(now) + LOOK_SOON_S))

    def _next_look(self, talk: Talk) -> float:
        """When the box looks at an invitation the next time: every ten minutes of an opening, from its beginning on."""
        now, openings, ticks = self._events.now, self._openings(talk.office.time_zone), self._ticks
        since = ticks.next(max(talk.looked_at, openings.last_open(now)))
        every_s = math.ceil(LOOK_AGAIN_S / ticks.every_s) * ticks.every_s
        looks_at = since + math.ceil((now - since) / every_s) * every_s
        return openings.next_open(looks_at)


def invited_at(talks: Sequence[Talk]) -> list[float]:
    """When somebody was invited; what waits to go out counts from when it was queued."""
    found = []
    for talk in talks:
        if talk.invited_at is not None:
            found.append(talk.invited_at)
        elif talk.state is InvitationState.OPEN:
            found.append(talk.queued_at)
    return found
