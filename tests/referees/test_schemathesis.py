"""schemathesis: requests made from the OpenAPI document, right ones and wrong ones, against a running control port."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.referees.emulator import Emulator

# What a schema cannot say is refused with 422 (values that do not go together) or 409 (not now).
CONFIG = """
[parameters]
"query.wait_ms" = 0
"path.k" = "0"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 404, 409, 422]
"""


@pytest.mark.referee
def test_control_port_does_what_its_document_says(emulator: Emulator, tmp_path: Path) -> None:
    program = shutil.which("schemathesis", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        sentence = "schemathesis is not installed: pip install 'otklik[referee]'"
        if os.environ.get("OTKLIK_REFEREES") == "required":
            pytest.fail(sentence)
        pytest.skip(sentence)
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    url = f"{emulator.control}/openapi.json"
    command = [program, "--config-file", str(config), "run", url, "--checks", "all", "--max-examples", "30"]
    done = subprocess.run([*command, "--seed", "1"], cwd=tmp_path, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout[-6000:]
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert found is not None
    assert int(found[1]) == int(found[2]) > 300
