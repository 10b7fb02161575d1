"""What an event is made of, and the octets that tell it.

Pure. The body is written once, when the thing happens: each try to tell it sends the same octets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gateway.upstreamsettings import EventKind

SCHEMA_VERSION = 1
"""Of the body and its meanings; new keys do not change it."""


def event_key(kind: EventKind, subject: str, happened_at: str) -> str:
    """`e-` and 16 hexadecimal digits: what the world knows an event by.

    It is made of what happened, not of where it stands: a database that was restored from a backup tells the same event
    under the same id, and never another one under it. `subject` tells what of this kind it happened to.
    """
    text = json.dumps([kind, subject, happened_at])
    return "e-" + hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def body_of(
    key: str, kind: EventKind, happened_at: str, visit: Mapping[str, Any] | None, data: Mapping[str, Any]
) -> str:
    """The JSON that is posted. `visit` is None for what is about no visit."""
    told = {
        "schema_version": SCHEMA_VERSION,
        "id": key,
        "kind": kind,
        "happened_at": happened_at,
        "visit": None if visit is None else dict(visit),
        "data": dict(data),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
