"""The daemon is killed in the middle of the demo's day, by SIGKILL, and started again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from gateway.cli.visits import take
from gateway.ledger import draw_up
from gateway.ledger.witness import read_witness
from gateway.simulator.demo import UPSTREAM, Demo
from gateway.store.opening import readable


def _day_with_kills(folder: Path, seed: int, kill_at: list[int]) -> None:
    """A day of 300 visits; the daemon dies when the network has seen so many events, and is started again."""
    with Demo(folder, 300, 2, seed) as run:
        run.clear()
        file = run.prepare(run.start_upstream())
        run.start_network()
        run.switch_handsets(file)
        take(run.settings(), file, "csv", "demo", lambda line: None)
        run.start_daemon()
        for events in kill_at:
            run.live(lambda progress: None, until=lambda progress, events=events: _events(run) >= events)
            run.kill_daemon()
            run.start_daemon()
        run.live(lambda progress: None)
        run.stop_daemon()


def _events(run: Demo) -> int:
    return run.network_log.read_bytes().count(b"\n") if run.network_log.exists() else 0


@pytest.mark.crash
@pytest.mark.parametrize(("seed", "kill_at"), [(1, [20]), (2, [90]), (3, [160, 250])])
def test_daemon_killed_mid_day_loses_and_doubles_nothing(tmp_path: Path, seed: int, kill_at: list[int]) -> None:
    _day_with_kills(tmp_path, seed, kill_at)

    network = read_witness(tmp_path / "network.log")
    with readable(tmp_path / "otklik.db") as db:
        ledger = draw_up(db, network, {UPSTREAM: read_witness(tmp_path / "upstream.log")})
        kept = {row[0] for row in db.execute("SELECT unseal(sealed, digest) FROM inbox")}
        unhandled = db.execute("SELECT count(*) FROM inbox WHERE state = 'kept'").fetchone()[0]
    assert ledger.upstreams[UPSTREAM]["waiting"] == 0
    assert ledger.lost == []
    assert ledger.duplicated == []
    assert ledger.balanced
    invitations = Counter(line["to"] for line in network if line["event"] == "submit" and "Оцените" in line["text"])
    assert max(invitations.values()) == 1
    assert {line["pdu"] for line in network if line["event"] == "deliver"} <= kept
    assert unhandled == 0
