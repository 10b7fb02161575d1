"""Makes a scenario happen in a world, on the world's agenda.

Owns when each step is due. What a step does is done by those who own it: faults, service centre, exchange.
"""

from typing import TYPE_CHECKING

from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import Swap
from modem.emulator.journal import Faulted, Record, event_of
from modem.emulator.network.subscribers import Caller
from modem.emulator.scenario.model import Happening, Scenario, Step

if TYPE_CHECKING:
    from modem.emulator.modem import Modem
    from modem.emulator.world import World


class Player:
    """One performance of a scenario. ValueError if it names a modem that is not there."""

    def __init__(self, scenario: Scenario, world: "World", now: float) -> None:
        self._world = world
        self._scenario = scenario
        for step in scenario.steps:
            world.modem(step.modem)
            if step.when is not None and step.when.modem is not None:
                world.modem(step.when.modem)
            for fault in step.fault or ():
                if isinstance(fault, Swap):
                    world.modem(fault.other)
        if scenario.network is not None:
            world.change_network(scenario.network, now)
        self._watched: list[_Watch] = []
        if scenario.starts == "ready":
            self._start(now)
        else:
            world.on_first_terminal(self._start)

    def _start(self, start: float) -> None:
        for step in self._scenario.steps:
            if step.at_s is not None:
                self._plan(step, start + step.at_s)
            elif step.every_s is not None:
                self._repeat(step, start, 1)
            elif step.when is not None:
                self._watched.append(_Watch(step, step.when))
        if self._watched:
            self._world.journal.observe(self._heard)

    def _plan(self, step: Step, when: float) -> None:
        self._world.agenda.at(when, lambda now: self._do(step, now))

    def _repeat(self, step: Step, start: float, turn: int) -> None:
        assert step.every_s is not None
        passed = turn * step.every_s
        if (step.times is not None and turn > step.times) or (step.until_s is not None and passed > step.until_s):
            return

        def act(now: float) -> None:
            self._do(step, now)
            self._repeat(step, start, turn + 1)

        self._world.agenda.at(start + passed, act)

    def _heard(self, record: Record) -> None:
        for watch in self._watched:
            if watch.hears(record, self._world):
                self._plan(watch.step, record.at + watch.step.after_s)

    def _do(self, step: Step, now: float) -> None:
        """Let a step happen. What cannot be just now (a call to a modem that has one) is a line of the log."""
        modem = self._world.modem(step.modem)
        try:
            self._act(step, modem, now)
        except ValueError as impossible:
            self._world.journal.add(Faulted(now, modem.name, {"kind": "scenario", "failed": str(impossible)}))
        self._world.touch(modem)

    def _act(self, step: Step, modem: "Modem", now: float) -> None:
        world = self._world
        if step.network is not None:
            world.change_network(step.network, now)
        if step.clear_faults:
            modem.device.faults.clear()
        for fault in step.fault or ():
            inflict(world, modem, fault, now)
        if step.deliver is not None:
            world.centre.deliver(modem, step.deliver.sender, step.deliver.text, now)
        if step.call is not None:
            behaviour = Caller.model_validate(step.call.model_dump(exclude={"sender"}))
            world.exchange.call(modem, step.call.sender, now, behaviour)
        if step.ussd is not None:
            world.ussd.push(modem, step.ussd.text, step.ussd.wants_reply, now)
        if step.broadcast is not None:
            world.broadcast(step.broadcast.text, step.broadcast.mid, now)


class _Watch:
    """A step that waits for log lines: each time its event has happened `nth` times, it is due, `times` at most."""

    def __init__(self, step: Step, happening: Happening) -> None:
        self.step = step
        self._happening = happening
        self._seen = 0
        self._left = step.times or 1

    def hears(self, record: Record, world: "World") -> bool:
        """Whether this line is the one."""
        wanted = self._happening
        if not self._left or event_of(record) != wanted.event:
            return False
        if wanted.modem is not None and record.modem != world.modem(wanted.modem).name:
            return False
        self._seen += 1
        if self._seen % wanted.nth:
            return False
        self._left -= 1
        return True
