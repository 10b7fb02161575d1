"""What simulated time itself costs: a day in which nothing happens, and a message on a day on which much does.

    python -m benchmarks.turns [--visits 2000] [--modems 2] [--runs 5] [--once idle|busy]

The daemon on the emulated network, as `otklik simulate` lives it: two modems, jobs at every second at which they have
something to do, ports swept every 15 minutes. On the idle day there are no visits; on the busy one they come in batches
on the hour over ten hours, and every sixth citizen answers. All is the processor time of the process; a message of the
busy day is what it costs beyond the idle one, divided by the invitations. Each run is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.centre import fast_folder, quiet_log
from benchmarks.rig import ROOT
from gateway.modemsettings import ModemSettings
from gateway.settings import Settings, SurveySection
from gateway.simulator.box.centre import Centre
from modem.emulator.journal import Record, Submitted

START = datetime(2017, 9, 12, 3, tzinfo=UTC)
_HOURS = 10


def settings_in(folder: Path, modems: int) -> Settings:
    """A box as a scenario describes it."""
    return Settings(
        database=folder / "otklik.db",
        offices=ROOT / "examples/altai/offices.csv",
        services=ROOT / "examples/altai/services.csv",
        modems=tuple(ModemSettings(name=f"m{k}", port=f"emu://modem{k}") for k in range(modems)),
        survey=SurveySection.model_validate({"delay_s": 0, "window": "always", "once_per_phone_s": 0}),
        sweep_s=900,
        http=None,
    )


def live(visits: int, modems: int) -> dict[str, float]:
    """One day; the processor seconds it took, and how many messages went out."""
    quiet_log()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as name:
        folder = Path(name)
        centre = Centre(settings_in(folder, modems), START, 1, durable=False, keeps=False)
        sent: list[float] = []

        def read(record: Record) -> None:
            if isinstance(record, Submitted):
                sent.append(record.at)
                if len(sent) % 6 == 0:
                    number, phone = int(record.modem.removeprefix("modem")), record.to
                    centre.world.agenda.at(record.at + 600, lambda now: answer(number, phone, now))

        def answer(number: int, phone: str, now: float) -> None:
            centre.world.centre.deliver(centre.modem(number), phone, "5", now)

        centre.world.journal.observe(read)
        latency = {"kind": "lognormal", "median_ms": 4000.0, "sigma": 0.3}
        reports = {"kind": "lognormal", "median_ms": 6000.0, "sigma": 1.0}
        with centre:
            centre.world.change_network({"latency_ms": latency, "report_latency_ms": reports}, centre.clock.monotonic())
            centre.start()
            centre.let_pass(60)  # modems are found and set up
            began = time.process_time()
            for hour in range(_HOURS):
                if visits:
                    _visit(centre, hour, visits // _HOURS, folder / "visits.csv")
                centre.let_pass(3600)
            centre.let_pass((24 - _HOURS) * 3600)
            took = time.process_time() - began
    return {"took_s": took, "messages": len(sent)}


def _visit(centre: Centre, hour: int, count: int, path: Path) -> None:
    now = centre.clock.now().isoformat()
    rows = [f"{hour}-{k},BRN1,REG,{now},+7913{hour * 100000 + k:07d},1\n" for k in range(count)]
    path.write_text("foreign_id,office,service,received_at,phone,consent\n" + "".join(rows), encoding="utf-8")
    centre.take_visits(path, "benchmark")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--modems", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", choices=("idle", "busy"), help="one run in this process, as JSON")
    arguments = parser.parse_args()
    if arguments.once:
        print(json.dumps(live(arguments.visits if arguments.once == "busy" else 0, arguments.modems)))
        return
    idle, busy = [], []
    for _ in range(arguments.runs):
        idle.append(_apart("idle", arguments)["took_s"])
        found = _apart("busy", arguments)
        busy.append(1000 * (found["took_s"] - idle[-1]) / found["messages"])
    print(f"an idle day of {arguments.modems} modems: {_shown(idle, 2)} s")
    print(f"a message of a busy day: {_shown(busy, 2)} ms")


def _apart(kind: str, arguments: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.turns", "--once", kind]
    command += ["--visits", str(arguments.visits), "--modems", str(arguments.modems)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def _shown(values: list[float], places: int) -> str:
    return f"{median(values):.{places}f} (" + " ".join(f"{value:.{places}f}" for value in values) + ")"


if __name__ == "__main__":
    main()
