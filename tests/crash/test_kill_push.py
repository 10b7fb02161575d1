"""Pushing is killed, by SIGKILL, before and after every COMMIT and every request, and goes on in another process.

The witness is a real double, a process of its own. `make crash` takes every boundary, `make test` some of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gateway.ledger import draw_up
from gateway.ledger.witness import read_witness
from gateway.store.opening import readable
from tests.crash.killed_push import Case, Killed
from tests.crash.witnesses import ROOT, double

_EVERY = os.environ.get("OTKLIK_CRASH") == "every"
CASES = (
    Case("a", "rates-xml"),
    Case("b", "json", corrections="send", how="status"),
    Case("c", "legacy-xml", how="status", rounds=4),
    Case("d", "rates-xml", policy="hold"),
    *((Case("e", "json", policy="hold"), Case("f", "legacy-xml", policy="hold")) if _EVERY else ()),
)
Lines = list[dict[str, Any]]


def kill(folder: Path) -> list[Killed]:
    """Push all cases, killed at every boundary or at some."""
    log = folder / "upstream.log"
    with double(log) as url:
        which = "every" if _EVERY else "some"
        arguments = [str(folder), url, str(log), which, *(json.dumps(asdict(case)) for case in CASES)]
        command = [sys.executable, "-m", "tests.crash.killed_push", *arguments]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [Killed(**json.loads(line)) for line in ended.stdout.splitlines()]


def judge(one: Killed, lines: Lines) -> None:
    """Each rating of the copy is upstream once, but for a poisoned one, and the ledger agrees."""
    (case,) = (case for case in CASES if case.tag == one.case)
    with readable(Path(one.folder) / "otklik.db") as db:
        states = dict(db.execute("SELECT r.rating_id, d.state FROM deliveries d JOIN ratings r ON cursor = rating"))
        keys = {row[0] for row in db.execute("SELECT key FROM batches")}
        unsettled = db.execute("SELECT count(*) FROM batches WHERE settled_at IS NULL").fetchone()[0]
        seen = [line for line in lines if line.get("foreign_id") in states]
        ledger = draw_up(db, upstreams={"up": seen})
    assert (ledger.lost, ledger.duplicated, ledger.balanced) == ([], [], True)
    assert unsettled == 0
    superseded = 1 if case.corrections == "wait" else 0
    rejected = 0 if case.policy == "hold" else 1  # there a person had it go up again when it was no poison any more
    assert Counter(states.values()) == Counter(
        accepted=6 - superseded - rejected, superseded=superseded, rejected=rejected
    )
    assert states[one.poisoned] == ("rejected" if rejected else "accepted")
    counted = Counter(line["foreign_id"] for line in seen if line["event"] == "form" and line["counts"])
    assert counted == dict.fromkeys((rating for rating, state in states.items() if state == "accepted"), 1)
    if case.policy == "hold":
        judge_waiting(one, posts(lines[: one.before_person], keys), posts(lines, keys))


def judge_waiting(one: Killed, before: Counter[str], after: Counter[str]) -> None:
    """Nothing is posted twice before a person says so, and then no more than what was in doubt."""
    assert set(before.values()) <= {1}
    again = {key for key, times in after.items() if times > 1}
    assert sum(after[key] - 1 for key in again) <= 1
    if one.boundary in ("after POST rates", "after POST ratings"):
        assert again
    if one.boundary is None:
        assert not again


def posts(lines: Lines, keys: Collection[str]) -> Counter[str]:
    """How often each of these batches was posted."""
    told = (line for line in lines if line["event"] == "packet" or "code" in line)
    return Counter(line["key"] for line in told if line["key"] in keys)


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_push_killed_at_any_boundary_loses_and_doubles_nothing(folder: Path) -> None:
    killed = kill(folder)
    lines = read_witness(folder / "upstream.log")
    failures = []
    for one in killed:
        try:
            judge(one, lines)
        except AssertionError as failure:
            failures.append(f"{one.case} killed {one.boundary}, {Path(one.folder).name}: {failure}")
    assert failures == []
    places = {(one.case, (one.boundary or "nowhere").split()[0:2][-1]) for one in killed}
    assert {what for case, what in places if case == "a"} == {"nowhere", "COMMIT", "POST"}
