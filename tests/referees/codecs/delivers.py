"""Random DELIVERs: every alphabet, header, sender, time zone and data coding.

The truth is what went in; nobody's reading of the octets is asked for it. Knows no other codec.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from modem.emulator.codec.address import Address
from modem.emulator.codec.alphabet import DEFAULT, Tables, tables, text_to_septets
from modem.emulator.codec.compose import build
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, encode_deliver
from modem.emulator.codec.userdata import LOCKING_SHIFT, SINGLE_SHIFT, Concat, Element, UserData
from modem.national import LANGUAGES
from modem.tables import GSM7_BASIC, GSM7_EXTENSION
from tests.referees.codecs.message import BASIC, CYRILLIC, DIGITS, EMOJI, EXTENSION, NOON, Message, Truth, random_text

_ESC = 0x1B
_UNUSED_CODES = [code for code in range(128) if code not in GSM7_EXTENSION and code != _ESC]


def _gsm7(text: str, elements: Sequence[Element] = (), dcs: int = 0x00, using: Tables = DEFAULT) -> UserData:
    return build(text_to_septets(text, using), dcs, list(elements))


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
    origin = sender or Address(random_text(rng, DIGITS, 12, 11), 0x91)
    now = NOON + rng.randint(0, 400_000_000)
    deliver = Deliver(origin, encode_timestamp(now, quarters), ud, rng.choice((0, 0, 0x41, 0x7F)), smsc="+79000000099")
    truth: Truth = {"number": origin.text, "text": text, "time": float(now), "concat": _place(concat)}
    return Message(case, encode_deliver(deliver), truth, ud, quarters, marks)


def _place(concat: Concat | None) -> tuple[int, int, int] | None:
    return (concat.ref, concat.total, concat.seq) if concat else None


def _concat(rng: random.Random, wide: bool) -> Concat:
    total = rng.randint(2, 255)
    return Concat(rng.randrange(0x10000 if wide else 0x100), total, rng.randint(1, total), wide)


# Alphabets.


def gsm7_basic(rng: random.Random, case: str) -> Message:
    text = random_text(rng, BASIC, 160)
    return _deliver(rng, case, _gsm7(text), text)


def gsm7_ascii(rng: random.Random, case: str) -> Message:
    text = random_text(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz 0123456789.,:;!?", 160)
    return _deliver(rng, case, _gsm7(text), text)


def gsm7_extension(rng: random.Random, case: str) -> Message:
    text = _fitting(random_text(rng, EXTENSION.replace("\f", "") + "abcdefgh 123", 120), 160)
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
    text = random_text(rng, "abcdefgh", 7, 7) * rng.randint(1, 20)
    text = text[: len(text) // 8 * 8 + 7][:159] + "@"
    text = text[-(len(text) // 8 * 8) :] or "abcdefg@"
    return _deliver(rng, case, _gsm7(text), text)


def ucs2(rng: random.Random, case: str) -> Message:
    text = random_text(rng, CYRILLIC, 70)
    return _deliver(rng, case, build(text.encode("utf-16-be"), 8, []), text)


def ucs2_surrogates(rng: random.Random, case: str) -> Message:
    text = random_text(rng, CYRILLIC, 30) + rng.choice("😀👍🙏") + random_text(rng, EMOJI, 15)
    return _deliver(rng, case, build(text.encode("utf-16-be"), 8, []), text)


def binary(rng: random.Random, case: str) -> Message:
    body = rng.randbytes(rng.randint(1, 140))
    return _deliver(rng, case, build(body, 4, []), body.decode("latin-1"))


# Headers.


def concatenated(wide: bool, dcs: int) -> Callable[[random.Random, str], Message]:
    def make(rng: random.Random, case: str) -> Message:
        concat = _concat(rng, wide)
        if dcs == 0:
            text = random_text(rng, BASIC, 152)
            ud = _gsm7(text, [concat.element])
        elif dcs == 8:
            text = random_text(rng, CYRILLIC, 66)
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
    text = random_text(rng, BASIC, 120)
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
    text = random_text(rng, CYRILLIC, 60)
    ud = build(text.encode("utf-16-be"), 8, [void.element])
    return _deliver(rng, case, ud, text, marks=frozenset({"void"}))


# Senders, times, codings.


def number(rng: random.Random, case: str) -> Message:
    toa = rng.choice((0x91, 0x81, 0xA1, 0xB1, 0xC1, 0xE1, 0x80, 0xB9))
    return _deliver(rng, case, _gsm7("5"), "5", sender=Address(random_text(rng, DIGITS, 20, 3), toa))


def number_with_signs(rng: random.Random, case: str) -> Message:
    digits = rng.choice("*#abc") + random_text(rng, DIGITS + "*#abc", 18, 2)
    return _deliver(rng, case, _gsm7("5"), "5", sender=Address(digits, rng.choice((0x81, 0xA1))))


def name(rng: random.Random, case: str) -> Message:
    return _deliver(rng, case, _gsm7("5"), "5", sender=Address(random_text(rng, BASIC.replace("@", ""), 11), 0xD0))


def name_ending_in_at(rng: random.Random, case: str) -> Message:
    sender = Address(random_text(rng, "ABCDEFGH", 10, 0) + "@", 0xD0)
    return _deliver(rng, case, _gsm7("5"), "5", sender=sender)


def zone(rng: random.Random, case: str) -> Message:
    return _deliver(rng, case, _gsm7("5"), "5", quarters=rng.randint(-48, 56))


def coded(*octets: int) -> Callable[[random.Random, str], Message]:
    def make(rng: random.Random, case: str) -> Message:
        dcs = rng.choice(octets)
        general = dcs < 0x80 and dcs & 0x0C != 0x0C
        if (general and dcs & 0x0C == 8) or dcs >> 4 == 0x0E:
            text = random_text(rng, CYRILLIC, 70)
            ud = build(text.encode("utf-16-be"), dcs, [])
        elif (general and dcs & 0x0C == 4) or dcs & 0xF4 == 0xF4:
            text = rng.randbytes(rng.randint(1, 140)).decode("latin-1")
            ud = build(text.encode("latin-1"), dcs, [])
        else:
            text = random_text(rng, "abcdefgh 0123456789", 160)
            ud = _gsm7(text, dcs=dcs)
        return _deliver(rng, case, ud, text)

    return make
