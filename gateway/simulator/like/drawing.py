"""Draws the likeness of a box: out of its database, as numbers, each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.errors import ScenarioError
from gateway.model import Office, Service
from gateway.simulator.like import network, replies, visits
from gateway.simulator.like.figures import Figures
from gateway.statistics.intervals import wilson
from gateway.store import backups, ledger, likeness
from gateway.store.database import open_reader
from gateway.store.opening import readable, writable
from gateway.store.schema import is_current, refuse_newer

_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a box's history comes to. `closed` are days from Monday to Friday on which nobody came; `published` are the
    shares it came to itself, each as a 95 % interval, to hold a simulation against."""

    offices: tuple[Office, ...]
    services: tuple[Service, ...]
    first_day: date
    days: int
    closed: tuple[date, ...]
    figures: Figures
    published: dict[str, tuple[float, float]]


def draw_like(db: Database) -> Likeness:
    """The likeness of the box with this database. Raises ScenarioError if it has seen no visit."""
    offices, services = likeness.offices(db), likeness.services(db)
    days = visits.days_of(likeness.visits_by_hour(db), offices)
    by_day = days.by_day()
    if not by_day:
        raise ScenarioError("The database has no visits, so there is nothing to be like; take a scenario by its name.")
    first, last = min(by_day), max(by_day)
    period = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    figures = Figures()
    _visits(figures, db, days, offices)
    course = likeness.course(db)
    replies.draw_course(figures, course)
    replies.draw_delays(figures, replies.delays_of(likeness.first_replies(db), course.answered))
    replies.draw_marks(figures, likeness.marks(db))
    network.draw_modems(figures, likeness.modems(db), likeness.submits_ms(db))
    network.draw_network(figures, likeness.deliveries_s(db), likeness.ends_of_parts(db))
    network.draw_desk(
        figures,
        likeness.calls(db),
        likeness.outcomes(db),
        likeness.talks_s(db),
        likeness.vain_calls_s(db),
        likeness.redials_s(db),
    )
    return Likeness(
        tuple(offices),
        tuple(services),
        first,
        len(period),
        tuple(day for day in period if day not in by_day and day.weekday() < _SUNDAY - 1),
        figures,
        _published(db),
    )


@contextmanager
def history(path: Path) -> Iterator[Database]:
    """The database of a box, to be read: as it is, or where it is of an older version, a copy brought up to date.

    Raises StoreError and BackupError.
    """
    db = open_reader(path)
    try:
        refuse_newer(db, path)
        current = is_current(db)
    finally:
        db.close()
    if current:
        with readable(path) as db:
            yield db
        return
    with TemporaryDirectory(prefix="otklik-") as folder:
        copy = Path(folder) / "otklik.db"
        backups.make(path, copy)
        with writable(copy) as db:
            yield db


def _visits(figures: Figures, db: Database, days: visits.Days, offices: list[Office]) -> None:
    by_day = days.by_day()
    count = sum(by_day.values())
    refused, bad_phones = likeness.refused(db)
    visits.draw_days(figures, days, refused, visits.cities(offices))
    soon, minutes = likeness.taken_in_soon(db, visits.SOON_S), likeness.reports_by_minute(db)
    visits.draw_lists(figures, count, soon, minutes, len(by_day), offices[0].time_zone)
    visits.draw_hours(figures, days, offices)
    known = likeness.visits_of_known(db, _ahead_min(offices[0].time_zone, min(by_day)))
    visits.draw_writing(figures, count, likeness.consented(db), refused, bad_phones, known)
    visits.draw_weights(figures, days, offices)


def _ahead_min(zone: str, day: date) -> int:
    """How many minutes the clocks of a zone are ahead of UTC."""
    offset = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def _published(db: Database) -> dict[str, tuple[float, float]]:
    """Shares of the funnel."""
    funnel = ledger.funnel(db)
    wanted = {"response": "rated", "replied": "replied", "delivered": "delivered"}
    if not funnel["invited"]:
        return {}
    found = {name: wilson(min(funnel[of], funnel["invited"]), funnel["invited"]) for name, of in wanted.items()}
    return {name: (round(interval.low, 4), round(interval.high, 4)) for name, interval in found.items()}
