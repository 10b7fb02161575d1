"""The service centre's number, without which nothing can be sent (AT+CSCA, 27.005 §3.3.1).

It stands on the card, and modems lose it (gammu/gammu#195). A SUBMIT of ours names no centre, so the modem's is used.
"""

from __future__ import annotations

import re

from modem.causes import cause_of
from modem.link import Link

_CSCA = re.compile(r'\+CSCA:\s*"([^"]*)"')
_UNKNOWN = 330  # SMSC address unknown (27.005 §3.2.5)


def read(link: Link) -> str | None:
    """The number, "" if the modem has none; None where it does not tell. Raises Silent or PortLost."""
    reply = link.exchange("AT+CSCA?")
    if not reply.ok:
        return "" if cause_of(reply.final).code == _UNKNOWN else None
    found = _CSCA.search("\n".join(reply.lines))
    return None if found is None else found[1]


def write(link: Link, number: str) -> None:
    """Set it, in international form. Raises CommandRefused."""
    link.ask(f'AT+CSCA="{number}",145')


def same(one: str, other: str) -> bool:
    """Whether two numbers are one: modems leave out the plus, which stands in the type of number."""
    return one.lstrip("+") == other.lstrip("+")
