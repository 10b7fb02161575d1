"""`make fuzz`: worlds under fire for a time. The first thing that does not hold ends it, with how to repeat it."""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from tests.fuzz.subject import Subject

BURSTS = 200  # in one world; then a fresh one, with another profile


def _short(doings: list[object]) -> str:
    """What was done, long input cut: the seed gives it again."""
    shown = [
        f"{did[:200]!r}... {len(did)} octets" if isinstance(did, bytes) and len(did) > 400 else did for did in doings
    ]
    return repr(shown)


def main() -> int:
    """Exit status: 1 if something did not hold."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--world", type=int, default=0, help="Start with this one, to repeat a failure.")
    given = options.parse_args()
    end = time.monotonic() + given.seconds
    world, bursts, octets, slowest = given.world, 0, 0, 0.0
    while time.monotonic() < end:
        subject = Subject(f"{given.seed}:{world}")
        for burst in range(BURSTS):
            started = time.monotonic()
            try:
                octets += subject.fire()
            except Exception:
                traceback.print_exc()
                print(f"seed {given.seed}, world {world}, burst {burst}: {_short(subject.last)}", file=sys.stderr)
                return 1
            bursts += 1
            slowest = max(slowest, time.monotonic() - started)
        world += 1
    print(f"{bursts} bursts, {octets} octets, {world - given.world} worlds, seed {given.seed}; slowest {slowest:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
