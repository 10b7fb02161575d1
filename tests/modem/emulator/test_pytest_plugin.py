"""The fixtures in a project of somebody else: a folder outside this repository, a pytest of its own."""

import importlib.metadata
import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLUGIN = "modem.emulator.pytest_plugin"


def _pytest(project: Path, text: str, *options: str) -> str:
    """The output of a test file, run with every warning an error."""
    (project / "test_it.py").write_text(text)
    installed = any(entry.name == "otklik" for entry in importlib.metadata.entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", PLUGIN]
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *plugin]
    done = subprocess.run(
        [*command, *options],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=100,
    )
    return done.stdout + done.stderr


def test_package_declares_the_plugin() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert f"otklik = {PLUGIN}" in config["options.entry_points"]["pytest11"]


def test_plugin_imports_nothing_of_the_emulator_before_it_is_asked() -> None:
    script = f"""
import sys, pytest
before = set(sys.modules)
import {PLUGIN}
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == f"{['modem', 'modem.emulator', PLUGIN]}\n"


LEAKS = """
import os, threading
import pytest

left = []

@pytest.fixture(scope="module", autouse=True)
def nothing_is_left():
    os.listdir("/dev/pts")
    before = threading.active_count(), len(os.listdir("/proc/self/fd"))
    yield
    assert (threading.active_count(), len(os.listdir("/proc/self/fd"))) == before
    assert not any(os.path.islink(link) for link in left)

@pytest.mark.parametrize("turn", range(5))
def test_one(modem, turn):
    assert os.readlink(modem.link) == modem.path
    left.append(modem.link)
    assert modem.submits() == []
"""


def test_nothing_outlives_a_test(tmp_path: Path) -> None:
    assert "5 passed" in _pytest(tmp_path, LEAKS, "-p", "no:randomly")


SETTINGS = """
import pytest

@pytest.mark.modem(seed=1)
class TestMarked:
    def test_marker_of_the_class(self, modem, network):
        assert modem.imei == "{one}"
        assert network.get()["latency_ms"] == 0

    @pytest.mark.modem(latency_ms=20)
    def test_closest_marker_adds_to_it(self, modem, network):
        assert modem.imei == "{one}"
        assert network.get()["latency_ms"] == 20

def test_options(modem, modem_pair):
    assert modem.imei == "{two}"
    assert modem is modem_pair[0]
    assert len({{modem.number, modem_pair[1].number}}) == 2
"""


def test_modems_are_what_marker_and_options_say(tmp_path: Path) -> None:
    from modem.emulator.testing import EmulatedNetwork

    with EmulatedNetwork(1, tmp_path / "a", seed=1) as first, EmulatedNetwork(1, tmp_path / "b", seed="2") as second:
        text = SETTINGS.format(one=first.modems[0].imei, two=second.modems[0].imei)
        assert first.modems[0].imei != second.modems[0].imei
    assert "3 passed" in _pytest(tmp_path, text, "--modem-seed", "2", "--strict-markers", "-n", "2")


WRONG = """
import pytest

def test_nothing_comes(modem):
    modem.deliver("+79131234567", "5")
    modem.wait_for_submit(timeout_s=0.01)

@pytest.mark.modem(profile="nokia")
def test_no_such_profile(modem):
    pass

def test_no_such_fault(fault):
    fault("rain")
"""


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    out = _pytest(tmp_path, WRONG, "-p", "no:randomly")
    assert "modem0: no submit within 0.01 s; the last events:" in out
    assert "modem0 deliver from='+79131234567' text='5'" in out
    assert "modem marker: There is no profile nokia." in out
    assert "Input tag 'rain' found using 'kind' does not match any of the expected tags" in out
    assert "2 failed, 1 error" in out


def test_wait_ends_with_what_was_waited_for(tmp_path: Path) -> None:
    from modem.emulator.testing import EmulatedNetwork

    with EmulatedNetwork(2, tmp_path) as network:
        first, second = network.modems
        first.fault("signal", rssi=3)
        assert first.wait_for("fault", kind="signal")["rssi"] == 3
        with pytest.raises(ValueError, match="not an SMS-DELIVER"):
            second.deliver_tpdu(b"\x01")
        second.deliver_tpdu(bytes.fromhex("040B919731214365F70000420150000000210136"))
        assert second.wait_for("deliver", text="6")["from"] == "+79131234567"
        second.deliver("0919", "5")
        assert second.wait_for("deliver", text="5")["from"] == "0919"
        assert second.call("+79131234567", withheld=True)
        with pytest.raises(AssertionError, match="modem1: no report within 0 s"):
            second.wait_for("report", timeout_s=0)
        assert second.fault("lost_answer") == 1
        assert (second.clear_faults(), second.clear_faults()) == (1, 0)
