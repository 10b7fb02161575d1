"""How fast one daemon submits, durably: due invitations in the database to parts the service centre has accepted.

    python -m benchmarks.submit [--messages 3000] [--rounds 5]

Each round runs, on a fresh zero-latency emulator in its own process: a raw Python loop of os.write and os.read that
does the same dialogue with ready PDUs and keeps no record; the daemon with one modem; the daemon with four. A rate is
messages over the time from the first claim to the last settled part in the database, so it includes writing the
messages, claiming and settling, each with its fsync. Ratios are taken within a round.
"""

from __future__ import annotations

import argparse
import os
import select
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.rig import cpu_s, daemon, emulator, import_visits, wait_until, write_config, write_visits
from modem.pdu import encode_submit

TEXT = "12.09.2017 Вы были в МФЦ г.Барнаул. Оцените услугу от 1 до 5 (5-отлично)"[:70]


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
    with tempfile.TemporaryDirectory() as name, emulator(Path(name), modems) as ready:
        directory = Path(name)
        config = write_config(directory, modems, reports=False)
        write_visits(directory / "visits.csv", messages)
        import_visits(directory / "visits.csv", config)
        db = sqlite3.connect(f"file:{directory}/otklik.db?mode=ro", uri=True)

        def count(where: str) -> int:
            return int(db.execute(f"SELECT count(*) FROM parts WHERE {where}").fetchone()[0])

        with daemon(config) as pid:
            wait_until(lambda: count("submitted_at IS NOT NULL") > 0, 30)
            before = cpu_s(pid), cpu_s(ready["pid"])
            wait_until(lambda: count("state = 'submitted'") == messages, 120)
            after = cpu_s(pid), cpu_s(ready["pid"])
        first, last = db.execute(
            "SELECT julianday(min(claimed_at)) * 86400, julianday(max(submitted_at)) * 86400 FROM parts"
        ).fetchone()
        db.close()
    rate = messages / (last - first)
    return rate, (after[0] - before[0]) * 1000 / messages, (after[1] - before[1]) * 1000 / messages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    raws, ones, fours, ratios, growth, cpu = [], [], [], [], [], []
    for number in range(arguments.rounds):
        raw = raw_round(arguments.messages)
        one, one_cpu, emulator_cpu = daemon_round(arguments.messages, 1)
        four, _, _ = daemon_round(arguments.messages, 4)
        raws.append(raw), ones.append(one), fours.append(four), ratios.append(one / raw), growth.append(four / one)
        cpu.append(one_cpu)
        print(
            f"round {number + 1}: raw loop {raw:.0f}/s, one modem {one:.0f}/s ({one_cpu:.2f} ms CPU, emulator"
            f" {emulator_cpu:.2f}), four modems {four:.0f}/s"
        )
    print(
        f"median: raw loop {statistics.median(raws):.0f}/s, one modem {statistics.median(ones):.0f}/s ="
        f" {statistics.median(ratios):.2f} of raw, {statistics.median(cpu):.2f} ms CPU per message;"
        f" four modems {statistics.median(fours):.0f}/s = {statistics.median(growth):.2f} of one"
    )


if __name__ == "__main__":
    main()
