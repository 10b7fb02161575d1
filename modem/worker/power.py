"""Runs the operator's power hook: a program that takes a modem's power away and gives it back.

No shell stands between (a hook through a shell is a hole); success is exit code 0; what it says goes to the log. A
process lives in real time whatever the clock, so it is waited for as one. It has a session of its own: a daemon that is
stopped in the meantime leaves it to finish, because a modem whose power came not back would be worse than either.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence

from modem.errors import PowerHookFailed

_LOG = logging.getLogger(__name__)

LIMIT_S = 60.0
_LOOK_S = 0.1
_SAID_MOST = 2000


def run_hook(argv: Sequence[str], stopping: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Run the hook to its end, for `limit_s` at most; returns early once `stopping`. Raises PowerHookFailed."""
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as problem:
            raise PowerHookFailed(f"The power hook {argv[0]} cannot be run: {problem.strerror}.") from problem
        code = _wait(process, argv[0], stopping, limit_s)
        output.seek(0)
        said = output.read(_SAID_MOST).decode("utf-8", "replace").strip()
    _LOG.info("power hook %s: exit code %s; it said: %s", argv[0], code, said)
    if code:
        raise PowerHookFailed(f"The power hook {argv[0]} failed with exit code {code}: {said}")


def _wait(process: subprocess.Popen[bytes], name: str, stopping: Callable[[], bool], limit_s: float) -> int | None:
    for _ in range(int(limit_s / _LOOK_S)):
        try:
            return process.wait(_LOOK_S)
        except subprocess.TimeoutExpired:
            if stopping():
                process.returncode = 0  # it finishes alone, and nobody asks any more
                return None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    raise PowerHookFailed(f"The power hook {name} did not end within {limit_s:g} s and was killed.")
