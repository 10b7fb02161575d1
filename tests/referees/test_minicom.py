"""runscript, the script interpreter of minicom: send, expect, and a verdict."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.referees.conftest import Find
from tests.referees.emulator import Emulator

pytestmark = pytest.mark.referee

SCRIPT = """
send "ATE0"
expect {
 "OK" goto number
 timeout 10 goto bad
}
number:
send "AT+CMGF=1;+CMGS=\\"+79131234567\\""
expect {
 "> " goto text
 timeout 10 goto bad
}
text:
send "Hello from minicom\\032\\c"
expect {
 "+CMGS: 0" exit 0
 timeout 10 goto bad
}
bad:
exit 7
"""


def test_runscript_sends_a_message_in_text_mode(tmp_path: Path, emulator: Emulator, find: Find) -> None:
    script = tmp_path / "script"
    script.write_text(SCRIPT)
    subprocess.run(["stty", "-F", emulator.link(), "raw", "-echo"], check=True)
    with Path(emulator.link()).open("r+b", buffering=0) as port:
        done = subprocess.run(
            [find("runscript"), str(script)], stdin=port, stdout=port, stderr=subprocess.PIPE, timeout=60
        )
    emulator.stop()
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert emulator.sent() == [("+79131234567", "Hello from minicom")]
