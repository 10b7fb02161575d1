"""All cases with their numbers: 10,000 messages to read, 500 texts to compose."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.referees.codecs import delivers, submits
from tests.referees.codecs.message import BASIC, CYRILLIC, EMOJI, EXTENSION, Draft, Message

CASES: tuple[tuple[str, int, Callable[[random.Random, str], Message]], ...] = (
    ("GSM 7-bit, letters and digits", 400, delivers.gsm7_ascii),
    ("GSM 7-bit, whole default alphabet", 400, delivers.gsm7_basic),
    ("GSM 7-bit, extension table", 600, delivers.gsm7_extension),
    ("GSM 7-bit, unusual escapes", 400, delivers.gsm7_escapes),
    ("GSM 7-bit, 8n septets ending in @", 300, delivers.gsm7_final_at),
    ("GSM 7-bit, national language tables", 600, delivers.national),
    ("UCS-2", 500, delivers.ucs2),
    ("UCS-2 with surrogate pairs", 400, delivers.ucs2_surrogates),
    ("8-bit", 400, delivers.binary),
    ("long, 8-bit reference, GSM 7-bit", 400, delivers.concatenated(wide=False, dcs=0)),
    ("long, 8-bit reference, UCS-2", 400, delivers.concatenated(wide=False, dcs=8)),
    ("long, 8-bit reference, 8-bit", 300, delivers.concatenated(wide=False, dcs=4)),
    ("long, 16-bit reference, GSM 7-bit", 400, delivers.concatenated(wide=True, dcs=0)),
    ("long, 16-bit reference, UCS-2", 300, delivers.concatenated(wide=True, dcs=8)),
    ("part number void", 200, delivers.void_concat),
    ("other header elements, GSM 7-bit", 400, delivers.other_header),
    ("number of any type, 3 to 20 digits", 400, delivers.number),
    ("number with * # a b c", 200, delivers.number_with_signs),
    ("name", 300, delivers.name),
    ("name ending in @", 200, delivers.name_ending_in_at),
    ("time zones -12 h to +14 h", 400, delivers.zone),
    ("coding: message class", 300, delivers.coded(0x10, 0x11, 0x12, 0x13, 0x14, 0x17, 0x18, 0x19, 0x1A, 0x1B)),
    ("coding: automatic deletion", 200, delivers.coded(0x40, 0x44, 0x48, 0x50, 0x54, 0x58, 0x5B)),
    ("coding: message waiting", 200, delivers.coded(0xC0, 0xC8, 0xD0, 0xD9, 0xDB, 0xE0, 0xE8, 0xEB)),
    ("coding: class group", 200, delivers.coded(0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7)),
    ("coding: reserved", 200, delivers.coded(0x0C, 0x1C, 0x4C, 0x80, 0x84, 0x88, 0xBF)),
    ("SUBMIT with every validity form", 400, submits.submit),
    ("STATUS-REPORT", 400, submits.report),
    ("STATUS-REPORT with TP-PI", 200, submits.report_with_tail),
)


def messages(seed: int) -> Iterator[Message]:
    """The messages of all cases, in their order."""
    for case, count, make in CASES:
        rng = random.Random(f"{seed} {case}")
        for _ in range(count):
            yield make(rng, case)


DRAFTS: tuple[tuple[str, int, Callable[[random.Random, str], Draft]], ...] = (
    ("composed: GSM 7-bit, one to five parts", 150, submits.draft(BASIC, 700)),
    (
        "composed: with extension characters",
        150,
        submits.draft(BASIC.replace("§", "") + EXTENSION.replace("\f", "") * 3, 700),
    ),
    ("composed: UCS-2, one to five parts", 150, submits.draft(CYRILLIC, 320)),
    ("composed: surrogate pairs", 50, submits.draft(CYRILLIC + EMOJI, 60)),
)


def drafts(seed: int) -> Iterator[Draft]:
    """The texts of all cases to be composed, in their order."""
    for case, count, make in DRAFTS:
        rng = random.Random(f"{seed} {case}")
        for _ in range(count):
            yield make(rng, case)
