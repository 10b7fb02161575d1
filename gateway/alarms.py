"""What a person should know of the fleet, until it is over; said in the log when it is news."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlite_utils import Database

from gateway.store import fleet as fleet_rows

_LOG = structlog.get_logger(__name__)


CALL_BACK_DESK = "call-back desk"
"""The place of an alarm about people who wait to be called."""
LEDGER = "ledger"
"""The place of an alarm about visits and ratings that are not where they should be."""


DISK = "disk"
"""The place of an alarm about the disk that the database is on."""

BACKUP = "backup"
"""The place of an alarm about copies of the database."""


def of_modem(name: str) -> str:
    """The place of an alarm about a port and what is in it."""
    return f"modem {name}"


def of_sim(sim: str) -> str:
    """The place of an alarm that stays with a card, in whatever modem it is."""
    return f"SIM {sim}"


def of_upstream(name: str) -> str:
    """The place of an alarm about the way up."""
    return f"upstream {name}"


def tell(db: Database, *, place: str, kind: str, text: str | None, now: datetime) -> None:
    """Raise an alarm, change its words, or with None end it."""
    if text is None:
        fleet_rows.clear_alarm(db, place=place, kind=kind, now=now)
    elif fleet_rows.raise_alarm(db, place=place, kind=kind, text=text, now=now):
        _LOG.warning("alarm", place=place, kind=kind, text=text)


def forget(db: Database, modems: Iterable[str], ways_up: Iterable[str], now: datetime) -> None:
    """End the alarms of other modems and upstreams, and of cards not last seen in these: nothing else would."""
    places = (
        [CALL_BACK_DESK, LEDGER]
        + [of_modem(name) for name in modems]
        + [of_sim(sim) for _, sim in fleet_rows.sims_in_ports(db)]
        + [of_upstream(name) for name in ways_up]
    )
    fleet_rows.clear_elsewhere(db, places, now)
