"""The failure that says nothing: the network takes every message of a SIM, and nobody ever gets one.

Operators swallow what they take for spam, and a SIM without credit may be told OK. Nothing refuses, so nothing is
tried again; only the delivery reports are missing. Some always are, for phones that are off. None of many is another
matter: a person is told, and others start the conversations meanwhile. Answers still go out by this SIM, and the first
report on one of them ends it; so does `otklik modems resume`, after which only what is sent from then on is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from gateway.alarms import of_sim
from gateway.dispatch import Dispatch
from gateway.modemsettings import ModemSettings
from gateway.store import fleet as fleet_rows
from gateway.store import parts as part_rows
from gateway.store import wishes

MANY = 20
"""So many messages in a row without a single report: with four phones of five switched off, once in a hundred."""
_PATIENCE = timedelta(hours=1)
_REACH = timedelta(days=1)
_KIND = "silent failure"


class Silence:
    """Watches the SIMs whose modems ask for reports."""

    def __init__(self, modems: Sequence[ModemSettings], dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._asking = {modem.name for modem in modems if modem.reports}

    def look(self, db: Database, now: datetime) -> int:
        """Raise or end the alarm of every SIM in a port; how many are silent."""
        silent = 0
        for name, sim in fleet_rows.sims_in_ports(db):
            place = of_sim(sim)
            resumed_at = wishes.last_done(db, modem=name, verb="resume")
            since = max(now - _REACH, resumed_at or now - _REACH)
            taken, reported = part_rows.lately_reported(db, sim, since=since, until=now - _PATIENCE, most=MANY)
            if name in self._asking and taken >= MANY and not reported:
                text = (
                    f"The network took the last {taken} messages of SIM {sim} (modem {name}) and reported on none of"
                    " them: perhaps it swallows them. Send one to a phone of your own, look at the balance, and ask the"
                    f" operator; then otklik modems resume {name}. If it never reports, set reports: false."
                )
                fleet_rows.raise_alarm(db, place=place, kind=_KIND, text=text, now=now)
            elif reported or (resumed_at and fleet_rows.is_raised(db, place=place, kind=_KIND, before=resumed_at)):
                fleet_rows.clear_alarm(db, place=place, kind=_KIND, now=now)
            is_silent = fleet_rows.is_raised(db, place=place, kind=_KIND)
            self._dispatch.silence(sim, is_silent)
            silent += is_silent
        return silent
