"""One modem of the world: its device, its line, and what the network may do with it.

Owns nothing but the pieces and how the network reaches them: as a station of the service centre, as an end of a call,
as a terminal of USSD. Whatever it passes on makes the world look at what the modem has to say.
"""

from collections.abc import Callable

from modem.emulator.device.calls import Telephone
from modem.emulator.device.cellbroadcast import offer_broadcast
from modem.emulator.device.device import Device
from modem.emulator.device.effects import Cause
from modem.emulator.device.reception import offer_deliver, offer_report
from modem.emulator.device.registration import Stat
from modem.emulator.device.results import AtError, Verdict
from modem.emulator.device.subscription import VOICE, Forwarding
from modem.emulator.faults.kinds import Duplicate
from modem.emulator.faults.weather import Weather
from modem.emulator.network.numbers import canonical


class Modem:
    """One modem in the world: its device, and the network's view of it."""

    def __init__(self, name: str, device: Device, weather: Weather, touch: Callable[["Modem"], None]) -> None:
        self.name = name
        self.device = device
        self.weather = weather
        self.weather_due: float | None = None  # when the agenda will have the rest of its output written
        self._touch = touch

    @property
    def number(self) -> str:
        """The subscriber number of its SIM."""
        return self.device.sim.number

    def settle(self, mr: int, error: AtError | None, now: float) -> None:
        """A submit was accepted under its reference, or refused with an error."""
        self.device.settle(mr if error is None else error, now, mr)
        self._touch(self)

    def offer(self, pdu: bytes, is_report: bool, now: float) -> Verdict:
        """Hand a message from the network to the device."""
        self._touch(self)
        if is_report:
            return offer_report(self.device, pdu, now)
        verdict = offer_deliver(self.device, pdu, now)
        if verdict is Verdict.TAKEN and self.device.faults.strike(Duplicate, now):
            offer_deliver(self.device, pdu, now)
        return verdict

    # As an end of a call.

    @property
    def reachable(self) -> bool:
        """Whether a call can be put through to it."""
        return self.device.attached

    def barred(self, number: str | None) -> bool:
        """Whether barring is in the way of a call to `number`, or with None of calls to this modem (TS 22.088)."""
        barring = self.device.sim.barring
        if number is None:
            roams = self.device.registration.stat is Stat.ROAMING
            return barring.bars("AI", VOICE) or (roams and barring.bars("IR", VOICE))
        if self.device.phonebooks["EN"].has(number):
            return False
        known = canonical(number)
        is_abroad = known.startswith("+") and not known.startswith(self.number[:2])
        facilities = ("AO", "OI", "OX") if is_abroad else ("AO",)
        return any(barring.bars(facility, VOICE) for facility in facilities)

    def forwarding(self, reason: int) -> Forwarding | None:
        """Where its calls go instead, if that is active for a <reason> of +CCFC."""
        found = self.device.sim.forwarding.get(reason)
        return found if found is not None and found.active else None

    def _telephone(self, now: float) -> Telephone:
        self.device.now = now
        self._touch(self)
        return self.device.telephone

    def ring(self, number: str | None, now: float) -> None:
        """A call comes in."""
        self._telephone(now).ring(number)

    def alerting(self, now: float) -> None:
        """The other end rings."""
        self._telephone(now).alerting()

    def answered(self, now: float) -> None:
        """The other end has taken the call."""
        self._telephone(now).answered()

    def hear(self, key: str, now: float) -> None:
        """A tone from the other end."""
        self._telephone(now).hear(key)

    def cleared(self, cause: Cause, now: float) -> None:
        """The call is over."""
        self._telephone(now).cleared(cause)

    def show_ussd(self, m: int, text: str | None, now: float) -> None:
        """USSD from the network."""
        self.device.now = now
        self._touch(self)
        self.device.ussd.show(m, text)

    def hear_page(self, page: bytes, now: float) -> None:
        """Let the device hear a page of a cell broadcast."""
        self._touch(self)
        offer_broadcast(self.device, page, now)
