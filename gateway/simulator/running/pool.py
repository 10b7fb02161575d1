"""Processes that do tasks side by side, and what they say.

Each is a program of its own in a process group of its own, so that Ctrl-C on the terminal reaches only who has started
them. Nothing depends on which of them is done first.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

from gateway.simulator.running.progress import Progress
from gateway.simulator.running.tasks import STOP, Failed, Lived, Task, Word, word_of

WORKER = (sys.executable, "-m", "gateway.simulator.running.worker")
TICK_S = 0.2
_LEAVES_WITHIN_S = 10.0


class Pool:
    """At most `processes` of a program that serves tasks (`worker`). Where they are not to `last`, each does one task
    and goes, and takes with it what memory it has had."""

    def __init__(self, processes: int, *, last: bool, program: Sequence[str] = WORKER) -> None:
        self._most = processes
        self._last = last
        self._program = program
        self._workers: list[_Worker] = []
        self._leaving: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self._stopping = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            if worker.task is not None:
                worker.kill()
            worker.dismiss()
        for worker in (*self._workers, *self._leaving):
            worker.end()
        self._selector.close()

    def work(
        self, tasks: Iterable[Task], tell: Callable[[Task, Progress], None], tick: Callable[[], None]
    ) -> Iterator[tuple[Task, Lived | Failed]]:
        """Do the tasks; what came of each, as they come to an end. `tick` is called a few times in each second."""
        waiting = iter(tasks)
        self._hand_out(waiting)
        while any(worker.task is not None for worker in self._workers):
            for key, _ in self._selector.select(TICK_S):
                worker: _Worker = key.data
                for task, word in worker.hear():
                    if isinstance(word, Progress):
                        tell(task, word)
                    else:
                        self._free(worker)
                        yield task, word
                if worker.is_gone and worker in self._workers:
                    self._free(worker)
            tick()
            self._hand_out(waiting)

    def stop(self) -> None:
        """Bring what is being done to its next stopping place, and begin nothing more."""
        if not self._stopping:
            self._stopping = True
            for worker in self._workers:
                worker.write(STOP)

    def _hand_out(self, waiting: Iterator[Task]) -> None:
        while not self._stopping:
            idle = next((worker for worker in self._workers if worker.task is None), None)
            if idle is None and len(self._workers) == self._most:
                return
            task = next(waiting, None)
            if task is None:
                return
            (idle or self._start()).give(task)

    def _start(self) -> _Worker:
        worker = _Worker(self._program)
        self._workers.append(worker)
        self._selector.register(worker.ear, selectors.EVENT_READ, worker)
        return worker

    def _free(self, worker: _Worker) -> None:
        worker.task = None
        if worker.is_gone or not self._last:
            self._selector.unregister(worker.ear)
            self._workers.remove(worker)
            self._leaving.append(worker)
            worker.dismiss()


class _Worker:
    """One process, and the task it has."""

    def __init__(self, program: Sequence[str]) -> None:
        with ExitStack() as stack:
            self._errors = stack.enter_context(tempfile.TemporaryFile())
            self._process = subprocess.Popen(
                program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, process_group=0
            )
            assert self._process.stdin is not None and self._process.stdout is not None
            self._mouth, out = self._process.stdin, stack.enter_context(self._process.stdout)
            self._open = stack.pop_all()
        self._heard = b""
        self.ear = out.fileno()
        self.task: Task | None = None
        self.is_gone = False

    def give(self, task: Task) -> None:
        self.task = task
        self.write(task.line())

    def write(self, line: str) -> None:
        with suppress(BrokenPipeError):  # it is gone, which is heard from the other pipe
            self._mouth.write(line.encode() + b"\n")
            self._mouth.flush()

    def hear(self) -> Iterator[tuple[Task, Word]]:
        """What it has said of its task since the last time; that the task has failed, if it is gone with it."""
        octets = os.read(self.ear, 1 << 16)
        self.is_gone = not octets
        *lines, self._heard = (self._heard + octets).split(b"\n")
        if self.task is None:
            return  # it has gone when it was let go
        task = self.task
        yield from ((task, word_of(line.decode())) for line in lines)
        if self.is_gone and self.task is not None:
            yield task, Failed(task.box.name, self._last_words(), self._trace())

    def dismiss(self) -> None:
        """Let it go: no more tasks come."""
        with suppress(BrokenPipeError):  # what was written last has not reached it
            self._mouth.close()

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """See it off, and leave nothing open."""
        try:
            self._process.wait(_LEAVES_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._open.close()

    def _last_words(self) -> str:
        code = self._process.wait()
        name = f"signal {-code}" if code < 0 else f"exit code {code}"
        short = "; when memory is short, fewer --processes need less" if code == -signal.SIGKILL else ""
        return f"Its process ended with {name}{short}."

    def _trace(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")
