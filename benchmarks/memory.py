"""What the daemon needs in memory with a large database.

    python -m benchmarks.memory [--visits 200000]

Imports that many visits, all of them due, starts the daemon on them with two emulated modems, lets it invite for ten
seconds, and prints its resident set (VmRSS, VmHWM) and how fast the import was.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rig import ROOT, daemon, emulator, write_config, write_visits


def memory_mb(pid: int | str, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=200_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, emulator(Path(name), 2):
        directory = Path(name)
        config = write_config(directory, 2, reports=True)
        write_visits(directory / "visits.csv", arguments.visits)
        command = [
            sys.executable,
            "-m",
            "gateway",
            "visits",
            "import",
            str(directory / "visits.csv"),
            "-c",
            str(config),
        ]
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        took = time.perf_counter() - started
        with daemon(config) as pid:
            time.sleep(10)
            now, peak = memory_mb(pid, "VmRSS"), memory_mb(pid, "VmHWM")
    print(f"{arguments.visits} visits: import {arguments.visits / took:.0f}/s; daemon {now:.0f} MB, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
