"""A week of a box: the daemon on its network, with people, offices, operators and troubles around it.

Everybody lives by the clock of the week; what they have in mind is in the box's `Memory`, from which a week begins and
into which it ends.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from gateway import pseudonyms, scriptfiles
from gateway.callbackdesk import CallbackDesk
from gateway.conversations import Conversations
from gateway.dispatch import Dispatch
from gateway.simulator.box.centre import Centre
from gateway.simulator.box.lists import Lists
from gateway.simulator.box.memory import Memory
from gateway.simulator.box.people import People
from gateway.simulator.box.premises import SOURCE, Premises
from gateway.simulator.box.telephones import Telephones
from gateway.simulator.box.troubles import Troubles
from gateway.simulator.box.weather import conditions
from gateway.simulator.box.wire import wire_up
from gateway.simulator.box.witness import Witness
from gateway.simulator.citizens import Citizens
from gateway.simulator.dice import Dice
from gateway.store import simulated
from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import AnyArmed, AnyEvent
from modem.emulator.profiles import catalogue
from scheduler.onethread import OneThreadClock

_DAY_S = 86_400.0
_SOON_S = 120.0


class Week:
    """Use as a context manager: the daemon runs in between."""

    def __init__(self, premises: Premises, memory: Memory, lists: Lists) -> None:
        scenario, seed = premises.scenario, premises.seed
        self._premises = premises
        self._memory = memory
        self._lists = lists
        self._open = ExitStack()
        start = datetime.fromtimestamp(memory.now, UTC)
        clock = OneThreadClock(start)
        self.centre = Centre(
            premises.settings,
            clock,
            seed,
            era=str(memory.week),
            profiles=(catalogue.load(scenario.modems.profile),),
            wire=self._open.enter_context(wire_up(premises, memory.week, clock)),
            durable=False,
            keeps=False,
            tick_s=scenario.box.tick_s,
        )
        world = self.centre.world
        world.change_network(conditions(scenario, premises.zone, start), memory.now)
        self._telephones = Telephones(scenario.network, seed, memory.off, world.centre.set_handset)
        self._troubles = Troubles(scenario, seed, memory.ahead, premises.end.timestamp(), self._inflict)
        survey = premises.settings.survey
        keeps_s = survey.delay_s + (survey.invite_within_s or 366 * _DAY_S) + survey.reply_window_s
        citizens = Citizens.of(scenario.citizens, scenario.seed)
        self._people = People(memory.minds, citizens, premises.offices, world.centre.write, keeps_s)
        witness = Witness(memory.seen, pseudonyms.load(premises.settings.database))
        for inhabitant in (lists, self._people, self._telephones, self._troubles, memory.operators):
            if inhabitant is not None:
                self.centre.clock.add(inhabitant)
        world.centre.on_received(self._people.receive)
        world.journal.observe(self._telephones.hear)
        world.journal.observe(witness.hear)
        lists.attend(self._people.remember, lambda path: self.centre.take_visits(path, SOURCE))

    def __enter__(self) -> Self:
        memory, world = self._memory, self.centre.world
        with self._open:
            self._open.enter_context(self.centre)
            self._telephones.restore(memory.now)
            for modem, reference in zip(world.modems, memory.references, strict=False):
                modem.device.sim.next_mr = reference
            for held in memory.held:
                world.centre.take_over(held, memory.now)
            if memory.operators is not None:
                memory.operators.attend(lambda: self.centre.beside, self._conversations())
            if not memory.week:
                self._troubles.begin(memory.now)
            self._troubles.arm(memory.now)
            self.centre.start()
            self._open = self._open.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if kind is None:
                self.centre.stop()
                memory, world = self._memory, self.centre.world
                memory.now = self.centre.clock.monotonic()
                memory.references = [modem.device.sim.next_mr for modem in world.modems]
                memory.held = list(world.centre.store)
                memory.week += 1

    def live_until(self, moment: float) -> None:
        """Let time pass."""
        self.centre.live_until(moment)

    def is_quiet(self) -> bool:
        """Whether nothing is on the way but what waits for telephones that are off."""
        clock, network = self.centre.clock, self.centre.world.centre
        answers_at = self._people.next_at()
        return (
            network.is_quiet()
            and self._troubles.are_over(clock.monotonic())
            and (answers_at is None or answers_at > clock.monotonic() + _SOON_S)
            and not simulated.is_busy(self.centre.beside, clock.now())
        )

    def is_settled(self) -> bool:
        """Whether nothing is left to come."""
        operators = self._memory.operators
        return (
            self._lists.next_at() is None
            and self._people.next_at() is None
            and (operators is None or not operators.have_work())
            and not len(self.centre.world.centre.store)
            and not simulated.unsettled(self.centre.beside)
        )

    def _inflict(self, number: int, fault: AnyArmed | AnyEvent, now: float) -> None:
        inflict(self.centre.world, self.centre.modem(number), fault, now)

    def _conversations(self) -> Conversations:
        """Those of the operators, who write beside the daemon."""
        settings, now = self._premises.settings, self.centre.clock.now()
        chance = Dice(self._premises.seed, "operators", self._memory.week).random
        dispatch = Dispatch(settings.modems, settings.routing, now, chance)
        script = scriptfiles.load(settings.survey.script)
        return Conversations(settings.survey, script, dispatch, CallbackDesk(settings.callbacks))
