"""Random messages, each with what it says: the truth every codec is measured against.

Owns the cases and the octets. The truth is what went in; nobody's reading of the octets is asked for it. Knows no other
codec.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from modem.emulator.codec.address import Address
from modem.emulator.codec.alphabet import tables, text_to_septets
from modem.emulator.codec.compose import build
from modem.emulator.codec.national import LANGUAGES
from modem.emulator.codec.reports import Optionals, StatusReport, encode_status_report
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, Submit, encode_deliver, encode_submit
from modem.emulator.codec.userdata import LOCKING_SHIFT, SINGLE_SHIFT, Concat, Element, UserData
from modem.emulator.codec.validity import Enhanced, encode_enhanced, relative_validity
from modem.tables import GSM7_BASIC, GSM7_EXTENSION

BASIC = GSM7_BASIC.replace("\x1b", "")
EXTENSION = "".join(GSM7_EXTENSION.values())
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙ «»—№ 0123456789"
EMOJI = "😀👍❤🙏🇷"
DIGITS = "0123456789"
_ESC = 0x1B
_UNUSED_CODES = [code for code in range(128) if code not in GSM7_EXTENSION and code != _ESC]
_NOON = 1_700_000_000

Truth = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One PDU and what it says. `truth` has the fields that are there: number, text, time, concat and so on."""

    case: str
    pdu: bytes
    truth: Truth
    ud: UserData | None = None
    septets: bytes = b""
    quarters: int = 0
    marks: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Draft:
    """A text to be composed by somebody else, and read here."""

    case: str
    number: str
    text: str
    validity_s: float | None


def _text(rng: random.Random, characters: str, most: int, least: int = 1) -> str:
    return "".join(rng.choices(characters, k=rng.randint(least, most)))


def _gsm7(text: str, elements: list[Element] | None = None, dcs: int = 0x00, using: Any = None) -> UserData:
    return build(text_to_septets(text, using or tables()), dcs, elements or [])


def _fitting(text: str, room: int) -> str:
    """As much of a text as fits into `room` septets."""
    while len(text_to_septets(text)) > room:
        text = text[:-1]
    return text


def _deliver(
    rng: random.Random,
    case: str,
    ud: UserData,
    text: str,
    *,
    sender: Address | None = None,
    quarters: int = 28,
    marks: frozenset[str] = frozenset(),
    concat: Concat | None = None,
) -> Message:
    origin = sender or Address(_text(rng, DIGITS, 12, 11), 0x91)
    now = _NOON + rng.randint(0, 400_000_000)
    deliver = Deliver(origin, encode_timestamp(now, quarters), ud, rng.choice((0, 0, 0x41, 0x7F)), smsc="+79000000099")
    truth: Truth = {"number": origin.text, "text": text, "time": float(now), "concat": _place(concat)}
    septets = ud.septets if ud.dcs in (0, 0x10) else b""
    return Message(case, encode_deliver(deliver), truth, ud, septets, quarters, marks)


def _place(concat: Concat | None) -> tuple[int, int, int] | None:
    return (concat.ref, concat.total, concat.seq) if concat else None


def _concat(rng: random.Random, wide: bool) -> Concat:
    total = rng.randint(2, 255)
    return Concat(rng.randrange(0x10000 if wide else 0x100), total, rng.randint(1, total), wide)


# DELIVER: alphabets.


def gsm7_basic(rng: random.Random, case: str) -> Message:
    text = _text(rng, BASIC, 160)
    return _deliver(rng, case, _gsm7(text), text)


def gsm7_ascii(rng: random.Random, case: str) -> Message:
    text = _text(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz 0123456789.,:;!?", 160)
    return _deliver(rng, case, _gsm7(text), text)


def gsm7_extension(rng: random.Random, case: str) -> Message:
    text = _fitting(_text(rng, EXTENSION.replace("\f", "") + "abcdefgh 123", 120), 160)
    return _deliver(rng, case, _gsm7(text), text)


def gsm7_escapes(rng: random.Random, case: str) -> Message:
    """Form feeds, codes the extension table lacks, ESC ESC, and an ESC at the very end."""
    text, septets = "", b""
    for _ in range(rng.randint(1, 40)):
        code = rng.choice((0x0A, _ESC, rng.choice(_UNUSED_CODES), None, None))
        if code is None:
            text, septets = text + "x", septets + b"x"
        else:
            shown = {0x0A: "\f", _ESC: " "}.get(code, GSM7_BASIC[code])
            text, septets = text + shown, septets + bytes([_ESC, code])
    if rng.random() < 0.3:
        septets += bytes([_ESC])
    return _deliver(rng, case, build(septets, 0, []), text)


def gsm7_final_at(rng: random.Random, case: str) -> Message:
    text = _text(rng, "abcdefgh", 7, 7) * rng.randint(1, 20)
    text = text[: len(text) // 8 * 8 + 7][:159] + "@"
    text = text[-(len(text) // 8 * 8) :] or "abcdefg@"
    return _deliver(rng, case, _gsm7(text), text)


def ucs2(rng: random.Random, case: str) -> Message:
    text = _text(rng, CYRILLIC, 70)
    return _deliver(rng, case, build(text.encode("utf-16-be"), 8, []), text)


def ucs2_surrogates(rng: random.Random, case: str) -> Message:
    text = _text(rng, CYRILLIC, 30) + rng.choice("😀👍🙏") + _text(rng, EMOJI, 15)
    return _deliver(rng, case, build(text.encode("utf-16-be"), 8, []), text)


def binary(rng: random.Random, case: str) -> Message:
    body = rng.randbytes(rng.randint(1, 140))
    return _deliver(rng, case, build(body, 4, []), body.decode("latin-1"))


# DELIVER: headers.


def _concatenated(wide: bool, dcs: int) -> Callable[[random.Random, str], Message]:
    def make(rng: random.Random, case: str) -> Message:
        concat = _concat(rng, wide)
        if dcs == 0:
            text = _text(rng, BASIC, 152)
            ud = _gsm7(text, [concat.element])
        elif dcs == 8:
            text = _text(rng, CYRILLIC, 66)
            ud = build(text.encode("utf-16-be"), 8, [concat.element])
        else:
            text = rng.randbytes(rng.randint(1, 133)).decode("latin-1")
            ud = build(text.encode("latin-1"), 4, [concat.element])
        return _deliver(rng, case, ud, text, concat=concat)

    return make


def other_header(rng: random.Random, case: str) -> Message:
    """Ports, a special indication or an element nobody knows, some of them behind a concatenation."""
    concat = _concat(rng, wide=False) if rng.random() < 0.3 else None
    elements = [concat.element] if concat else []
    for _ in range(rng.randint(1, 2)):
        kind, size = rng.choice(((0x04, 2), (0x05, 4), (0x01, 2), (0x70, rng.randint(0, 9))))
        elements.append((kind, rng.randbytes(size)))
    text = _text(rng, BASIC, 120)
    return _deliver(rng, case, _gsm7(text, elements), text, concat=concat)


def national(rng: random.Random, case: str) -> Message:
    locking, single = rng.choice([0, *LANGUAGES]), rng.choice(list(LANGUAGES))
    using = tables(locking, single)
    characters = sorted(using.codes)
    text = ""
    while len(text_to_septets(text, using)) < 100:
        text += rng.choice(characters)
    elements = [(LOCKING_SHIFT, bytes([locking])), (SINGLE_SHIFT, bytes([single]))]
    return _deliver(rng, case, _gsm7(text, elements, using=using), text, marks=frozenset({"national"}))


def void_concat(rng: random.Random, case: str) -> Message:
    """A part number of 0, or beyond the total."""
    total = rng.randint(0, 200)
    void = Concat(rng.randrange(256), total, rng.choice((0, rng.randint(total + 1, 255))))
    text = _text(rng, CYRILLIC, 60)
    ud = build(text.encode("utf-16-be"), 8, [void.element])
    return _deliver(rng, case, ud, text, marks=frozenset({"void"}))


# DELIVER: senders, times, codings.


def number(rng: random.Random, case: str) -> Message:
    toa = rng.choice((0x91, 0x81, 0xA1, 0xB1, 0xC1, 0xE1, 0x80, 0xB9))
    return _deliver(rng, case, _gsm7("5"), "5", sender=Address(_text(rng, DIGITS, 20, 3), toa))


def number_with_signs(rng: random.Random, case: str) -> Message:
    digits = rng.choice("*#abc") + _text(rng, DIGITS + "*#abc", 18, 2)
    return _deliver(rng, case, _gsm7("5"), "5", sender=Address(digits, rng.choice((0x81, 0xA1))))


def name(rng: random.Random, case: str) -> Message:
    return _deliver(rng, case, _gsm7("5"), "5", sender=Address(_text(rng, BASIC.replace("@", ""), 11), 0xD0))


def name_ending_in_at(rng: random.Random, case: str) -> Message:
    sender = Address(_text(rng, "ABCDEFGH", 10, 0) + "@", 0xD0)
    return _deliver(rng, case, _gsm7("5"), "5", sender=sender)


def zone(rng: random.Random, case: str) -> Message:
    return _deliver(rng, case, _gsm7("5"), "5", quarters=rng.randint(-48, 56))


def _coded(*octets: int) -> Callable[[random.Random, str], Message]:
    def make(rng: random.Random, case: str) -> Message:
        dcs = rng.choice(octets)
        general = dcs < 0x80 and dcs & 0x0C != 0x0C
        if (general and dcs & 0x0C == 8) or dcs >> 4 == 0x0E:
            text = _text(rng, CYRILLIC, 70)
            ud = build(text.encode("utf-16-be"), dcs, [])
        elif (general and dcs & 0x0C == 4) or dcs & 0xF4 == 0xF4:
            text = rng.randbytes(rng.randint(1, 140)).decode("latin-1")
            ud = build(text.encode("latin-1"), dcs, [])
        else:
            text = _text(rng, "abcdefgh 0123456789", 160)
            ud = _gsm7(text, dcs=dcs)
        return _deliver(rng, case, ud, text)

    return make


# SUBMIT and STATUS-REPORT.


def submit(rng: random.Random, case: str) -> Message:
    """A SUBMIT with each form of validity."""
    to = Address(_text(rng, DIGITS, 12, 3), rng.choice((0x91, 0x81)))
    form = rng.randrange(4)
    validity: bytes = b""
    truth: Truth = {"number": to.text, "reference": rng.randrange(256)}
    if form == 1:
        seconds = rng.randint(1, 255)
        validity = encode_enhanced(Enhanced(float(seconds), rng.random() < 0.5, 2))
        truth["validity"] = float(seconds)
    elif form == 2:
        validity = rng.randbytes(1)
        truth["validity"] = relative_validity(validity[0])
    elif form == 3:
        truth["expiry"] = float(_NOON + rng.randint(0, 400_000_000))
        validity = encode_timestamp(truth["expiry"], rng.randint(-48, 56))
    truth["text"] = _text(rng, CYRILLIC, 70)
    ud = build(truth["text"].encode("utf-16-be"), 8, [])
    first = 0x01 | form << 3 | rng.choice((0, 0x20, 0x04, 0x80))
    sent = Submit(first, truth["reference"], to, 0, validity, ud)
    return Message(case, encode_submit(sent), truth, ud, marks=frozenset({f"vpf{form}"}))


def _report(rng: random.Random, case: str, tail: Optionals) -> Message:
    to = Address(_text(rng, DIGITS, 12, 3), rng.choice((0x91, 0x81)))
    taken = _NOON + rng.randint(0, 400_000_000)
    known, quarters = taken + rng.randint(0, 400_000), rng.randint(-48, 56)
    truth: Truth = {
        "number": to.text,
        "reference": rng.randrange(256),
        "time": float(taken),
        "discharge": float(known),
        "status": rng.choice((0x00, 0x01, 0x22, 0x42, 0x46, 0x62)),
    }
    times = [encode_timestamp(moment, quarters) for moment in (taken, known)]
    report = StatusReport(truth["reference"], to, *times, truth["status"], optional=tail)
    return Message(case, encode_status_report(report), truth, quarters=quarters)


def report(rng: random.Random, case: str) -> Message:
    return _report(rng, case, Optionals())


def report_with_tail(rng: random.Random, case: str) -> Message:
    return _report(rng, case, Optionals(rng.randrange(256), 4, build(rng.randbytes(rng.randint(0, 100)), 4, [])))


CASES: tuple[tuple[str, int, Callable[[random.Random, str], Message]], ...] = (
    ("GSM 7-bit, letters and digits", 400, gsm7_ascii),
    ("GSM 7-bit, whole default alphabet", 400, gsm7_basic),
    ("GSM 7-bit, extension table", 600, gsm7_extension),
    ("GSM 7-bit, unusual escapes", 400, gsm7_escapes),
    ("GSM 7-bit, 8n septets ending in @", 300, gsm7_final_at),
    ("GSM 7-bit, national language tables", 600, national),
    ("UCS-2", 500, ucs2),
    ("UCS-2 with surrogate pairs", 400, ucs2_surrogates),
    ("8-bit", 400, binary),
    ("long, 8-bit reference, GSM 7-bit", 400, _concatenated(wide=False, dcs=0)),
    ("long, 8-bit reference, UCS-2", 400, _concatenated(wide=False, dcs=8)),
    ("long, 8-bit reference, 8-bit", 300, _concatenated(wide=False, dcs=4)),
    ("long, 16-bit reference, GSM 7-bit", 400, _concatenated(wide=True, dcs=0)),
    ("long, 16-bit reference, UCS-2", 300, _concatenated(wide=True, dcs=8)),
    ("part number void", 200, void_concat),
    ("other header elements, GSM 7-bit", 400, other_header),
    ("number of any type, 3 to 20 digits", 400, number),
    ("number with * # a b c", 200, number_with_signs),
    ("name", 300, name),
    ("name ending in @", 200, name_ending_in_at),
    ("time zones -12 h to +14 h", 400, zone),
    ("coding: message class", 300, _coded(0x10, 0x11, 0x12, 0x13, 0x14, 0x17, 0x18, 0x19, 0x1A, 0x1B)),
    ("coding: automatic deletion", 200, _coded(0x40, 0x44, 0x48, 0x50, 0x54, 0x58, 0x5B)),
    ("coding: message waiting", 200, _coded(0xC0, 0xC8, 0xD0, 0xD9, 0xDB, 0xE0, 0xE8, 0xEB)),
    ("coding: class group", 200, _coded(0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7)),
    ("coding: reserved", 200, _coded(0x0C, 0x1C, 0x4C, 0x80, 0x84, 0x88, 0xBF)),
    ("SUBMIT with every validity form", 400, submit),
    ("STATUS-REPORT", 400, report),
    ("STATUS-REPORT with TP-PI", 200, report_with_tail),
)


def messages(seed: int) -> Iterator[Message]:
    """The messages of all cases, in their order."""
    for case, count, make in CASES:
        rng = random.Random(f"{seed} {case}")
        for _ in range(count):
            yield make(rng, case)


def _draft(characters: str, most: int) -> Callable[[random.Random, str], Draft]:
    def make(rng: random.Random, case: str) -> Draft:
        to = rng.choice(("+", "")) + _text(rng, DIGITS[1:], 12, 3)
        return Draft(case, to, _text(rng, characters, most), rng.choice((None, relative_validity(rng.randrange(256)))))

    return make


DRAFTS: tuple[tuple[str, int, Callable[[random.Random, str], Draft]], ...] = (
    ("composed: GSM 7-bit, one to five parts", 150, _draft(BASIC, 700)),
    ("composed: with extension characters", 150, _draft(BASIC.replace("§", "") + EXTENSION.replace("\f", "") * 3, 700)),
    ("composed: UCS-2, one to five parts", 150, _draft(CYRILLIC, 320)),
    ("composed: surrogate pairs", 50, _draft(CYRILLIC + EMOJI, 60)),
)


def drafts(seed: int) -> Iterator[Draft]:
    """The texts of all cases to be composed, in their order."""
    for case, count, make in DRAFTS:
        rng = random.Random(f"{seed} {case}")
        for _ in range(count):
            yield make(rng, case)
