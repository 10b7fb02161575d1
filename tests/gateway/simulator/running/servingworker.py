"""The program that serves tasks, with a life of its own: it does what the scenario's `about` says."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gateway.errors import SimulationError
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.progress import Progress
from gateway.simulator.running.tasks import Task
from gateway.simulator.running.worker import serve


def live(task: Task, tell: Callable[[Progress], None], stop: threading.Event) -> Measures:
    print("what is printed is no word of ours")
    days = task.scenario.days
    match task.scenario.about:
        case "raises":
            raise SimulationError("The weather is too bad.")
        case "breaks":
            raise KeyError("m7")
        case "waits":
            tell(Progress(task.box.name, 1, days, 5))
            stop.wait()
        case _:
            tell(Progress(task.box.name, days, days, 5))
    return Measures(days=days, boxes=1, messages=5)


if __name__ == "__main__":
    serve(live)
