"""One box of a scenario in planning mode: `gateway.simulator.box` without the dialogue, the database and the daemon."""

from __future__ import annotations

import gc
import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from gateway import scriptfiles
from gateway.model import BarReason
from gateway.simulator import questions
from gateway.simulator.citizens import Citizens, Occasion
from gateway.simulator.dice import Dice
from gateway.simulator.intents import Shape
from gateway.simulator.measures.measures import Measures
from gateway.simulator.plan.calling import Calling
from gateway.simulator.plan.drawing import drawing
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.hearing import REMINDS_EVERY_S, Hearing, Reply
from gateway.simulator.plan.inviting import Inviting
from gateway.simulator.plan.lists import Lists
from gateway.simulator.plan.messages import ANY, Message
from gateway.simulator.plan.meter import Meter
from gateway.simulator.plan.openings import Days, Openings
from gateway.simulator.plan.readings import Readings
from gateway.simulator.plan.sending import Modem, Sending, never
from gateway.simulator.plan.talks import Person, Talk
from gateway.simulator.plan.tally import Tally
from gateway.simulator.plan.telephones import Telephones
from gateway.simulator.plan.texts import Texts
from gateway.simulator.plan.ticks import Ticks
from gateway.simulator.plan.troubles import Troubles
from gateway.simulator.running.boxes import name_of
from gateway.simulator.running.progress import Progress
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world.arrival import Arrival
from gateway.simulator.world.arrivals import arrivals
from gateway.simulator.world.offices import offices_of, services_of


class Stop(Protocol):
    """Tells that a run is to end before its time."""

    def is_set(self) -> bool: ...


def plan_box(scenario: Scenario, region: int, box: int, tell: Callable[[Progress], None], stop: Stop) -> Measures:
    """Live through the scenario in one box; regions and boxes count from 1.

    `tell` hears of every day that is over. After `stop` the period ends with the day that is being lived; what has
    begun comes to its end. Raises ConfigError for offices or a survey that cannot be used, SimulationError if the books
    do not balance at the end, which would be a mistake of the program.
    """
    with _without_collector():
        return _Box(scenario, region, box, tell, stop).live()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing here refers to itself for long, and looking through a million people for what does costs a third of the
    time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Box:
    def __init__(self, scenario: Scenario, region: int, box: int, tell: Callable[[Progress], None], stop: Stop) -> None:
        self._scenario = scenario
        self._name = name_of(scenario, region, box)
        self._tell = tell
        self._stop = stop
        seed = f"{scenario.seed}:{region}:{box}"
        offices = offices_of(scenario, region, box)
        self._offices = {office.code: office for office in offices}
        self._arrivals = arrivals(scenario, region, box, offices, services_of(scenario))
        self._zones = {office.time_zone: ZoneInfo(office.time_zone) for office in offices}
        calendars = {
            name: Days(datetime.combine(scenario.first_day, time(), zone)) for name, zone in self._zones.items()
        }
        self._calendar = calendars[offices[0].time_zone]
        begin = self._calendar.midnight(0)
        survey = scenario.box.survey
        self._openings = {name: Openings(survey.sending, zone, begin) for name, zone in self._zones.items()}
        self._lists = {name: Lists(scenario.visits.lists_at, zone) for name, zone in self._zones.items()}
        self._events = events = Events(begin)
        self._tally = Tally(begin, scenario.modems.count)
        self._modems = self._modems_of(scenario, seed)
        refused, dice = scenario.network.refused, Dice(seed, "plan", "refused")
        self._sending = Sending(
            events,
            self._modems,
            scenario.box.routing.failover_after_s,
            self._sent,
            self._failed,
            refuses=(lambda: dice.random() < refused) if refused else never,
            chance=Dice(seed, "plan", "pauses").random,
        )
        self._unread: dict[int, list[Reply]] = {}
        """What citizens have written to modems that are away."""
        until = self._calendar.midnight(scenario.days)
        Troubles(events, scenario, seed, until, self._sending, self._modems, self._away, self._back)
        ticks = Ticks(begin, scenario.box.tick_s)
        self._inviting = Inviting(events, survey, ticks, self._openings.__getitem__, self._invite, self._bar)
        self._citizens = Citizens.of(scenario.citizens, scenario.seed)
        script = scriptfiles.load(survey.script)
        self._calling = Calling(scenario, self._calendar, next(iter(self._zones)), events, self._opt_out)
        self._hearing = Hearing(
            events,
            survey,
            script,
            Texts(script, calendars),
            Readings(self._citizens),
            self._openings.__getitem__,
            Ticks(begin, max(REMINDS_EVERY_S, ticks.every_s)),
            self._sending,
            self._tally,
            self._inviting.free,
            self._calling.call_back,
        )
        self._telephones = Telephones(scenario.network, seed)
        self._knew: dict[str, int] = {}
        """The modems that people know who were forgotten otherwise."""
        self._invited: deque[tuple[float, Person]] = deque()
        self._validity_s = survey.reply_window_s
        self._people: dict[str, Person] = {}
        self._next: Arrival | None = next(self._arrivals, None)
        self._count = 0
        self._days = 0

    def live(self) -> Measures:
        self._events.at(self._events.now, self._begin_day, 0)
        self._events.run()
        self._hearing.expire_all()
        self._sending.invitations.close()
        self._sending.answers.close()
        found = self._tally.measures(
            self._days,
            self._name,
            self._sending.invitations,
            self._calendar,
            self._openings[next(iter(self._zones))],
        )
        self._calling.measure(found, self._calendar.midnight(self._days))
        return found

    # -- time passes ----------------------------------------------------------------------------------------------

    def _begin_day(self, day: int) -> None:
        """A day begins, or the period is over: people come, and what they are to be asked is put down."""
        if day:
            self._tell(Progress(self._name, day, self._scenario.days, 0))
        if day == self._scenario.days or (day and self._stop.is_set()):
            return
        self._days = day + 1
        midnight = self._calendar.midnight(day + 1)
        last = day + 1 == self._scenario.days
        self._forget(self._events.now - self._inviting.memory_s)
        visit = self._next
        while visit is not None and (last or visit.ended_at < midnight):
            self._visit(visit)
            visit = next(self._arrivals, None)
        self._next = visit
        self._events.at(midnight, self._begin_day, day + 1)

    def _visit(self, visit: Arrival) -> None:
        """An office writes a visit down: `gateway.intake` refuses a consent without a number to write to."""
        counts = self._tally.counts
        if not visit.consent:
            counts["visits"] += 1
            counts["no_consent"] += 1
            return
        if visit.phone is None:
            counts["refused"] += 1
            return
        counts["visits"] += 1
        office = self._offices[visit.office]
        known_at = self._lists[office.time_zone].known_at(visit.ended_at)
        due_at = max(known_at, math.floor(visit.ended_at) + self._scenario.box.survey.delay_s)
        person = self._people.get(visit.phone)
        if person is None:
            person = self._people[visit.phone] = Person(visit.phone, self._knew.get(visit.phone, ANY))
        person.expected += 1
        self._count += 1
        self._inviting.expect(Talk(self._count, visit, person, office, due_at), due_at)

    # -- what is decided, and what comes of it --------------------------------------------------------------------

    def _invite(self, talk: Talk) -> None:
        talk.person.expected -= 1
        self._invited.append((self._events.now, talk.person))
        self._hearing.invite(talk)

    def _bar(self, talk: Talk, reason: BarReason) -> None:
        talk.person.expected -= 1
        self._hearing.bar(talk, reason)

    def _sent(self, message: Message, modem: Modem) -> None:
        """The network has taken a part: it is on its way to a telephone."""
        now, tally = self._events.now, self._tally
        talk, _ = message.about
        person = talk.person
        person.knows = modem.index
        tally.sent(modem.index, modem.claimed_at, now)
        tally.counts["parts"] += 1
        talk.wrote(message.kind, modem.index, modem.claimed_at)
        if talk.invited_at is None and message.is_invitation:
            talk.handed_at = modem.claimed_at
            tally.counts["invited"] += 1
            tally.invited[talk.office.code] += 1
            self._hearing.invited(talk)
            self._telephones.ask(person, now)
        shows_at = self._telephones.shows_at(person, now)
        if shows_at > now + self._validity_s:
            message.unread = True
            if message.is_invitation and self._telephones.is_reported():
                fails_at = self._telephones.fails_at(person, now, self._validity_s)
                self._events.at(fails_at, self._hearing.undeliverable, talk)
        else:
            message.shown_at = max(message.shown_at, shows_at)
            if not self._telephones.is_reported():
                message.unreported = True
                tally.counts["unknown"] += modem.down > 0
        if not message.left:
            self._whole(message, modem)
            message.about = None  # nothing that is over refers to itself: no collector looks for it

    def _whole(self, message: Message, modem: Modem) -> None:
        """All parts of a message have gone out: it is read, and thought about, when the last one is there."""
        talk, text = message.about
        tally = self._tally
        tally.counts["texts"] += 1
        if message.is_invitation:
            tally.waits_s[round(self._events.now - talk.free_at)] += 1
        if message.unread:
            return
        if not message.unreported:
            talk.reached_at = min(talk.reached_at or math.inf, message.shown_at)
            if message.is_invitation:
                talk.arrived_at = message.shown_at
                tally.counts["delivered"] += 1
        question = questions.read(text)
        if question is None:
            return
        received_at = datetime.fromtimestamp(message.shown_at, self._zones[talk.office.time_zone])
        occasion = Occasion(talk.foreign_id, talk.mark, talk.stranger)
        intents = self._citizens.intents(question, talk.person.phone, received_at, occasion)
        if not intents:
            return
        for intent in intents:
            reply = Reply(talk.person, intent, modem.index)
            self._events.at(message.shown_at + intent.delay_s, self._write, reply)
        somebody = any(intent.shape is not Shape.MACHINE for intent in intents)
        if somebody and message.is_invitation and not talk.stranger:
            tally.truth[talk.office.code][talk.mark] += 1

    def _opt_out(self, person: Person) -> None:
        self._hearing.opt_out(person)

    def _failed(self, message: Message) -> None:
        """A message could not be sent at all."""
        talk, _ = message.about
        if message.is_invitation:
            self._hearing.undeliverable(talk)

    def _write(self, reply: Reply) -> None:
        """A citizen writes; a modem that is away gets it when it is back."""
        if self._modems[reply.modem].down:
            self._unread.setdefault(reply.modem, []).append(reply)
            return
        self._hearing.hear(reply)

    def _away(self, modem: Modem, until: float) -> None:
        begin = self._calendar.midnight(0)
        self._tally.away[modem.index].append((round(self._events.now - begin), round(until - begin)))

    def _back(self, modem: Modem) -> None:
        for reply in self._unread.pop(modem.index, ()):
            self._write(reply)

    # -- how it is built ------------------------------------------------------------------------------------------

    def _modems_of(self, scenario: Scenario, seed: str) -> list[Modem]:
        modems, zone, now = scenario.modems, ZoneInfo(scenario.box.routing.zone), self._events.now
        limits = modems.limits.as_limits()
        return [
            Modem(number, Meter(limits, zone, now), drawing(modems.submit, Dice(seed, "plan", "submit", number)))
            for number in range(modems.count)
        ]

    def _forget(self, before: float) -> None:
        """Forget people who were not heard of for so long that nothing depends on them any more."""
        invited = self._invited
        while invited and invited[0][0] < before:
            _, person = invited.popleft()
            last = person.talks[-1]
            if (
                last.queued_at < before
                and last.closes_at < self._events.now
                and not person.expected
                and not person.opted_out
            ):
                self._people.pop(person.phone, None)
                person.talks.clear()
                if self._scenario.modems.count > 1:
                    self._knew[person.phone] = person.knows
