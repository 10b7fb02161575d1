"""One box of a scenario, from the first visit to the last report: visits, messages, answers, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway import directory
from gateway.export.writing import write
from gateway.ledger import draw_up
from gateway.model import Office
from gateway.simulator.box.boxsettings import make_keys, midnight, settings_of
from gateway.simulator.box.centre import Centre
from gateway.simulator.box.lists import Lists
from gateway.simulator.box.measuring import Calendar, measure
from gateway.simulator.box.people import People
from gateway.simulator.box.standin import arrivals
from gateway.simulator.box.weather import conditions
from gateway.simulator.citizens import Citizens
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.boxes import name_of
from gateway.simulator.running.progress import Progress
from gateway.simulator.scenario.model import Scenario
from gateway.store import ratings, simulated
from gateway.store.database import transaction
from gateway.store.opening import writable
from modem.emulator.journal import Delivered, Record, Reported, Submitted
from modem.emulator.profiles import catalogue

_DAY_S = 86_400.0
_LOOK_S = 6 * 3600.0
_SETTLES_WITHIN_S = 60 * _DAY_S
_SOURCE = "offices"


class Stop(Protocol):
    """Tells that a run is to end before its time."""

    def is_set(self) -> bool: ...


def run_box(
    scenario: Scenario, region: int, box: int, folder: Path, tell: Callable[[Progress], None], stop: Stop
) -> Measures:
    """Live through the scenario in one box, whose database is made in `folder`; regions and boxes count from 1.

    `tell` hears of every day that is over. After `stop` the period ends with the day that is being lived; what has
    begun comes to its end. Raises GatewayError if the box cannot be built.
    """
    return _Box(scenario, region, box, folder).live(tell, stop)


class _Box:
    def __init__(self, scenario: Scenario, region: int, box: int, folder: Path) -> None:
        self._scenario = scenario
        self._name = name_of(scenario, region, box)
        self._seed = f"{scenario.seed}:{region}:{box}"
        known = directory.load(scenario.offices, scenario.services)
        self._zone = zone_of(known.offices)
        settings = settings_of(scenario, folder)
        start = midnight(scenario, self._zone)
        make_keys(settings.database, self._seed, scenario.first_day)
        self._centre = Centre(
            settings,
            start,
            self._seed,
            profiles=(catalogue.load(scenario.modems.profile),),
            durable=False,
            keeps=False,
        )
        self._centre.world.change_network(conditions(scenario, self._zone, start), start.timestamp())
        self._messages = 0
        survey = settings.survey
        keeps_s = survey.delay_s + (survey.invite_within_s or 366 * _DAY_S) + survey.reply_window_s
        self._people = People(
            Citizens(self._seed, response=scenario.citizens.response),
            known.offices,
            self._centre.world.centre.write,
            keeps_s,
        )
        self._lists = Lists(
            arrivals(scenario, region, box, list(known.offices.values()), list(known.services.values())),
            known.offices,
            scenario.visits.lists_at,
            folder,
            self._people.remember,
            lambda path: self._centre.take_visits(path, _SOURCE),
        )
        self._centre.clock.add(self._lists)
        self._centre.clock.add(self._people)
        self._centre.world.centre.on_received(self._people.receive)
        self._centre.world.journal.observe(self._count)

    def live(self, tell: Callable[[Progress], None], stop: Stop) -> Measures:
        scenario, days = self._scenario, self._scenario.days
        with self._centre:
            self._centre.start()
            for day in range(1, days + 1):
                self._centre.live_until(midnight(scenario, self._zone, day).timestamp())
                tell(Progress(self._name, day, days, self._messages))
                if stop.is_set():
                    break
            self._run_out()
            self._centre.stop()
            return self._judge()

    def _run_out(self) -> None:
        """Let everything that has begun come to its end."""
        self._centre.wait_until(self._is_settled, _SETTLES_WITHIN_S, every_s=_LOOK_S)

    def _is_settled(self) -> bool:
        if self._lists.next_at() is not None or self._people.next_at() is not None:
            return False
        return not simulated.unsettled(self._centre.beside)

    def _judge(self) -> Measures:
        """Hand the ratings out, draw up the ledger, and count."""
        centre, settings = self._centre, self._centre.settings
        until = centre.clock.now()
        with writable(settings.database) as db:
            self._export(db, settings.database.with_name("ratings.jsonl"), until)
            names = {modem.device.sim.iccid: settings.modems[n].name for n, modem in enumerate(centre.world.modems)}
            found = measure(
                db,
                draw_up(db),
                days=self._scenario.days,
                calendar=Calendar(midnight(self._scenario, self._zone), self._zone),
                window=settings.survey.sending,
                sims=names,
                box=self._name,
                until=until.timestamp(),
            )
        found.truth.update(self._people.minds.truth)
        found.messages = self._messages
        return found

    def _export(self, db: Database, path: Path, now: datetime) -> None:
        last = ratings.last_cursor(db)
        with path.open("wb") as file:
            count = write(db, "jsonl", 0, last, file)
        with transaction(db):
            ratings.mark_exported(db, form="jsonl", after_cursor=0, until=last, rows=count, now=now)

    def _count(self, record: Record) -> None:
        self._messages += isinstance(record, Submitted | Delivered | Reported)


def zone_of(offices: dict[str, Office]) -> ZoneInfo:
    """The zone of a box: that of its first office. Days and hours of a run are counted by it."""
    return ZoneInfo(next(iter(offices.values())).time_zone)
