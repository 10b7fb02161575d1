"""Whether the emulator's memory stays flat: its resident set over a million submits.

    python -m benchmarks.emulator_memory [--messages 1000000] [--reports] [--log FILE]

One-part submits go through the world without any I/O: bytes in, bytes out, time advancing. VmRSS is printed at every
tenth. The journal keeps the last submits and events, so it grows until they are full and not after.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from random import Random

from benchmarks.memory import memory_mb
from modem.emulator.journal import Journal
from modem.emulator.network.conditions import Conditions
from modem.emulator.world import World

COMMAND = b"AT+CMGS=25\r"
TEXT = b"00%s000B919731214365F700080C041F04400438043204350442\x1a"
STEP_S = 0.0002


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--reports", action="store_true", help="Ask for a status report, and delete it.")
    parser.add_argument("--log", type=Path, help="Write the log too, drained as the server does.")
    arguments = parser.parse_args()
    journal = Journal(logged=arguments.log is not None)
    world = World(lambda name: Random(name), Conditions(report_latency_s=0.2), journal)
    modem = world.add_modem("modem0")
    now = 1_700_000_000.0
    world.set_link(modem, True, now)
    # Reports come as +CDS: nothing is stored that would have to be deleted.
    world.feed(modem, b"ATE0;+CNMI=2,0,0,1\r", now)
    world.take_output(modem, now)
    text = TEXT % (b"31" if arguments.reports else b"11")
    text = text.replace(b"00080C", b"0008A70C")  # TP-VP: one day
    command = b"AT+CMGS=%d\r" % ((len(text) - 3) // 2)
    log = arguments.log.open("ab") if arguments.log is not None else None
    step = max(1, arguments.messages // 10)
    started = time.perf_counter()
    written = 0
    for number in range(1, arguments.messages + 1):
        now += STEP_S
        world.advance(now)
        world.feed(modem, command, now)
        world.feed(modem, text, now)
        written += len(world.take_output(modem, now))
        if log is not None and number % 100 == 0:
            log.write(journal.drain())
        if number % step == 0:
            took = time.perf_counter() - started
            print(f"{number:>9} submits  {memory_mb(os.getpid(), 'VmRSS'):6.1f} MB  {number / took:6.0f}/s", flush=True)
    assert journal.submits(arguments.messages)[1] == arguments.messages, "not every message was taken"
    print(f"{written} octets answered")


if __name__ == "__main__":
    main()
