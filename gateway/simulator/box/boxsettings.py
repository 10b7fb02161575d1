"""The configuration of a simulated box: what the scenario says of it, and what the simulation itself decides."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway import keyfile, pseudonyms
from gateway.modemsettings import ModemSettings
from gateway.sealing import SealKey
from gateway.settings import Settings
from gateway.simulator.scenario.model import Scenario
from gateway.upstreamsettings import UpstreamSettings

UPSTREAM = "site"
"""What the upstream of a simulated box is called."""
UPSTREAM_URL = "http://upstream.example"


def settings_of(scenario: Scenario, folder: Path) -> Settings:
    """The settings of a box whose database is in `folder`; its modems are m1, m2…"""
    modems, box = scenario.modems, scenario.box
    return Settings(
        database=folder / "otklik.db",
        offices=scenario.offices,
        services=scenario.services,
        modems=tuple(
            ModemSettings(
                name=f"m{number + 1}",
                port=f"emu://modem{number}",
                on_unknown=modems.on_unknown,
                limits=modems.limits,
            )
            for number in range(modems.count)
        ),
        survey=box.survey,
        routing=box.routing,
        callbacks=box.callbacks,
        sweep_s=box.sweep_s,
        upstream=_upstreams(scenario),
        http=None,
    )


def midnight(scenario: Scenario, zone: ZoneInfo, day: int = 0) -> datetime:
    """When a day begins, counted from the first one, 0."""
    return datetime.combine(date.fromordinal(scenario.first_day.toordinal() + day), time(), tzinfo=zone)


def make_keys(database: Path, seed: str, today: date) -> None:
    """Make the key files of a database out of a seed, so that pseudonyms are the same in every run; there must be none
    yet. Such keys protect nobody: they are for people who do not exist."""
    database.parent.mkdir(parents=True, exist_ok=True)
    pseudonyms.make(database, _key(seed, "pseudonyms"))
    keyfile.make(keyfile.seals_of(database), [SealKey(_key(seed, "seals"), today)])


def _key(seed: str, purpose: str) -> bytes:
    return hashlib.sha256(f"otklik simulation:{purpose}:{seed}".encode()).digest()


def _upstreams(scenario: Scenario) -> tuple[UpstreamSettings, ...]:
    upstream = scenario.upstream
    if upstream is None:
        return ()
    return (
        UpstreamSettings(
            name=UPSTREAM,
            url=UPSTREAM_URL,
            format=upstream.format,
            vendor=upstream.vendor,
            batch=upstream.batch,
            every_s=upstream.every_s,
        ),
    )
