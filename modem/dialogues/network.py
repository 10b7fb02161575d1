"""What a modem knows of its network: signal, operator (27.007 §7.3, §8.5)."""

from __future__ import annotations

import re

from modem.link import Link

_CSQ = re.compile(r"\+CSQ:\s*(\d+)")
_QUOTED = re.compile(r'"([^"]*)"')


def signal(link: Link) -> int | None:
    """AT+CSQ: 0..31, None if not known."""
    for line in link.ask("AT+CSQ"):
        found = _CSQ.match(line)
        if found is not None and int(found[1]) <= 31:
            return int(found[1])
    return None


def operator(link: Link) -> str | None:
    """The network's name, None while there is none."""
    for line in link.ask("AT+COPS?", 30.0):
        found = _QUOTED.search(line)
        if found is not None:
            return found[1]
    return None
