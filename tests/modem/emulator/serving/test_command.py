import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from modem.emulator.serving.server import Server

COMMAND = [sys.executable, "-c", "from gateway.cli.emulate import emulate; emulate()"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
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
        (["--latency-ms", "nan"], 2),
        (["--latency-ms", "inf"], 2),
    ],
)
def test_wrong_call_is_refused_with_a_sentence(arguments: list[str], status: int) -> None:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=20, check=False)
    assert done.returncode == status
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr


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


def _refused(*arguments: str, status: int) -> str:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == status
    return done.stderr.strip()


def test_tcp_ports_past_the_last_one_are_refused() -> None:
    said = _refused("--tcp", "65535", "--modems", "2", status=2)
    assert said.endswith("Error: --tcp 65535 is too high for 2 modems: the last port is 65535.")


def test_scenario_with_a_wrong_name_in_the_network_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text('network: {short_codes: {"0919": modem9}}\n', encoding="utf-8")
    said = _refused("--scenario", str(path), status=2)
    assert said == f"{path}: short_codes.0919: there is no modem called modem9."


def test_file_in_the_place_of_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "modem0").write_text("not ours")
    said = _refused("--dir", str(tmp_path), status=1)
    assert f"{tmp_path}/modem0: there is something of this name already" in said
    assert (tmp_path / "modem0").read_text() == "not ours"


def test_directory_of_another_emulator_is_refused_and_keeps_its_links(tmp_path: Path) -> None:
    with Server(1, tmp_path) as first:
        said = _refused("--dir", str(tmp_path), status=1)
        assert f"{tmp_path}: another emulator has its links there" in said
        assert str((tmp_path / "modem0").readlink()) == first.modems[0].pty
    with Server(1, tmp_path):
        assert (tmp_path / "modem0").is_symlink()


def test_links_of_a_killed_emulator_are_taken_away(tmp_path: Path) -> None:
    with subprocess.Popen([*COMMAND, "--modems", "2", "--dir", str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    with Server(1, tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["modem0"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_ready_line_that_cannot_be_printed_ends_the_emulator_with_a_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "--dir", str(tmp_path)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=20, check=False
        )
    assert done.returncode == 1
    assert done.stderr == (
        "The ready line cannot be printed: No space left on device. Give the standard output a reader.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_too_many_modems_for_the_limit_of_open_files_are_refused_with_the_cure() -> None:
    limited = ["sh", "-c", 'ulimit -n 50 && exec "$@"', "sh", *COMMAND, "--modems", "100"]
    done = subprocess.run(limited, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert done.stderr == "The emulator cannot start: Too many open files. Allow more (ulimit -n).\n"
