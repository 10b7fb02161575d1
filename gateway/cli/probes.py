"""`otklik modems probe`: what is wrong with each modem, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from tabulate import tabulate

from gateway.cli import wishing
from gateway.cli.options import print_json
from gateway.modemsettings import ModemSettings
from gateway.probing import as_json, examine_here, records_of, sentence
from gateway.settings import Settings
from gateway.store import wishes
from gateway.store.database import holder, transaction
from gateway.store.opening import readable, writable
from modem.diagnosis.evidence import Records
from modem.diagnosis.findings import diagnose
from scheduler.clock import Clock, SystemClock

_WAIT_S = 60.0
_COLUMNS = ("modem", "diagnosis", "what is wrong", "what to do")
_WIDTHS = (None, None, 60, 60)


def probe(settings: Settings, modems: Sequence[ModemSettings], as_object: bool) -> None:
    """Probe these modems and print what was found; exit 1 if one of them is not healthy."""
    clock = SystemClock()
    if holder(settings.database) is not None:
        found = _by_the_daemon(settings, modems, clock)
    else:
        found = [_here(settings, modem, clock) for modem in modems]
    lines = [line for each in found for line in _lines(each)]
    click.echo(tabulate(lines, headers=_COLUMNS, maxcolwidths=list(_WIDTHS), disable_numparse=True))
    if as_object:
        print_json({"modems": found})
    if not all(each.get("healthy") for each in found):
        raise SystemExit(1)


def _by_the_daemon(settings: Settings, modems: Sequence[ModemSettings], clock: Clock) -> list[dict[str, Any]]:
    """All are asked at once: each by its own worker."""
    with writable(settings.database) as db:
        with transaction(db):
            asked = [wishes.add(db, modem=modem.name, verb="probe", now=clock.now()) for modem in modems]
        return [
            {"modem": modem.name, **wishing.outcome(db, wish, clock, _WAIT_S)}
            for modem, wish in zip(modems, asked, strict=True)
        ]


def _here(settings: Settings, modem: ModemSettings, clock: Clock) -> dict[str, Any]:
    records = Records()
    if settings.database.exists():
        with readable(settings.database) as db:
            records = records_of(db, modem.name, clock.now())
    found = diagnose(examine_here(modem, records.imei, clock), records)
    return {"modem": modem.name, "ok": True, "text": sentence(modem.name, found), **as_json(found)}


def _lines(found: dict[str, Any]) -> list[list[str]]:
    if "diagnoses" not in found:
        return [[found["modem"], "not probed", found["text"], ""]]
    return [
        [
            found["modem"],
            each["name"],
            f"{each['what']} ({each['seen']})" if each["seen"] else each["what"],
            each["cure"],
        ]
        for each in found["diagnoses"]
    ]
