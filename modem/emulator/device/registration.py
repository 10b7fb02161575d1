"""Registration: what the network grants, what the user chose, and what follows from both.

Owns <stat> of +CREG, +CGREG and +CEREG, how it is written, and the operators in sight. Must not know commands.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

DOMAINS: Final = ("+CREG", "+CGREG", "+CEREG")
GSM, E_UTRAN = 0, 7  # <AcT> of 27.007 §7.3


class Stat(IntEnum):
    """<stat> of 27.007 §7.2."""

    IDLE = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5


_SERVED: Final = frozenset({Stat.HOME, Stat.ROAMING})


class Mode(IntEnum):
    """<mode> of 27.007 §7.3; 3 sets the format only and is no mode to be in."""

    AUTOMATIC = 0
    MANUAL = 1
    DEREGISTERED = 2
    MANUAL_OR_AUTOMATIC = 4


@dataclass(frozen=True, slots=True)
class Operator:
    """A network in sight: its three names, and whether it takes this subscriber."""

    long: str
    short: str
    numeric: str
    allowed: bool = True


HOME_OPERATOR: Final = Operator("Otklik Mobile", "Otklik", "99970")  # MCC 999 is for private networks (ITU-T E.212)
_OTHER_OPERATOR: Final = Operator("Test PLMN 1-1", "Test1-1", "00101", allowed=False)

_Shown = tuple[tuple[Stat, int, int], ...]


@dataclass(slots=True)
class Registration:
    """One modem's registration. `radio` and `card` are told by the device, `offered` by the network."""

    offered: Stat = Stat.HOME  # what the network gives a modem that asks for it
    lasting: Stat = Stat.HOME  # what it gives when a fault of some seconds is over
    offers: int = 0  # how often that has changed: the end of a fault that another one has followed changes nothing
    radio: bool = True  # switched on (+CFUN=1)
    card: bool = True  # a card that is open
    mode: Mode = Mode.AUTOMATIC
    operators: tuple[Operator, ...] = (HOME_OPERATOR, _OTHER_OPERATOR)
    chosen: Operator = HOME_OPERATOR
    act: int = GSM
    tells_act: bool = False  # whether <AcT> stands behind the place in +CREG and the like
    lac: int = 0x1F40
    cell: int = 0x00A1B2C3
    packet: bool = True  # attached to the packet domain (+CGATT)
    _told: _Shown = ()

    def __post_init__(self) -> None:
        self._told = self._shown()

    @property
    def stat(self) -> Stat:
        """What +CREG says. Without a card, radio or wish to register the modem does not even search."""
        if not self.radio or not self.card or self.mode is Mode.DEREGISTERED:
            return Stat.IDLE
        if not self.chosen.allowed:
            return Stat.DENIED
        return self.offered

    @property
    def served(self) -> bool:
        """Whether calls and messages are possible."""
        return self.stat in _SERVED

    @property
    def in_coverage(self) -> bool:
        """Whether a cell is received, even one that refuses service, or has only emergency calls for want of a card."""
        if not self.radio or self.mode is Mode.DEREGISTERED:
            return False
        return not self.chosen.allowed or self.offered in (*_SERVED, Stat.DENIED)

    def domain_stat(self, domain: str) -> Stat:
        """<stat> of one of DOMAINS. The packet domain of a technology that does not serve is out of its coverage."""
        stat = self.stat
        if domain == "+CREG" or stat not in _SERVED:
            return stat
        if (domain == "+CEREG") is not (self.act == E_UTRAN):
            return Stat.UNKNOWN
        return stat if self.packet else Stat.IDLE

    def fields(self, domain: str, n: int) -> str:
        """What stands behind `+CREG: ` in a notice: <stat>, and with n=2 where, if that is known."""
        stat = self.domain_stat(domain)
        if n != 2 or stat not in _SERVED:
            return str(int(stat))
        act = f",{self.act}" if self.tells_act else ""
        cell = f"{self.cell:08X}" if self.act == E_UTRAN else f"{self.cell & 0xFFFF:04X}"  # 23.003 §4.3.1 and §19.6
        return f'{int(stat)},"{self.lac:04X}","{cell}"{act}'

    def notices(self, levels: dict[str, int]) -> list[str]:
        """What has changed since this was last asked, for domains whose n is 1 (status) or 2 (status and place)."""
        before, self._told = self._told, self._shown()
        texts = []
        for domain, old, new in zip(DOMAINS, before, self._told, strict=True):
            n = levels[domain]
            if (n == 1 and old[0] is not new[0]) or (n == 2 and old != new):
                texts.append(f"{domain}: {self.fields(domain, n)}")
        return texts

    def _shown(self) -> _Shown:
        return tuple((self.domain_stat(domain), self.lac, self.cell) for domain in DOMAINS)
