"""Modems and network joined into one thing that runs on bytes and time alone.

Whoever has real ports, or virtual time, drives this: feed bytes in, advance the clock, carry out what
`take_output` gives for the modems in `touched`. Owns the routing of effects between a modem and the network;
everything random in it comes from `streams`, which gives a source of its own for every name.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from modem.emulator.agenda import Action, Agenda
from modem.emulator.codec.page import compose_pages, encode_page
from modem.emulator.device.commands.table import GENERIC
from modem.emulator.device.device import Device
from modem.emulator.device.effects import Answered, Dialled, HungUp, Keyed, UssdCancelled, UssdSent
from modem.emulator.device.memory import Slots
from modem.emulator.device.results import (
    Acknowledged,
    Commanded,
    CommandTable,
    Effect,
    Ready,
    Submitted,
)
from modem.emulator.device.sim import Sim
from modem.emulator.device.state import Identity, make_identity
from modem.emulator.faults.armed import ArmedFaults
from modem.emulator.faults.events import PortChange
from modem.emulator.faults.kinds import Fault
from modem.emulator.faults.weather import Weather
from modem.emulator.journal import Faulted, Journal, Traced
from modem.emulator.modem import Modem
from modem.emulator.network import changes
from modem.emulator.network.centre import ServiceCentre
from modem.emulator.network.changes import NetworkChange
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.exchange import Exchange
from modem.emulator.network.ussd import Ussd
from modem.emulator.profiles.profile import GENERIC_PROFILE, Profile
from modem.emulator.profiles.shaping import shape

if TYPE_CHECKING:
    from random import Random

IDENTITY = "identity"
"""The stream that modems and cards are made from."""

Streams = Callable[[str], "Random"]


class World:
    """Everything emulated in one process."""

    def __init__(
        self, streams: Streams, conditions: Conditions, journal: Journal, commands: CommandTable = GENERIC
    ) -> None:
        self.modems: list[Modem] = []
        self.touched: dict[Modem, None] = {}  # a dict for its order: the same input gives the same output
        self._talking: dict[Modem, None] = {}  # may have told the network something
        self.journal = journal
        self.agenda = Agenda()
        self.centre = ServiceCentre(conditions, journal, self.agenda, streams)
        self.exchange = Exchange(journal, self.agenda, conditions, self.centre.handset)
        self.port_changes: deque[PortChange] = deque()  # wishes for whoever has ports
        self._first_terminal: list[Action] = []
        self._issued = 0  # identities and cards so far
        self.ussd = Ussd(journal, self.agenda, self.centre.accounts, lambda: conditions.ussd)
        self._streams = streams
        self._commands = commands
        self._broadcasts = 0
        self._shaped: dict[int, tuple[Profile, CommandTable]] = {}

    def add_modem(self, name: str, profile: Profile = GENERIC_PROFILE, now: float = 0.0) -> Modem:
        """Put another modem, with a SIM of its own, into the network, and switch it on at `now`."""
        identity, sim = self._issue(profile)
        identity = replace(identity, **profile.maker.model_dump())

        def later(delay_s: float, action: Action) -> None:
            self.agenda.at(modem.device.now + delay_s, lambda then: self._run(modem, action, then))

        def record(fault: Fault, command: str | None) -> None:
            what = {"kind": fault.kind} | fault.model_dump(mode="json", exclude_defaults=True)
            self.journal.add(Faulted(modem.device.now, name, what, command))

        faults = ArmedFaults(self._streams(f"{name}:faults"), record)
        weather = Weather(faults, self._streams(f"{name}:weather"))
        rng = self._streams(f"{name}:profile")
        device = Device(identity, sim, self._commands_of(profile), later, faults, profile, rng)
        modem = Modem(name, device, weather, self.touch)
        self.modems.append(modem)
        self.centre.attach(modem)
        self.exchange.attach(modem)
        device.now = now
        device.clock.zone_quarters = self.centre.conditions.zone_quarters
        device.behaviour.power_up()
        return modem

    def change_card(self, modem: Modem) -> None:
        """Put another card into a modem: a new subscriber, with an empty memory."""
        _, card = self._issue(modem.device.profile)
        modem.device.slot.remove()
        modem.device.slot.insert(card)
        self.centre.attach(modem)

    def _issue(self, profile: Profile) -> tuple[Identity, Sim]:
        """An identity and a card that nobody else has."""
        self._issued += 1
        identity, card = make_identity(self._issued - 1, self._streams(IDENTITY))
        card.messages = Slots("SM", profile.memories.slots["SM"])
        return identity, card

    def _commands_of(self, profile: Profile) -> CommandTable:
        """The command table of a profile, made once for all modems of its kind."""
        if id(profile) not in self._shaped:
            self._shaped[id(profile)] = profile, shape(self._commands, profile)
        return self._shaped[id(profile)][1]

    def change_network(self, change: Mapping[str, object] | NetworkChange, now: float) -> None:
        """Change the network as `changes.apply` does. A new time zone is told to all modems (TS 22.042)."""
        before = self.centre.conditions.zone_quarters
        changes.apply(self.centre, change, now)
        zone = self.centre.conditions.zone_quarters
        for modem in self.modems if zone != before else ():
            modem.device.now = now
            self.touch(modem)
            modem.device.hear_zone(zone)

    def modem(self, name: str) -> Modem:
        """A modem by its name or its number; ValueError if there is none."""
        for number, modem in enumerate(self.modems):
            if name in (modem.name, str(number)):
                return modem
        raise ValueError(f"there is no modem {name}; give its number, counted from 0, or its name")

    def on_first_terminal(self, action: Action) -> None:
        """Do something as soon as a port is opened."""
        self._first_terminal.append(action)

    def touch(self, modem: Modem) -> None:
        """Have what this modem has to say looked at."""
        self.touched[modem] = None
        self._talking[modem] = None

    def _run(self, modem: Modem, action: Action, now: float) -> None:
        modem.device.now = now
        self.touch(modem)
        action(now)

    def feed(self, modem: Modem, data: bytes, now: float) -> None:
        """Bytes from the terminal of a modem."""
        if self.journal.traced:
            self.journal.add(Traced(now, modem.name, "rx", data))
        self.touch(modem)
        modem.device.feed(modem.weather.to_modem(data, now), now)
        self.settle_effects(now)

    def set_link(self, modem: Modem, is_open: bool, now: float) -> None:
        """A terminal opened or closed the port of a modem."""
        if is_open and self._first_terminal:
            waiting, self._first_terminal = self._first_terminal, []
            for action in waiting:
                action(now)
        self.touch(modem)
        if not is_open:
            modem.weather.forget()
        modem.device.set_link(is_open, now)
        self.settle_effects(now)

    def take_output(self, modem: Modem, now: float) -> bytes:
        """Bytes for the terminal of a modem, as one write; what a fault holds back is due later."""
        out = modem.weather.to_terminal(modem.device.take_output(), now)
        due = modem.weather.due
        if due is not None and (out or due != modem.weather_due):
            modem.weather_due = due
            self.agenda.at(due, lambda then: self.touch(modem))
        if out and self.journal.traced:
            self.journal.add(Traced(now, modem.name, "tx", out))
        return out

    def broadcast(self, text: str, mid: int, now: float) -> int:
        """Broadcast a new text in the cell of all modems under a message identifier; returns the number of pages.

        FieldError if it has more than 15 pages or the identifier more than two octets.
        """
        pages = compose_pages(text, mid, (self._broadcasts + 1) % 1024 << 4)  # message code (23.041 §9.4.1.2.1)
        self._broadcasts += 1
        for page in pages:
            for modem in self.modems:
                modem.hear_page(encode_page(page), now)
        self.settle_effects(now)
        return len(pages)

    def next_due(self) -> float | None:
        """When `advance` has something to do; None if nothing is going on."""
        return self.agenda.next_due()

    def advance(self, now: float) -> None:
        """Let time pass up to `now`."""
        self.agenda.advance(now, self.settle_effects)
        self.settle_effects(now)

    def settle_effects(self, now: float) -> None:
        """Pass on what modems told the network while it was at work."""
        while self._talking:
            modem = next(iter(self._talking))
            del self._talking[modem]
            self._route(modem, now)

    def _route(self, modem: Modem, now: float) -> None:
        """Carry effects to the network until there are none: it may answer at once and cause the next ones."""
        while (effect := modem.device.take_effect()) is not None:
            self._carry(modem, effect, now)

    def _carry(self, modem: Modem, effect: Effect, now: float) -> None:
        match effect:
            case Submitted():
                self.centre.submit(modem, effect, now)
            case Commanded(command, mr):
                self.centre.command(modem, mr, command, now)
            case Acknowledged(ok):
                self.centre.acknowledged(modem, ok, now)
            case Ready():
                self.centre.ready(modem, now)
            case Dialled(number, withheld):
                self.exchange.dial(modem, number, withheld, now)
            case Answered():
                self.exchange.answer(modem, now)
            case HungUp(cause):
                self.exchange.hang_up(modem, cause, now)
            case Keyed(key):
                self.exchange.key(modem, key, now)
            case UssdSent(text):
                self.ussd.sent(modem, text, now)
            case UssdCancelled():
                self.ussd.cancelled(modem, now)
