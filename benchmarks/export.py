"""How fast ratings go out, and in how much memory.

    python -m benchmarks.export [--ratings 1000000] [--rounds 5] [--formats csv,jsonl,rates-xml,legacy-xml,parquet]

Fills a database with ratings of as many citizens, a third of them with a comment. Each round then exports them all, to
a file on the disk: raw, which is the same SELECT handed to Python's csv.writer, with nothing guarded and nothing
synced; then each format by `otklik export ratings`. Each is a process of its own; a rate is ratings over the time from
its start to its end (beside it: over its processor time), the memory its largest resident set.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.rig import ROOT
from gateway import directory
from gateway.config import packaged_config
from gateway.export.writing import FORMATS
from gateway.model import Office, Service
from gateway.store import visits
from gateway.store.database import open_writer, transaction
from gateway.store.schema import migrate

COMMENTS = ("", "", "", "", "", "", "", "Долго ждали, окон мало", "=SUM(A1)", 'Спасибо, "всё" хорошо 👍')
RAW = """
import csv, sqlite3, sys
from gateway.store import ratings
with open(sys.argv[2], "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\\n")
    writer.writerow(ratings.COLUMNS)
    writer.writerows(ratings.rows(sqlite3.connect(sys.argv[1]), 0, 1 << 62))
"""


def fill(path: Path, count: int) -> None:
    """Ratings as a year of surveys leaves them; straight into the tables, for only reading is measured."""
    base = packaged_config().parent / "examples/altai"
    known = directory.load(base / "offices.csv", base / "services.csv")
    offices, services = list(known.offices.values()), list(known.services.values())
    db = open_writer(path, checkpoints=True)
    db.execute("PRAGMA synchronous=OFF")
    migrate(db, path)
    visits.put_offices(db, offices)
    visits.put_services(db, services)
    with transaction(db):
        for number in range(1, count + 1):
            _fill_one(db.conn.execute, number, offices[number % len(offices)], services[number % len(services)])
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _fill_one(execute: object, number: int, office: Office, service: Service) -> None:
    assert callable(execute)
    visit = f"{office.code}-20170912-{number:07d}"
    at = f"2017-{1 + number % 12:02d}-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:31.{number % 1000:03d}Z"
    execute("INSERT INTO persons (id, pseudonym) VALUES (?, ?)", (number, f"p-{number:024x}"))
    execute(
        "INSERT INTO visits (id, source, foreign_id, stage, office, service, received_at, person, consent, accepted_at,"
        " language) VALUES (?, 'bench', ?, '', ?, ?, ?, ?, 1, ?, '')",
        (number, visit, office.code, service.code, at, number, at),
    )
    execute(
        "INSERT INTO invitations (id, visit, person, state, due_at, invited_at) VALUES (?, ?, ?, 'answered', ?, ?)",
        (number, number, number, at, at),
    )
    execute(
        "INSERT INTO ratings (visit, invitation, source, mode, overall, time, queue, staff, comfort, info, expanded,"
        " comment, form_version, corrected, rated_at, rating_id)"
        " VALUES (?, ?, 'sms', 'overall', ?, ?, ?, ?, ?, ?, 1, ?, 'overall-2', 0, ?, ?)",
        (number, number, *[5 - number % 5] * 6, COMMENTS[number % len(COMMENTS)], at, f"r-{number:016x}"),
    )


def measured(command: Sequence[str]) -> tuple[float, float, float]:
    """Seconds a process took, those of them on a processor, and its largest resident set in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ratings", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--formats", default=",".join(FORMATS))
    arguments = parser.parse_args()
    runs = defaultdict[str, list[tuple[float, float, float]]](list)
    with tempfile.TemporaryDirectory() as name:
        database, config, out = (Path(name) / part for part in ("otklik.db", "config.yaml", "out"))
        fill(database, arguments.ratings)
        config.write_text(f"database: {database}\n", encoding="utf-8")
        export = [sys.executable, "-m", "gateway", "export", "ratings", "-c", str(config), "-o", str(out)]
        commands = {"raw": [sys.executable, "-c", RAW, str(database), str(out)]}
        for form in arguments.formats.split(","):
            commands[form] = [*export, "--format", form, *(["--vendor", "9901"] if form.endswith("xml") else [])]
        for number in range(arguments.rounds):
            for form, command in commands.items():
                took, cpu, memory = measured(command)
                runs[form].append((arguments.ratings / took, arguments.ratings / cpu, memory))
            shown = ", ".join(f"{form} {run[-1][0]:.0f}/s" for form, run in runs.items())
            print(f"round {number + 1}: {shown}", flush=True)
    raw = [run[0] for run in runs["raw"]]
    for form, run in runs.items():
        rates, cpus, memories = zip(*run, strict=True)
        share = statistics.median(rate / base for rate, base in zip(rates, raw, strict=True))
        print(
            f"median {form}: {statistics.median(rates):.0f}/s ({min(rates):.0f} to {max(rates):.0f}),"
            f" {statistics.median(cpus):.0f} per CPU second, {share:.2f} of raw, at most {max(memories):.0f} MB"
        )


if __name__ == "__main__":
    main()
