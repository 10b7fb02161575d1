"""How fast our daemon is beside the programs people use for it, on the same emulated modems.

    python -m benchmarks.peers [--rounds 5] [--receive]

Each round runs, each on a fresh emulator with its modems on ptys, the daemon, a bare loop, and every peer that is
installed, with one modem; those whose work decides and not their waits also with four; and all with one modem and a
network that takes 100 ms for a submit. They run one after the other, but for those that mostly wait. Rates are taken
from the emulator's log, from the first message to the last, so what a program needs to start is left out; whatever it
sends is in its queue before. The network sends no delivery reports: only python-gsmmodem-new asks for them, always, and
its sender stalls when they come.

The daemon keeps a durable record of each part. Of the peers smstools3, gammu-smsd and Kannel move or store files, the
others keep nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.inbound import control, fill
from benchmarks.peers.ours import Otklik, RawLoop
from benchmarks.peers.programs import PEERS, Peer, Receiver
from benchmarks.peers.witness import Witness
from benchmarks.rig import emulator

_LATENCY_MS, _LATENT_MESSAGES, _INBOUND_MESSAGES = 100, 20, 2000
_IDLE_S = 20.0
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Trial:
    """What all are asked to do, and the figure it gives."""

    title: str
    unit: str
    programs: Sequence[Peer]
    run: Callable[[Peer], float]
    found: dict[str, list[float]] = field(default_factory=dict)

    def note(self, program: Peer) -> None:
        """One figure more."""
        self.found.setdefault(program.name, []).append(self.run(program))

    def table(self) -> str:
        """Median, least and most of each, and the daemon's figure over its own in the same round."""
        lines = [f"{self.title:40}{self.unit:>14}{'least':>9}{'most':>9}{'otklik is':>12}"]
        for name, found in sorted(self.found.items(), key=lambda item: -statistics.median(item[1])):
            ours = zip(self.found["otklik"], found, strict=True)
            times = [a / b for a, b in ours if b]
            ratio = f"{statistics.median(times):11.3g}x" if times else f"{'-':>12}"
            lines.append(f"{name:40}{statistics.median(found):14.4g}{min(found):9.4g}{max(found):9.4g}{ratio}")
        return "\n".join(lines)


def send(peer: Peer, messages: int, *, modems: int = 1, latency_ms: int = 0) -> float:
    """Messages per second that one program sends."""
    with tempfile.TemporaryDirectory() as name:
        folder, witness = Path(name), Witness(Path(name) / "network.log", "submit")
        options = ("--log", str(folder / "network.log"), "--latency-ms", str(latency_ms), "--control", "0")
        with emulator(folder, modems, *options) as ready:
            connection = control(ready)
            connection.request("POST", "/v1/network", json.dumps({"report_loss_rate": 1}), _JSON)
            connection.getresponse().read()
            connection.close()
            with peer.sending(folder, [modem["link"] for modem in ready["modems"]], messages):
                witness.wait_for(messages, idle_s=_IDLE_S)
    if len(witness.moments) < messages:
        print(f"{peer.name}: stopped after {len(witness.moments)} of {messages} messages, its rate is up to there")
    return witness.rate()


def receive(peer: Peer) -> float:
    """Messages per second that one program takes out of a modem that is always full."""
    assert isinstance(peer, Receiver)
    with tempfile.TemporaryDirectory() as name:
        folder, witness = Path(name), Witness(Path(name) / "network.log", "deliver")
        with emulator(folder, 1, "--log", str(folder / "network.log"), "--control", "0") as ready:
            fill(ready, _INBOUND_MESSAGES)
            witness.wait_for(_INBOUND_MESSAGES, idle_s=0.5)
            full = len(witness.moments)
            with peer.receiving(folder, ready["modems"][0]["link"]):
                witness.wait_for(_INBOUND_MESSAGES, idle_s=_IDLE_S)
    if len(witness.moments) < _INBOUND_MESSAGES:
        print(f"{peer.name}: stopped after {len(witness.moments) - full} of {_INBOUND_MESSAGES} messages")
    return witness.rate(after=full)


def trials(peers: Sequence[Peer], *, with_receiving: bool) -> list[Trial]:
    """All there is to do."""
    ours = (Otklik(), *peers)
    busy = [peer for peer in ours if not peer.is_patient]

    def share(peer: Peer) -> float:
        messages = min(peer.messages, _LATENT_MESSAGES)
        return 100 * send(peer, messages, latency_ms=_LATENCY_MS) * _LATENCY_MS / 1000

    found = [
        Trial("send, one modem", "messages/s", (RawLoop(), *ours), lambda peer: send(peer, peer.messages)),
        Trial("send, four modems", "messages/s", busy, lambda peer: send(peer, peer.messages, modems=4)),
        Trial(f"send, network of {_LATENCY_MS} ms", "% of it used", (RawLoop(), *ours), share),
    ]
    if with_receiving:
        receivers = [peer for peer in ours if isinstance(peer, Receiver)]
        found.append(Trial("receive, one modem", "messages/s", receivers, receive))
    return found


def one_round(todo: Sequence[Trial]) -> None:
    """One figure more of each program in each trial; the sending of those that mostly wait goes on at once."""
    waiting: list[tuple[Trial, Peer]] = []
    working: list[tuple[Trial, Peer]] = []
    for trial in todo:
        for program in trial.programs:
            (waiting if program.is_patient and trial.run is not receive else working).append((trial, program))
    with ThreadPoolExecutor(len(waiting) or 1) as pool:
        list(pool.map(lambda pair: pair[0].note(pair[1]), waiting))
    for trial, program in working:
        trial.note(program)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--receive", action="store_true", help="how fast each takes messages in, too")
    arguments = parser.parse_args()
    peers = []
    for peer in PEERS:
        if peer.missing() is None:
            peers.append(peer)
        else:
            print(f"{peer.name}: {peer.missing()} is not installed, left out")
    todo = trials(peers, with_receiving=arguments.receive)
    for number in range(arguments.rounds):
        started = time.monotonic()
        one_round(todo)
        load, _, _ = os.getloadavg()
        print(f"round {number + 1}: {time.monotonic() - started:.0f} s, load of the machine {load:.1f}", flush=True)
    for trial in todo:
        print(f"\n{trial.table()}")


if __name__ == "__main__":
    main()
