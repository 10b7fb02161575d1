"""One spelling for a citizen's phone, and one mask for it.

Pure. Offices write a phone in every way a person can; the centre knows it as E.164 (``+79131234567``) and nothing
else. The Russian plan is simple enough to be decided here: ten digits after the country code, and an SMS survey
reaches only those that begin with 9. The `phonenumbers` library is asked only to say *what* a refused number is: a
landline, another country's (Kazakhstan shares code 7), or no phone at all. Its geocoder and timezone tables
are not used: they are large, and wrong for Russian mobiles (its carrier table is a hint: `gateway.operators`).

A short code (``"0919"``) is no phone: it stays the string it is, and it needs no mask.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

_RUSSIAN_MOBILE = re.compile(r"(?:\+?7|8)?(9[0-9]{9})")
_MARKS = re.compile(r"[1-5](?:[\s()./-]{1,2}[1-5]){4}")
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s()./-]{0,2}\d){4,}")
_LONGEST = 64
"""Characters of the longest text worth looking at: a phone with every separator people use is half of it."""
_SHORT_CODE_DIGITS = 6


class BadPhone(ValueError):
    """The text is no Russian mobile number; the message is one sentence that says what it is instead."""


def normalise(text: str) -> str:
    """The E.164 form of a Russian mobile number written by a person.

    Takes +7, 7, 8 or nothing before the ten digits, with spaces of any kind, brackets, dashes and dots between them.
    Raises BadPhone for everything else: landlines, other countries, letters, a digit too many or too few.
    """
    if len(text) > _LONGEST:
        raise BadPhone("The phone is far too long to be a number.")
    match = _RUSSIAN_MOBILE.fullmatch(text)
    if match is None:
        compact = text.translate(_ASCII_SEPARATORS) if text.isascii() else _without_separators(text)
        match = _RUSSIAN_MOBILE.fullmatch(compact)
    if match is None:
        raise BadPhone(_why_not(compact))
    return "+7" + match[1]


def phone_of(number: str) -> str | None:
    """The E.164 form of a number that the network gave; None for what is no Russian mobile (a service, a name)."""
    try:
        return normalise(number)
    except BadPhone:
        return None


def mask(phone: str) -> str:
    """The form for logs and screens: `+79131234567` becomes `+7913***4567`; a short code stays as it is."""
    if len(phone) <= _SHORT_CODE_DIGITS and phone.isascii() and phone.isdigit():
        return phone
    if len(phone) < len("+79131234567"):
        return "***"
    return f"{phone[:5]}***{phone[-4:]}"


def mask_numbers(text: str) -> str:
    """What people write, with its numbers of five and more digits masked: phones, documents, cases. Five marks apart
    from each other are no number."""
    return _LONG_NUMBER.sub(lambda found: found[0] if _MARKS.fullmatch(found[0]) else "***", text)


def _without_separators(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not _is_separator(c))


def _is_separator(char: str) -> bool:
    """Spaces, brackets, dashes, dots and the invisible marks that come along when a number is copied."""
    if char in ".()[]\u2212":
        return True
    return char.isspace() or unicodedata.category(char) in ("Pd", "Cf")


_ASCII_SEPARATORS = {code: None for code in range(128) if _is_separator(chr(code))}
"""Takes separators out of what most offices write, which need not be looked up letter by letter in Unicode."""


def _why_not(compact: str) -> str:
    """One sentence for the person who has to correct the row; it never repeats the number itself."""
    if not compact:
        return "The phone is empty."
    if not re.fullmatch(r"\+?[0-9]+", compact):
        return "The phone holds something other than digits."
    digits = compact.lstrip("+")
    if len(digits) < 10:
        return f"The phone has {len(digits)} digits, a Russian mobile has 10 after +7."
    try:
        number = phonenumbers.parse(compact, "RU")
    except phonenumbers.NumberParseException:
        return "The phone is not a number of any country."
    region = phonenumbers.region_code_for_number(number)
    if region is None:
        return f"The phone is not a number of any country ({len(digits)} digits)."
    if region != "RU":
        return f"The phone belongs to another country ({region}), only Russian mobiles are written to."
    if not phonenumbers.is_valid_number(number):
        return f"The phone has a digit too many or too few ({len(digits)} digits)."
    return "The phone is a Russian number but not a mobile one (9XX), it cannot take an SMS."
