"""What went over a port, as it may be shown: no phone, no PIN, no word that a person wrote.

A phone can stand in a line in clear, with blanks and dashes, coded in UCS2 digits, or with its digits swapped inside a
PDU; a PIN is any few digits. So nothing is shown because it looks harmless, only because it is known to be: names of
commands, numbers of the standard, words of a list. Of everything else its length is told, of a PDU its kind.
"""

from __future__ import annotations

import re

from modem.tables import BARE_NOTICES

# Commands and lines whose parameters are settings, counts and states.
_OPEN = frozenset(
    "+CBM +CCID +CCLK +CDS +CDSI +CEREG +CESQ +CFUN +CGATT +CGREG +CGSN +CIEV +CIND +CLCC +CLIP +CMEE +CMER +CMGD +CMGF"
    " +CMGL +CMGR +CMGS +CMGW +CMMS +CMT +CMTI +CNMA +CNMI +CNUM +COPS +CPAS +CPIN +CPMS +CRC +CREG +CRING +CSCA +CSCS"
    " +CSDH +CSMP +CSMS +CSQ +CTZR +CTZU +CTZV +CUSD +CVHU +IFC +IPR +WIND +ZPAS"
    " ^BOOT ^HCSQ ^MODE ^RSSI ^SIMST ^SMMEMFULL ^SRVST ^STIN ^SYSINFO".split()
)
_SECRET = frozenset(("+CPIN", "+CUSD"))
"""Shown when the modem says them (a state; a text is cut out), never when we do (a PIN; a code that may hold one)."""

_WORDS = frozenset(
    "SM ME SR MT BM GSM IRA UCS2 HEX ALL READY SIM PIN PIN2 PUK PUK2 PH-SIM NOT INSERTED REC READ UNREAD STO SENT"
    " UNSENT VOICE OK ERROR".split()
)
_COMMAND = re.compile(r"(AT)?([+^*%$#&][A-Z]+\d{0,3}[A-Z]{0,8}|[A-Z]?\d{0,3})(=\?|\?|=(.*))?", re.DOTALL)
_PARTS = re.compile(r'(?:"[^"]*"?|[^;"])+')  # a semicolon between quotes parts nothing
_NAMED = re.compile(r"([+^*%$#][A-Z]{2,12}\d{0,2}[A-Z]{0,6}):\s*(.*)", re.DOTALL)
_ERROR = re.compile(r"\+CM[ES] ERROR\s*:?\s*\d{1,5}|ERROR|OK|COMMAND NOT SUPPORT")
_ERROR_TEXT = re.compile(r"(\+CM[ES] ERROR)\s*:?\s*(.*)", re.DOTALL)
_VALUE = re.compile(r'("[^"]*"?)|([^",()]+)|[,()]')
_NUMBER = re.compile(r"\+?\d{7,15}")  # E.164 knows no longer one
_SMALL = re.compile(r"[-+]?\d{1,5}|\d{1,2}-\d{1,3}")
_CELL = re.compile(r"[0-9A-F]{4,8}")
_HEX = re.compile(r"[0-9A-Fa-f]{8,}")
_KINDS_SENT = ("DELIVER-REPORT", "SUBMIT", "COMMAND", "PDU of a reserved type")
_KINDS_HEARD = ("DELIVER", "SUBMIT-REPORT", "STATUS-REPORT", "PDU of a reserved type")


def masked_command(command: str) -> str:
    """A command line, without what it says of a person: `AT+CPIN=***`, `ATD+7913***4567;`."""
    parts = ";".join(_masked_part(part) for part in _PARTS.findall(command.strip()))
    return parts + ";" if command.endswith(";") else parts


def masked_line(line: str) -> str:
    """One line that the modem said."""
    if line in BARE_NOTICES or _ERROR.fullmatch(line):
        return line
    if line[:2].upper() == "AT":  # an echo
        return masked_command(line)
    if _HEX.fullmatch(line):
        return masked_pdu(line, sent=False)
    named = _NAMED.fullmatch(line)
    if named is not None:
        return f"{named[1]}: {_masked_values(named[1], named[2]) if named[1] in _OPEN else _length(named[2])}"
    error = _ERROR_TEXT.fullmatch(line)
    return f"{error[1]}: {_length(error[2])}" if error is not None else _length(line)


def masked_pdu(pdu: str, *, sent: bool) -> str:
    """Kind and length of a PDU in hexadecimal digits (27.005 §3.1 <pdu>); the kind stands in TS 23.040 §9.2.3.1."""
    try:
        octets = bytes.fromhex(pdu)
        kind = (_KINDS_SENT if sent else _KINDS_HEARD)[octets[1 + octets[0]] & 3]
    except (ValueError, IndexError):
        return f"(no whole PDU, {len(pdu)} digits)"
    return f"({kind}, {len(octets)} octets)"


def masked_text(text: str) -> str:
    """What was sent behind a prompt: a PDU, or something that is told by its length alone."""
    return masked_pdu(text, sent=True) if _HEX.fullmatch(text) else _length(text)


def masked_number(number: str) -> str:
    """A phone as the logs show it: `+7913***4567`; of a short one, its last two digits."""
    sign = "+" * number.startswith("+")
    digits = number.removeprefix("+")
    return f"{sign}{digits[:4]}***{digits[-4:]}" if len(digits) > 10 else f"***{digits[-2:]}"


def _length(text: str) -> str:
    return f"({len(text)} characters)"


def _masked_part(part: str) -> str:
    """One command of a line; the first still has its AT."""
    if part[:3].upper() == "ATD":
        return part[:3] + _masked_value(part[3:])
    found = _COMMAND.fullmatch(part.upper())
    if found is None:
        return _length(part)
    if found[4] is None:
        return part
    head = part[: found.end(2)]
    if found[2] in _OPEN and found[2] not in _SECRET:
        return f"{head}={_masked_values(found[2], part[found.start(4) :])}"
    return f"{head}=***"


def _masked_values(name: str, values: str) -> str:
    """Parameters: small numbers, words of the list, and the cell in a registration stay."""
    shown = []
    for found in _VALUE.finditer(values):
        quoted, bare = found[1], found[2]
        if quoted is not None:
            text = quoted.strip('"')
            plain = _are_words(text) or (name.endswith("REG") and _CELL.fullmatch(text))
            shown.append(quoted if plain else f'"{_masked_value(text)}"')
        elif bare is not None:
            text = bare.strip()
            shown.append(text if _are_words(text) or _SMALL.fullmatch(text) else _masked_value(text))
        else:
            shown.append(found[0])
    return "".join(shown)


def _are_words(text: str) -> bool:
    return all(word in _WORDS for word in text.split())


def _masked_value(value: str) -> str:
    return masked_number(value) if _NUMBER.fullmatch(value) else _length(value)
