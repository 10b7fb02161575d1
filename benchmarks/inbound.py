"""How fast one daemon takes messages in, durably: from the network's queue to kept, committed, and gone from the modem.

    python -m benchmarks.inbound [--messages 6000] [--rounds 5]

Each round fills a fresh zero-latency emulator, in its own process, with messages of as many citizens: the modem's
memory takes what it holds, the network keeps the rest and delivers as slots become free. Then, each with its own
emulator: a raw Python loop of os.write and os.read that lists, and deletes slot by slot, and keeps nothing; the daemon
with one modem on a pty. A rate is messages over the time from the first commit to the last in the database; the round
ends when the modem's memories are empty and every message is also handled (decoded, its sender looked up, its text
interpreted, filed as a reply), which goes on beside.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import select
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.rig import cpu_s, daemon, emulator, wait_until, write_config
from gateway.simulator import speech


def control(ready: dict[str, Any]) -> http.client.HTTPConnection:
    """The emulator's control port."""
    return http.client.HTTPConnection(ready["control"].removeprefix("http://"))


def in_memories(ready: dict[str, Any]) -> int:
    """Slots taken in modem 0."""
    connection = control(ready)
    connection.request("GET", "/v1/modems/0")
    memories = json.loads(connection.getresponse().read())["memories"]
    connection.close()
    return sum(memory["used"] for name, memory in memories.items() if name != "MT")


def reply(rng: Random) -> str:
    """What a citizen answers: mostly a digit, often something around it, sometimes a sentence."""
    score, kind = rng.choice((5, 5, 5, 5, 4, 4, 3, 2, 1)), rng.random()
    if kind < 0.5:
        return str(score)
    return speech.framed(score, rng) if kind < 0.8 else speech.commented(score, rng)


def fill(ready: dict[str, Any], messages: int) -> None:
    """Have as many citizens write to modem 0."""
    connection = control(ready)
    rng = Random("inbound")
    for number in range(messages):
        body = json.dumps({"from": f"+7913{number:07d}", "text": reply(rng)})
        connection.request("POST", "/v1/modems/0/deliver", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 300, answer.status
    connection.close()


def raw_loop(port: str, messages: int) -> float:
    """Messages per second of the bare dialogue: AT+CMGL=4, then AT+CMGD for each slot, four to a command line."""
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    poll = select.poll()
    poll.register(fd, select.POLLIN)

    def ask(command: bytes) -> bytes:
        os.write(fd, command)
        data = b""
        while not (data.endswith(b"\r\nOK\r\n") or b"\r\nOK\r\n" in data):
            poll.poll()
            data += os.read(fd, 65536)
        return data

    for command in (b"ATE0\r", b"AT+CMGF=0\r", b'AT+CPMS="ME","ME","ME"\r', b"AT+CNMI=2,1,0,2,0\r"):
        ask(command)
    memories = (b'AT+CPMS="ME"\r', b'AT+CPMS="SM"\r')
    seen = 0
    started = time.perf_counter()
    while seen < messages:
        for memory in memories:
            ask(memory)
            indexes = re.findall(rb"\+CMGL: (\d+),", ask(b"AT+CMGL=4\r"))
            for start in range(0, len(indexes), 4):
                ask(b"AT" + b";".join(b"+CMGD=%s" % index for index in indexes[start : start + 4]) + b"\r")
            seen += len(indexes)
    took = time.perf_counter() - started
    os.close(fd)
    return messages / took


def raw_round(messages: int) -> float:
    with tempfile.TemporaryDirectory() as name, emulator(Path(name), 1, "--control", "0") as ready:
        fill(ready, messages)
        return raw_loop(ready["modems"][0]["pty"], messages)


def daemon_round(messages: int) -> tuple[float, float, float, float]:
    """Messages per second kept, and handled; CPU milliseconds of the daemon per message, and of the emulator."""
    with tempfile.TemporaryDirectory() as name, emulator(Path(name), 1, "--control", "0") as ready:
        directory = Path(name)
        fill(ready, messages)
        config = write_config(directory, 1, reports=False)
        with daemon(config) as pid:
            wait_until(lambda: (directory / "otklik.db").exists(), 30)
            db = sqlite3.connect(f"file:{directory}/otklik.db?mode=ro", uri=True)

            def count(where: str) -> int:
                try:
                    return int(db.execute(f"SELECT count(*) FROM inbox WHERE {where}").fetchone()[0])
                except sqlite3.OperationalError:
                    return 0  # it is still being made

            wait_until(lambda: count("true") > 0, 30)
            before = cpu_s(pid), cpu_s(ready["pid"])
            wait_until(lambda: count("true") == messages, 120)
            wait_until(lambda: count("state <> 'kept'") == messages, 120)
            after = cpu_s(pid), cpu_s(ready["pid"])
            wait_until(lambda: in_memories(ready) == 0, 10)
        first, last, handled = db.execute(
            "SELECT julianday(min(kept_at)) * 86400, julianday(max(kept_at)) * 86400,"
            " (SELECT julianday(max(handled_at)) * 86400 FROM replies) FROM inbox"
        ).fetchone()
        db.close()
    cpu = tuple((then - now) * 1000 / messages for now, then in zip(before, after, strict=True))
    return messages / (last - first), messages / (handled - first), cpu[0], cpu[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rows: list[tuple[float, ...]] = []
    for number in range(arguments.rounds):
        raw = raw_round(arguments.messages)
        kept, handled, cpu, emulator_cpu = daemon_round(arguments.messages)
        rows.append((raw, kept, handled, cpu, kept / raw))
        print(
            f"round {number + 1}: raw loop {raw:.0f}/s, kept {kept:.0f}/s, handled {handled:.0f}/s"
            f" ({cpu:.2f} ms CPU, emulator {emulator_cpu:.2f})",
            flush=True,
        )
    raw, kept, handled, cpu, share = (statistics.median(column) for column in zip(*rows, strict=True))
    print(
        f"median: raw loop {raw:.0f}/s; kept, committed and deleted {kept:.0f}/s = {share:.2f} of raw, handled"
        f" {handled:.0f}/s; {cpu:.2f} ms CPU per message"
    )


if __name__ == "__main__":
    main()
