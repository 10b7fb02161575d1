"""The failure that says nothing: the network takes every message of a SIM, and nobody ever gets one.

Operators swallow what they take for spam, and a SIM without credit may be told OK. Nothing refuses, so nothing is
tried again; only the delivery reports are missing. Some always are, for phones that are off. None of many is another
matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from gateway.settings import ModemSettings
from gateway.store import fleet as fleet_rows
from gateway.store import parts as part_rows

MANY = 20
"""So many messages in a row without a single report: with four phones of five switched off, once in a hundred."""
_PATIENCE = timedelta(hours=1)
_REACH = timedelta(days=1)
_KIND = "silent failure"


class Silence:
    """Watches the SIMs whose modems ask for reports."""

    def __init__(self, modems: Sequence[ModemSettings]) -> None:
        self._asking = {modem.name for modem in modems if modem.reports}

    def look(self, db: Database, now: datetime) -> int:
        """Raise or end the alarm of every SIM in a port; how many are silent."""
        silent = 0
        for name, sim in fleet_rows.sims_in_ports(db):
            place = f"modem {name}"
            taken, reported = part_rows.lately_reported(db, sim, since=now - _REACH, until=now - _PATIENCE, most=MANY)
            if name in self._asking and taken >= MANY and not reported:
                silent += 1
                text = (
                    f"The network took the last {taken} messages of SIM {sim} and reported on none of them: perhaps it"
                    " swallows them. Send one to a phone of your own, look at the balance, and ask the operator."
                )
                fleet_rows.raise_alarm(db, place=place, kind=_KIND, text=text, now=now)
            elif reported:
                fleet_rows.clear_alarm(db, place=place, kind=_KIND, now=now)
        return silent
