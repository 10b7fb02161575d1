"""What can be set about the network while it runs, as the network acts on it.

Plain values: times in seconds or as distributions, rates from 0 to 1, policies, everybody's phone. How they are
written for a control port or a scenario file, and how a change is checked, is the business of `changes`.
"""

from dataclasses import dataclass, field

from modem.emulator.network.delays import Delay
from modem.emulator.network.handsets import Handset
from modem.emulator.network.policies import Credit, DailyCap, SpamFilter, Throttle
from modem.emulator.network.shortcodes import Service
from modem.emulator.network.subscribers import Called
from modem.emulator.network.ussd import SERVICES, Services


@dataclass(slots=True)
class Conditions:
    """The settings of one network. Times in seconds, zones in quarter-hours."""

    latency_s: Delay = 0.0
    report_latency_s: Delay = 0.2
    validity_s: float = 3 * 86400.0  # for submits that do not say
    retry_s: tuple[float, ...] = (30.0, 60.0, 120.0)  # pauses between tries at an unreachable handset
    zone_quarters: int = 28
    smsc: str = "+79000000099"
    handsets: dict[str, Handset] = field(default_factory=dict)
    short_codes: dict[str, str | Service] = field(default_factory=dict)  # a modem's name, or a service

    # Calls and USSD.
    called: dict[str, Called] = field(default_factory=dict)  # what others do when a modem calls them
    ussd: Services = SERVICES

    # What goes wrong on the way.
    loss_rate: float = 0.0
    duplicate_rate: float = 0.0
    reorder_rate: float = 0.0
    reorder_s: Delay = 2.0  # how long a message that is overtaken is held back

    # Reports.
    report_trying: bool = False
    report_late_s: Delay = 0.0  # after what they report
    report_early_rate: float = 0.0  # before the answer to the submit
    report_loss_rate: float = 0.0
    report_duplicate_rate: float = 0.0
    report_zone_quarters: int | None = None
    report_modem: str | None = None  # the modem all reports go to

    # The operator.
    daily_cap: DailyCap | None = None
    throttle: Throttle | None = None
    spam: SpamFilter | None = None
    credit: Credit | None = None
