"""Telling a hook is killed, by SIGKILL, before and after every COMMIT and every request, and goes on after that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.store.opening import readable
from tests.crash.witnesses import ROOT, receiver

_STEP = "1" if os.environ.get("OTKLIK_CRASH") == "every" else "3"


@pytest.mark.crash
def test_teller_killed_at_any_boundary_tells_each_event_and_those_of_a_visit_in_order(folder: Path) -> None:
    with receiver() as hook:
        command = [sys.executable, "-m", "tests.crash.killed_telling", str(folder), hook.url, _STEP]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    copies = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(copies) > 8
    for copy in copies:
        killed = Path(copy["folder"])
        with readable(killed / "otklik.db") as db:
            rows = db.execute(
                "SELECT e.topic, e.key, t.state FROM events e JOIN tellings t ON t.event = e.id"
            ).fetchall()
        assert [state for _, _, state in rows] == ["told"] * 6, copy
        told = [key for key in hook.told if key.startswith(f"{killed.name}-")]
        again = len(told) - 6  # no more than what was in doubt
        assert again in {None: (0,), "after POST hook": (1,)}.get(copy["boundary"], (0, 1)), copy
        for topic in {topic for topic, _, _ in rows}:
            in_order = [key for of, key, _ in rows if of == topic]
            heard = [key for key in told if key in in_order]
            assert heard == sorted(heard, key=in_order.index), copy
            assert list(dict.fromkeys(heard)) == in_order, copy
