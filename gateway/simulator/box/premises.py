"""Where a box is and how it is set up: its folder, its offices, its configuration, its keys, its days."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway import keyfile, pseudonyms
from gateway.model import Office
from gateway.modemsettings import ModemSettings
from gateway.sealing import SealKey
from gateway.settings import Settings
from gateway.simulator.box.lists import Come, written
from gateway.simulator.running.boxes import name_of
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world.arrivals import arrivals
from gateway.simulator.world.offices import offices_of, services_of
from gateway.upstreamsettings import UpstreamSettings

UPSTREAM = "site"
"""What the upstream of a simulated box is called."""
SOURCE = "offices"
"""Who sends its visits."""
_FILES = (
    *("otklik.db", "otklik.db-wal", "otklik.db-shm", "otklik.db.key", "otklik.db.seals", "otklik.db.lock"),
    *("upstream.db", "upstream.db-wal", "upstream.db-shm", "upstream.log", "visits.csv", "visits.csv.refused.csv"),
    *("offices.csv", "ratings.jsonl"),
)
_OPENS = "http://upstream.example"


class Premises:
    """Everything about a box that does not change while it lives; `seed` names all that is by chance in it."""

    def __init__(self, scenario: Scenario, region: int, box: int, folder: Path) -> None:
        self.scenario = scenario
        self.folder = folder
        self.region = region
        self.box = box
        self.name = name_of(scenario, region, box)
        self.seed = f"{scenario.seed}:{region}:{box}"
        self.offices: dict[str, Office] = {office.code: office for office in offices_of(scenario, region, box)}
        self.zone = ZoneInfo(next(iter(self.offices.values())).time_zone)

    @cached_property
    def settings(self) -> Settings:
        """The configuration of the box; its modems are m1, m2…"""
        scenario, modems = self.scenario, self.scenario.modems
        return Settings(
            database=self.folder / "otklik.db",
            offices=self.folder / "offices.csv",
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
            survey=scenario.box.survey,
            routing=scenario.box.routing,
            callbacks=scenario.box.callbacks,
            sweep_s=scenario.box.sweep_s,
            upstream=_upstreams(scenario),
            http=None,
        )

    @property
    def start(self) -> datetime:
        """The first day's midnight; days and hours of a run are counted from it."""
        return self.midnight(0)

    @property
    def end(self) -> datetime:
        """The midnight after the last day."""
        return self.midnight(self.scenario.days)

    def midnight(self, day: int) -> datetime:
        """When a day begins, by the clock of the box; the first one is 0."""
        return datetime.combine(self.scenario.first_day + timedelta(days=day), time(), tzinfo=self.zone)

    def visits(self) -> Iterator[Come]:
        """All visits of the period, in order of time, with what the offices write of them."""
        scenario = self.scenario
        found = arrivals(scenario, self.region, self.box, list(self.offices.values()), services_of(scenario))
        return written(found, self.offices)

    def clear(self) -> None:
        """Make the folder, take away what an earlier run left in it, and write what the box begins with."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            (self.folder / name).unlink(missing_ok=True)
        with self.settings.offices.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in fields(Office)])
            writer.writeheader()
            writer.writerows(asdict(office) for office in self.offices.values())
        make_keys(self.settings.database, self.seed, self.scenario.first_day)


def make_keys(database: Path, seed: str, today: date) -> None:
    """Make the key files of a database out of a seed, so that pseudonyms are the same in every run; there must be none
    yet. Such keys protect nobody: they are for people who do not exist."""
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
            url=_OPENS,
            format=upstream.format,
            vendor=upstream.vendor,
            batch=upstream.batch,
            every_s=upstream.every_s,
        ),
    )
