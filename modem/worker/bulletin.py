"""What is told of one port: its state to the operator, each trouble and alarm to the desk, and nothing twice.

A modem may be looked for every minute for months, and a command that it refuses is refused at every start-up: only what
has changed is told. What is wrong, and what is done about it, is decided elsewhere.
"""

from __future__ import annotations

from modem.driver import Identity, Modem
from modem.worker.card import SIM
from modem.worker.desk import Desk, PortState, PortStatus
from modem.worker.radio import Radio
from modem.worker.recovery import Plan, Step

QUARANTINE = "quarantine"
"""The kind of the alarm."""


class Bulletin:
    """Tells the desk of one modem."""

    def __init__(self, name: str, modem: Modem, radio: Radio, desk: Desk) -> None:
        self.identity: Identity | None = None
        """The modem that was set up last, told with each state; None before it is known."""
        self.alarmed = True  # an earlier run may have left its alarm
        self._name = name
        self._modem = modem
        self._radio = radio
        self._desk = desk
        self._told: tuple[PortState, str] | None = None
        self._told_refused: set[str] = set()

    def state(self, state: PortState, trouble: str | None = None) -> None:
        """How the port stands; while it serves, with its network and why nothing is sent."""
        serving = state is PortState.SERVING
        operator, signal = (self._radio.operator, self._radio.signal) if serving else (None, None)
        hold = self._radio.reason if serving else None
        self._desk.status(PortStatus(self._name, state, self.identity, operator, signal, trouble, hold))

    def plan(self, plan: Plan) -> None:
        """What goes wrong and is being seen to, if it is not what was told last."""
        if plan.step is Step.QUARANTINE:
            state = PortState.QUARANTINED
        else:
            state = PortState.RECOVERING if self._modem.alive else PortState.LOST
        told, self._told = self._told, (state, plan.why)
        if told == self._told:
            return
        self.state(state, plan.why)
        if told is None or told[1] != plan.why:
            self._desk.trouble(self._name, plan.why, list(self._modem.history), plan.trouble.value)
        if state is PortState.QUARANTINED:
            self.alarmed = True
            self._desk.alarm(self._name, QUARANTINE, plan.why)

    def step_taken(self) -> None:
        """A step was taken and the modem goes on: the same trouble again is told again."""
        self._told = None

    def quarantine_over(self) -> None:
        """The modem is well: the alarm ends."""
        self.alarmed = False
        self._desk.alarm(self._name, QUARANTINE, None)

    def blocked(self, problem: str, kind: str) -> None:
        """The card wants a person. `kind` is that of the trouble, as in `Desk.trouble`."""
        self._desk.trouble(self._name, problem, list(self._modem.history), kind)
        self._desk.alarm(self._name, SIM, problem)
        self.state(PortState.BLOCKED, problem)

    def refused(self) -> None:
        """Each command after start-up that the modem does not take, once."""
        for sentence in self._modem.refused:
            if sentence not in self._told_refused:
                self._told_refused.add(sentence)
                self._desk.trouble(self._name, sentence, list(self._modem.history))
