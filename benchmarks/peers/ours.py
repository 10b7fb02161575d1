"""What the peers are held against: our daemon, and the bare dialogue that nobody can beat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.loading import loaded_daemon
from benchmarks.rig import daemon, write_config
from benchmarks.submit import raw_loop


class Otklik:
    """Our daemon: every part claimed and settled durably, every message that comes in kept and handled."""

    name, messages, is_patient = "otklik", 3000, False

    def missing(self) -> str | None:
        return None

    @contextmanager
    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> Iterator[None]:
        with loaded_daemon(folder, len(ports), messages, reports=False) as loaded:
            loaded.release()
            yield

    @contextmanager
    def receiving(self, folder: Path, port: str) -> Iterator[None]:
        with daemon(write_config(folder, 1, reports=False)):
            yield


class RawLoop:
    """Ready PDUs written and answers read in a Python loop; nothing is kept."""

    name, messages, is_patient = "raw loop, no record", 3000, False

    def missing(self) -> str | None:
        return None

    @contextmanager
    def sending(self, folder: Path, ports: Sequence[str], messages: int) -> Iterator[None]:
        raw_loop(ports[0], messages)
        yield
