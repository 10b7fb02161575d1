"""What the network keeps for a subscriber and lets the terminal change: barring (TS 22.088) and forwarding of calls.

Owns facilities, their groups, and which classes of service each is active for.
"""

from dataclasses import dataclass, field
from typing import Final

VOICE, DATA, FAX, SMS = 1, 2, 4, 8  # <class> of 27.007 §7.4; it is a sum of these and of four kinds of data
CLASSES: Final = (VOICE, DATA, FAX, SMS, 16, 32, 64, 128)
DEFAULT_CLASSES: Final = VOICE | DATA | FAX
BARRINGS: Final = ("AO", "OI", "OX", "AI", "IR")
GROUPS: Final = {"AB": BARRINGS, "AG": ("AO", "OI", "OX"), "AC": ("AI", "IR")}


@dataclass(slots=True)
class Forwarding:
    """Where the network sends calls instead (TS 22.082); `no_reply_s` is how long the modem rings before."""

    number: str
    active: bool
    no_reply_s: int


@dataclass(slots=True)
class Barring:
    """The barrings of one subscriber; `active` holds the classes of those that are on."""

    password: str
    active: dict[str, int] = field(default_factory=dict)

    def set(self, facility: str, on: bool, classes: int) -> None:
        """Activate or deactivate one facility, or a group of them, for some classes."""
        for name in GROUPS.get(facility, (facility,)):
            before = self.active.get(name, 0)
            self.active[name] = before | classes if on else before & ~classes

    def bars(self, facility: str, service: int) -> bool:
        """Whether a facility is active for a class of service."""
        return bool(self.active.get(facility, 0) & service)
