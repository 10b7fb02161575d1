"""TP-User-Data with its header: information elements, place in a long message, ports, text (TS 23.040 §9.2.3.24).

Owns how the octets of one part are read. How a text is cut into parts is `compose`'s. A header whose elements do not
fill it exactly is passed over whole, as §9.2.3.24 demands; only one that is longer than the user data is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from modem.emulator.codec.alphabet import septets_to_text, tables, unpack_septets
from modem.emulator.codec.coding import Alphabet, Indication, data_coding
from modem.emulator.codec.octets import FieldError

MAX_UD_OCTETS = 140
# Information element identifiers of §9.2.3.24 that mean something here; any other is kept and reachable.
CONCAT_8, SPECIAL_INDICATION, PORTS_8, PORTS_16, CONCAT_16 = 0x00, 0x01, 0x04, 0x05, 0x08
SINGLE_SHIFT, LOCKING_SHIFT = 0x24, 0x25

Element = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Concat:
    """One part's place in a long message (§9.2.3.24.1 and .8); `wide` if the reference has 16 bits."""

    ref: int
    total: int
    seq: int
    wide: bool = False

    @property
    def element(self) -> Element:
        """The information element that says this."""
        ref = self.ref.to_bytes(2 if self.wide else 1, "big")
        return (CONCAT_16 if self.wide else CONCAT_8), ref + bytes([self.total, self.seq])


@dataclass(frozen=True, slots=True)
class Ports:
    """Application ports (§9.2.3.24.3 and .4): 8-bit ones are 240 to 255."""

    destination: int
    origin: int


@dataclass(frozen=True, slots=True)
class SpecialIndication:
    """A special SMS message indication (§9.2.3.24.2): how many of what wait, for which subscriber profile (0 to 3).

    `extended` tells kinds of OTHER apart: 0 none, 1 video message.
    """

    indication: Indication
    count: int
    store: bool
    profile: int = 0
    extended: int = 0


def encode_header(elements: list[Element]) -> bytes:
    """The header with its length octet; empty for no elements."""
    body = b"".join(bytes([kind, len(data)]) + data for kind, data in elements)
    return bytes([len(body)]) + body if body else b""


@dataclass(frozen=True, slots=True)
class UserData:
    """TP-UD with what is needed to read it. `length` is TP-UDL: septets for GSM 7-bit, else octets."""

    octets: bytes
    length: int
    dcs: int
    has_header: bool

    def check(self, most: int = MAX_UD_OCTETS) -> None:
        """FieldError unless length and octets agree, stay within `most`, and have room for the header (§9.2.3.16)."""
        expected = (self.length * 7 + 7) // 8 if data_coding(self.dcs).packed else self.length
        if len(self.octets) != expected or expected > most:
            raise FieldError("the user data is not as long as TP-UDL says")
        if self.has_header and (not self.octets or self.octets[0] >= len(self.octets)):
            raise FieldError("the user data header is longer than the user data")

    @property
    def header_octets(self) -> int:
        """Octets taken by the header, its length octet included."""
        return min(self.octets[0] + 1, len(self.octets)) if self.has_header and self.octets else 0

    @property
    def elements(self) -> list[Element]:
        """Information elements of the header in their order; none if they do not fill it exactly (§9.2.3.24)."""
        found, at, end = [], 1, self.header_octets
        while at + 2 <= end:
            stop = at + 2 + self.octets[at + 1]
            found.append((self.octets[at], self.octets[at + 2 : stop]))
            at = stop
        return found if at == end else []

    def _last(self, *kinds: int) -> Iterator[Element]:
        """Elements of these kinds, the last first: of those that exclude each other the last counts (§9.2.3.24)."""
        return (element for element in reversed(self.elements) if element[0] in kinds)

    @property
    def concat(self) -> Concat | None:
        """Place in a long message; an element with part 0, or a part beyond the total, is void (§9.2.3.24.1)."""
        for kind, data in self._last(CONCAT_8, CONCAT_16):
            wide = kind == CONCAT_16
            if len(data) == 3 + wide and 0 < data[-1] <= data[-2]:
                return Concat(int.from_bytes(data[:-2], "big"), data[-2], data[-1], wide)
        return None

    @property
    def ports(self) -> Ports | None:
        """Application ports; reserved 8-bit ones, below 240, are void (§9.2.3.24.3)."""
        for kind, data in self._last(PORTS_8, PORTS_16):
            if kind == PORTS_16 and len(data) == 4:
                return Ports(int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big"))
            if kind == PORTS_8 and len(data) == 2 and min(data) >= 240:
                return Ports(data[0], data[1])
        return None

    @property
    def indications(self) -> list[SpecialIndication]:
        """Special message indications: this element may come several times, for several kinds (§9.2.3.24.2)."""
        return [
            SpecialIndication(
                Indication(data[0] & 3), data[1], bool(data[0] & 0x80), data[0] >> 5 & 3, data[0] >> 2 & 7
            )
            for kind, data in self.elements
            if kind == SPECIAL_INDICATION and len(data) == 2
        ]

    def _language(self, kind: int) -> int:
        return next((data[0] for _, data in self._last(kind) if len(data) == 1), 0)

    @property
    def locking(self) -> int:
        """Language of the locking shift table, 0 for the default alphabet (§9.2.3.24.16)."""
        return self._language(LOCKING_SHIFT)

    @property
    def single(self) -> int:
        """Language of the single shift table, 0 for the default extension (§9.2.3.24.15)."""
        return self._language(SINGLE_SHIFT)

    @property
    def septets(self) -> bytes:
        """The text of GSM 7-bit user data as septets, header and fill bits left out."""
        taken = (self.header_octets * 8 + 6) // 7
        return unpack_septets(self.octets, self.length, 0)[taken:]

    @property
    def body(self) -> bytes:
        """The octets behind the header, whatever their alphabet."""
        return self.octets[self.header_octets :]

    @property
    def text(self) -> str:
        """The text of this part. 8-bit data reads as Latin-1, surrogate halves at an edge as U+FFFD."""
        coding = data_coding(self.dcs)
        if coding.packed:
            using = tables(self.locking, self.single) if self.has_header else tables()
            return septets_to_text(self.septets, using)
        if coding.alphabet is Alphabet.UCS2 and not coding.compressed:
            return self.body.decode("utf-16-be", "replace")
        return self.body.decode("latin-1")
