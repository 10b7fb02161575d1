"""A process that lives through boxes, one after the other: tasks come in on standard input, what it says goes out on
standard output, a line each.

Who asks may stop it (`tasks.STOP`) and may go away: then the process ends at once, for nobody waits for it.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import structlog

from gateway.errors import GatewayError
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.progress import Progress
from gateway.simulator.running.results import Result, keep
from gateway.simulator.running.tasks import STOP, Failed, Lived, Task, Word, word_line
from gateway.simulator.scenario.model import Scenario
from modem.errors import ModemError

Live = Callable[[Task, Callable[[Progress], None], threading.Event], Measures]
"""Lives through a task, tells of each day that is over, and comes to a stopping place soon after the event is set."""


def serve(live: Live) -> None:
    """Do tasks until there are no more."""
    say = _Voice()
    stop, busy = threading.Event(), threading.Event()
    lines: SimpleQueue[str | None] = SimpleQueue()
    threading.Thread(target=_listen, args=(lines, stop, busy), name="tasks", daemon=True).start()
    while (line := lines.get()) is not None:
        word = _done(Task.of(line), live, say, stop)
        busy.clear()
        say(word)


def live(task: Task, tell: Callable[[Progress], None], stop: threading.Event) -> Measures:
    """Live through a task as its scenario says: in full or in planning mode."""
    region, box, _ = task.box
    if task.scenario.mode == "full":
        from gateway.simulator.box.run import run_box  # here: planning needs neither daemon nor network

        return run_box(task.scenario, region, box, task.folder, tell, stop)
    from gateway.simulator.plan.run import plan_box  # here: a full run needs no plan

    return plan_box(task.scenario, region, box, tell, stop)


def is_put_aside(scenario: Scenario, folder: Path) -> bool:
    """Whether a box has come to a stopping place, from where it can go on; plans begin anew."""
    if scenario.mode == "plan":
        return False
    from gateway.simulator.box.memory import is_begun  # here, as in `live`

    return is_begun(folder)


def _done(task: Task, live: Live, tell: Callable[[Word], None], stop: threading.Event) -> Lived | Failed:
    days = 0

    def listen(progress: Progress) -> None:
        nonlocal days
        days = progress.day
        tell(progress)

    began_s = _cpu_s()
    task.result.unlink(missing_ok=True)  # of a life that goes on now: should this one be killed, it would be believed
    try:
        measures = live(task, listen, stop)
        measures.days, peak_kb = days, peak_memory_kb()
        whole = days == task.scenario.days and not is_put_aside(task.scenario, task.folder)
        keep(Result(whole, _cpu_s() - began_s, peak_kb, measures), task.result)
    except (GatewayError, ModemError) as problem:
        return Failed(task.box.name, str(problem))
    except Exception as problem:
        return Failed(task.box.name, f"{type(problem).__name__}: {problem}.", traceback.format_exc())
    return Lived(task.box.name, whole, peak_kb)


def peak_memory_kb() -> int:
    """The most memory this process has had so far (VmHWM); 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system


class _Voice:
    """The way out for what is said; whatever else is printed in this process goes to standard error."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def __call__(self, word: Word) -> None:
        self._file.write(word_line(word) + "\n")


def _listen(lines: SimpleQueue[str | None], stop: threading.Event, busy: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == STOP:
            stop.set()
        else:
            busy.set()
            lines.put(line)
    if busy.is_set():
        os._exit(1)
    lines.put(None)


def main() -> None:
    """Serve, and log only errors: what goes wrong in a simulation goes wrong on purpose."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.basicConfig(level=logging.ERROR)
    serve(live)


if __name__ == "__main__":
    main()
