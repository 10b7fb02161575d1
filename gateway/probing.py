"""`otklik modems probe`: one modem examined, and judged by what was seen and what the box has noted.

While a daemon runs its worker examines; without one it is done here. No PIN is given and nothing is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from gateway.modemsettings import ModemSettings
from gateway.store import records as rows
from gateway.store import state
from gateway.store.wishes import Wish
from gateway.wishes import Answer, Handler
from modem.diagnosis.catalogue import Diagnosis
from modem.diagnosis.evidence import Evidence, PortFault, Records
from modem.diagnosis.examination import examine_closed
from modem.diagnosis.findings import diagnose, is_healthy
from modem.driver import Modem
from modem.ports import Place, PortBook
from modem.tables import CME_CAUSES, CMS_CAUSES, CauseClass
from scheduler.clock import Clock

_LATELY = timedelta(days=1)
_STALE = timedelta(minutes=2)
_CLASSES = {cause.plain: cause.cls for causes in (CME_CAUSES, CMS_CAUSES) for cause in causes.values()}


def probe(ask: Callable[[str], Future[Evidence]]) -> Handler:
    """The modem's worker examines it between two dialogues; done when it has been judged."""
    asked: dict[int, Future[Evidence]] = {}

    def handle(db: Database, wish: Wish, now: datetime) -> Answer:
        seen = asked.get(wish.id)
        if seen is None:
            if now - wish.wished_at > _STALE:
                return Answer(f"{wish.modem} was not probed: nobody waits for it any more.", ok=False)
            seen = asked[wish.id] = ask(wish.modem)
        if not seen.done():
            return Answer(f"{wish.modem} is still at another dialogue.", done=False, ok=False)
        del asked[wish.id]
        if seen.cancelled():
            return Answer(f"{wish.modem} was not probed: the daemon has stopped serving it.", ok=False)
        if seen.exception() is not None:
            return Answer(
                f"{wish.modem} was not probed, which is a fault of the program: {seen.exception()}.", ok=False
            )
        found = diagnose(seen.result(), records_of(db, wish.modem, now))
        return Answer(sentence(wish.modem, found), more=as_json(found))

    return handle


def examine_here(modem: ModemSettings, imei: str | None, clock: Clock) -> Evidence:
    """Examine a modem in this process; `imei` is that of the one that was there last."""
    if modem.port.startswith("emu://"):
        text = f"{modem.name} is emulated, in the daemon's own process; start it with otklik run."
        return Evidence(fault=(PortFault.CLOSED, text))
    place = Place(modem.name, modem.port, modem.imei, PortBook())
    link = Modem(modem.port, modem.baud, clock=clock, rtscts=modem.flow == "rtscts", place=place)
    return examine_closed(link, modem.name, modem.imei or imei)


def records_of(db: Database, modem: str, now: datetime) -> Records:
    """What the box remembers of a modem, of the last day."""
    imei, sim = state.seated(db, modem)
    since = now - _LATELY
    troubles = rows.troubles(db, modem, since)
    if sim is None:
        return Records(imei, sim, troubles=troubles)
    sent = rows.sending(db, sim, since)
    refused: Counter[CauseClass] = Counter()
    for plain, count in sent.refused.items():
        cls = _CLASSES.get(plain)
        if cls not in (None, CauseClass.PERMANENT):  # that is the number's fault, or the message's
            refused[cls] += count
    return Records(imei, sim, sent.unknown, sent.accepted, refused, rows.duplicates(db, sim, since), troubles)


def as_json(found: list[Diagnosis]) -> dict[str, Any]:
    return {"healthy": is_healthy(found), "diagnoses": [diagnosis.as_json() for diagnosis in found]}


def sentence(modem: str, found: list[Diagnosis]) -> str:
    return f"{modem}: {', '.join(diagnosis.name for diagnosis in found)}."
