"""The power hook: a real program, and what becomes of an emulated modem whose power goes and comes back."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from modem.errors import PowerHookFailed
from modem.worker.desk import PortSettings, PortState
from modem.worker.power import run_hook
from modem.worker.reception import Reception
from modem.worker.waiting import devices_at
from tests.modem.listdesk import QueueDesk, order, wait
from tests.modem.virtualbench import bench


def _never() -> bool:
    return False


def test_frozen_modem_is_power_cycled_by_the_hook_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    desk = QueueDesk([order(1)])
    hook = (sys.executable, "-c", "print('port 3 is off and on')")
    with bench(1, desk, power_hook=hook) as run, pytest.MonkeyPatch.context() as patch:

        def cycle(argv: Sequence[str], stopping: Callable[[], bool]) -> None:
            run_hook(argv, stopping)
            run.fault(0, "unplug", for_s=0.2)  # what the program would have done, at this moment of simulated time

        patch.setattr("modem.worker.repair.run_hook", cycle)
        run.fault(0, "freeze", for_s=86400, deaf=True)
        run.server.deliver(0, "+79131234567", "5")
        with caplog.at_level(logging.INFO, "modem.worker.power"):
            run.let_pass(3600)
        assert len(desk.settled) == 1
        assert sum(line["event"] == "submit" for line in run.events()) == 1
    assert "exit code 0; it said: port 3 is off and on" in caplog.text
    assert ("Emulated GSM modem", "silent", "power") in desk.cures
    # What lay on the card when the power went has been read.
    assert [stored.memory for stored in desk.kept].count("SM") == 1


def test_hook_gets_its_arguments_as_they_are_and_no_shell(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = "import json, sys; json.dump(sys.argv[2:], open(sys.argv[1], 'w'))"
    hostile = ["$(reboot)", "; rm -rf /", "a b"]
    run_hook([sys.executable, "-c", program, str(told), *hostile], _never)
    assert json.loads(told.read_text()) == hostile


def test_hook_that_fails_says_with_which_code_and_words() -> None:
    program = "import sys; print('no such hub'); sys.exit(3)"
    with pytest.raises(PowerHookFailed, match="failed with exit code 3: no such hub"):
        run_hook([sys.executable, "-c", program], _never)


def test_hook_that_is_not_there_is_named() -> None:
    with pytest.raises(PowerHookFailed, match=r"/nowhere/hub cannot be run: No such file or directory"):
        run_hook(["/nowhere/hub"], _never)


def test_hook_that_does_not_end_is_killed_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(PowerHookFailed, match=r"power hook sh did not end within 0\.3 s and was killed"):
        run_hook(["sh", "-c", f"sleep 60 & echo $! >{pid}; wait"], _never, limit_s=0.3)
    wait(lambda: not _lives(int(pid.read_text())))


def _lives(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_daemon_that_stops_leaves_the_hook_to_finish(tmp_path: Path) -> None:
    done, go = tmp_path / "done", tmp_path / "go"
    program = (
        "import pathlib, sys\n"
        "pathlib.Path(sys.argv[2]).read_text()\n"  # a pipe: it waits for somebody to write
        "pathlib.Path(sys.argv[1]).touch()"
    )
    os.mkfifo(go)
    run_hook([sys.executable, "-c", program, str(done), str(go)], lambda: True)
    assert not done.exists()
    go.write_text("go")
    wait(done.exists)


def test_failing_hook_is_in_the_reason_of_the_quarantine() -> None:
    with bench(1, power_hook=("/nowhere/hub",)) as run:
        run.let_pass(1)
        run.fault(0, "unplug", for_s=36000)
        run.let_pass(1000)
        assert run.desk.statuses[-1].state is PortState.QUARANTINED
        told = run.desk.alarms[-1][2]
    assert told is not None
    assert "The power hook /nowhere/hub cannot be run: No such file or directory." in told


def test_modem_that_answers_is_read_out_before_its_power_goes() -> None:
    desk = QueueDesk([order(1)])
    hook = (sys.executable, "-c", "pass")
    with bench(1, desk, power_hook=hook) as run:
        run.fault(0, "error", on="+CMGS", family="cms", code=300, at_once=True, times=None)
        run.let_pass(1)
        sweep = Reception.sweep
        swept: list[float] = []

        def watched(reception: Reception) -> bool:
            swept.append(run.clock.monotonic())
            return sweep(reception)

        cut: list[float] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Reception, "sweep", watched)
            patch.setattr("modem.worker.repair.run_hook", lambda *_: cut.append(run.clock.monotonic()))
            while not cut:
                run.let_pass(5)
        assert cut[0] in swept


def test_another_device_under_the_same_name_is_another(tmp_path: Path) -> None:
    settings = PortSettings("m1", str(tmp_path / "modem*"))
    assert devices_at(settings) == frozenset()
    node = tmp_path / "modem0"
    node.touch()
    first = devices_at(settings)
    assert len(first) == 1
    assert devices_at(settings) == first
    (tmp_path / "other").touch()
    node.unlink()
    (tmp_path / "other").rename(node)
    assert devices_at(settings) - first
    assert devices_at(PortSettings("m1", "socket://127.0.0.1:1")) == frozenset()
