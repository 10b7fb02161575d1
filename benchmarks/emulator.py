"""How fast the emulator is: round trips, submits, many modems at once, and what it costs when nobody speaks.

    python -m benchmarks.emulator [--seconds 3] [--rounds 5]

One emulator process, zero latency, on ptys; one client process that does nothing but write and read. Each round takes,
one after the other: `AT` round trips against a bare answerer (a Python loop that writes OK for every read, the limit of
such a pair) and against the emulator, submits through one modem, and submits through 64 with one outstanding in each.
The cost of 64 idle modems is the CPU of the emulator while all 64 ports are open and silent.
"""

from __future__ import annotations

import argparse
import os
import select
import statistics
import sys
import tempfile
import time
import tty
from collections.abc import Callable
from pathlib import Path

from benchmarks.rig import cpu_s, emulator
from modem.submitpdu import encode_submit

TEXT = "12.09.2017 Вы были в МФЦ г.Барнаул. Оцените услугу от 1 до 5 (5-отлично)"[:70]
MANY = 64
OK = b"OK\r\n"


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_NOCTTY)


def _ask(fd: int, data: bytes, ending: bytes) -> None:
    os.write(fd, data)
    answer = os.read(fd, 4096)
    while not answer.endswith(ending):
        answer += os.read(fd, 4096)


def _rate(turn: Callable[[], None], seconds: float) -> float:
    """Turns per second."""
    count, start = 0, time.perf_counter()
    end = start + seconds
    while time.perf_counter() < end:
        for _ in range(50):
            turn()
        count += 50
    return count / (time.perf_counter() - start)


def bare_round_trips(seconds: float) -> float:
    """The limit: a process that answers every read with OK."""
    master, slave = os.openpty()
    tty.setraw(slave)
    if os.fork() == 0:
        os.close(slave)
        try:
            while os.read(master, 4096):
                os.write(master, b"\r\nOK\r\n")
        finally:
            os._exit(0)
    os.close(master)
    try:
        return _rate(lambda: _ask(slave, b"AT\r", OK), seconds)
    finally:
        os.close(slave)
        os.wait()


def _prepared(path: str) -> int:
    fd = _open(path)
    _ask(fd, b"ATE0;+CMGF=0\r", OK)
    return fd


def _dialogue() -> tuple[bytes, bytes]:
    pdu = encode_submit("+79130000001", TEXT, report=False)
    return b"AT+CMGS=%d\r" % pdu.length, pdu.hex.encode() + b"\x1a"


def round_trips(path: str, seconds: float) -> float:
    fd = _prepared(path)
    try:
        return _rate(lambda: _ask(fd, b"AT\r", OK), seconds)
    finally:
        os.close(fd)


def submits(path: str, seconds: float) -> float:
    fd = _prepared(path)
    command, text = _dialogue()

    def turn() -> None:
        _ask(fd, command, b"> ")
        _ask(fd, text, OK)

    try:
        return _rate(turn, seconds)
    finally:
        os.close(fd)


def submits_of_many(paths: list[str], seconds: float) -> float:
    """One outstanding step in each modem: whoever has answered gets its next step."""
    fds = [_prepared(path) for path in paths]
    command, text = _dialogue()
    poll = select.epoll()
    heard: dict[int, bytes] = {}
    sent = 0
    for fd in fds:
        poll.register(fd, select.EPOLLIN)
        heard[fd] = b""
        os.write(fd, command)
    start = time.perf_counter()
    end = start + seconds
    busy = set(fds)
    while busy:  # every message is seen to its end: a port closed in the middle of one is another test's matter
        for fd, _ in poll.poll():
            answer = heard[fd] = heard[fd] + os.read(fd, 4096)
            if answer.endswith(b"> "):
                os.write(fd, text)
            elif answer.endswith(OK):
                sent += 1
                if time.perf_counter() < end:
                    os.write(fd, command)
                else:
                    busy.discard(fd)
            else:
                continue
            heard[fd] = b""
    took = time.perf_counter() - start
    poll.close()
    for fd in fds:
        os.close(fd)
    return sent / took


def idle_share(paths: list[str], pid: int, seconds: float) -> float:
    """Percent of one processor that the emulator uses with every port open and silent."""
    fds = [_prepared(path) for path in paths]
    before, start = cpu_s(pid), time.perf_counter()
    time.sleep(seconds)
    share = 100 * (cpu_s(pid) - before) / (time.perf_counter() - start)
    for fd in fds:
        os.close(fd)
    return share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rows: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        rows.setdefault(name, []).append(value)

    for number in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as name, emulator(Path(name), MANY) as ready:
            paths = [modem["pty"] for modem in ready["modems"]]
            note("bare", bare_round_trips(arguments.seconds))
            note("at", round_trips(paths[0], arguments.seconds))
            note("one", submits(paths[0], arguments.seconds))
            note("many", submits_of_many(paths, arguments.seconds))
            note("idle", idle_share(paths, ready["pid"], 2 * arguments.seconds))
        print(
            f"round {number + 1}: bare answerer {rows['bare'][-1]:.0f}/s, AT {rows['at'][-1]:.0f}/s, submits"
            f" {rows['one'][-1]:.0f}/s, through {MANY} modems {rows['many'][-1]:.0f}/s, idle {rows['idle'][-1]:.2f} %"
        )
        sys.stdout.flush()
    median = {name: statistics.median(values) for name, values in rows.items()}
    at_share = statistics.median(at / bare for at, bare in zip(rows["at"], rows["bare"], strict=True))
    growth = statistics.median(many / one for many, one in zip(rows["many"], rows["one"], strict=True))
    print(
        f"median: AT {median['at']:.0f}/s = {at_share:.2f} of the bare answerer ({median['bare']:.0f}/s); submits"
        f" {median['one']:.0f}/s; through {MANY} modems {median['many']:.0f}/s = {growth:.2f} of one; idle"
        f" {median['idle']:.2f} % of a processor"
    )


if __name__ == "__main__":
    main()
