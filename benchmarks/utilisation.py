"""How much of a modem's time the daemon uses while there is work: network latency of 100 ms and of 3 s.

    python -m benchmarks.utilisation [--rounds 5] [--modems 4]

The emulator's network takes the latency for each submit. A modem is busy for as many latencies as it has submitted;
what is left of the time between its first and its last submit is ours. Reports are on, so reading them competes with
sending.
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


def utilisation_round(modems: int, latency_ms: int, messages: int) -> list[float]:
    """The busy share of each modem, 0 to 1."""
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Path(name) / "network.log"
        options = ("--log", str(log), "--latency-ms", str(latency_ms))
        with emulator(folder, modems, *options):
            config = write_config(folder, modems, reports=True)
            write_visits(folder / "visits.csv", messages)
            import_visits(folder / "visits.csv", config)
            with daemon(config):
                wait_until(lambda: log.exists() and log.read_bytes().count(b'"submit"') >= messages, 300)
        times: dict[str, list[datetime]] = defaultdict(list)
        for line in map(json.loads, log.read_text().splitlines()):
            if line["event"] == "submit":
                times[line["modem"]].append(datetime.fromisoformat(line["t"]))
    return [
        (len(submits) - 1) * latency_ms / 1000 / (submits[-1] - submits[0]).total_seconds()
        for submits in times.values()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--modems", type=int, default=4)
    arguments = parser.parse_args()
    for latency_ms, each in ((100, 100), (3000, 6)):
        shares = []
        for number in range(arguments.rounds):
            found = utilisation_round(arguments.modems, latency_ms, each * arguments.modems)
            shares.append(statistics.mean(found))
            print(f"{latency_ms} ms, round {number + 1}: busy " + ", ".join(f"{share:.1%}" for share in found))
        print(f"{latency_ms} ms: median {statistics.median(shares):.2%}, least {min(shares):.2%}")


if __name__ == "__main__":
    main()
