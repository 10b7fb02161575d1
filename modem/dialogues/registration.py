"""Whether a modem is registered in a network (27.007 §7.2, §10.1.20, §10.1.22).

`+CREG` speaks of the circuit-switched side, `+CGREG` of packet data in GSM and UMTS, `+CEREG` of LTE. Read answers and
notices have one grammar here, for firmwares do not keep them apart: `+CREG: 2,1,"00C3","0000A1B2",7` answers
AT+CREG?, `+CREG: 1,"1A2B","01F3"` is a notice, and either may lack quotes, place and access technology.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from modem.link import Link

_LINE = re.compile(r"\s*(\+C[EG]?REG):(.*)", re.IGNORECASE | re.DOTALL)
_STAT = re.compile(r"\d{1,2}")
_HEX = re.compile(r"[0-9A-F]{1,8}", re.IGNORECASE)
_LAST_STAT = 11
_CGSMS = re.compile(r"\+CGSMS:\s*([0-3])")


class Domain(StrEnum):
    """What a modem can be registered for; the value is the command that tells."""

    CIRCUIT = "+CREG"
    PACKET = "+CGREG"
    EPS = "+CEREG"


@dataclass(frozen=True, slots=True)
class Registration:
    """One answer or notice.

    `stat` is <stat> of §7.2: 0 idle, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming, 6 and 7 for SMS only, 8
    emergency calls only, 9 and 10 with CS fallback not preferred, 11 emergency bearers only. `area` and `cell` are
    hexadecimal as the modem has them, "" where it does not say; `access` is <AcT>: 0 GSM, 2 UTRAN, 7 E-UTRAN…
    """

    stat: int
    area: str = ""
    cell: str = ""
    access: int | None = None


def parse(text: str) -> tuple[Domain, Registration] | None:
    """What a line says of which domain; None for one that cannot be understood."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    fields = [field.strip() for field in found[2].split(",")]
    # <n>,<stat> answers a question; <stat>,<lac> is a notice. A code of place has quotes, or four digits and more.
    if len(fields) > 1 and _STAT.fullmatch(fields[1]):
        del fields[0]
    if not _STAT.fullmatch(fields[0]) or int(fields[0]) > _LAST_STAT:
        return None
    area, cell, access = [*fields[1:4], "", "", ""][:3]
    return Domain(found[1].upper()), Registration(
        int(fields[0]), _place(area), _place(cell), int(access) if _STAT.fullmatch(access) else None
    )


def announce(link: Link, domain: Domain) -> bool:
    """Ask for notices of every change, with the place if the modem knows it (<n> 2), else without (1)."""
    return any(link.exchange(f"AT{domain}={n}").ok for n in (2, 1))


def read(link: Link, domain: Domain) -> Registration | None:
    """The registration now; None where the modem does not know the command or what it says is not understood."""
    reply = link.exchange(f"AT{domain}?")
    for line in reply.lines if reply.ok else ():
        parsed = parse(line)
        if parsed is not None and parsed[0] is domain:
            return parsed[1]
    return None


def sends_by_packet(link: Link) -> bool:
    """Whether messages may go through the packet domain (AT+CGSMS?, 27.007 §10.1.21); a modem that is silent on it
    sends through the circuit-switched one."""
    reply = link.exchange("AT+CGSMS?")
    found = _CGSMS.search("\n".join(reply.lines)) if reply.ok else None
    return found is not None and found[1] != "1"


def _place(field: str) -> str:
    code = field.strip('"').strip()
    return code.upper() if _HEX.fullmatch(code) else ""
