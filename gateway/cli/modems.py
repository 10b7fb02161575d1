"""`otklik modems`: the fleet as it is, and what an operator asks of it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database
from tabulate import tabulate

from gateway import config as configuration
from gateway.alarms import of_modem, of_sim
from gateway.cli import probes, wishing
from gateway.cli.options import config_option, json_option, print_json
from gateway.errors import GatewayError
from gateway.modemsettings import ModemSettings
from gateway.settings import Settings
from gateway.store import fleet, lanes, state, wishes
from gateway.store.database import holder, transaction
from gateway.store.opening import readable, writable
from scheduler.clock import Clock, SystemClock
from scheduler.pacing import day_began, month_began

_WAIT_S = 10.0
_USSD_WAIT_S = 90.0
_USSD_CODE, _USSD_REPLY = re.compile(r"[*#][0-9*#]*#"), re.compile(r"[0-9*#]+")
_SEEN = ("state", "model", "make", "imei", "sim", "number", "operator", "signal", "hold")
_COLUMNS = (
    *("name", "state", "port", "model", "imei", "sim", "number", "operator", "signal"),
    *("today", "month", "unknown", "balance"),
)


@click.command()
@click.argument("verb", type=click.Choice(["list", "drain", "resume", "ussd", "probe"]), default="list")
@click.argument("name", required=False)
@click.argument("words", nargs=-1)
@config_option
@json_option
def modems(verb: str, name: str | None, words: tuple[str, ...], config: Path | None, as_json: bool) -> None:
    """The fleet: list, drain a modem (it sends nothing and reads on), resume it, send a USSD code by it, or probe it.

    A drained modem finishes what it has in hand and stays drained over restarts. Without a daemon a wish is carried out
    at the next start, but for USSD: `otklik modems ussd NAME "*100#" [REPLY …]` needs one that runs. The probe says
    what is wrong with a modem, or with each, and what to do; without a daemon it opens the ports itself.
    """
    settings = configuration.load(config)
    if name is not None and name not in {modem.name for modem in settings.modems}:
        known = ", ".join(modem.name for modem in settings.modems) or "none"
        raise click.UsageError(f"There is no modem {name} in the configuration; there are: {known}.")
    if words and verb != "ussd":
        raise click.UsageError(f"Nothing can follow otklik modems {verb} NAME.")
    if verb == "list":
        _list(settings, name, as_json)
    elif verb == "probe":
        probes.probe(settings, [modem for modem in settings.modems if name in (None, modem.name)], as_json)
    elif name is None:
        raise click.UsageError(f"Say which modem to {verb}: otklik modems {verb} NAME.")
    elif verb == "ussd" and not _is_ussd(words):
        raise click.UsageError(
            'Say which code, and replies to what it asks: otklik modems ussd NAME "*100#" [REPLY …].'
        )
    else:
        _wish(settings, verb, name, words, SystemClock(), as_json)


def _is_ussd(words: tuple[str, ...]) -> bool:
    return bool(words and _USSD_CODE.fullmatch(words[0]) and all(map(_USSD_REPLY.fullmatch, words[1:])))


def gather(db: Database, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Everything `list` shows of each modem, as plain values."""
    zone = ZoneInfo(settings.routing.zone)
    ports = {port["name"]: port for port in state.ports(db)}
    drained = {name for name, _, is_drained in state.seats(db) if is_drained}
    alarms, cures = fleet.alarms(db), fleet.cures(db)
    found = []
    for modem in settings.modems:
        port = ports.get(modem.name, {})
        sim = port.get("sim")
        places = (of_modem(modem.name), of_sim(sim or ""))
        found.append(
            {
                **{key: port.get(key) for key in _SEEN},
                "name": modem.name,
                "port": modem.port,
                "drained": modem.name in drained,
                "trouble": port.get("trouble"),
                "sent": _sent(db, sim, modem, day_began(now, zone), month_began(now, zone)),
                "unknown": 0 if sim is None else lanes.in_doubt(db, sim),
                "balance": None if sim is None else fleet.balance(db, sim),
                "alarms": [alarm for alarm in alarms if alarm["place"] in places],
                "cures": [cure for cure in cures if cure["model"] == port.get("model")],
            }
        )
    return found


def _sent(db: Database, sim: str | None, modem: ModemSettings, day: datetime, month: datetime) -> dict[str, Any]:
    """What the SIM has sent against its caps; null: no cap."""
    today, this_month = (0, 0) if sim is None else (lanes.sent_since(db, sim, day), lanes.sent_since(db, sim, month))
    return {
        "today": today,
        "per_day": modem.limits.per_day,
        "month": this_month,
        "per_month": modem.limits.per_month,
    }


def _list(settings: Settings, name: str | None, as_json: bool) -> None:
    with readable(settings.database) as db:
        found = [row for row in gather(db, settings, SystemClock().now()) if name in (None, row["name"])]
    click.echo(tabulate([_line(row) for row in found], headers=_COLUMNS, disable_numparse=True))
    for row in found:
        for alarm in row["alarms"]:
            click.echo(f"\nALARM {row['name']} since {alarm['raised_at']}: {alarm['text']}", nl=False)
        for cure in row["cures"]:
            click.echo(f"\n{row['model']}: {cure['step']} cured {cure['trouble']} {cure['count']} times", nl=False)
    click.echo()
    if as_json:
        print_json({"modems": found})


def _line(row: dict[str, Any]) -> list[Any]:
    """One modem for a person's eyes."""
    said = row["state"] or "not seen"
    notes = [note for note in ("drained" if row["drained"] else None, row["hold"]) if note]
    sent = row["sent"]
    balance = row["balance"]
    shown = {
        **row,
        "state": f"{said} ({', '.join(notes)})" if notes else said,
        "today": _against(sent["today"], sent["per_day"]),
        "month": _against(sent["month"], sent["per_month"]),
        "balance": None if balance is None else balance["text"] if balance["amount"] is None else balance["amount"],
    }
    return [shown[column] for column in _COLUMNS]


def _against(count: int, cap: int | None) -> str:
    return str(count) if cap is None else f"{count} of {cap}"


def _wish(settings: Settings, verb: str, name: str, words: tuple[str, ...], clock: Clock, as_json: bool) -> None:
    """Write the wish down, wait for what the daemon says of it, and say that."""
    is_served = holder(settings.database) is not None
    if verb == "ussd" and not is_served:
        raise GatewayError("No daemon runs that could ask the network; start it with otklik run.")
    with writable(settings.database) as db:
        with transaction(db):
            wish = wishes.add(db, modem=name, verb=verb, words=" ".join(words), now=clock.now())
        if is_served:
            answer = wishing.outcome(db, wish, clock, _USSD_WAIT_S if verb == "ussd" else _WAIT_S)
        else:
            answer = {"ok": True, "text": f"No daemon runs; {name} will {verb} when one starts."}
    click.echo(answer["text"], err=not answer["ok"])
    if as_json:
        print_json({"modem": name, "verb": verb, **answer})
    if not answer["ok"]:
        raise SystemExit(1)
