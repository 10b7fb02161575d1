"""The modem's side of USSD: the string of +CUSD both ways, and whether the network owes an answer.

Owns how a text looks on the line. What the text means is the network's business.
"""

from binascii import unhexlify
from typing import TYPE_CHECKING

from modem.emulator.codec.alphabet import septets_to_text, text_to_septets
from modem.emulator.codec.broadcast import GSM7_DCS, UCS2_DCS, broadcast_alphabet, pack_ussd, unpack_ussd
from modem.emulator.codec.coding import Alphabet
from modem.emulator.codec.octets import FieldError
from modem.emulator.device.charset import from_terminal, to_terminal
from modem.emulator.device.effects import UssdCancelled, UssdSent
from modem.emulator.device.results import CmeError

if TYPE_CHECKING:
    from modem.emulator.device.device import Device
    from modem.emulator.device.state import UssdForm

_DIALLED = frozenset("0123456789*#+")


def ussd_to_terminal(text: str, form: "UssdForm", cscs: str) -> tuple[str, int]:
    """<str> and <dcs> of a text from the network (27.007 §7.15).

    By the standard GSM text comes in the set of +CSCS, anything else as UCS2 in hexadecimal. Some models know only
    UCS2, some pass on the octets of the air interface.
    """
    try:
        septets = text_to_septets(text)
    except UnicodeError:
        septets = None
    if septets is None or form == "ucs2hex":
        return text.encode("utf-16-be", "surrogatepass").hex().upper(), UCS2_DCS
    if form == "packed7":
        return pack_ussd(septets).hex().upper(), GSM7_DCS
    return to_terminal(text, cscs), GSM7_DCS


def ussd_from_terminal(typed: str, dcs: int, form: "UssdForm", cscs: str) -> str:
    """The text of a <str> the terminal gave under a <dcs>; FieldError if it is not in that form."""
    alphabet = Alphabet.UCS2 if form == "ucs2hex" else broadcast_alphabet(dcs)
    try:
        if alphabet is Alphabet.UCS2:
            return unhexlify(typed).decode("utf-16-be")
        if alphabet is Alphabet.BINARY:
            return unhexlify(typed).decode("latin-1")
        if form == "packed7":
            return septets_to_text(unpack_ussd(unhexlify(typed)))
        return septets_to_text(from_terminal(typed.encode("latin-1"), cscs))
    except ValueError as error:
        if form == "text" and _DIALLED.issuperset(typed):  # with UCS2 or HEX, modems take plain codes too
            return typed
        raise FieldError("the string is not in the form its data coding scheme wants") from error


class UssdClient:
    """USSD in a modem."""

    def __init__(self, device: "Device") -> None:
        self._device = device
        self._waiting = False  # for the network's answer

    def send(self, text: str) -> None:
        """Begin a session or reply within one; the answer comes as a notice."""
        if not self._device.attached:
            raise CmeError(30)
        if self._waiting:
            raise CmeError(3)
        self._waiting = True
        self._device.tell(UssdSent(text))

    def cancel(self) -> None:
        """End the session, if there is one (+CUSD=2)."""
        self._waiting = False
        self._device.tell(UssdCancelled())

    def show(self, m: int, text: str | None) -> None:
        """+CUSD: <m>[,<str>,<dcs>] from the network, if +CUSD=1 has asked for it."""
        self._waiting = False
        if not self._device.settings.cusd:
            return
        if text is None:
            self._device.notify(f"+CUSD: {m}")
        else:
            shown, dcs = ussd_to_terminal(text, self._device.manner.ussd_form, self._device.settings.cscs)
            self._device.notify(f'+CUSD: {m},"{shown}",{dcs}')
