"""Programs no one here wrote, and an emulator for them.

OTKLIK_REFEREES=required turns a program that is not installed into a failure (CI); without it the test is skipped.
OTKLIK_REFEREE_MESSAGES sets how many messages go each way (`make referees` takes more than `make test`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.referees.emulator import Emulator

Find = Callable[[str], str]
Run = Callable[..., str]


@pytest.fixture
def find() -> Find:
    """Where a program is; the test is skipped, or fails, without it."""

    def path(program: str) -> str:
        found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
        if found is None:
            sentence = f"{program} is not installed: apt-get install its Debian package (.ci/run lists them)"
            if os.environ.get("OTKLIK_REFEREES") == "required":
                pytest.fail(sentence)
            pytest.skip(sentence)
        return found

    return path


@pytest.fixture
def run(find: Find) -> Run:
    """Run a program to its end, in a UTF-8 locale; its output, standard error included."""

    def call(*command: str, stdin: str = "", code: int = 0, seconds: float = 60) -> str:
        done = subprocess.run(
            [find(command[0]), *command[1:]],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            timeout=seconds,
            text=True,
            errors="replace",
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    return call


Daemon = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def daemon(find: Find, tmp_path: Path) -> Daemon:
    """Run a program in the background; leaving it sends SIGTERM, and it has to end by itself."""

    @contextmanager
    def running(*command: str, code: int | None = 0) -> Iterator[None]:
        output = tmp_path / f"{command[0]}.out"
        with output.open("ab") as out:
            environment = {**os.environ, "LC_ALL": "C.UTF-8"}
            process = subprocess.Popen(
                [find(command[0]), *command[1:]], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
            )
        try:
            yield
            assert process.poll() is None, f"{command[0]} ended by itself:\n{output.read_text('utf-8', 'replace')}"
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == code
        finally:
            process.kill()
            process.wait()

    return running


@pytest.fixture
def messages() -> int:
    """How many messages go each way."""
    return int(os.environ.get("OTKLIK_REFEREE_MESSAGES", "10"))


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """One modem."""
    with Emulator(tmp_path / "network") as running:
        yield running
