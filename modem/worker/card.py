"""The card in a modem: whether it is still the same, still open, and still knows its service centre.

Counters, limits and delivery reports belong to a SIM, so parts that were claimed for one are never submitted on
another: a card that has changed ends the service of this one. A card that no program can open (no PIN, PUK, absent,
broken) is waited for with the port held and nothing said but AT+CPIN? and the question for its number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from modem.dialogues import centre, sim
from modem.driver import Identity, Modem
from modem.errors import CardChanged, CommandRefused, SimBusy, SimNotReady
from modem.events import Notice
from modem.link import Clock
from modem.worker.bell import Bell
from modem.worker.desk import Desk, PortSettings

SIM, SERVICE_CENTRE = "sim", "service centre"
"""Kinds of alarms."""

TRY_AGAIN_S = 300.0
"""After which a card that was refused for its own fault, and says all the same that it is ready, is tried again."""

_BUSY_S = 5.0
# What modems say when a card comes, goes or is ready: SIMCom and Quectel, Quectel, Huawei, SIMCom.
_OF_THE_CARD = re.compile(r"\+CPIN|\+QUSIM|\^SIMST|\+CSMINS")


class CardWatch:
    """A `Watch` over the card: asked for at each sweep, and whenever the modem speaks of it."""

    def __init__(self, settings: PortSettings, modem: Modem, desk: Desk, clock: Clock) -> None:
        self._settings = settings
        self._modem = modem
        self._desk = desk
        self._clock = clock
        self._sim = ""
        self._centre_alarm: str | None = ""  # an earlier run may have left one
        self.due_at = 0.0

    def start(self, identity: Identity) -> None:
        self._sim = identity.sim
        self._desk.alarm(self._settings.name, SIM, None)
        self._look_at_centre()
        self.due_at = self._clock.monotonic() + self._settings.sweep_s

    def hear(self, notice: Notice) -> None:
        if _OF_THE_CARD.match(notice.text):
            self.due_at = self._clock.monotonic()

    def act(self) -> None:
        """Raises CardChanged for another card, SimNotReady for one that cannot be used any more."""
        self.due_at = self._clock.monotonic() + self._settings.sweep_s
        name = self._settings.name
        try:
            state = sim.pin_state(self._modem)
            if state != sim.READY:
                raise CardChanged(f"The SIM in {name} is no longer open; it says {state}.")
            number = self._modem.card.number()
        except SimBusy:
            self.due_at = self._clock.monotonic() + _BUSY_S
            return
        if number != self._sim:
            raise CardChanged(f"The SIM in {name} is another one now: {number}, and it was {self._sim}.")
        self._look_at_centre()

    def _look_at_centre(self) -> None:
        """Raise the alarm for a centre that is not known; set it where the configuration knows it."""
        wanted, found = self._settings.smsc, centre.read(self._modem)
        if found is None:
            return
        name = self._settings.name
        if wanted is not None and not centre.same(found, wanted):
            try:
                centre.write(self._modem, wanted)
            except CommandRefused as problem:
                self._alarm(f"{name} does not take the service centre {wanted}: {problem}")
                return
            was = found or "empty"
            text = f"The service centre of {name} was {was}; it has been set to {wanted}, as smsc says."
            self._desk.trouble(name, text, list(self._modem.history))
        elif not found:
            self._alarm(f"{name} has lost the number of its service centre and cannot send; set smsc for this modem.")
            return
        self._alarm(None)

    def _alarm(self, text: str | None) -> None:
        if text != self._centre_alarm:
            self._centre_alarm = text
            self._desk.alarm(self._settings.name, SERVICE_CENTRE, text)


def await_change(modem: Modem, clock: Clock, bell: Bell, every_s: float, stopping: Callable[[], bool]) -> None:
    """Return when the card says something else than now, or is another one. Raises PortLost or Silent.

    One that says it is ready was blamed for what may be over by itself: it is tried again after a while.
    """
    before = _look_of(modem)
    try_at = clock.monotonic() + TRY_AGAIN_S if before is not None and before[0] == sim.READY else math.inf
    while not stopping() and clock.monotonic() < try_at:
        until = min(try_at, clock.monotonic() + (_BUSY_S if before is None else every_s))
        while not stopping() and clock.monotonic() < until and not _spoke_of_card(modem):
            if clock.wait((modem, bell), until):
                bell.clear()
                modem.poll()
        if _look_of(modem) != before:
            return


def _spoke_of_card(modem: Modem) -> bool:
    """Whether one of the notices is of the card. What they point at is found by the next sweep: messages are kept."""
    spoke = any(_OF_THE_CARD.match(notice.text) for notice in modem.notices)
    messages = [notice for notice in modem.notices if notice.body is not None]
    modem.notices.clear()
    modem.notices.extend(messages)
    return spoke


def _look_of(modem: Modem) -> tuple[str, str | None] | None:
    """What can be seen of a card without touching its PIN; None while it is busy."""
    try:
        state = sim.pin_state(modem)
    except SimBusy:
        return None
    except SimNotReady as problem:
        state = str(problem)
    return state, modem.card.iccid()
