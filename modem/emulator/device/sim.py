"""The card, its secrets, and the slot it sits in.

Owns PIN and PUK with their tries (TS 51.011 §9.3: three for a PIN, ten for a PUK), what moves with the card when it is
changed, and whether it can be used at the moment. Must not know commands: what a modem says in which state is
decided in `access` and in the commands of 27.007 §8.3.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from modem.emulator.device.memory import Slots
from modem.emulator.device.phonebook import Contact, PhoneBook
from modem.emulator.device.subscription import Barring, Forwarding

PIN_TRIES, PUK_TRIES = 3, 10


class SimState(Enum):
    """What the slot holds, as far as commands are concerned. READY and the two locks are <code> of +CPIN."""

    READY = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"
    ABSENT = "absent"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(slots=True)
class Secret:
    """One PIN of a card and the PUK that unblocks it. Every method that takes a secret says whether it was right."""

    pin: str
    puk: str
    enabled: bool = True
    tries: int = PIN_TRIES
    puk_tries: int = PUK_TRIES
    verified: bool = False

    @property
    def blocked(self) -> bool:
        """Whether only the PUK helps."""
        return self.tries == 0

    @property
    def dead(self) -> bool:
        """Whether nothing helps any more."""
        return self.puk_tries == 0

    def verify(self, pin: str) -> bool:
        """Present the PIN. A right one gives all tries back; a blocked one is never right and costs nothing."""
        if self.blocked:
            return False
        if pin != self.pin:
            self.tries -= 1
            self.verified = False
            return False
        self.tries, self.verified = PIN_TRIES, True
        return True

    def unblock(self, puk: str, new_pin: str) -> bool:
        """Present the PUK and set a new PIN, which is then enabled and verified (TS 51.011 §8.13)."""
        if self.dead:
            return False
        if puk != self.puk:
            self.puk_tries -= 1
            return False
        self.puk_tries, self.tries = PUK_TRIES, PIN_TRIES
        self.pin, self.enabled, self.verified = new_pin, True, True
        return True

    def change(self, pin: str, new_pin: str) -> bool:
        """Replace the PIN."""
        if not self.verify(pin):
            return False
        self.pin = new_pin
        return True

    def enable(self, pin: str, enabled: bool) -> bool:
        """Ask for the PIN after every start of the card, or no longer."""
        if not self.verify(pin):
            return False
        self.enabled = enabled
        return True


@dataclass(slots=True)
class Sim:
    """The card: who the modem is to the network, and what moves with the card when it is changed."""

    iccid: str
    imsi: str
    number: str
    smsc: str
    messages: Slots = field(default_factory=lambda: Slots("SM", 30))
    next_mr: int = 0
    pin: Secret = field(default_factory=lambda: Secret("1234", "12345678", enabled=False))
    pin2: Secret = field(default_factory=lambda: Secret("5678", "87654321"))
    contacts: PhoneBook = field(default_factory=lambda: PhoneBook("SM", 250))
    fixed: PhoneBook = field(default_factory=lambda: PhoneBook("FD", 20))
    own: PhoneBook = field(default_factory=lambda: PhoneBook("ON", 4))
    fixed_only: bool = False
    mnc_digits: int = 2  # how many of the IMSI's digits after the first three are the network's
    waiting_classes: int = 0  # +CCWA and +CCFC: the network keeps these for the subscriber
    forwarding: dict[int, Forwarding] = field(default_factory=dict)  # by <reason> 0..3
    barring: Barring = field(default_factory=lambda: Barring("0000"))

    def __post_init__(self) -> None:
        """The subscriber's own number stands on the card, as operators deliver it."""
        if self.number:
            self.own.write(1, Contact.of(self.number, ""))

    def take_mr(self) -> int:
        """The message reference of the next submit; it counts per SIM and wraps after 255 (23.040 §9.2.3.6)."""
        mr = self.next_mr
        self.next_mr = (mr + 1) & 0xFF
        return mr


class Slot:
    """Where the card sits. Whatever changes `state` calls `changed`, once it has."""

    def __init__(self, card: Sim, changed: Callable[[], None]) -> None:
        self.card = card  # taken out, it is still known here: that is what `insert` puts back
        self.inserted = True
        self.pin2_asked = False  # a command has just been refused for want of PIN2
        self._trouble: SimState | None = None
        self._changed = changed

    @property
    def state(self) -> SimState:
        """What can be done with the card now."""
        if not self.inserted:
            return SimState.ABSENT
        pin = self.card.pin
        if self._trouble or pin.dead:
            return self._trouble or SimState.FAILED
        if pin.blocked:
            return SimState.PUK
        return SimState.PIN if pin.enabled and not pin.verified else SimState.READY

    @property
    def pin2_wanted(self) -> bool:
        """Whether +CPIN is about PIN2: only after a command that failed for want of it (27.007 §8.3)."""
        return self.pin2_asked and not self.card.pin2.verified

    def remove(self) -> None:
        """Take the card out."""
        self.inserted = False
        self._forget()
        self._changed()

    def insert(self, card: Sim | None = None) -> None:
        """Put a card in: another one, or the one that was there last. It starts anew and may want its PIN."""
        if self.inserted:
            self.remove()
        self.card = card or self.card
        self.inserted = True
        self._forget()
        self._changed()

    def restart(self) -> None:
        """Switch the card off and on, as a reset of the modem does."""
        self._forget()
        self._changed()

    def lock(self) -> None:
        """Make the card ask for its PIN now."""
        self.card.pin.enabled, self.card.pin.verified = True, False
        self._changed()

    def require_puk(self) -> None:
        """Block the PIN, as after three wrong ones."""
        self.card.pin.tries, self.card.pin.verified = 0, False
        self._changed()

    def set_busy(self, busy: bool = True) -> None:
        """Let the card be busy until told otherwise, as in the seconds after its start."""
        self._trouble = SimState.BUSY if busy else None
        self._changed()

    def fail(self) -> None:
        """Let the card not answer any more, until it is taken out or restarted."""
        self._trouble = SimState.FAILED
        self._changed()

    def verify(self, pin: str) -> bool:
        """Present the PIN to the card."""
        return self._after(self.card.pin.verify(pin))

    def unblock(self, puk: str, new_pin: str) -> bool:
        """Present the PUK to the card."""
        return self._after(self.card.pin.unblock(puk, new_pin))

    def enable_pin(self, pin: str, enabled: bool) -> bool:
        """Switch the request for the PIN on or off."""
        return self._after(self.card.pin.enable(pin, enabled))

    def change_pin(self, pin: str, new_pin: str) -> bool:
        """Replace the PIN."""
        return self._after(self.card.pin.change(pin, new_pin))

    def _after(self, right: bool) -> bool:
        self._changed()
        return right

    def _forget(self) -> None:
        self._trouble, self.pin2_asked = None, False
        self.card.pin.verified = self.card.pin2.verified = False
