"""Voice calls: dialling, answering, hanging up, the list of calls, tones (V.250 §6.3, 27.007 §6 and §7, annex C)."""

import re

from modem.emulator.device.access import card_error
from modem.emulator.device.calls import TONE_S, CallState
from modem.emulator.device.charset import text_from_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import asked, number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.effects import Cause
from modem.emulator.device.results import (
    Answer,
    AtError,
    CallFailed,
    CmeError,
    CommandTable,
    Verb,
    accepts,
    incorrect,
    says,
)
from modem.emulator.device.sim import SimState

_WITHOUT_MEANING = str.maketrans("", "", ",TtPpWw!@-().")  # V.250 §6.3.1.1 to §6.3.1.7, of no use on a mobile network
_USSD = re.compile(r"[*#][0-9*#]*#")
_STORED = re.compile(r'(?:"([^"]*)"|([A-Za-z]{2}))?([0-9]+)?([IiGg]*)')
_ON_CARD = ("SM", "FD", "ON")
_PACKET = re.compile(r"\*9[89](\*.*)?#")  # request for a packet service (27.007 §10.2.1), which this network has not
_NUMBER = re.compile(r"\+?[0-9*#A-C]+")
_MAX_DIGITS = 40  # what a call to a fixed number may have with its extension
_KEYS = frozenset("0123456789*#ABCD")
_READY, _RINGING, _IN_CALL = 0, 3, 4  # <pas> of 27.007 §8.1


def _dial(modem: Device, values: Parameters) -> Answer:
    """D (27.007 §6.2, V.250 §6.3.1) as it was typed: with a semicolon a voice call, without one a data call.

    A code from * or # to # is USSD either way, as from a telephone's keypad (TS 22.030 §6.5).
    """
    typed = str(values[0])
    text, is_voice = typed.removesuffix(";"), typed.endswith(";")
    if text in ("L", "l"):
        last = modem.phonebooks["LD"].get(1)
        text = last.number if last else ""
    elif text.startswith(">"):
        text = _stored_number(modem, text[1:])
    if not is_voice and _PACKET.fullmatch(text):
        raise CallFailed("NO CARRIER")
    if _USSD.fullmatch(text):
        if modem.card_state is not SimState.READY:
            raise card_error(modem.card_state)
        modem.ussd.send(text)
        return None
    number, withheld = _read_number(modem, text)
    _check_allowed(modem, number)
    if not modem.attached and not _is_emergency(modem, number):
        raise CallFailed("NO DIALTONE" if modem.settings.basic.get("X", 4) in (2, 4) else "NO CARRIER")
    if not is_voice:
        raise CallFailed("NO CARRIER")
    return modem.telephone.dial(number, withheld)


def _stored_number(modem: Device, text: str) -> str:
    """What stands behind D>: a name, a storage with an index, or an index of the chosen storage (27.007 §6.3)."""
    found = _STORED.fullmatch(text)
    if found is None:
        raise CmeError(50)
    name, storage, index, modifiers = found.groups()
    if index is None:
        wanted = text_from_terminal(name, modem.settings.cscs)
        entries = (entry for book in modem.contacts for _, entry in book.items())
        entry = next((entry for entry in entries if entry.text == wanted), None)
    else:
        storage = (storage or name or modem.cpbs).upper()
        if storage not in modem.books:
            raise CmeError(50)
        if storage in _ON_CARD and modem.card_state is not SimState.READY:
            raise card_error(modem.card_state)
        entry = modem.books[storage].get(int(index))
    if entry is None:
        raise CmeError(22 if index is None else 21)
    return entry.number + modifiers


def _is_emergency(modem: Device, number: str) -> bool:
    """Whether a number needs neither card nor registration, only the radio (TS 22.101 §10)."""
    return modem.cfun == 1 and modem.phonebooks["EN"].has(number)


def _check_allowed(modem: Device, number: str) -> None:
    """Raise what a card that is missing or locked, or fixed dialling, makes of a call."""
    if modem.phonebooks["EN"].has(number):
        return
    if modem.card_state is not SimState.READY:
        raise card_error(modem.card_state)
    if modem.sim.fixed_only and not modem.sim.fixed.has(number):
        raise CmeError(56)


def _read_number(modem: Device, text: str) -> tuple[str, bool]:
    """The number of a dial string, and whether the caller's own is withheld.

    I or i at its end says so (27.007 §6.2), or #31# or *31# in front (TS 22.030 annex B), else +CLIR.
    """
    digits = text.rstrip("Gg")  # a closed user group changes nothing here
    withheld = modem.settings.clir == 1
    if digits[-1:] in ("I", "i"):
        digits, withheld = digits[:-1], digits[-1] == "I"
    digits = digits.translate(_WITHOUT_MEANING).upper()
    if digits.startswith(("#31#", "*31#")):
        digits, withheld = digits[4:], digits[0] == "#"
    if not _NUMBER.fullmatch(digits):
        raise CmeError(27) if digits else AtError
    if len(digits) > _MAX_DIGITS:
        raise CmeError(26)
    if modem.settings.csta == 145:
        digits = "+" + digits.removeprefix("+")
    return digits, withheld


def _answer(modem: Device, values: Parameters) -> Answer:
    modem.telephone.answer()
    return None


def _hook(modem: Device, values: Parameters) -> Answer:
    """H[0] (V.250 §6.3.6); +CVHU=1 leaves it without effect (27.007 §6.20)."""
    if values and values[0] != 0:
        raise AtError
    if modem.settings.cvhu != 1:
        modem.telephone.hang_up()
    return None


def _hang_up(modem: Device, values: Parameters) -> Answer:
    """+CHUP (27.007 §6.5), which nothing switches off."""
    modem.telephone.hang_up()
    return None


def _hold(modem: Device, values: Parameters) -> Answer:
    """+CHLD=<n> (27.007 §7.13, TS 22.030 §6.5.5.1) with one call at a time.

    0 refuses a call that rings with "user busy", 1 ends the active one or takes the one that rings, 11 ends it.
    """
    call = modem.telephone.call
    if values not in ((0,), (1,), (11,)):
        raise CmeError(4 if len(values) == 1 else 50)
    if call is None:
        raise CmeError(3)
    if values == (1,) and call.state is CallState.INCOMING:
        modem.telephone.answer()
    elif values != (0,):
        modem.telephone.hang_up()
    elif call.state is CallState.INCOMING:
        modem.telephone.hang_up(Cause.BUSY)
    return None


def _list_calls(modem: Device, values: Parameters) -> Answer:
    return modem.telephone.current_calls()


def _activity(modem: Device) -> str:
    """+CPAS (27.007 §8.1)."""
    call = modem.telephone.call
    status = _READY if call is None else _RINGING if call.state is CallState.INCOMING else _IN_CALL
    return f"+CPAS: {status}"


def _error_report(modem: Device) -> str:
    """+CEER (27.007 §6.10): why the last call ended."""
    cause = modem.telephone.last_cause
    return f"+CEER: {cause.text if cause else 'No call yet'}"


def send_tones(modem: Device, values: Parameters) -> Answer:
    """+VTS=<DTMF>[,<DTMF>…] (27.007 annex C.2.11), each a key or {<key>,<duration>}; <duration> in 10 ms.

    A quoted string of keys, which the clause does not have, is taken as makers do.
    """
    parts = iter(values)
    tones: list[tuple[str, float]] = []
    for part in parts:
        if isinstance(part, str) and part.startswith("{"):
            duration = str(next(parts, "")).removesuffix("}")
            if not duration.isdecimal() or not 1 <= int(duration) <= 255:
                raise CmeError(50)
            tones.append((_key(part[1:]), int(duration) / 100))
        elif isinstance(part, str):
            tones += [(_key(char), _tone_length(modem)) for char in part.replace(",", "")]
        else:
            tones.append((_key(str(part)), _tone_length(modem)))
    if not tones:
        raise CmeError(50)
    modem.telephone.key(tones)
    return None


def _key(text: str) -> str:
    if text.upper() not in _KEYS:
        raise CmeError(50)
    return text.upper()


def _tone_length(modem: Device) -> float:
    """Seconds: +VTD in tenths, 0 leaving it to the manufacturer (27.007 annex C.2.12)."""
    return modem.settings.vtd / 10 or TONE_S


COMMANDS: CommandTable = {
    "D": Verb(set=_dial, raw=True),
    "A": Verb(execute=_answer),
    "H": Verb(execute=_hook, set=_hook),
    "+CHUP": Verb(execute=_hang_up, test=accepts),
    "+CHLD": Verb(set=_hold, test=says("+CHLD: (0,1,1x)"), refusal=incorrect),
    "+CLCC": Verb(execute=_list_calls, test=accepts),
    "+CPAS": Verb(execute=asked(_activity).execute, test=says("+CPAS: (0,3,4)")),
    "+CEER": asked(_error_report),
    "+VTS": Verb(set=send_tones, test=says("+VTS: (),(),(1-255)"), refusal=incorrect),
    "+VTD": number_setting("+VTD", "vtd", 255),
    # 27.007 has no command for tones received, and V.253 codes them into voice data. This is SIMCom's, which
    # clients know; a profile names its own command and its notice.
    "+DDET": number_setting("+DDET", "ddet", 1),
}
