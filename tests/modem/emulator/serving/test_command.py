import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from gateway.cli.emulate import emulate; emulate()"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_emulate_prints_its_ports_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    arguments = ["--modems", "2", "--dir", str(tmp_path), "--control", "0"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            assert [modem["link"] for modem in ready["modems"]] == [f"{tmp_path}/modem{k}" for k in range(2)]
            assert set(ready["modems"][0]) == {"name", "pty", "link", "tcp", "imei", "iccid", "number"}
            assert ready["control"].startswith("http://127.0.0.1:")
            process.send_signal(number)
            assert process.wait(10) == 0
            assert process.stdout.read() == b""
        finally:
            process.kill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--trace"], 2),
        (["--modems", "0"], 2),
        (["--profile", "sim80"], 2),
        (["--profile", "nowhere/x.yaml"], 2),
    ],
)
def test_wrong_call_is_refused_with_a_sentence(arguments: list[str], status: int) -> None:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=20, check=False)
    assert done.returncode == status
    assert done.stderr.strip()


def test_profile_file_with_a_fault_is_refused_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nmakr: {model: X}\n", encoding="utf-8")
    done = subprocess.run([*COMMAND, "--profile", str(path)], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert done.stderr == f"{path}:2:1: makr: unknown key, did you mean 'maker'?\n"


def test_unknown_profile_lists_the_known_ones() -> None:
    done = subprocess.run([*COMMAND, "--profile", "generik"], capture_output=True, text=True, timeout=20, check=False)
    assert "There is no profile generik. Did you mean generic? There are: generic" in " ".join(done.stderr.split())


def test_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--control", str(port)], capture_output=True, text=True, timeout=20, check=False
        )
    sentence = (
        f"The emulator cannot start: port {port} on 127.0.0.1: Address already in use. Give another port or path."
    )
    assert (done.returncode, done.stderr.strip()) == (1, sentence)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_log_that_cannot_be_written_ends_the_emulator_with_a_sentence(tmp_path: Path) -> None:
    arguments = ["--log", "/dev/full", "--trace", "--dir", str(tmp_path)]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            fd = os.open(tmp_path / "modem0", os.O_RDWR | os.O_NOCTTY)
            os.write(fd, b"AT\r")
            assert process.wait(10) == 1
            os.close(fd)
            assert process.stderr.read() == (
                "The log /dev/full cannot be written: No space left on device. Make room and start anew.\n"
            )
        finally:
            process.kill()
    assert list(tmp_path.iterdir()) == []
