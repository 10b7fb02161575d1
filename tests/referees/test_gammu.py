"""gammu, the command line program: what a person does with a modem, all commands of a session in one batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.referees.conftest import Run
from tests.referees.emulator import Emulator
from tests.referees.texts import LONG

pytestmark = pytest.mark.referee


def _configure(folder: Path, port: str) -> str:
    config = folder / "gammurc"
    config.write_text(f"[gammu]\ndevice = {port}\nconnection = at\n")
    return str(config)


def _batch(run: Run, folder: Path, port: str, *commands: str) -> list[str]:
    """Run commands over one connection; the output of each."""
    script = folder / "batch"
    script.write_text("\n".join(commands) + "\n", "utf-8")
    output = run("gammu", "-c", _configure(folder, port), "batch", str(script))
    *_, last = sections = output.split("Executing batch")
    assert "Batch processed" in last or len(sections) == len(commands) + 1, output
    return sections[1:]


def test_gammu_identifies_sends_lists_and_deletes(tmp_path: Path, emulator: Emulator, run: Run) -> None:
    long = LONG.format(*range(6)).strip()
    emulator.deliver("+79231112233", "Привет от абонента")
    emulator.deliver("+79231112234", long)

    identify, _, _, _, listed, deleted, left, security, centre = _batch(
        run,
        tmp_path,
        emulator.link(),
        "identify",
        'sendsms TEXT +79131234567 -text "Hello from gammu"',
        'sendsms TEXT 0919 -unicode -text "Привет от gammu"',
        f'sendsms TEXT +79131234568 -autolen {len(long)} -text "{long}"',
        "geteachsms",
        "deleteallsms 1",
        "geteachsms",
        "getsecuritystatus",
        "getsmsc",
    )

    emulator.stop()
    assert f"IMEI                 : {emulator.modems[0]['imei']}" in identify
    assert emulator.sent() == [
        ("+79131234567", "Hello from gammu"),
        ("0919", "Привет от gammu"),
        ("+79131234568", long),
    ]
    assert "4 SMS parts in 2 SMS sequences" in listed
    assert "Привет от абонента" in listed
    assert long in listed
    assert 'Deleting SMS from "Inbox" folder: ****' in deleted
    assert "0 SMS parts in 0 SMS sequences" in left
    assert "Nothing to enter." in security
    assert '"+79000000099"' in centre


def test_gammu_asks_for_the_balance_and_dials(tmp_path: Path, emulator: Emulator, run: Run) -> None:
    ussd, _ = _batch(run, tmp_path, emulator.link(), "getussd *100#", "dialvoice +79131234567")

    emulator.stop()
    assert 'Service reply        : "Balans: 100.00 r."' in ussd
    assert [line["text"] for line in emulator.events("ussd")] == ["*100#", "Balans: 100.00 r."]
    assert emulator.events("call")[0]["to"] == "+79131234567"


def test_gammu_answers_a_call(tmp_path: Path, emulator: Emulator, run: Run) -> None:
    emulator.post("/v1/modems/0/call", **{"from": "+79131234567"})

    run("gammu", "-c", _configure(tmp_path, emulator.link()), "answercall", seconds=40)

    emulator.stop()
    assert "ATA\r" in emulator.said()
    assert "answer" in [line["what"] for line in emulator.events("call")]


def test_gammu_monitor_counts_what_the_memories_hold(tmp_path: Path, emulator: Emulator, run: Run) -> None:
    emulator.deliver("+79231112233", "Hello")

    output = run("gammu", "-c", _configure(tmp_path, emulator.link()), "monitor", "2", seconds=30)

    assert "SIM SMS status       : 1 used, 0 unread, 30 locations" in output
    assert "Phone SMS status     : 0 used, 0 unread, 100 locations" in output
    assert "Leaving monitor mode" in output


def test_gammu_reads_network_phone_books_and_battery(tmp_path: Path, emulator: Emulator, run: Run) -> None:
    network, own, battery = _batch(run, tmp_path, emulator.link(), "networkinfo", "getallmemory ON", "battery")

    assert "Packet network state : home network" in network
    assert "Packet network       : 999 70" in network
    assert f'General number       : "{emulator.number()}"' in own
    assert "Battery level        : 100 percent" in battery
