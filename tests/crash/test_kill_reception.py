"""The daemon is killed, by SIGKILL, between reading a message, committing it and deleting it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.store.opening import readable
from modem.emulator.testing import EmulatedNetwork
from scheduler.clock import SystemClock

_ROOT = Path(__file__).parent.parent.parent
_CONFIG = """
database: otklik.db
offices: {root}/examples/altai/offices.csv
services: {root}/examples/altai/services.csv
modems: [{{name: m1, port: {port}}}]
http: null
"""


def _wait(condition: Callable[[], bool]) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + 30
    while not condition():
        assert clock.monotonic() < deadline, "it did not come about in time"
        clock.wait((), clock.monotonic() + 0.05)


def _rows(folder: Path) -> list[str]:
    with readable(folder / "otklik.db") as db:
        return sorted(row[0] for row in db.execute("SELECT unseal(sealed, digest) FROM inbox"))


@pytest.mark.crash
@pytest.mark.parametrize(("dies_at", "committed"), [("+CMGL", 0), ("+CMGD", 3)])
def test_daemon_killed_while_it_takes_messages_keeps_each_once(tmp_path: Path, dies_at: str, committed: int) -> None:
    with EmulatedNetwork() as network:
        modem = network.modems[0]
        config = tmp_path / "config.yaml"
        config.write_text(_CONFIG.format(root=_ROOT, port=modem.path), encoding="utf-8")
        command = [sys.executable, "-m", "gateway", "run", "-c", str(config)]
        for digit in "345":
            modem.deliver("+79131234567", digit)
        modem.fault("hang", on=dies_at)
        with subprocess.Popen(command, cwd=_ROOT) as daemon:
            modem.wait_for("fault", 30, kind="hang")
            daemon.send_signal(signal.SIGKILL)
        assert len(_rows(tmp_path)) == committed
        assert modem.used("SM") == 3
        with subprocess.Popen(command, cwd=_ROOT) as daemon:
            _wait(lambda: modem.used("SM") == 0)
            daemon.send_signal(signal.SIGTERM)
        assert len(_rows(tmp_path)) == 3
