"""Which operator a number was given to, by its first digits.

It is a hint. A number that its owner took along to another operator (mobile number portability) keeps its digits:
about two in a hundred Russian numbers in 2017, more now. The register of ported numbers is not public, so a rule by
operator is good for tariffs and bad for promises.

The ranges are those of the `phonenumbers` library. It knows nothing of most of MTS's own codes; those are told apart
here by the numbering plan (https://opendata.digital.gov.ru/registry/numeric/).
"""

from __future__ import annotations

from functools import cache

import phonenumbers
from phonenumbers import carrier
from phonenumbers.carrierdata import CARRIER_DATA

_MTS = tuple(f"+79{code}" for code in (*range(10, 20), *range(80, 90)))
_ALIASES = {"tele2": "t2", "теле2": "t2", "мтс": "mts", "билайн": "beeline", "мегафон": "megafon", "мотив": "motiv"}


def operator_of(phone: str) -> str | None:
    """The operator of an E.164 number as a lower-case word (`mts`, `beeline`, `megafon`, `t2`…), None if not known."""
    name = carrier.name_for_number(phonenumbers.parse(phone), "en")
    if not name and phone.startswith(_MTS):
        return "mts"
    return spelt(name) if name else None


def spelt(name: str) -> str:
    """One spelling for an operator's name as people write it."""
    word = name.strip().casefold()
    return _ALIASES.get(word, word)


@cache
def known() -> frozenset[str]:
    """Every operator that a Russian mobile number can have."""
    names = {names.get("en") for prefix, names in CARRIER_DATA.items() if prefix.startswith("79")}
    return frozenset(spelt(name) for name in names if name)
