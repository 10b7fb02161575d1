"""How fast we submit beside the programs people use for it, on the same emulated modem.

    python -m benchmarks.peers [--rounds 5] [--latency-ms 0]

Each round runs every peer that is installed and the daemon, one after the other, each on a fresh emulator with one
modem on a pty. A rate is taken from the emulator's log: messages between the first and the last submit over the time
between them, so what a program needs to start is left out. The daemon keeps a durable record of each part; of the
peers smstools3, gammu-smsd and Kannel move or store files, the other two keep none.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from datetime import datetime
from pathlib import Path

from benchmarks.peers.programs import PEERS, Peer
from benchmarks.rig import emulator, wait_until
from benchmarks.submit import daemon_round, raw_round


def _submits(log: Path) -> list[datetime]:
    """When the network took each message, as far as the log is written."""
    if not log.exists():
        return []
    lines = (json.loads(line) for line in log.read_text().splitlines() if '"submit"' in line)
    return [datetime.fromisoformat(line["t"]) for line in lines if line["event"] == "submit"]


def peer_round(peer: Peer, latency_ms: int) -> float:
    """Messages per second of one peer."""
    messages = peer.messages if not latency_ms else min(peer.messages, 50)
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Path(name) / "network.log"
        options = ("--log", str(log), "--latency-ms", str(latency_ms))
        with emulator(folder, 1, *options) as ready, peer.running(folder, ready["modems"][0]["link"], messages):
            wait_until(lambda: log.exists() and log.read_bytes().count(b'"submit"') >= messages, 180)
        times = _submits(log)
    return (len(times) - 1) / (times[-1] - times[0]).total_seconds()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=3000, help="for the daemon and the raw loop")
    parser.add_argument("--latency-ms", type=int, default=0, help="network time of a submit, for the peers")
    arguments = parser.parse_args()
    peers = []
    for peer in PEERS:
        if peer.missing() is None:
            peers.append(peer)
        else:
            print(f"{peer.name}: {peer.missing()} is not installed, left out")
    rates: dict[str, list[float]] = {}
    for number in range(arguments.rounds):
        rates.setdefault("raw loop, no record", []).append(raw_round(arguments.messages))
        rates.setdefault("otklik", []).append(daemon_round(arguments.messages, 1)[0])
        for peer in peers:
            rates.setdefault(peer.name, []).append(peer_round(peer, arguments.latency_ms))
        print(f"round {number + 1}: " + ", ".join(f"{name} {found[-1]:.4g}/s" for name, found in rates.items()))
    ours = rates["otklik"]
    print(f"\n{'':24}{'messages/s':>12}{'least':>10}{'most':>10}{'otklik is':>12}")
    for name, found in sorted(rates.items(), key=lambda item: -statistics.median(item[1])):
        times = statistics.median(a / b for a, b in zip(ours, found, strict=True))
        print(f"{name:24}{statistics.median(found):12.4g}{min(found):10.4g}{max(found):10.4g}{times:11.3g}x")


if __name__ == "__main__":
    main()
