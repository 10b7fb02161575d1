"""What a fleet costs that has nothing to do: processor time of the daemon with 64 idle modems, in real time.

    python -m benchmarks.idle [--modems 64] [--seconds 60] [--limit 2]

One emulator process has the modems on ptys, one daemon serves them all. Once every port is served it is measured for so
many seconds (60: every memory is listed once). Exit 1 if it takes more than `--limit` percent of one processor.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.memory import memory_mb
from benchmarks.rig import cpu_s, daemon, emulator, wait_until, write_config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modems", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--limit", type=float, default=2.0, help="percent")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, emulator(Path(name), arguments.modems) as ready:
        directory = Path(name)
        config = write_config(directory, arguments.modems, reports=True)
        with daemon(config) as pid:
            wait_until(lambda: _serving(directory / "otklik.db") == arguments.modems, 60)
            time.sleep(2)  # the first sweep of the last port
            before, emulator_before, started = cpu_s(pid), cpu_s(ready["pid"]), time.monotonic()
            time.sleep(arguments.seconds)
            took = time.monotonic() - started
            percent = (cpu_s(pid) - before) / took * 100
            emulator_percent = (cpu_s(ready["pid"]) - emulator_before) / took * 100
            resident = memory_mb(pid, "VmRSS")
    print(
        f"{arguments.modems} idle modems for {took:.0f} s: daemon {percent:.2f} % of a processor, {resident:.0f} MB;"
        f" emulator {emulator_percent:.2f} %"
    )
    sys.exit(percent > arguments.limit)


def _serving(database: Path) -> int:
    if not database.exists():
        return 0
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(db.execute("SELECT count(*) FROM ports WHERE state = 'serving'").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # the daemon has not made its tables yet
    finally:
        db.close()


if __name__ == "__main__":
    main()
