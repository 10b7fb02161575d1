"""An emulated network and a daemon, each in its own process, as the benchmarks need them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def emulator(directory: Path, modems: int, *options: str) -> Iterator[dict[str, Any]]:
    """`otklik emulate` in its own process; what it printed when it was ready."""
    command = [sys.executable, "-m", "gateway", "emulate", "--modems", str(modems), "--dir", str(directory / "ports")]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()) | {"pid": process.pid}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@contextmanager
def daemon(config: Path) -> Iterator[int]:
    """`otklik run` in its own process; its pid."""
    with subprocess.Popen([sys.executable, "-m", "gateway", "run", "-c", str(config)], cwd=ROOT) as process:
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def write_config(directory: Path, modems: int, *, reports: bool) -> Path:
    path = directory / "config.yaml"
    ports = "\n".join(
        f"  - {{name: m{k}, port: ports/modem{k}, reports: {str(reports).lower()}}}" for k in range(modems)
    )
    path.write_text(
        f"""database: otklik.db
offices: {ROOT}/examples/altai/offices.csv
services: {ROOT}/examples/altai/services.csv
modems:
{ports}
survey: {{delay_s: 0, window: always, once_per_phone_s: 0}}
http: null
log: {{level: warning, file: daemon.log}}
""",
        encoding="utf-8",
    )
    return path


def write_visits(path: Path, count: int) -> None:
    """Visits of as many different citizens, all with consent."""
    with path.open("w", encoding="utf-8") as file:
        file.write("foreign_id,office,service,received_at,phone,consent\n")
        for number in range(count):
            file.write(f"b-{number},BRN1,REG,2017-09-12T10:00,+7913{number:07d},1\n")


def import_visits(visits: Path, config: Path) -> None:
    """Take a visits file into the database that a configuration names."""
    command = [sys.executable, "-m", "gateway", "visits", "import", str(visits), "-c", str(config)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)


def cpu_s(pid: int) -> float:
    """Processor time a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def wait_until(condition: Any, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the benchmark did not get where it should")
        time.sleep(0.02)
