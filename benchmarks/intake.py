"""How fast visits come in, and what it costs a daemon that writes meanwhile.

    python -m benchmarks.intake [--visits 100000] [--rounds 5] [--folder .]

Each round takes the same visits in three times, each time into a new database that survives a power cut
(`synchronous=FULL`, as always): by a raw loop (the csv reader, and executemany of ready rows into the same tables, with
nothing checked, sealed or looked up), by `visits import` from CSV, and from EventsRequest. So the ratio to the raw loop
compares what ran within the same seconds on the same disk. In the second and third another process writes a row every
5 ms, as a daemon does, and says how long it had to wait for the lock.

Folder: where the databases are; name one on a disk, not in memory. Peak memory is that of a process of its own.
"""

import argparse
import csv
import multiprocessing
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from gateway import directory
from gateway.config import packaged_config
from gateway.exchange.events import NAMESPACE
from gateway.intake.pace import Pace
from gateway.intake.visitimport import EVENTS, VisitImporter
from gateway.store import persons, visits
from gateway.store.database import transaction
from gateway.store.opening import writable

NOW = datetime(2017, 9, 13, 5, tzinfo=UTC)
_AT = "2017-09-12T08:40:00.000Z"
_RAW_GROUP = 1000
_PHONES = ("+7{}", "8{}", "{}")


@dataclass
class Watched(Pace):
    """The pace of an import, which also keeps the longest in one group."""

    longest_s: float = field(default=0.0)

    def took(self, rows: int, seconds: float) -> None:
        self.longest_s = max(self.longest_s, seconds)
        super().took(rows, seconds)


@dataclass
class Taken:
    """What one import was like: seconds, those of the processor, its longest in one group and what others waited."""

    seconds: float
    processor_s: float
    transaction_s: float = 0.0
    waited_s: float = 0.0


def known() -> directory.Directory:
    base = packaged_config().parent / "examples/altai"
    return directory.load(base / "offices.csv", base / "services.csv")


def write_files(folder: Path, count: int) -> None:
    """The same visits as CSV, of which 55 % agreed, and as EventsRequest, where all did."""
    places, dice = known(), random.Random(1)
    offices, services = list(places.offices.values()), list(places.services.values())
    with (folder / "v.csv").open("w", encoding="utf-8") as sheet, (folder / "v.xml").open("w", encoding="utf-8") as xml:
        sheet.write("foreign_id,office,service,received_at,phone,consent\n")
        xml.write(
            f'<EventsRequest xmlns="{NAMESPACE}"><vendor id="9901"><list-version>1</list-version></vendor><events>\n'
        )
        for number in range(count):
            office, service = dice.choice(offices), dice.choice(services)
            digits = f"9{dice.randrange(130_200_000, 139_999_999)}"
            spelled = (
                dice.choice(_PHONES).format(digits) if number % 3 else f"8 ({digits[:3]}) {digits[3:6]}-{digits[6:]}"
            )
            at = f"2017-09-12T{dice.randrange(8, 20):02}:{dice.randrange(60):02}"
            visit = f"{office.code}-20170912-{number:06}"
            consent = "да" if dice.random() < 0.55 else "нет"
            sheet.write(f"{visit},{office.code},{service.code},{at},{spelled},{consent}\n")
            xml.write(
                f'<event foreign-id="{visit}"><mobile>+7{digits}</mobile><authority id="{service.authority_id}"/>'
                f'<service id="{service.service_id}">{service.name}</service><okato>{office.okato}</okato>'
                f"<received-date>{at}:00+07:00</received-date></event>\n"
            )
        xml.write("</events></EventsRequest>\n")


def raw(database: Path, file: Path) -> Taken:
    """What the tables and the disk allow: nothing is checked, no phone is sealed."""
    with writable(database) as db:
        _put_directory(db)
        began_s, began_processor_s, first = time.perf_counter(), time.process_time(), 1
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            next(reader)
            while group := list(islice(reader, _RAW_GROUP)):
                ids = range(first, first + len(group))
                first += len(group)
                _raw_group(db.conn, list(zip(ids, group, strict=True)))
        return Taken(time.perf_counter() - began_s, time.process_time() - began_processor_s)


def _raw_group(db: sqlite3.Connection, group: list[tuple[int, list[str]]]) -> None:
    agreed = [(number, cells) for number, cells in group if cells[5] == "да"]
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT OR IGNORE INTO consent_texts (id, text) VALUES (1, '')")
    db.executemany(
        "INSERT OR IGNORE INTO persons (id, pseudonym) VALUES (?, ?)",
        [(number, f"p-{hash(cells[4]) & 0xFFFFFFFFFFFF:024x}") for number, cells in agreed],
    )
    db.executemany(
        "INSERT INTO visits (id, source, foreign_id, stage, office, service, received_at, consent, accepted_at)"
        " VALUES (?, 'file', ?, '', ?, ?, ?, ?, ?)",
        [(number, c[0], c[1], c[2], _AT, int(c[5] == "да"), _AT) for number, c in group],
    )
    db.executemany(
        "INSERT INTO consents (visit, given, taken_at, place, taken_by, text, recorded_at)"
        " VALUES (?, 1, ?, ?, 'file', 1, ?)",
        [(number, _AT, cells[1], _AT) for number, cells in group],
    )
    db.executemany(
        "INSERT OR IGNORE INTO invitations (visit, person, state, due_at)"
        " SELECT ?1, id, 'due', ?2 FROM persons WHERE id = ?1",
        [(number, _AT) for number, _ in agreed],
    )
    db.execute("COMMIT")


def imported(database: Path, file: Path, form: str, count: int) -> Taken:
    """`visits import`, while another process writes a row every 5 ms."""
    pace = Watched()
    with writable(database) as db:
        _put_directory(db)
        importer = VisitImporter(db, known(), persons.pseudonyms_of(db, database), 86_400, "Согласен.", "", pace=pace)
        with Rival(database) as rival:
            began_s, began_processor_s = time.perf_counter(), time.process_time()
            tally = importer.take_file(file, form, NOW, lambda line: None)
            taken = Taken(time.perf_counter() - began_s, time.process_time() - began_processor_s, pace.longest_s)
        taken.waited_s = rival.longest_s
    assert (tally.accepted, tally.refused) == (count, 0), tally
    return taken


class Rival:
    """Another process that writes into the database again and again; `longest_s` is what one write waited at most."""

    def __init__(self, database: Path) -> None:
        self._stop, (self._mine, theirs) = multiprocessing.Event(), multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_write_on, args=(database, self._stop, theirs))
        self.longest_s = 0.0

    def __enter__(self) -> "Rival":
        self._process.start()
        self._mine.recv()
        return self

    def __exit__(self, *unused: object) -> None:
        self._stop.set()
        self.longest_s = self._mine.recv()
        self._process.join()


def _write_on(database: Path, stop: Any, pipe: Any) -> None:
    longest_s = 0.0
    with writable(database) as db:
        pipe.send("ready")
        while not stop.wait(0.005):
            began_s = time.perf_counter()
            with transaction(db):
                longest_s = max(longest_s, time.perf_counter() - began_s)
                db.execute("INSERT OR REPLACE INTO jobs (name, ran_at, took_s) VALUES ('rival', '', 0)")
    pipe.send(longest_s)


def _put_directory(db: Any) -> None:
    with transaction(db):
        visits.put_offices(db, known().offices.values())
        visits.put_services(db, known().services.values())


def peak_mb(work: Callable[..., object], *arguments: object) -> float:
    """The most memory that a process of its own has, which does this and nothing else."""

    def run() -> None:
        work(*arguments)
        theirs.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    peak = float(mine.recv())
    process.join()
    return peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        write_files(folder, options.visits)
        kinds: dict[str, Callable[[Path], Taken]] = {
            "raw": lambda database: raw(database, folder / "v.csv"),
            "csv": lambda database: imported(database, folder / "v.csv", "csv", options.visits),
            "events-xml": lambda database: imported(database, folder / "v.xml", EVENTS, options.visits),
        }
        print("round  kind        visits/s   of raw  µs of processor  longest in one group  a daemon waited")
        rates: dict[str, list[float]] = {kind: [] for kind in kinds}
        for number in range(1, options.rounds + 1):
            for kind, work in kinds.items():
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    taken = work(Path(place) / "otklik.db")
                rates[kind].append(options.visits / taken.seconds)
                print(
                    f"{number:5}  {kind:10} {rates[kind][-1]:9,.0f}  {rates[kind][-1] / rates['raw'][-1]:6.0%}"
                    f"  {taken.processor_s / options.visits * 1e6:15.1f}  {taken.transaction_s * 1000:16.0f} ms"
                    f"  {taken.waited_s * 1000:12.0f} ms",
                    flush=True,
                )
        for kind, found in rates.items():
            ratio = statistics.median(a / b for a, b in zip(found, rates["raw"], strict=True))
            print(
                f"{kind}: median {statistics.median(found):,.0f} visits/s, best {max(found):,.0f}, {ratio:.0%} of raw"
            )
        for kind in ("csv", "events-xml"):
            with tempfile.TemporaryDirectory(dir=folder) as place:
                peak = peak_mb(kinds[kind], Path(place) / "otklik.db")
            print(f"{kind}: peak {peak:.0f} MB for {options.visits:,} visits")


if __name__ == "__main__":
    main()
