"""Planning mode against the full run: the same people, the same figures, and how much less work.

    python -m benchmarks.planning [--days N] [--visits N] [--replications N] [SCENARIO]

Both live through the same scenario with the same seeds; what each says is put side by side, with the 95 % interval of
the difference over the replications, and the CPU time of each for one invitation. The counts of one seed are equal as
long as a telephone is not asked at another moment: who comes, who is invited, and what he says is by the same dice.
Waits depend on how long each submit took, which is by chance in both.
"""

from __future__ import annotations

import argparse
import logging
import math
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple

import structlog

from gateway.simulator.box.run import run_box
from gateway.simulator.measures.measures import Measures
from gateway.simulator.plan.run import plan_box
from gateway.simulator.scenario.files import load
from gateway.simulator.scenario.model import Scenario

_COUNTS = ("visits", "invited", "barred", "delivered", "replied", "rated", "late", "expired", "opted_out", "parts")
_STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
"""97.5 % points by degrees of freedom."""


class Lived(NamedTuple):
    """What a run says, and what it cost in seconds of CPU time."""

    measures: Measures
    cpu_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", default="altai-day")
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--visits", type=float, default=2000.0, help="a day, over all offices")
    parser.add_argument("--replications", type=int, default=5)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    scenario = load(asked.scenario)
    visits = scenario.visits.model_copy(update={"per_day": asked.visits})
    scenario = scenario.model_copy(update={"days": asked.days, "visits": visits, "regions": 1, "boxes": 1})
    pairs = []
    for number in range(asked.replications):
        one = scenario.model_copy(update={"seed": f"{scenario.seed}-{number}"})
        pairs.append((_timed(lambda one=one: _full(one)), _timed(lambda one=one: _planned(one))))
        print(f"{number + 1} of {asked.replications} lived", flush=True)
    _tell(pairs)


def _timed(live: Callable[[], Measures]) -> Lived:
    began_s = time.process_time()
    measures = live()
    return Lived(measures, time.process_time() - began_s)


def _full(scenario: Scenario) -> Measures:
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        return run_box(scenario, 1, 1, Path(folder), lambda progress: None, threading.Event())


def _planned(scenario: Scenario) -> Measures:
    return plan_box(scenario, 1, 1, lambda progress: None, threading.Event())


def _tell(pairs: Sequence[tuple[Lived, Lived]]) -> None:
    print(f"\n{'':22}{'full run':>14}{'planned':>14}{'difference':>14}{'95 % interval':>22}  equal")
    for name in _COUNTS:
        _row(name, [[float(one.measures.counts[name]) for one in pair] for pair in pairs])
    _row("mean wait, s", [[_mean(one.measures.waits_s) for one in pair] for pair in pairs])
    _row("p95 of the wait, s", [[_percentile(one.measures.waits_s, 0.95) for one in pair] for pair in pairs])
    _row("call-backs", [[float(one.measures.calls["opened"]) for one in pair] for pair in pairs])
    full, planned = ([_cost_us(pair[which]) for pair in pairs] for which in (0, 1))
    print(f"\nCPU for an invitation: full run {fmean(full):.0f} us, planned {fmean(planned):.0f} us", end="")
    print(f"; planning is {fmean(full) / fmean(planned):.1f} times as fast.")


def _row(name: str, values: Sequence[Sequence[float]]) -> None:
    differences = [planned - full for full, planned in values]
    half = _STUDENT[len(values) - 1] * stdev(differences) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    middle = fmean(differences)
    equal = sum(difference == 0 for difference in differences)
    means = [fmean(one) for one in zip(*values, strict=True)]
    span = f"{middle - half:+.2f} .. {middle + half:+.2f}"
    print(f"{name:22}{means[0]:14.2f}{means[1]:14.2f}{middle:+14.2f}{span:>22}  {equal} of {len(values)}")


def _cost_us(lived: Lived) -> float:
    return lived.cpu_s * 1e6 / max(1, lived.measures.counts["invited"])


def _mean(histogram: Counter[int]) -> float:
    return sum(value * count for value, count in histogram.items()) / max(1, sum(histogram.values()))


def _percentile(histogram: Counter[int], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    left = share * sum(histogram.values())
    for value in sorted(histogram):
        left -= histogram[value]
        if left <= 0:
            return float(value)
    return math.nan


if __name__ == "__main__":
    main()
