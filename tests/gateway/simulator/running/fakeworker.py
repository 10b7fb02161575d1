"""A worker whose boxes do what the scenario's `about` says; otherwise each day brings messages by the seed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable

from gateway.errors import SimulationError
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.progress import Progress
from gateway.simulator.running.tasks import Task
from gateway.simulator.running.worker import serve


def live(task: Task, tell: Callable[[Progress], None], stop: threading.Event) -> Measures:
    number, days, messages = task.box.box, task.scenario.days, 0
    print("what is printed is no word of ours")
    found = Measures(days=days, boxes=1)
    _behave(task.scenario.about)
    if task.scenario.about == f"box {number} waits":
        tell(Progress(task.box.name, 1, days, 5))
        stop.wait()
        return found
    for day in range(1, days + 1):
        messages += len(task.scenario.seed) * number
        tell(Progress(task.box.name, day, days, messages))
    found.messages = messages
    found.counts.update(visits=messages, rated=number, parts=messages)
    found.marks[f"OFFICE{number}"] = Counter({5: number})
    if task.scenario.about == "A queue.":
        _queue(found, task.scenario.modems.count, len(task.scenario.seed))
    return found


def _queue(found: Measures, modems: int, luck: int) -> None:
    in_time = min(1000, 220 * modems + luck)
    found.may_send_by_hour[9] = 1000
    found.waits_s.update({60: in_time, 7200: 1000 - in_time})


def _behave(about: str) -> None:
    match about:
        case "raises":
            raise SimulationError("The weather is too bad.")
        case "breaks":
            raise KeyError("m7")
        case "leaves":
            print("The disk is away.", file=sys.stderr, flush=True)
            os._exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    serve(live)
