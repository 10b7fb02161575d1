"""What one modem is and how it is set: identity, SIM, settings that ATZ restores.

Plain values without behaviour. A profile of another modem changes these, not the code that reads them.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from modem.emulator.device.memory import Slots
from modem.emulator.device.selection import Selection

if TYPE_CHECKING:
    from random import Random


UssdForm = Literal["text", "ucs2hex", "packed7"]
"""How <str> of +CUSD looks: by 27.007 §7.15, always UCS2 in hexadecimal, or the octets of the air interface."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The device itself, as 27.007 §5 lets it be asked for."""

    imei: str
    manufacturer: str = "Otklik"
    model: str = "Emulated GSM modem"
    revision: str = "1.0"
    signal: int = 21  # <rssi> of 27.007 §8.5: 0..31, 99 unknown


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model does what the standards leave open about calls and USSD; a profile chooses."""

    dial_waits: bool = False  # the OK of ATD comes when the other end answers, not at once
    call_notices: dict[str, str] = field(
        default_factory=dict
    )  # step of an outgoing call: text with {id} {seconds} {cause}
    tone_notice: str = "+DTMF: {key}"  # or {code}, the ASCII code of the key
    ussd_form: UssdForm = "text"


@dataclass(slots=True)
class Forwarding:
    """Where the network sends calls instead (TS 22.082); `no_reply_s` is how long the modem rings before."""

    number: str
    active: bool
    no_reply_s: int


@dataclass(slots=True)
class Sim:
    """The card: who the modem is to the network, and what moves with the card when it is changed."""

    iccid: str
    imsi: str
    number: str
    smsc: str
    messages: Slots = field(default_factory=lambda: Slots("SM", 30))
    next_mr: int = 0
    waiting_classes: int = 0  # +CCWA and +CCFC: the network keeps these for the subscriber
    forwarding: dict[int, Forwarding] = field(default_factory=dict)  # by <reason> 0..3

    def take_mr(self) -> int:
        """The message reference of the next submit; it counts per SIM and wraps after 255 (23.040 §9.2.3.6)."""
        mr = self.next_mr
        self.next_mr = (mr + 1) & 0xFF
        return mr


@dataclass(frozen=True, slots=True)
class TextParameters:
    """+CSMP (27.005 §3.3.2): what a SUBMIT of text mode has besides text and number."""

    fo: int = 17  # a SUBMIT with relative validity
    vp: int | str = 167  # one day; a time or the enhanced form are strings
    pid: int = 0
    dcs: int = 0


@dataclass(frozen=True, slots=True)
class MessageProfile:
    """What +CSAS saves and +CRES restores (27.005 §3.3.5)."""

    smsc: str
    csmp: TextParameters
    cscb: Selection


@dataclass(slots=True)
class Settings:
    """Everything ATZ and AT&F put back. Names are the commands' own."""

    echo: int = 1
    quiet: int = 0
    verbose: int = 1
    cmee: int = 0
    cscs: str = "GSM"
    cmgf: int = 0
    csms: int = 0
    csdh: int = 0
    cmms: int = 0
    csmp: TextParameters = field(default_factory=TextParameters)
    cscb: Selection = field(default_factory=Selection)
    cnmi: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    creg: int = 0
    cgreg: int = 0
    cereg: int = 0
    cops_format: int = 0
    clip: int = 0
    clir: int = 0
    colp: int = 0
    crc: int = 0
    cr: int = 0
    cvhu: int = 0
    cmod: int = 0
    csta: int = 129
    vtd: int = 0
    ddet: int = 0
    ccwa: int = 0
    cusd: int = 0
    registers: dict[int, int] = field(default_factory=lambda: {0: 0, 3: 13, 4: 10, 5: 8, 6: 2, 7: 60, 8: 2, 10: 2})
    basic: dict[str, int] = field(default_factory=dict)  # &C &D X L M …: kept, without effect on a pty


def _luhn(digits: str) -> str:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def make_identity(number: int, rng: "Random") -> tuple[Identity, Sim]:
    """Identity and SIM of modem `number` (from 0); two numbers below 1000 never give the same."""
    batch = rng.randrange(100, 1000)
    imei = f"35693803{batch:03d}{number:03d}"
    iccid = f"89701{batch:03d}0000000{number:03d}"
    return (
        Identity(imei=imei + _luhn(imei), signal=rng.randrange(14, 29)),
        Sim(
            iccid=iccid + _luhn(iccid),
            imsi=f"25099{batch:03d}{number:07d}",
            number=f"+7900{batch:03d}{number:04d}",
            smsc="+79000000099",
        ),
    )
