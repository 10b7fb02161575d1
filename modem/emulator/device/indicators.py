"""The indicators of a phone's display, and which of their changes the terminal has been told (27.007 §8.9, §8.10).

Owns their order, their ranges and how each is read off the modem. Nothing keeps them up to date: they are looked at
when something may be written, and only if the terminal has asked for their changes.
"""

from typing import TYPE_CHECKING, Final

from modem.emulator.device.memory import State
from modem.emulator.device.registration import Stat

if TYPE_CHECKING:
    from modem.emulator.device.device import Device

INDICATORS: Final = {  # <descr>: the highest value; the lowest is 0
    "battchg": 5,
    "signal": 5,
    "service": 1,
    "message": 1,
    "call": 1,
    "roam": 1,
    "smsfull": 1,
}
_BEST_RSSI: Final = 31


class Indicators:
    """One modem's indicators."""

    def __init__(self, modem: "Device") -> None:
        self._modem = modem
        self._told: tuple[int, ...] = ()

    def values(self) -> tuple[int, ...]:
        """What they are now, in the order of INDICATORS."""
        modem = self._modem
        registration, rssi = modem.registration, modem.identity.signal
        received = modem.memory(2)
        return (
            min(5, modem.battery_percent // 20),
            min(5, 1 + rssi * 5 // _BEST_RSSI) if registration.in_coverage and rssi <= _BEST_RSSI else 0,
            int(registration.served),
            int(any(entry.state is State.REC_UNREAD for _, entry in received.items())),
            int(modem.telephone.call is not None),
            int(registration.stat is Stat.ROAMING),
            int(received.used >= received.capacity),
        )

    def forget(self) -> None:
        """Take what they are now as known to the terminal."""
        self._told = self.values()

    def changes(self) -> list[str]:
        """A notice for each that is not as the terminal knows it; now it does."""
        values = self.values()
        told, self._told = self._told, values
        pairs = zip(told, values, strict=True)
        return [f"+CIEV: {place},{new}" for place, (old, new) in enumerate(pairs, start=1) if old != new]
