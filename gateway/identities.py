"""Which modem and which card sit in a port, and whether they are those that were there before."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlite_utils import Database

from gateway.store import sims, state
from modem.diagnosis.evidence import OTHER_MODEM, OTHER_SIM
from modem.driver import Identity

_LOG = structlog.get_logger(__name__)


def meet(db: Database, name: str, identity: Identity, operator: str | None, now: datetime) -> None:
    """Remember the card, and tell of a modem or a card that is not the one before, also if that was days ago."""
    imei, sim = state.seated(db, name)
    if imei not in (None, identity.imei):
        text = f"The modem of {name} is another one now: {identity.imei}, and it was {imei}."
        _tell(db, name, text, OTHER_MODEM, now)
    if sim not in (None, identity.sim):
        text = f"The SIM in {name} is another one now: {identity.sim}, and it was {sim}."
        _tell(db, name, text, OTHER_SIM, now)
    sims.see(db, iccid=identity.sim, imei=identity.imei, operator=operator, number=identity.number, now=now)


def _tell(db: Database, name: str, text: str, kind: str, now: datetime) -> None:
    _LOG.warning("changed", modem=name, text=text)
    state.add_trouble(db, place=f"modem {name}", text=text, now=now, kind=kind)
