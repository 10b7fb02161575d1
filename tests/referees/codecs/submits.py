"""Random SUBMITs and STATUS-REPORTs, and random texts for others to make SUBMITs of."""

from __future__ import annotations

import random
from collections.abc import Callable

from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import build
from modem.emulator.codec.reports import Optionals, StatusReport, encode_status_report
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Submit, encode_submit
from modem.emulator.codec.validity import Enhanced, encode_enhanced, relative_validity
from tests.referees.codecs.message import CYRILLIC, DIGITS, NOON, Draft, Message, Truth, random_text


def submit(rng: random.Random, case: str) -> Message:
    """A SUBMIT with each form of validity."""
    to = Address(random_text(rng, DIGITS, 12, 3), rng.choice((0x91, 0x81)))
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
        truth["expiry"] = float(NOON + rng.randint(0, 400_000_000))
        validity = encode_timestamp(truth["expiry"], rng.randint(-48, 56))
    truth["text"] = random_text(rng, CYRILLIC, 70)
    ud = build(truth["text"].encode("utf-16-be"), 8, [])
    first = 0x01 | form << 3 | rng.choice((0, 0x20, 0x04, 0x80))
    sent = Submit(first, truth["reference"], to, 0, validity, ud)
    return Message(case, encode_submit(sent), truth, ud, marks=frozenset({f"vpf{form}"}))


def _report(rng: random.Random, case: str, tail: Optionals) -> Message:
    to = Address(random_text(rng, DIGITS, 12, 3), rng.choice((0x91, 0x81)))
    taken = NOON + rng.randint(0, 400_000_000)
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


def draft(characters: str, most: int) -> Callable[[random.Random, str], Draft]:
    def make(rng: random.Random, case: str) -> Draft:
        to = rng.choice(("+", "")) + random_text(rng, DIGITS[1:], 12, 3)
        return Draft(
            case, to, random_text(rng, characters, most), rng.choice((None, relative_validity(rng.randrange(256))))
        )

    return make
