"""A batch's octets, in the format its upstream takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.exchange import jsonbatch, legacy, rates
from gateway.exchange.form import Form
from gateway.store.ratings import COLUMNS, SCHEMA_VERSION
from gateway.upstreamsettings import UpstreamSettings


def render(
    ratings: Sequence[Mapping[str, Any]], vendor: str, key: str, settings: UpstreamSettings, form: Form
) -> tuple[bytes, str]:
    """The octets and their SHA-256. Raises CannotBeSent for what the format cannot say, SigningError for the key."""
    match settings.format:
        case "json":
            body = jsonbatch.body(ratings, vendor, key, SCHEMA_VERSION, COLUMNS)
        case "rates-xml":
            body = rates.body(ratings, vendor, form, settings.date)
        case "legacy-xml":
            body = legacy.body(ratings, vendor, form, settings.date)
            if settings.sign is not None:
                from gateway.exchange.signing import sign  # here: it takes 40 ms, and few sign

                body = sign(body, settings.sign)
    return body, hashlib.sha256(body).hexdigest()
