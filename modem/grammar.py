"""What a line can be: a final result code, a notice, a line of the answer to a command, a PDU of some header.

The grammar of 27.005, 27.007 and V.250 as far as it tells the lines of a modem apart; pure questions about one line.
`modem.lines` puts them in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from modem.tables import BARE_NOTICES, NOTICE_NAMES

FINAL = re.compile(
    r"OK|ERROR|\+CM[ES] ERROR\s*:\s*\S.*|COMMAND NOT SUPPORT|NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE|CONNECT.*"
)
"""A final result code, in the forms that firmwares give it."""

CALL_RESULT = re.compile(r"NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE|CONNECT.*")
"""One that ends the command of a call only (V.250 §6.3); beside any other command it is news."""

NAME = re.compile(r"([+^*%$#][A-Z0-9_]+|" + "|".join(sorted(n for n in NOTICE_NAMES if n[0].isalpha())) + "):")
"""The name at the beginning of an information line or a notice."""

HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
NO_NAMES: frozenset[str] = frozenset()

_PART = re.compile(r"([+^*%$#][A-Z0-9_]+)\s*(=\?|\?|=)?")
_QUOTED = re.compile(r'"[^"]*"?')
_LENGTH = re.compile(r"(?:^|\D)(\d{1,4})\s*$")
_REGISTRATION_ANSWER = re.compile(r"\+C(?:E|G|5G)?REG:\s*(?:\(|\d\s*,\s*\d{1,2}\s*(?:,|$))")
_USSD_END = re.compile(r'".*"\s*,\s*\d+\s*\Z', re.DOTALL)
_ANSWERED_BY_LINE = ("+CMGS", "+CMGW", "+CMSS", "+CSQ")


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the answer to a command may look like."""

    own: frozenset[str]
    promised: bool  # an OK without a line of its own is no answer: questions, and what returns a reference
    unnamed: bool  # lines without a name may be part of it, as of AT+CGMI and ATI
    dialling: bool


@lru_cache(maxsize=1024)
def grammar_of(command: str) -> Grammar:
    """Take a command line apart (V.250 §5.2): its names, and what each form is answered with.

    A SET of something that is also a notice (`+CPIN`, `+CFUN`, `+CREG`, `+CUSD`) is answered without a line: one that
    comes all the same is news.
    """
    line = _QUOTED.sub("", command.upper())
    dialling = line.startswith(("ATD", "ATA", "ATO"))
    parts = [] if dialling else [found for part in line.split(";") if (found := _PART.search(part))]
    return Grammar(
        own=frozenset(part[1] for part in parts if part[2] != "=" or part[1] not in NOTICE_NAMES),
        promised=any(part[2] == "?" or (part[1] in _ANSWERED_BY_LINE and part[2] != "=?") for part in parts),
        unnamed=not parts or any(part[2] is None for part in parts),
        dialling=dialling,
    )


def is_news(name: str, text: str, answers: frozenset[str]) -> bool:
    """Whether a line with the name of a notice is one, while lines of the names `answers` are awaited.

    "+CREG: 1" is the notice, "+CREG: 2,1" the answer to AT+CREG? (27.007 §7.2). "+CLIP:", "+CCWA:", "+COLP:" tell a
    number in quotes and answer in digits (§7.6, §7.12, §7.8); of "+CUSD:" only the notice has a text (§7.15).
    """
    if name.endswith("REG"):
        return not _REGISTRATION_ANSWER.match(text)
    if name not in answers:
        return True
    return '"' in text if name == "+CUSD" else text[len(name) + 1 :].lstrip().startswith('"')


def name_of(text: str) -> str:
    """The name of a notice; "" for a line that is none, as far as anybody knows."""
    found = NAME.match(text)
    if found is None:
        return text if text in BARE_NOTICES or CALL_RESULT.fullmatch(text) else ""
    # The late answer to AT+CREG? is no news: its first number is the setting, not the state.
    return "" if found[1].endswith("REG") and _REGISTRATION_ANSWER.match(text) else found[1]


def is_notice(text: str) -> bool:
    """Whether a line can be a notice: makers invent names that begin with a caret."""
    found = NAME.match(text)
    return text in BARE_NOTICES if found is None else found[1] in NOTICE_NAMES or found[1].startswith("^")


def is_whole_ussd(text: str) -> bool:
    """Whether a +CUSD is complete. Quotes may also stand within its text, at the end of a line as well."""
    quotes = text.count('"')
    closed = text.rstrip().endswith('"') and quotes % 2 == 0
    return quotes == 0 or closed or _USSD_END.search(text) is not None


def fits(head: str, body: str) -> bool:
    """Whether a PDU has the length its header tells; a service centre's address before it is not counted."""
    length = _LENGTH.search(head)
    if length is None or not HEX.fullmatch(body):
        return False
    return len(body) in (2 * int(length[1]), 2 * (int(length[1]) + 1 + int(body[:2], 16)))
