"""One modem: bytes from the terminal in, bytes for it out, and what the network has to be told.

Owns what a modem is (identity, SIM, settings, memories) and what happens to it: a terminal comes and goes, the network
answers, it starts anew. How it talks is the dialogue's; what a command does is in the command table.

Time comes in as `now` (seconds since the epoch). Nothing here is random and nothing waits.
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from modem.emulator.agenda import Action
from modem.emulator.device.calls import Telephone
from modem.emulator.device.clock import Clock
from modem.emulator.device.dialogue import Dialogue
from modem.emulator.device.indicators import Indicators
from modem.emulator.device.memory import Memory, change_card, make_memories
from modem.emulator.device.messagelines import View
from modem.emulator.device.notices import Notice, Notices
from modem.emulator.device.packet import Context
from modem.emulator.device.phonebook import PhoneBook, device_books
from modem.emulator.device.registration import DOMAINS, E_UTRAN, GSM, Registration, Stat
from modem.emulator.device.results import Acknowledged, AtError, CommandTable, Effect, Ready
from modem.emulator.device.sim import Sim, SimState, Slot
from modem.emulator.device.state import Identity, MessageProfile
from modem.emulator.device.ussd import UssdClient
from modem.emulator.faults.armed import ArmedFaults
from modem.emulator.profiles.behaviour import Behaviour
from modem.emulator.profiles.profile import Profile

if TYPE_CHECKING:
    from random import Random

Later = Callable[[float, Action], None]
"""Do something after so many seconds; the world sees to it that what it leads to is written."""


class Device:
    """A modem with its SIM. Whoever drives it calls `feed` and the like, then `take_output` and `take_effect`."""

    def __init__(
        self,
        identity: Identity,
        sim: Sim,
        commands: CommandTable,
        later: Later,
        faults: ArmedFaults,
        profile: Profile,
        rng: "Random",
    ) -> None:
        self.later = later
        self.faults = faults
        self.identity = identity
        self.slot = Slot(sim, self._card_changed)
        self.card_state = self.slot.state
        self.registration = Registration(
            card=self.card_state is SimState.READY, act=E_UTRAN if profile.lte else GSM, tells_act=profile.lte
        )
        self.profile = profile
        self.manner = profile.manner()
        self.behaviour = Behaviour(self, profile, rng)
        self.stored = [profile.settings(), profile.settings()]  # what AT&W0 and AT&W1 keep; a start takes the first
        self.settings = self.stored[0].copy()
        self.telephone = Telephone(self)
        self.ussd = UssdClient(self)
        self.commands = commands
        self.layout = layout = profile.memories.layout()
        self.memories = make_memories(sim.messages, layout)
        self.cpms = list(layout.chosen)  # <mem1>, <mem2>, <mem3> outlive ATZ (27.005 §3.2.2 keeps them apart)
        full = profile.notices.memory_full
        self.full_notice = full and full.text  # said when reception fills `{memory}`, by devices that say so
        self.message_profiles: dict[int, MessageProfile] = {}  # +CSAS, in non-volatile memory
        self.pages_heard: list[bytes] = []  # heads of broadcast pages, to know a repetition
        self.link_used_s = 0.0  # when the last send command was answered (+CMMS)
        self.cpbs = "SM"
        self.phonebooks = device_books()  # besides those on the card
        self.cfun = 1
        self.battery_percent = 100
        self.powered = True  # false while it is unplugged
        self.link_open = False
        self.clock = Clock()
        self.indicators = Indicators(self)
        self.contexts: dict[int, Context] = {}  # +CGDCONT, in non-volatile memory
        self.refused = False  # a message was turned away: say Ready as soon as that may change
        self.now = 0.0
        self.notices = Notices()
        self.dialogue = Dialogue(self)
        self._effects: deque[Effect] = deque()

    # What the terminal does.

    def feed(self, data: bytes, now: float) -> None:
        """Take bytes from the terminal."""
        self.now = now
        self.dialogue.feed(data)

    def set_link(self, is_open: bool, now: float) -> None:
        """The terminal opened or closed the port. Closing ends a text entry and forgets half a line (like DTR)."""
        self.now = now
        if is_open and not self.link_open:
            self.link_open = True
            self.dialogue.terminal_came()
            self.behaviour.terminal_came()
            self.may_receive()
        elif not is_open and self.link_open:
            self.link_open = False
            self.telephone.terminal_left()
            self.dialogue.terminal_left()
            self.behaviour.terminal_left()
            self.notices.terminal_left()

    def take_output(self) -> bytes:
        """Bytes to write now: responses, and notices if the line is free."""
        mode, _, _, ind, _ = self.settings.cmer
        if ind and mode and self.link_open:
            for text in self.indicators.changes():
                self.notify(text)
        return self.dialogue.take_output()

    def take_effect(self) -> Effect | None:
        """The next thing the network has to know, in order."""
        return self._effects.popleft() if self._effects else None

    # What the network does.

    def settle(self, result: int | AtError, now: float, mr: int | None = None) -> None:
        """End the wait for a call, or for the submit of reference `mr`: the reference, or the error of its refusal."""
        self.now = now
        if mr is not None:
            self.link_used_s = now
        self.dialogue.settle(result, mr)

    def notify(self, text: str) -> None:
        """Queue a notice that is of use only to a terminal that is there."""
        if self.link_open:
            self.notices.add(text)

    def notify_message(self, notice: Notice) -> bool:
        """Queue a notice of +CNMI, as its <mode> says; False if that discards it."""
        return self.notices.add_of_message(notice, self.settings.cnmi[0], self.link_open)

    def due_notices(self) -> list[str]:
        """What is to be written now that the line is free."""
        texts = self.notices.take(self.settings.cnmi[0])
        if self.notices.room_again():
            self.later(0.0, lambda now: self.may_receive())
        return texts

    def fills(self, memory: Memory) -> None:
        """Say that a memory is full, if it is and this kind of device says so."""
        if self.full_notice and memory.used == memory.capacity and self.behaviour.tells_full:
            self.notify(self.full_notice.format(memory=memory.name))

    # What happens to the modem.

    def restart(self) -> None:
        """Start anew, as after a loss of power: settings are the stored ones, what was going on is forgotten."""
        self.leave_network()
        self.settings = self.stored[0].copy()
        self.slot.restart()
        self.cpms = list(self.layout.chosen)
        self.cpbs = "SM"
        self.set_functionality(1)
        self.clock = Clock(zone_quarters=self.clock.zone_quarters)
        if self.notices.awaited is not None and self.notices.awaited.network_waits:
            self.refused = True
            self.tell(Acknowledged(ok=False))
        self.dialogue.restart()
        self.notices = Notices()
        self.may_receive()
        self.behaviour.power_up()

    def leave_network(self) -> None:
        """The network is gone: calls and USSD sessions are over."""
        self.telephone.detach()
        self.ussd.cancel()

    def set_registration(self, stat: Stat | int) -> None:
        """Change what the network grants: <stat> of 27.007 §7.2, 0 to 5. ValueError for any other number."""
        self.registration.offered = Stat(stat)
        self.registration_changed()

    def hear_zone(self, zone_quarters: int) -> None:
        """The network tells the time and its zone (TS 22.042); +CTZU takes it over, +CTZR reports another zone."""
        settings = self.settings
        changed = zone_quarters != self.clock.zone_quarters
        if settings.ctzu:
            self.clock.correct(zone_quarters)
        if changed and settings.ctzr == 1:
            self.notify(f'+CTZV: "{zone_quarters:+03d}"')
        elif changed and settings.ctzr:
            local = Clock(zone_quarters=zone_quarters).local(self.now)
            self.notify(f'+CTZE: "{zone_quarters:+03d}",0,"{local:%Y/%m/%d,%H:%M:%S}"')

    # What handlers need.

    @property
    def sim(self) -> Sim:
        """The card that is in the slot, or was there last."""
        return self.slot.card

    @property
    def books(self) -> dict[str, PhoneBook]:
        """Every phone book by the name of its storage (27.007 §8.11): the card's and the device's."""
        card = self.sim
        return {"SM": card.contacts, **self.phonebooks, "FD": card.fixed, "ON": card.own}

    @property
    def contacts(self) -> list[PhoneBook]:
        """The books that can be read now and name people."""
        me = self.phonebooks["ME"]
        return [self.sim.contacts, me] if self.card_state is SimState.READY else [me]

    def set_functionality(self, fun: int) -> None:
        """+CFUN=<fun>: the radio is on with 1 only."""
        self.cfun = fun
        self.registration.radio = fun == 1
        self.registration_changed()

    def registration_changed(self) -> None:
        """Tell the terminal, if it wants to know, and the network, which may have something for this modem."""
        levels = {domain: getattr(self.settings, domain[1:].lower()) for domain in DOMAINS}
        for text in self.registration.notices(levels):
            self.notify(text)
        if self.registration.served:
            self.may_receive()
        else:
            self.leave_network()

    def _card_changed(self) -> None:
        state = self.slot.state
        if state is self.card_state:
            return
        self.card_state = state
        if self.memories["SM"] is not self.sim.messages:
            self.memories = change_card(self.memories, self.sim.messages)
        if state in self.identity.card_notices:
            self.notify(self.identity.card_notices[state])
        self.registration.card = state is SimState.READY
        self.registration_changed()

    def tell(self, effect: Effect) -> None:
        """Queue a fact for the network."""
        self._effects.append(effect)

    def may_receive(self) -> None:
        """Tell the network to try again, if this modem has turned a message away."""
        if self.refused:
            self.refused = False
            self.tell(Ready())

    def memory(self, place: int) -> Memory:
        """The memory chosen as <mem1>, <mem2> or <mem3> (`place` 0, 1, 2)."""
        return self.memories[self.cpms[place]]

    @property
    def report_memory(self) -> Memory:
        """Where status reports are stored: SR, or <mem3> in a device without one."""
        return self.memories.get("SR") or self.memory(2)

    @property
    def view(self) -> View:
        """How the terminal wants to see messages at the moment."""
        settings = self.settings
        return View(bool(settings.cmgf), settings.cscs, bool(settings.csdh), self.sim.smsc)

    @property
    def attached(self) -> bool:
        """Whether the network can be reached, and the modem by the network."""
        return self.registration.served and self.powered and not self.dialogue.hangs

    @property
    def waits_for_terminal(self) -> bool:
        """Whether somebody opening the port would get something at once."""
        return (
            self.powered
            and not self.link_open
            and (self.refused or self.notices.wait_for_terminal(self.settings.cnmi[0]))
        )
