"""A day in the life of a fleet, in simulated time: nothing may grow but the database.

    python -m benchmarks.flat [--hours 24] [--modems 8] [--visits 4000] [--seed S]

The daemon's own parts serve a day's visits: offices are open from eight to seven, invitations go out an hour later and
in the window, citizens answer. Every simulated hour a line with the resident set (the emulated network's included, but
for its record of what passed, which is kept short here), threads, descriptors, the daemon's own live objects, and the
write-ahead log. Exit 1 if the last third of the hours needs more of any than the first third did, the first two hours
left out; 2 MB, a dozen objects and 200 kB of the log are chance, one thread or descriptor is not.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.centre import Centre, fast_folder, quiet_log
from benchmarks.memory import memory_mb
from benchmarks.soak import Citizens
from gateway.settings import SurveySection
from modem.emulator import journal

_ZONE = ZoneInfo("Asia/Barnaul")
_OPEN = range(8, 19)
_COLUMNS = ("MB", "threads", "descriptors", "objects", "WAL kB")
_MAY_GROW = {"MB": 2.0, "threads": 0, "descriptors": 0, "objects": 12, "WAL kB": 200}
_KEEP = 500
_WARM_UP = 2


def run(folder: Path, hours: int, modems: int, visits: int, seed: int) -> list[tuple[float, ...]]:
    """The measurements at the end of each hour, in the order of the columns; printed as they come."""
    journal.KEEP_SUBMITS = journal.KEEP_EVENTS = _KEEP
    survey = SurveySection(delay_s=3600, once_per_phone_s=0)
    centre = Centre(folder, modems, seed=seed, survey=survey)
    citizens = Citizens(centre, Random(f"{seed}:citizens"))
    dice = Random(f"{seed}:visits")
    measured = []
    with centre:
        latency = {"kind": "lognormal", "median_ms": 1500.0, "sigma": 0.5}
        centre.world.change_network({"latency_ms": latency}, centre.clock.monotonic())
        centre.start()
        print("hour   " + "".join(f"{column:>13}" for column in _COLUMNS) + "     submits")
        for _ in range(hours):
            for _minute in range(60):
                if centre.clock.now().astimezone(_ZONE).hour in _OPEN:
                    mean = visits / (len(_OPEN) * 60)
                    centre.visit(citizens.some(round(dice.uniform(0, 2 * mean))))
                centre.let_pass(60)
            measured.append(_measure(folder))
            submits = centre.world.journal.submits_after(0)[1]
            at = centre.clock.now().astimezone(_ZONE)
            print(f"{at:%H:%M}  " + "".join(f"{value:13.0f}" for value in measured[-1]) + f"{submits:12}", flush=True)
    return measured


def grown(measured: list[tuple[float, ...]]) -> list[str]:
    """What the last third needed more of than the first."""
    hours = measured[_WARM_UP:]
    third = max(1, len(hours) // 3)
    found = []
    for place, column in enumerate(_COLUMNS):
        first = max(hour[place] for hour in hours[:third])
        last = max(hour[place] for hour in hours[-third:])
        if last > first + _MAY_GROW[column]:
            found.append(f"{column}: {first:.0f} in the first third of the hours, {last:.0f} in the last")
    return found


def _measure(folder: Path) -> tuple[float, ...]:
    gc.collect()
    wal = folder / "otklik.db-wal"
    return (
        memory_mb("self", "VmRSS"),
        threading.active_count(),
        len(list(Path("/proc/self/fd").iterdir())),
        sum(_is_ours(type(found).__module__) for found in gc.get_objects()),
        wal.stat().st_size / 1024 if wal.exists() else 0,
    )


def _is_ours(module: str) -> bool:
    return module.startswith(("gateway.", "scheduler.", "modem.")) and not module.startswith("modem.emulator.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--modems", type=int, default=8)
    parser.add_argument("--visits", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    quiet_log()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as name:
        measured = run(Path(name), arguments.hours, arguments.modems, arguments.visits, arguments.seed)
    problems = grown(measured)
    for problem in problems:
        print("GROWS:", problem)
    print(f"{arguments.hours} hours in {time.perf_counter() - started:.0f} s; {'grows' if problems else 'flat'}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
