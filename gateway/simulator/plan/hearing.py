"""What a reply does: whose it is (`gateway.attribution`), what it means (`gateway.replies`), what follows from it
(`gateway.survey`), carried out as `gateway.listening` and `gateway.conversations` do, with nothing written down.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from gateway.conversations import held
from gateway.model import BarReason, Conversation, InvitationState, Meaning, MessageKind
from gateway.script import Script
from gateway.settings import SurveySection
from gateway.simulator.intents import Intent
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.messages import Message
from gateway.simulator.plan.openings import Openings
from gateway.simulator.plan.readings import Readings
from gateway.simulator.plan.sending import Sending
from gateway.simulator.plan.talks import First, Person, Talk
from gateway.simulator.plan.tally import Tally
from gateway.simulator.plan.texts import Texts
from gateway.simulator.plan.ticks import Ticks
from gateway.simulator.plan.whose import whose
from gateway.survey import (
    CallBack,
    Close,
    Effect,
    Event,
    Late,
    OptOut,
    Rate,
    Remind,
    Replied,
    Send,
    Silence,
    Undeliverable,
    advance,
)
from gateway.survey.hearing import standing

REMINDS_EVERY_S = 20.0
"""As `gateway.jobs`: how often the box looks whom to remind, if it ticks so often."""
_OPEN, _EXPIRED = InvitationState.OPEN, InvitationState.EXPIRED
_WHILE_OPEN = frozenset(
    {MessageKind.INVITE, MessageKind.QUESTION, MessageKind.REPROMPT, MessageKind.REMINDER, MessageKind.HELP}
)
_ASKING = _WHILE_OPEN - {MessageKind.HELP}


class Reply(NamedTuple):
    """A text that a citizen sends to a modem of ours."""

    person: Person
    intent: Intent
    modem: int


class Hearing:
    """All conversations of a box, from the invitation to the end."""

    def __init__(
        self,
        events: Events,
        survey: SurveySection,
        script: Script,
        texts: Texts,
        readings: Readings,
        openings: Callable[[str], Openings],
        reminds: Ticks,
        sending: Sending,
        tally: Tally,
        on_free: Callable[[Person], None],
        on_call_back: Callable[[Talk], None],
    ) -> None:
        self._events = events
        self._settings = held(survey, script)
        self._first = script.asks[0]
        self._window_s = survey.reply_window_s
        self._remind_s = survey.reminder_s
        self._texts = texts
        self._readings = readings
        self._openings = openings
        self._reminds = reminds
        self._sending = sending
        self._tally = tally
        self._on_free = on_free
        self._on_call_back = on_call_back
        self._closing: deque[tuple[float, Talk]] = deque()
        self._known: dict[int, tuple[InvitationState, tuple[Effect, ...]]] = {}
        """What follows from a first reply, by its meaning."""

    # -- invitations ----------------------------------------------------------------------------------------------

    def invite(self, talk: Talk) -> None:
        """Begin: `Due` in the state machine, with what it does to the person's conversations that have ended."""
        now, person = self._events.now, talk.person
        for other in person.talks:
            if other.state is _EXPIRED:
                other.closes_at = min(other.closes_at, now)
        person.talks.append(talk)
        talk.state, talk.queued_at, talk.closes_at = InvitationState.OPEN, now, now + self._window_s
        self._tally.may_send(talk.free_at)
        self._say(talk, MessageKind.INVITE, self._first, None)

    def bar(self, talk: Talk, reason: BarReason) -> None:
        """End an invitation before it goes out."""
        del reason  # barred is barred: the measures tell no reasons
        talk.state, talk.closes_at = InvitationState.BARRED, -math.inf
        self._tally.counts["barred"] += 1

    def invited(self, talk: Talk) -> None:
        """The first part of the invitation has gone out: the reply time runs."""
        now = self._events.now
        talk.invited_at = now
        if talk.state is InvitationState.OPEN:
            talk.closes_at = now + self._window_s
            self._closing.append((talk.closes_at, talk))
            if self._remind_s is not None:
                self._events.at(self._reminds.next(now + self._remind_s), self._remind, talk)

    def undeliverable(self, talk: Talk) -> None:
        """A part of the invitation has failed for good."""
        if talk.state is InvitationState.OPEN:
            self._happen(talk, self._spoken(talk), Undeliverable())

    def expire(self) -> None:
        """End the conversations whose reply window has passed."""
        now, closing = self._events.now, self._closing
        while closing and closing[0][0] <= now:
            closes_at, talk = closing.popleft()
            if talk.state is not InvitationState.OPEN or talk.closes_at > closes_at:
                continue
            if talk.conversation is None and talk.first is None:  # nobody has written: as `Silence` would have it
                talk.state = _EXPIRED
                self._tally.counts["expired"] += 1
                self._withdraw(talk)
            else:
                self._happen(talk, self._spoken(talk), Silence())

    def expire_all(self) -> None:
        """Nothing happens any more but that time passes until the last conversation has ended."""
        while self._closing:
            self._events.now = max(self._events.now, self._closing[0][0])
            self.expire()

    # -- replies --------------------------------------------------------------------------------------------------

    def hear(self, reply: Reply) -> None:
        """A text has come in."""
        self.expire()
        person, now = reply.person, self._events.now
        person.knows = reply.modem
        sent_at = float(math.floor(now))  # service centres give whole seconds
        talk, late = whose(person, sent_at, now, reply.modem)
        conversation: Conversation | None = None
        if talk is None:
            meaning, parts = self._readings.read(reply.intent, (), ())
        elif _is_first(talk, now):
            meaning, parts = self._readings.read(reply.intent, self._first, talk.said)
        else:
            conversation = self._spoken(talk)
            meaning, parts = self._readings.read(reply.intent, standing(conversation, _moment(sent_at)), talk.said)
        self._tally.replies[meaning.cls.value] += 1
        self._tally.counts["inbound"] += parts
        if meaning.opt_in:
            self._opt_in(person)
        elif talk is not None:
            self._reply(talk, conversation, meaning, sent_at, late)
        elif meaning.opt_out:
            self.opt_out(person)

    def opt_out(self, person: Person) -> None:
        """Never write to this person again: what waits or has not gone out is barred."""
        if person.opted_out:
            return
        person.opted_out = True
        self._tally.counts["opted_out"] += 1
        for talk in (*person.talks, *person.wait):
            if talk.state is InvitationState.DUE or (talk.state is InvitationState.OPEN and talk.invited_at is None):
                self.bar(talk, BarReason.OPTED_OUT)
            self._withdraw(talk)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _opt_in(self, person: Person) -> None:
        if person.opted_out:
            person.opted_out = False
            self._tally.counts["opted_out"] -= 1

    def _reply(
        self, talk: Talk, conversation: Conversation | None, meaning: Meaning, sent_at: float, late: bool
    ) -> None:
        if not talk.written:
            talk.written = True
            if talk.invited_at is not None:
                self._tally.delays_min[int(max(0.0, sent_at - talk.invited_at) // 60)] += 1
        if conversation is None:
            effects = self._begin(talk, First(meaning, sent_at, self._events.now))
        else:
            effects = self._happen(talk, conversation, Replied(meaning, _moment(sent_at)), sent_at)
        if late or Late() in effects:
            self._tally.counts["late"] += 1
        elif not talk.heard:
            talk.heard = True
            self._tally.counts["replied"] += 1

    def _remind(self, talk: Talk) -> None:
        """Remind somebody who is silent, in an opening of the window: `Outbox.remind_silent`."""
        now, person = self._events.now, talk.person
        opens_at = self._openings(talk.office.time_zone).next_open(now)
        if opens_at > now:
            self._events.at(self._reminds.next(opens_at), self._remind, talk)
        elif talk.state is InvitationState.OPEN and not person.opted_out:
            self._happen(talk, self._spoken(talk), Remind())

    def _begin(self, talk: Talk, first: First) -> tuple[Effect, ...]:
        """Let somebody reply for the first time. What follows from that hangs on the meaning alone, unless it ends the
        reply time; so it is worked out once for each."""
        known = self._known.get(id(first.meaning))
        if known is None:
            fresh, event = talk.spoken(self._first), Replied(first.meaning, _moment(first.sent_at))
            after, effects = advance(fresh, event, _moment(first.heard_at), self._settings)
            if after.closes_at != fresh.closes_at:
                return self._happen(talk, fresh, event, first.sent_at)
            known = self._known[id(first.meaning)] = after.state, effects  # readings keep their meanings for ever
        state, effects = known
        talk.first = first
        self._become(talk, state, effects, first.sent_at)
        return effects

    def _spoken(self, talk: Talk) -> Conversation:
        """What a conversation is by now."""
        first = talk.first
        if first is not None:
            talk.first, event = None, Replied(first.meaning, _moment(first.sent_at))
            fresh = Conversation(_OPEN, _moment(talk.closes_at), self._first, outgoing=1)
            talk.conversation, _ = advance(fresh, event, _moment(first.heard_at), self._settings)
        return talk.spoken(self._first)

    def _happen(
        self, talk: Talk, conversation: Conversation, event: Event, heard_at: float | None = None
    ) -> tuple[Effect, ...]:
        """Let something happen to a conversation and carry out what follows: `Conversations.happen`."""
        after, effects = advance(conversation, event, _moment(self._events.now), self._settings)
        talk.conversation = after
        if after.closes_at != conversation.closes_at:  # else it keeps its fractions of microseconds
            talk.closes_at = -math.inf if after.closes_at is None else after.closes_at.timestamp()
        self._become(talk, after.state, effects, heard_at)
        return effects

    def _become(self, talk: Talk, state: InvitationState, effects: tuple[Effect, ...], heard_at: float | None) -> None:
        """A conversation is in another state now, and has these effects."""
        person, was_open = talk.person, talk.state is _OPEN
        if state is not talk.state:
            self._tally.counts["expired"] += (state is _EXPIRED) - (talk.state is _EXPIRED)
            talk.state = state
        for effect in effects:
            match effect:
                case Send(kind=kind, asks=asks):
                    self._say(talk, kind, asks, heard_at)
                case Rate(overall=overall):
                    self._tally.rate(talk.office.code, talk.rated, overall, is_first=not effect.corrected)
                    talk.rated = overall
                case OptOut():
                    self.opt_out(person)
                case CallBack():
                    self._on_call_back(talk)
                case Close() | Late():
                    pass  # they are in the state, and counted by whoever caused the event
        if effects:
            self._withdraw(talk)
        if was_open and talk.state is not _OPEN and person.wait:
            self._on_free(person)

    def _say(self, talk: Talk, kind: MessageKind, asks: tuple[str, ...], heard_at: float | None) -> None:
        """Queue a message, to go when it may: `Conversations._queue`."""
        now, person = self._events.now, talk.person
        text, parts = self._texts.said(kind, asks, talk.office, talk.visited_at)
        talk.said = (text, *talk.said)
        if kind is MessageKind.QUESTION:
            talk.asked_at = None
        openings, sending = self._openings(talk.office.time_zone), self._sending
        opens_at, until = openings.span(kind, now, heard_at)
        message = Message(kind, parts, sending.lane_of(person.knows), (talk, text), until, openings)
        talk.messages.append(message)
        if opens_at > now:
            self._events.at(opens_at, sending.put, message)
        else:
            sending.put(message, talk.free_at if kind is MessageKind.INVITE else now)

    def _withdraw(self, talk: Talk) -> None:
        """Take out what is not wanted any more of a conversation that has gone on: `gateway.store.outbox`."""
        person, messages = talk.person, talk.messages
        for message in messages:
            if message.left:
                break
        else:
            messages.clear()
            return
        last = next((one for one in reversed(messages) if one.kind in _ASKING), None)
        for message in messages:
            over = message.kind in _WHILE_OPEN and talk.state is not InvitationState.OPEN
            superseded = message.kind in _ASKING and message is not last and not message.has_begun
            unwanted = (message.kind is not MessageKind.FAREWELL) is person.opted_out
            if message.left and (over or superseded or unwanted):
                self._sending.withdraw(message)
        talk.messages = [message for message in messages if message.left and not message.gone]


def _is_first(talk: Talk, now: float) -> bool:
    """Whether nobody has replied yet, and may."""
    return talk.conversation is None and talk.first is None and talk.state is _OPEN and now < talk.closes_at


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
