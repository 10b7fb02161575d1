"""A batch as JSON: the columns of the export, in an object with who sends it and under which key.

Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.exchange.rates import CannotBeSent
from gateway.model import CRITERIA, OVERALL


def body(
    ratings: Iterable[Mapping[str, Any]], vendor: str, key: str, schema_version: int, columns: Iterable[str]
) -> bytes:
    """The octets of a batch: these columns of each rating. Raises CannotBeSent for a rating without a mark."""
    names = tuple(columns)
    found = []
    for rating in ratings:
        if all(rating[mark] is None for mark in (OVERALL, *CRITERIA)):
            raise CannotBeSent(f"the rating {rating['rating_id']} has no mark")
        found.append({name: rating[name] for name in names})
    batch = {"schema_version": schema_version, "vendor": vendor, "key": key, "ratings": found}
    return json.dumps(batch, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
