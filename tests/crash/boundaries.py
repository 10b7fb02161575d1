"""The places where a process can be killed so that it matters, and a process that is killed there.

A boundary is what comes before and after a COMMIT, and before and after a request; after a request means that the other
side has dealt with it and its answer has begun.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2

_REPORT = "passed.json"


class Boundaries:
    """Notes what this process comes past, and kills it at number `last`, counted from 1; 0: never."""

    def __init__(self, folder: Path, last: int) -> None:
        self._last = last
        self._passed: list[str] = []
        self._report = folder / _REPORT

    def reach(self, what: str) -> None:
        self._passed.append(what)
        if len(self._passed) == self._last:
            self.tell()
            os.kill(os.getpid(), signal.SIGKILL)

    def tell(self) -> None:
        """Write down what was passed."""
        self._report.write_text(json.dumps(self._passed), encoding="utf-8")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Let nothing be passed unnoticed until the end of the block, which is told."""
        boundaries = self

        def watched(of: type[sqlite3.Connection]) -> type[sqlite3.Connection]:
            class Connection(of):
                def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                    if sql != "COMMIT":
                        return super().execute(sql, parameters)
                    boundaries.reach("before COMMIT")
                    cursor = super().execute(sql)
                    boundaries.reach("after COMMIT")
                    return cursor

            return Connection

        connect, handle = sqlite3.connect, httpx2.HTTPTransport.handle_request

        def connected(
            *arguments: Any, factory: type[sqlite3.Connection] = sqlite3.Connection, **options: Any
        ) -> sqlite3.Connection:
            return connect(*arguments, factory=watched(factory), **options)

        def request(self: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
            what = request.url.path.strip("/").partition("/")[0]
            boundaries.reach(f"before {request.method} {what}")
            response = handle(self, request)
            boundaries.reach(f"after {request.method} {what}")
            return response

        sending = patch.object(httpx2.HTTPTransport, "handle_request", request)
        with patch.object(sqlite3, "connect", connected), sending:
            yield
        self.tell()


def passed(folder: Path) -> list[str]:
    """What the last process that was watched in a folder came past."""
    found: list[str] = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
    return found


def in_a_child(folder: Path, work: Callable[[], None]) -> bool:
    """Do it in a process that is forked; whether it ended by itself. Raises RuntimeError if it failed."""
    child = os.fork()
    if child == 0:
        try:
            log = os.open(folder / "children.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return False
    if status:
        raise RuntimeError((folder / "children.log").read_text(encoding="utf-8"))
    return True
