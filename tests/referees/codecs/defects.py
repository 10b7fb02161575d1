"""Known defects of the other codecs: what each does wrong, with which messages, and the clause that decides.

A disagreement that no row here accounts for fails the test, and so does a row that accounts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modem.emulator.codec.alphabet import ESC, unpack_septets
from modem.emulator.codec.coding import Alphabet, data_coding
from modem.tables import GSM7_EXTENSION
from tests.referees.codecs.libraries import REFUSED
from tests.referees.codecs.message import Draft, Message

SMSPDUDECODER, PYTHON_MESSAGING, GSMMODEM = "smspdudecoder", "python-messaging", "python-gsmmodem-new"
_ALL = (SMSPDUDECODER, PYTHON_MESSAGING, GSMMODEM)
_TEXT = frozenset({"text", REFUSED})


@dataclass(frozen=True)
class Defect:
    """`what` these libraries do with the messages of `when`, seen in `fields`; `clause` says what is right."""

    what: str
    clause: str
    libraries: tuple[str, ...]
    fields: frozenset[str]
    when: Callable[[Message], bool] = lambda message: False
    when_composing: Callable[[Draft], bool] = lambda draft: False

    def accounts_for(self, library: str, field: str) -> bool:
        """Whether it can be why this library has this field wrong, if the message is of its kind."""
        return library in self.libraries and field in self.fields


def _packed(message: Message) -> bool:
    return message.ud is not None and data_coding(message.ud.dcs).packed


def _spare_septet(message: Message) -> bool:
    """The last octet has seven bits to spare, as many as one more character takes."""
    return _packed(message) and message.ud is not None and message.ud.length % 8 == 7


def _escaped(message: Message) -> list[int]:
    """The codes behind each ESC of the text; -1 for an ESC at the end."""
    septets = message.ud.septets if message.ud is not None and _packed(message) else b""
    found, at = [], 0
    while (at := septets.find(ESC, at)) >= 0:
        found.append(septets[at + 1] if at + 1 < len(septets) else -1)
        at += 2
    return found


def _unusual_escape(message: Message) -> bool:
    return any(code not in GSM7_EXTENSION for code in _escaped(message))


def _header_reads_as_escape(message: Message) -> bool:
    if message.ud is None or not _packed(message):
        return False
    taken = (message.ud.header_octets * 8 + 6) // 7
    return ESC in unpack_septets(message.ud.octets, taken)


def _bits_lie(message: Message) -> bool:
    """Bits 3 and 2 of TP-DCS, taken for the alphabet, name another one than the coding group does."""
    if message.ud is None:
        return False
    by_bits = {0: Alphabet.GSM7, 1: Alphabet.BINARY, 2: Alphabet.UCS2}.get(message.ud.dcs >> 2 & 3)
    return by_bits is not data_coding(message.ud.dcs).alphabet


def _other_group(message: Message) -> bool:
    return message.ud is not None and message.ud.dcs >= 0x40 and not data_coding(message.ud.dcs).packed


def _name(message: Message) -> str:
    """The sender if it is a name."""
    number = str(message.truth["number"])
    return "" if set(number) <= set("+0123456789*#abc") else number


def _beyond_bmp(text: str) -> bool:
    return any(ord(char) > 0xFFFF for char in text)


def _torn(draft: Draft) -> bool:
    """A text cut every 153 septets would have an ESC at the end of a part."""
    septets = "".join("\x1b." if char in GSM7_EXTENSION.values() else "." for char in draft.text)
    return len(septets) > 160 and "\x1b" in septets[152::153]


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "knows no national language table, and shows the default one's characters",
        "23.040 §9.2.3.24.15, §9.2.3.24.16; 23.038 annex A",
        _ALL,
        _TEXT,
        lambda message: "national" in message.marks,
    ),
    Defect(
        "believes a part number of 0 or beyond the total",
        "23.040 §9.2.3.24.1: the whole element is ignored",
        _ALL,
        frozenset({"concat"}),
        lambda message: "void" in message.marks,
    ),
    Defect(
        "shows the semi-octets A to E of a number as letters",
        "23.040 §9.1.2.3: they are * # a b c",
        _ALL,
        frozenset({"number"}),
        lambda message: not _name(message) and bool(set("*#abc") & set(str(message.truth["number"]))),
    ),
    Defect(
        "does not show the default alphabet's character for a code its extension table lacks",
        "23.038 §6.2.1.1",
        (SMSPDUDECODER, PYTHON_MESSAGING),
        _TEXT,
        _unusual_escape,
    ),
    Defect(
        "drops a code its extension table lacks, form feed among them, and stops at an ESC at the end",
        "23.038 §6.2.1.1",
        (GSMMODEM,),
        _TEXT,
        lambda message: _unusual_escape(message) or 0x0A in _escaped(message),
    ),
    Defect(
        "reads surrogate pairs as two characters each",
        "23.038 §6.2.3, ISO/IEC 10646: D800 to DFFF are no characters",
        (PYTHON_MESSAGING, GSMMODEM),
        _TEXT,
        lambda message: _beyond_bmp(str(message.truth.get("text", ""))),
    ),
    Defect(
        "has a backtick for §",
        "23.038 §6.2.1: code 5F is §",
        (GSMMODEM,),
        frozenset({"text", "number"}),
        lambda message: (_packed(message) and "§" in message.truth["text"]) or "§" in _name(message),
    ),
    Defect(
        "drops an @ that ends a full octet",
        "23.038 §6.1.2.1.1; 23.040 §9.2.3.16: TP-UDL counts it",
        (GSMMODEM,),
        _TEXT,
        lambda message: (
            _packed(message)
            and message.ud is not None
            and message.ud.length % 8 == 0
            and message.ud.septets.endswith(b"\x00")
        ),
    ),
    Defect(
        "drops an @ that ends a name of eight characters",
        "23.040 §9.1.2.5: the length counts useful semi-octets",
        (GSMMODEM,),
        frozenset({"number"}),
        lambda message: len(_name(message)) == 8 and _name(message).endswith("@"),
    ),
    Defect(
        "shows the fill bits of a name of seven characters as an @",
        "23.040 §9.1.2.5: the length counts useful semi-octets",
        (SMSPDUDECODER, PYTHON_MESSAGING),
        frozenset({"number"}),
        lambda message: len(_name(message)) == 7,
    ),
    Defect(
        "counts characters for septets: spare bits become an @ where an escape has made the text shorter",
        "23.040 §9.2.3.16: TP-UDL counts septets",
        (SMSPDUDECODER,),
        _TEXT,
        lambda message: _spare_septet(message) and bool(_escaped(message)),
    ),
    Defect(
        "reads the header as text: an ESC among its bits takes the text's first character away",
        "23.040 §9.2.3.24",
        (SMSPDUDECODER,),
        _TEXT,
        lambda message: message.ud is not None and message.ud.has_header and _header_reads_as_escape(message),
    ),
    Defect(
        "loses the first character behind a header of 7n octets, which has no fill bits",
        "23.040 §9.2.3.24",
        (GSMMODEM,),
        _TEXT,
        lambda message: (
            _packed(message) and message.ud is not None and message.ud.has_header and message.ud.header_octets % 7 == 0
        ),
    ),
    Defect(
        "takes bits 3 and 2 of TP-DCS for the alphabet in every coding group",
        "23.038 §4",
        (SMSPDUDECODER, PYTHON_MESSAGING),
        _TEXT,
        _bits_lie,
    ),
    Defect(
        "takes every coding group but the general one for GSM 7-bit",
        "23.038 §4",
        (GSMMODEM,),
        _TEXT,
        _other_group,
    ),
    Defect(
        "takes the reserved alphabet of the general group for 8-bit",
        "23.038 §4: reserved codings are read as GSM 7-bit",
        (GSMMODEM,),
        _TEXT,
        lambda message: message.ud is not None and message.ud.dcs & 0xCC == 0x0C,
    ),
    Defect(
        "counts 5 minutes too few, and leaves half hours out",
        "23.040 §9.2.3.12.1",
        (SMSPDUDECODER,),
        frozenset({"validity"}),
        lambda message: "vpf2" in message.marks,
    ),
    Defect(
        "takes the seven octets of an enhanced validity for user data",
        "23.040 §9.2.3.12.3",
        (GSMMODEM,),
        _TEXT,
        lambda message: "vpf1" in message.marks,
    ),
    Defect(
        "leaves the time zone of a report out",
        "23.040 §9.2.3.11",
        (PYTHON_MESSAGING,),
        frozenset({"time", "discharge"}),
        lambda message: "status" in message.truth and message.quarters != 0,
    ),
    Defect(
        "tears an escape sequence at the end of a part",
        "23.040 §9.2.3.24.1: a part is a message that can be read alone; 23.038 §6.2.1.1",
        (PYTHON_MESSAGING,),
        frozenset({"text"}),
        when_composing=_torn,
    ),
    Defect(
        "writes characters beyond the BMP with three octets of their own making, so that TP-UDL is wrong",
        "23.038 §6.2.3; 23.040 §9.2.3.16",
        (PYTHON_MESSAGING,),
        _TEXT,
        when_composing=lambda draft: _beyond_bmp(draft.text),
    ),
    Defect(
        "refuses characters beyond the BMP",
        "23.038 §6.2.3",
        (GSMMODEM,),
        frozenset({REFUSED}),
        when_composing=lambda draft: _beyond_bmp(draft.text),
    ),
)
