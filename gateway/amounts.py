"""How much money a text of the operator speaks of."""

from __future__ import annotations

import re
from decimal import Decimal

_FLAGS = re.IGNORECASE | re.DOTALL
# A minus stands right before its digits; a dash with a blank behind it only joins words. Dates, times and the middle
# of longer numbers are no amounts.
_WHOLE = (
    r"(?P<minus>(?:минус|minus)\s*|(?<!\w)[-\u2212])?(?<!\d)(?<!\d[.,:/])"
    r"(?P<whole>\d{1,3}(?:[ \u00a0\u202f']\d{3})+|\d+)"
)
_PART, _END = r"(?:[.,](?P<part>\d{1,2}))", r"(?![\d:/]|[.,]\d)"
_NUMBER, _DECIMAL = _WHOLE + _PART + "?" + _END, _WHOLE + _PART + _END
_CURRENCY = r"\s*(?:руб\w*|р\b|rub\w*|rur|r\b|₽)\.?(?:\s*(?P<coins>\d{1,2})\s*(?:к|k)\w*)?"
_ABOUT = r"(?:баланс|balans|balance|остат\w*|ostat\w*|сч[её]т\w*|schet\w*)[^\d]{0,30}?(?<!на )(?<!na )"
_LIKELIEST_FIRST = (
    re.compile(_ABOUT + _NUMBER + f"(?:{_CURRENCY})?", _FLAGS),
    re.compile(_NUMBER + _CURRENCY, _FLAGS),
    re.compile(_DECIMAL, _FLAGS),
)
_ANY = re.compile(_NUMBER, _FLAGS)


def money_in(text: str, pattern: str | None = None) -> Decimal | None:
    """The amount that `pattern` finds (its group, if it has one); None where there is none.

    Without a pattern: what is said of a balance, else the first amount with a currency, else the first with a decimal
    part, else the only number there is.
    """
    if pattern is not None:
        found = re.search(pattern, text, _FLAGS)
        named = None if found is None else _ANY.search(found[found.re.groups] or "")
        return None if named is None else _value(named)
    for likely in _LIKELIEST_FIRST:
        found = likely.search(text)
        if found is not None:
            return _value(found)
    numbers = list(_ANY.finditer(text))
    return _value(numbers[0]) if len(numbers) == 1 else None


def _value(found: re.Match[str]) -> Decimal:
    groups = found.groupdict()
    whole = re.sub(r"\D", "", groups["whole"])
    part = groups["part"] or (groups.get("coins") or "0").zfill(2)
    value = Decimal(f"{whole}.{part}")
    return -value if groups["minus"] else value
