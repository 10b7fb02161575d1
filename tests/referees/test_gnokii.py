"""gnokii with its AT model: identity, messages both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.referees.conftest import Run
from tests.referees.emulator import Emulator
from tests.referees.texts import LONG

pytestmark = pytest.mark.referee


@pytest.fixture
def config(tmp_path: Path, emulator: Emulator) -> str:
    # the pty itself: gnokii cuts a longer name off
    path = tmp_path / "gnokiirc"
    path.write_text(
        f"[global]\nport = {emulator.modems[0]['pty']}\nmodel = AT\nconnection = serial\nuse_locking = no\n"
    )
    return str(path)


def test_gnokii_identifies_sends_lists_and_deletes(emulator: Emulator, run: Run, config: str) -> None:
    long = LONG.format(*range(6)).strip()
    emulator.deliver("+79231112233", "Hello gnokii")
    emulator.deliver("+79231112234", "Привет, gnokii")

    identity = run("gnokii", "--config", config, "--identify")
    for to, text in (("+79131234567", "Hello from gnokii"), ("0919", "Привет от gnokii"), ("+79131234568", long)):
        assert "reference" in run("gnokii", "--config", config, "--sendsms", to, stdin=text)
    listed = run("gnokii", "--config", config, "--getsms", "SM", "1", "end")
    run("gnokii", "--config", config, "--deletesms", "SM", "1", "2")
    folders = run("gnokii", "--config", config, "--showsmsfolderstatus")
    network = run("gnokii", "--config", config, "--getnetworkinfo")

    emulator.stop()
    assert f"IMEI         : {emulator.modems[0]['imei']}" in identity
    assert emulator.sent() == [
        ("+79131234567", "Hello from gnokii"),
        ("0919", "Привет от gnokii"),
        ("+79131234568", long),
    ]
    assert listed.count("Inbox Message (Unread)") == len(emulator.events("deliver")) == 2
    assert "Hello gnokii" in listed
    assert "Привет, gnokii" in listed
    assert [line.split()[-2:] for line in folders.splitlines() if "SIM card" in line] == [["SM", "0"]]
    assert "LAC          : 1f40 (8000)" in network
