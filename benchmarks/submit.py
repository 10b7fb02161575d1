"""How fast one daemon submits, durably: due invitations in the database to parts the service centre has accepted.

    python -m benchmarks.submit [--messages 3000] [--rounds 5]

Each round runs, on a fresh zero-latency emulator in its own process: a raw Python loop of os.write and os.read that
does the same dialogue with ready PDUs and keeps no record; the daemon with one modem, with four and with sixteen. All
messages are in the queue before the daemon may send. A rate is messages over the time from the first claim to the last
settled part in the database, so it includes claiming and settling, each with its fsync. Ratios are taken within a
round.
"""

from __future__ import annotations

import argparse
import os
import select
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.loading import loaded_daemon
from benchmarks.rig import cpu_s, emulator, wait_until
from modem.submitpdu import encode_submit

TEXT = "12.09.2017 Вы были в МФЦ г.Барнаул. Оцените услугу от 1 до 5 (5-отлично)"[:70]
FLEETS = (1, 4, 16)


def raw_loop(port: str, messages: int) -> float:
    """Messages per second of the bare dialogue."""
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    poll = select.poll()
    poll.register(fd, select.POLLIN)

    def until(ending: bytes) -> None:
        data = b""
        while not data.endswith(ending):
            poll.poll()
            data += os.read(fd, 4096)

    for command in (b"ATE0\r", b"AT+CMGF=0\r"):
        os.write(fd, command)
        until(b"OK\r\n")
    pdus = [encode_submit(f"+7913{number:07d}", TEXT, report=False) for number in range(messages)]
    started = time.perf_counter()
    for pdu in pdus:
        os.write(fd, b"AT+CMGS=%d\r" % pdu.length)
        until(b"> ")
        os.write(fd, pdu.hex.encode() + b"\x1a")
        until(b"OK\r\n")
    took = time.perf_counter() - started
    os.close(fd)
    return messages / took


def raw_round(messages: int) -> float:
    with tempfile.TemporaryDirectory() as name, emulator(Path(name), 1) as ready:
        return raw_loop(ready["modems"][0]["pty"], messages)


def daemon_round(messages: int, modems: int) -> tuple[float, float, float]:
    """Messages per second, CPU milliseconds of the daemon per message, and of the emulator."""
    with (
        tempfile.TemporaryDirectory() as name,
        emulator(Path(name), modems) as ready,
        loaded_daemon(Path(name), modems, messages, reports=False) as loaded,
    ):
        before = cpu_s(loaded.pid), cpu_s(ready["pid"])
        loaded.release()
        wait_until(lambda: loaded.parts("state = 'submitted'") == messages, 120)
        after = cpu_s(loaded.pid), cpu_s(ready["pid"])
        first, last = loaded.db.execute(
            "SELECT julianday(min(claimed_at)) * 86400, julianday(max(submitted_at)) * 86400 FROM parts"
        ).fetchone()
    cpu = [(then - now) * 1000 / messages for now, then in zip(before, after, strict=True)]
    return messages / (last - first), cpu[0], cpu[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    shares, cpu = [], []
    rates: dict[int, list[float]] = {modems: [] for modems in FLEETS}
    raws = []
    for number in range(arguments.rounds):
        raws.append(raw_round(arguments.messages))
        found = {modems: daemon_round(arguments.messages, modems) for modems in FLEETS}
        for modems, (rate, _, _) in found.items():
            rates[modems].append(rate)
        one, one_cpu, emulator_cpu = found[1]
        shares.append(one / raws[-1])
        cpu.append(one_cpu)
        print(
            f"round {number + 1}: raw loop {raws[-1]:.0f}/s, one modem {one:.0f}/s ({one_cpu:.2f} ms CPU, emulator"
            f" {emulator_cpu:.2f})" + "".join(f", {modems} modems {found[modems][0]:.0f}/s" for modems in FLEETS[1:]),
            flush=True,
        )
    print(
        f"median: raw loop {statistics.median(raws):.0f}/s, one modem {statistics.median(rates[1]):.0f}/s ="
        f" {statistics.median(shares):.2f} of raw, {statistics.median(cpu):.2f} ms CPU per message"
    )
    for modems in FLEETS[1:]:
        growth = [many / one for many, one in zip(rates[modems], rates[1], strict=True)]
        print(
            f"{modems} modems {statistics.median(rates[modems]):.0f}/s = {statistics.median(growth):.2f} of one,"
            f" least {min(growth):.2f}, most {max(growth):.2f}"
        )


if __name__ == "__main__":
    main()
