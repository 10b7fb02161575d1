"""What can be set about the network while it runs: its times, its zone, and everybody's handset.

Plain values and the one spelling of a number. The network acts on them, the control port changes them.
"""

from dataclasses import dataclass, field
from enum import Enum


class Handset(Enum):
    """What a subscriber's phone does with a message, until it is told otherwise."""

    ON = "on"
    OFF = "off"  # kept until it is on again or the validity ends: then 0x46
    UNREACHABLE = "unreachable"  # tried a few times, then given up: 0x62
    BLOCKED = "blocked"  # refused for good: 0x42


@dataclass(slots=True)
class Conditions:
    """What can be set about the network while it runs. Times in seconds, zone in quarter-hours."""

    latency_s: float = 0.0
    report_latency_s: float = 0.2
    validity_s: float = 3 * 86400.0  # for submits that do not say
    retry_s: tuple[float, ...] = (30.0, 60.0, 120.0)  # pauses between tries at an unreachable handset
    report_trying: bool = False
    zone_quarters: int = 28
    smsc: str = "+79000000099"
    handsets: dict[str, Handset] = field(default_factory=dict)


def canonical(number: str) -> str:
    """One spelling per subscriber: a Russian number dialled with 8 or without + is +7… too."""
    digits = number.removeprefix("+")
    if len(digits) == 11 and digits[0] in "78" and (digits[0] == "7" or not number.startswith("+")):
        return "+7" + digits[1:]
    return number
