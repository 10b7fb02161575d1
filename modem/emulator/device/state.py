"""What one modem is and how it is set: identity, and settings that ATZ restores.

Plain values without behaviour. A profile of another modem changes these, not the code that reads them.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from modem.emulator.device.selection import Selection
from modem.emulator.device.sim import Sim, SimState

if TYPE_CHECKING:
    from random import Random


UssdForm = Literal["text", "ucs2hex", "packed7"]
"""How <str> of +CUSD looks: by 27.007 §7.15, always UCS2 in hexadecimal, or the octets of the air interface."""


# What modems say by themselves when the card comes, goes or changes its mind; 27.007 leaves it to them.
_CARD_NOTICES: Final = MappingProxyType(
    {
        SimState.READY: "+CPIN: READY",
        SimState.PIN: "+CPIN: SIM PIN",
        SimState.PUK: "+CPIN: SIM PUK",
        SimState.ABSENT: "+CPIN: NOT READY",
    }
)


@dataclass(frozen=True, slots=True)
class Identity:
    """The device itself, as 27.007 §5 lets it be asked for, and its habits."""

    imei: str
    manufacturer: str = "Otklik"
    model: str = "Emulated GSM modem"
    revision: str = "1.0"
    software_version: str = "01"  # the last two digits of the IMEISV (TS 23.003 §6.2.2)
    capabilities: str = "+CGSM"  # +GCAP
    signal: int = 21  # <rssi> of 27.007 §8.5: 0..31, 99 unknown
    card_notices: Mapping[SimState, str] = field(default_factory=lambda: _CARD_NOTICES)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model does what the standards leave open about calls and USSD; a profile chooses."""

    dial_waits: bool = False  # the OK of ATD comes when the other end answers, not at once
    call_notices: dict[str, str] = field(
        default_factory=dict
    )  # step of an outgoing call: text with {id} {seconds} {cause}
    tone_notice: str = "+DTMF: {key}"  # or {code}, the ASCII code of the key
    ussd_form: UssdForm = "text"


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
    ctzu: int = 0
    ctzr: int = 0
    cmer: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    ipr: int = 0  # 0 is autobauding; none of the three changes anything on a pty
    icf: tuple[int, int] = (3, 3)
    ifc: tuple[int, int] = (2, 2)
    registers: dict[int, int] = field(default_factory=lambda: {0: 0, 3: 13, 4: 10, 5: 8, 6: 2, 7: 60, 8: 2, 10: 2})
    basic: dict[str, int] = field(default_factory=dict)  # &C &D X L M …: kept, without effect on a pty

    def copy(self) -> "Settings":
        """The same values, to be changed apart from these."""
        return deepcopy(self)


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
            imsi=f"99970{batch:03d}{number:07d}",
            number=f"+7900{batch:03d}{number:04d}",
            smsc="+79000000099",
        ),
    )
