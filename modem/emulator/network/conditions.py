"""What can be set about the network while it runs, as the network acts on it.

Plain values: times in seconds or as distributions, everybody's handset. How they are written for a control port
or a scenario file, and how a change is checked, is the business of `changes`.
"""

from dataclasses import dataclass, field

from modem.emulator.network.delays import Delay
from modem.emulator.network.handsets import Handset


@dataclass(slots=True)
class Conditions:
    """The settings of one network. Times in seconds, zone in quarter-hours."""

    latency_s: Delay = 0.0
    report_latency_s: Delay = 0.2
    validity_s: float = 3 * 86400.0  # for submits that do not say
    retry_s: tuple[float, ...] = (30.0, 60.0, 120.0)  # pauses between tries at an unreachable handset
    report_trying: bool = False
    zone_quarters: int = 28
    smsc: str = "+79000000099"
    handsets: dict[str, Handset] = field(default_factory=dict)
