"""`otklik emulate --scenario` and `--replay`, from the command line to the wire."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modem.emulator.serving.server import Server
from tests.modem.emulator.serving.test_server import terminal

COMMAND = [sys.executable, "-c", "from gateway.cli.emulate import emulate; emulate()"]


@contextmanager
def _emulate(*arguments: str) -> Iterator[dict[str, list[dict[str, str]]]]:
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def test_scenario_file_makes_its_fault_happen_on_the_wire(tmp_path: Path) -> None:
    scenario = tmp_path / "bad-day.yaml"
    scenario.write_text("steps:\n - {at_s: 0, modem: modem0, fault: {kind: blanks, on: +CSCS}}\n")
    with _emulate("--scenario", str(scenario)) as ready, terminal(ready["modems"][0]["pty"]) as modem:
        modem.say(b"ATE0\r")
        assert modem.say(b"AT+CSCS?\r") == b'\r\n+CSCS:"GSM"\r\n\r\nOK\r\n'


def test_replayed_trace_says_what_was_said(tmp_path: Path) -> None:
    log = tmp_path / "network.log"
    with Server(1, log=log, trace=True, seed=4) as server, terminal(server.modems[0].pty) as modem:
        modem.say(b"ATE0\r")
        first = modem.say(b"AT+CGSN\r")
    with _emulate("--replay", str(log), "--seed", "5") as ready, terminal(ready["modems"][0]["pty"]) as modem:
        modem.say(b"ATE0\r")
        assert modem.say(b"AT+CGSN\r") == first
        assert modem.say(b"AT+CSQ\r", b"ERROR\r\n") == b"\r\nERROR\r\n"


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        (
            "--scenario",
            "steps:\n - {at_s: 1, falt: 1}\n",
            "file:2:14: steps.0.falt: unknown key, did you mean 'fault'?",
        ),
        ("--scenario", "steps:\n - {at_s: 1, modem: 9, clear_faults: true}\n", "file: there is no modem 9"),
        ("--replay", '{"event": "submit"}\nrubbish\n', "file:2: this is not a line of a log made with --trace"),
    ],
)
def test_malformed_file_is_refused_with_its_line(tmp_path: Path, option: str, text: str, sentence: str) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    done = subprocess.run([*COMMAND, option, str(path)], capture_output=True, timeout=20, check=False, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{tmp_path}/{sentence}")
