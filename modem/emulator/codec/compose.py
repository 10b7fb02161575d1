"""Texts to user data: which alphabet, how many parts, which header (TS 23.038 §4, §6; TS 23.040 §9.2.3.24).

Owns the cutting. Must not know of TPDUs or of who sends the parts.
"""

from modem.emulator.codec.alphabet import pack_septets, tables
from modem.emulator.codec.coding import Alphabet, DataCoding, data_coding
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.userdata import (
    LOCKING_SHIFT,
    MAX_UD_OCTETS,
    SINGLE_SHIFT,
    Concat,
    Element,
    UserData,
    encode_header,
)

_MAX_PARTS = 255


def compose(
    text: str, ref: int, *, wide: bool = False, locking: int = 0, single: int = 0, message_class: int | None = None
) -> list[UserData]:
    """Cut a text into parts as a phone does: GSM 7-bit if every character fits, else UCS-2.

    `ref` is that of a long message, 8-bit or, if `wide`, 16-bit. `locking` and `single` are languages whose national
    tables are to be used; UCS-2 is what is left where the text does not fit into them either. `message_class` 0 makes
    it flash. Neither an escape sequence nor a surrogate pair is torn apart. An empty text is one empty part. FieldError
    beyond 255 parts.
    """
    codes = tables(locking, single).codes
    try:
        units = [codes[char] for char in text]
        languages = [(kind, bytes([of])) for kind, of in ((LOCKING_SHIFT, locking), (SINGLE_SHIFT, single)) if of]
        dcs = DataCoding(Alphabet.GSM7, message_class).octet
    except KeyError:
        units = [char.encode("utf-16-be", "surrogatepass") for char in text]
        languages = []
        dcs = DataCoding(Alphabet.UCS2, message_class).octet
    if sum(map(len, units)) <= _room(languages, dcs):
        return [build(b"".join(units), dcs, languages)]
    longest = [Concat(ref, _MAX_PARTS, _MAX_PARTS, wide).element, *languages]
    bodies = _cut(units, _room(longest, dcs))
    if len(bodies) > _MAX_PARTS:
        raise FieldError(f"the text needs {len(bodies)} parts, and a message has 255 at most")
    return [
        build(body, dcs, [Concat(ref, len(bodies), seq, wide).element, *languages])
        for seq, body in enumerate(bodies, 1)
    ]


def _room(elements: list[Element], dcs: int) -> int:
    """What fits into one part behind these elements: septets for GSM 7-bit, octets otherwise."""
    octets = MAX_UD_OCTETS - len(encode_header(elements))
    return octets * 8 // 7 if data_coding(dcs).packed else octets


def _cut(units: list[bytes], room: int) -> list[bytes]:
    bodies, body = [], b""
    for unit in units:
        if len(body) + len(unit) > room:
            bodies.append(body)
            body = b""
        body += unit
    return [*bodies, body]


def build(body: bytes, dcs: int, elements: list[Element]) -> UserData:
    """User data from a header's elements and a body: septets (one per byte) for GSM 7-bit, else octets."""
    header = encode_header(elements)
    if not data_coding(dcs).packed:
        return UserData(header + body, len(header) + len(body), dcs, bool(header))
    fill = -len(header) * 8 % 7
    length = (len(header) * 8 + fill) // 7 + len(body)
    return UserData(header + pack_septets(body, fill), length, dcs, bool(header))


def user_data_of_text(septets_or_octets: bytes, dcs: int, alphabet: Alphabet, has_header: bool) -> UserData:
    """User data as text mode hands it over: septets for GSM 7-bit without header, else finished octets."""
    if alphabet is Alphabet.GSM7 and not has_header:
        return build(septets_or_octets, dcs, [])
    length = len(septets_or_octets)
    if alphabet is Alphabet.GSM7:  # a header was given: the sender packed it, TP-UDL still counts septets
        length = length * 8 // 7
    return UserData(septets_or_octets, length, dcs, has_header)
