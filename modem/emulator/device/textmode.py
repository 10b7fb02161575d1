"""The text of a message in text mode, both ways: the rules of <data> (27.005 §3.1).

Owns when a text is characters and when octets in hexadecimal. The lines around it are `messagelines`' business.
"""

from binascii import unhexlify

from modem.emulator.codec.alphabet import septets_to_text, unpack_septets
from modem.emulator.codec.broadcast import broadcast_alphabet
from modem.emulator.codec.coding import Alphabet, data_coding
from modem.emulator.codec.compose import user_data_of_text
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.page import CONTENT_SEPTETS, Page
from modem.emulator.codec.tpdu import UDHI
from modem.emulator.codec.userdata import UserData
from modem.emulator.device.charset import from_terminal, to_terminal
from modem.emulator.device.state import TextParameters


def is_typed_as_text(fo: int, dcs: int) -> bool:
    """Whether the text of a message is typed as characters, not as octets in hexadecimal (27.005 §3.5.1)."""
    return data_coding(dcs).alphabet is Alphabet.GSM7 and not fo & UDHI


def is_typed_as_lines(csmp: TextParameters, cscs: str) -> bool:
    """Whether a text to come is typed in lines, each of which gets a prompt (27.005 §3.5.1)."""
    return cscs != "HEX" and is_typed_as_text(csmp.fo, csmp.dcs)


def user_data_from_terminal(text: bytes, fo: int, dcs: int, cscs: str) -> UserData:
    """The text of +CMGS or +CMGW as user data (27.005 §3.1 <data>): GSM text, or octets in hexadecimal."""
    body = from_terminal(text, cscs, lossy=True) if is_typed_as_text(fo, dcs) else octets_from_terminal(text)
    ud = user_data_of_text(body, dcs, data_coding(dcs).alphabet, bool(fo & UDHI))
    ud.check()
    return ud


def octets_from_terminal(text: bytes) -> bytes:
    """Octets typed as two hexadecimal digits each; line ends between them do not count. FieldError otherwise."""
    try:
        return unhexlify(text.translate(None, b"\r\n"))
    except ValueError:
        raise FieldError("this data coding wants pairs of hexadecimal digits") from None


def user_data_to_terminal(ud: UserData, cscs: str) -> str:
    """User data as text mode shows it (27.005 §3.1 <data>)."""
    if data_coding(ud.dcs).alphabet is Alphabet.GSM7 and not ud.has_header:
        return to_terminal(ud.text, cscs)
    return ud.octets.hex().upper()


def page_to_terminal(page: Page, cscs: str) -> str:
    """The content of a broadcast page as text mode shows it; the filler at its end belongs to it."""
    if broadcast_alphabet(page.dcs) is Alphabet.GSM7:
        return to_terminal(septets_to_text(unpack_septets(page.content, CONTENT_SEPTETS)), cscs)
    return page.content.hex().upper()
