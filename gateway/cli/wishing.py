"""Waiting for what the daemon says of a wish."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from gateway.store import wishes
from scheduler.clock import Clock

_LOOK_S = 0.1


def outcome(db: Database, wish: int, clock: Clock, within_s: float) -> dict[str, Any]:
    """The daemon's last word on a wish."""
    until = clock.monotonic() + within_s
    while True:
        result, is_done = wishes.result_of(db, wish)
        if is_done or clock.monotonic() >= until:
            break
        clock.wait((), clock.monotonic() + _LOOK_S)
    if result is None:
        return {"ok": False, "text": f"The daemon has not answered for {within_s:g} s; look at otklik status."}
    answer: dict[str, Any] = json.loads(result)
    return answer
