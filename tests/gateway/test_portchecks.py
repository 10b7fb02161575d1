"""What `otklik check` says of ports: each fault with its name and its cure, and no try of a PIN used up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import portchecks
from gateway.finding import Finding
from gateway.modemsettings import ModemSettings
from gateway.portchecks import examine_ports
from modem import holders
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from scheduler.clock import SystemClock

RULES = Path(__file__).parents[2] / "packaging/udev/77-otklik.rules"


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[EmulatedModem]:
    with EmulatedNetwork(1, tmp_path) as network:
        yield network.modems[0]


def _check(*modems: ModemSettings) -> list[Finding]:
    return list(examine_ports(modems, SystemClock()))


def _entry(port: str, name: str = "m1", **more: object) -> ModemSettings:
    return ModemSettings.model_validate({"name": name, "port": port, **more})


def test_modem_that_is_well_is_named_with_its_place(emulated: EmulatedModem, tmp_path: Path) -> None:
    (found,) = _check(_entry(f"{tmp_path}/modem*"))
    assert not found.fault
    assert f"at {tmp_path}/modem0, IMEI {emulated.imei}, SIM {emulated.iccid}" in found.text


def test_command_a_modem_refuses_after_its_start_up_is_a_fault(emulated: EmulatedModem) -> None:
    (found,) = _check(_entry(emulated.path, init=["AT^CURC=0"]))
    assert found.fault
    assert "[generic], IMEI" in found.text
    assert "The modem refused AT^CURC=***" in found.text


def test_pattern_without_matches_is_a_fault() -> None:
    assert _check(_entry("/dev/ttyNOPE*")) == [
        Finding(
            "modem m1",
            "no device matches /dev/ttyNOPE*; is the modem plugged in, and has this machine a driver for it?",
            fault=True,
        )
    ]


def test_second_entry_of_a_pattern_with_one_modem_says_what_it_saw(emulated: EmulatedModem, tmp_path: Path) -> None:
    pattern = f"{tmp_path}/modem*"
    first, second = _check(_entry(pattern), _entry(pattern, "m2"))
    assert not first.fault
    assert second.fault
    assert "has the modem of m1" in second.text


@pytest.mark.parametrize("pin_file", [None, "pin"])
def test_check_uses_up_no_try_of_the_pin(emulated: EmulatedModem, tmp_path: Path, pin_file: str | None) -> None:
    (tmp_path / "pin").write_text("1234")
    emulated.fault("sim", what="pin")
    (found,) = _check(_entry(emulated.path, pin_file=pin_file and tmp_path / pin_file))
    assert found.fault is (pin_file is None)
    assert "wants its PIN" in found.text
    assert not any(command.startswith("AT+CPIN=") for command in emulated.commands())


def test_device_of_a_group_the_user_is_not_in_is_told_with_the_command(
    emulated: EmulatedModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    Path(emulated.path).chmod(0o660)
    (found,) = _check(_entry(emulated.path))
    assert found.fault
    assert re.search(r"belongs to the group (\w+), and (\w+) is not in it: sudo usermod -aG \1 \2", found.text)


def test_name_given_in_the_order_of_plugging_is_told_with_its_lasting_name(
    emulated: EmulatedModem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portchecks, "_RENAMED", ("/dev/pts/",))
    monkeypatch.setattr(portchecks, "_BY_ID", tmp_path / "by-id")
    (tmp_path / "by-id").mkdir()
    _, hint = _check(_entry(emulated.path))
    assert hint.text == f"{emulated.path} may be the name of another modem after the next plugging; set imei"
    (tmp_path / "by-id/usb-Huawei-if00").symlink_to(emulated.path)
    _, hint = _check(_entry(emulated.path))
    assert f"write {tmp_path}/by-id/usb-Huawei-if00 for it" in hint.text
    assert not hint.fault
    (only,) = _check(_entry(emulated.path, imei=emulated.imei))
    assert "IMEI" in only.text


def test_modem_manager_is_a_fault_until_the_rule_is_installed(
    emulated: EmulatedModem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "running", lambda name: holders.Process(77, name))
    monkeypatch.setattr(portchecks, "_UDEV", tmp_path)
    found, _ = _check(_entry(emulated.path))
    assert found.fault
    assert "runs with pid 77 and may open" in found.text
    assert "packaging/udev/77-otklik.rules" in found.text
    number = Path(emulated.path).stat().st_rdev
    (tmp_path / f"c{os.major(number)}:{os.minor(number)}").write_text("I:1\nE:ID_MM_DEVICE_IGNORE=1\n")
    found, _ = _check(_entry(emulated.path))
    assert not found.fault


def test_modem_manager_is_no_matter_to_ports_of_other_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "running", lambda name: holders.Process(77, name))
    assert [found.what for found in _check(_entry("emu://"))] == ["modem m1"]


def test_rules_are_lines_that_udev_can_read() -> None:
    pair = r'[A-Z]+(\{[A-Za-z_]+\})?(==|!=|=|\+=)"[^"]*"'
    lines = [line for line in RULES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(rf"{pair}(, {pair})*", line), line
    labels = re.findall(r'LABEL="(\w+)"', "\n".join(lines))
    assert set(re.findall(r'GOTO="(\w+)"', "\n".join(lines))) <= set(labels)
