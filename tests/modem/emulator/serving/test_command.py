import json
import signal
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


@pytest.mark.parametrize(("arguments", "status"), [(["--trace"], 2), (["--modems", "0"], 2)])
def test_wrong_call_is_refused_with_a_sentence(arguments: list[str], status: int) -> None:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=20, check=False)
    assert done.returncode == status
    assert done.stderr.strip()
