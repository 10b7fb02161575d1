"""How much of a modem's time the daemon uses while there is work: network latency of 100 ms and of 3 s.

    python -m benchmarks.utilisation [--rounds 5] [--modems 4]

The emulator's network takes the latency for each submit. Two shares of the time between a modem's first and last submit
are printed: that of the latencies alone, and that in which the modem was busy, from the payload's Ctrl-Z to its answer
(the emulator's clock ticks in milliseconds, so an answer may be one late). Reports are on, so reading them competes
with sending.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from benchmarks.rig import daemon, emulator, import_visits, wait_until, write_config, write_visits


def utilisation_round(modems: int, latency_ms: int, messages: int) -> list[tuple[float, float]]:
    """Of each modem the share of the latencies, and of the time in which it was busy; 0 to 1."""
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Path(name) / "network.log"
        options = ("--log", str(log), "--trace", "--latency-ms", str(latency_ms))
        with emulator(folder, modems, *options):
            config = write_config(folder, modems, reports=True)
            write_visits(folder / "visits.csv", messages)
            import_visits(folder / "visits.csv", config)
            with daemon(config):
                wait_until(lambda: log.exists() and _done(log, messages), 300)
        lines: dict[str, list[dict[str, str]]] = defaultdict(list)
        for line in map(json.loads, log.read_text().splitlines()):
            lines[line["modem"]].append(line)
    return [_shares(found, latency_ms / 1000) for found in lines.values()]


def _done(log: Path, messages: int) -> bool:
    return log.read_bytes().count(b'"event": "submit"') >= messages


def _shares(lines: list[dict[str, str]], latency_s: float) -> tuple[float, float]:
    """From one modem's log: `rx` is what it was told, `tx` what it said."""
    answers: list[tuple[datetime, datetime]] = []
    began = None
    for line in lines:
        if line["event"] != "at":
            continue
        at = datetime.fromisoformat(line["t"])
        if line["way"] == "rx" and line["data"].endswith("\x1a"):
            began = at
        elif line["way"] == "tx" and "+CMGS: " in line["data"] and began is not None:
            answers.append((began, at))
            began = None
    whole_s = (answers[-1][1] - answers[0][1]).total_seconds()
    busy_s = sum((ended - started).total_seconds() for started, ended in answers[1:])
    return (len(answers) - 1) * latency_s / whole_s, busy_s / whole_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--modems", type=int, default=4)
    arguments = parser.parse_args()
    for latency_ms, each in ((100, 100), (3000, 6)):
        shares = []
        for number in range(arguments.rounds):
            found = utilisation_round(arguments.modems, latency_ms, each * arguments.modems)
            shares.append(tuple(statistics.mean(share) for share in zip(*found, strict=True)))
            latencies, busy = shares[-1]
            print(f"{latency_ms} ms, round {number + 1}: latencies {latencies:.2%}, busy {busy:.2%}")
        latencies, busy = (statistics.median(share) for share in zip(*shares, strict=True))
        print(f"{latency_ms} ms: median of latencies {latencies:.2%}, busy {busy:.2%}")


if __name__ == "__main__":
    main()
