"""The emulator as a server: a world with its ports, control port, log and clock, in one loop.

`Server` is a context manager with its loop in a thread; `run` serves in the calling thread until `stop`, which is safe
to call from a signal handler. Other threads reach the world by `call`, which runs a function in the loop, and wait for
something to happen in it by `wait`.
"""

import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self, TypeVar

from modem.emulator.journal import Journal
from modem.emulator.network.conditions import Conditions
from modem.emulator.profiles.profile import GENERIC_PROFILE, Profile
from modem.emulator.scenario.model import Scenario
from modem.emulator.scenario.playback import Playback
from modem.emulator.scenario.player import Player
from modem.emulator.scenario.tape import Recording
from modem.emulator.serving.control.dispatch import Surroundings
from modem.emulator.serving.endpoints import ControlPort
from modem.emulator.serving.logfile import LogFile
from modem.emulator.serving.loop import Loop, Task
from modem.emulator.serving.ports import Port, claim
from modem.emulator.serving.terminals import Terminals
from modem.emulator.serving.waits import Wait, Waits
from modem.emulator.world import IDENTITY, World

T = TypeVar("T")


class _Stream(Random):
    """Randomness by name. Nothing secret depends on it; the same name has to give the same numbers."""


def _stream(seed: str | int, era: str, name: str) -> _Stream:
    return _Stream(f"{seed}:{era}:{name}" if era and name != IDENTITY else f"{seed}:{name}")


class Server:
    """An emulated network with its ports.

    `directory` gets symlinks modem0…; `tcp` is modem 0's TCP port, the others follow (0: any free ones); `control`
    is the HTTP port, True any free one. `pty=False` makes modems that only `attach` reaches. Modems are of the
    `profiles` in turn; the first play `recordings`, one each. Without `keeps` nobody can ask for what has passed.
    Modems and cards are made out of the `seed`; all else that is by chance differs between eras. OSError if a port,
    the directory or the log cannot be had; ValueError if the scenario names a modem that is not there. With a
    `SteppedLoop` as its `loop` it serves in time that somebody else tells, and `wait` is of no use.
    """

    def __init__(
        self,
        modems: int = 1,
        directory: Path | None = None,
        *,
        tcp: int | None = None,
        control: int | bool | None = None,
        latency_ms: float = 0,
        report_latency_ms: float = 200,
        baud: int | None = None,
        seed: str | int = 0,
        era: str = "",
        log: Path | None = None,
        trace: bool = False,
        keeps: bool = True,
        pty: bool = True,
        scenario: Scenario | None = None,
        recordings: Sequence[Recording] = (),
        profiles: Sequence[Profile] = (GENERIC_PROFILE,),
        loop: Loop | None = None,
    ) -> None:
        conditions = Conditions(latency_s=latency_ms / 1000, report_latency_s=report_latency_ms / 1000)
        self.journal = Journal(logged=log is not None, traced=trace, keeps=keeps)
        self.world = World(lambda name: _stream(seed, era, name), conditions, self.journal)
        self.control_url: str | None = None
        self._loop = Loop() if loop is None else loop
        self._terminals = Terminals(self._loop, self.world, baud, profiles)
        self._waits = Waits()
        self._claim: int | None = None
        self._log: LogFile | None = None
        self._control: ControlPort | None = None
        self._closed = False
        self._loop.tasks += [self._terminals, self._waits]
        try:
            if log is not None:
                self._log = LogFile(log, self.journal)
                self._loop.tasks.append(self._log)
            if directory is not None:
                self._claim = claim(directory)
            for number in range(modems):
                self._terminals.add(number, directory, tcp, pty)
            for modem, recording in zip(self.world.modems, recordings, strict=False):
                modem.device.dialogue = Playback(modem.device, recording)
            if scenario is not None:
                Player(scenario, self.world, self._loop.now())
            if control is not None and control is not False:
                surroundings = Surroundings(self.world, self.modems, self._loop.now)
                self._control = ControlPort(0 if control is True else control, self._loop, self._waits, surroundings)
                self.control_url = self._control.url
        except BaseException:
            self.close()
            raise

    @property
    def modems(self) -> list[Port]:
        """The modems with their ports, in order."""
        return self._terminals.ports

    @property
    def turns(self) -> int:
        """Turns the loop has made."""
        return self._loop.turns

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.join()
        self.close()

    def run(self) -> None:
        """Serve in this thread until `stop`; then close everything."""
        try:
            self._loop.run()
        finally:
            self.close()

    def stop(self) -> None:
        """Make the loop end soon. Safe from any thread and from a signal handler."""
        self._loop.stop()

    def wake(self) -> None:
        """Make the loop turn once. Safe from any thread and from a signal handler."""
        self._loop.wake()

    def add_task(self, task: Task) -> None:
        """Have something done in every turn of the loop; before the loop runs."""
        self._loop.tasks.append(task)

    def call(self, job: Callable[[World, float], T]) -> T:
        """Run a function on the world in the loop's thread and give its result; RuntimeError if it has ended."""
        return self._loop.call(lambda: job(self.world, self._loop.now()))

    def wait(self, look: Callable[[World, float], T | None], timeout_s: float) -> T | None:
        """Wait until `look`, run in the loop whenever something has happened, gives something; None if it never does.

        What `look` raises is raised here. RuntimeError if the emulator has been stopped.
        """
        future: Future[T | None] = Future()

        def try_it(last: bool) -> bool:
            try:
                found = look(self.world, self._loop.now())
            except BaseException as error:  # it belongs to the caller, not to the loop
                future.set_exception(error)
                return True
            if found is not None or last:
                future.set_result(found)
            return future.done()

        def begin() -> None:
            if not try_it(False):
                self._waits.add(Wait(try_it, self._loop.now() + timeout_s))

        self._loop.call(begin)
        return future.result()

    def deliver(self, number: int, sender: str, text: str) -> int:
        """A subscriber writes to modem `number`; returns the number of parts."""
        return self.call(lambda world, now: world.centre.deliver(world.modems[number], sender, text, now))

    def submits(self, after: int = 0) -> tuple[list[dict[str, object]], int]:
        """Submits after a cursor, as log lines, and the next cursor."""
        return self.call(lambda world, now: world.journal.submits(after))

    def attach(self, name: str) -> socket.socket:
        """Open modem `name` by a socket, making the modem if there is none; OSError if it is open already."""
        return self._loop.call(lambda: self._terminals.attach(name))

    def close(self) -> None:
        """Give back every descriptor and symlink. The loop must have ended."""
        if self._closed:
            return
        self._closed = True
        self._waits.end()
        self._terminals.close()
        if self._claim is not None:
            os.close(self._claim)
        if self._control is not None:
            self._control.close()
        try:
            if self._log is not None:
                self._log.close()
        finally:
            self._loop.close()
