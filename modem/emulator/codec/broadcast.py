"""The coding of TS 23.038 for cell broadcast, which USSD uses too: its data coding schemes and its padding.

Owns what differs from SMS. Alphabets are `coding`'s, septets `alphabet`'s.
"""

from modem.emulator.codec.alphabet import pack_septets, unpack_septets
from modem.emulator.codec.coding import Alphabet

CR = 0x0D
GSM7_DCS, UCS2_DCS = 0x0F, 0x48  # language unspecified; general data coding, no message class
_GENERAL = (Alphabet.GSM7, Alphabet.BINARY, Alphabet.UCS2, Alphabet.GSM7)


def broadcast_alphabet(dcs: int) -> Alphabet:
    """The alphabet of a CBS data coding scheme (§5). Reserved codings mean GSM 7-bit, as §5 has it."""
    group = dcs >> 4
    if dcs == 0x11:  # UCS2 preceded by a language
        return Alphabet.UCS2
    if group in (4, 5, 6, 7, 9):
        return _GENERAL[dcs >> 2 & 3]
    return Alphabet.BINARY if group == 15 and dcs & 4 else Alphabet.GSM7


def pack_ussd(septets: bytes) -> bytes:
    """Septets as a USSD string (§6.1.2.3.1): seven spare bits would read as @, so they are filled with a CR.

    A CR that ends the text on an octet boundary would be taken for that filler; it is doubled.
    """
    spare = -len(septets) * 7 % 8
    ends_with_cr = spare == 0 and septets[-1:] == bytes([CR])
    return pack_septets(septets + bytes([CR]) if spare == 7 or ends_with_cr else septets)


def unpack_ussd(octets: bytes) -> bytes:
    """The septets of a USSD string; a CR that ends on an octet boundary is filler (§6.1.2.3.1)."""
    septets = unpack_septets(octets, len(octets) * 8 // 7)
    return septets[:-1] if len(octets) % 7 == 0 and septets[-1:] == bytes([CR]) else septets
