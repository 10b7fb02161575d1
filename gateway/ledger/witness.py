"""Reads the log of a witness: of `otklik emulate` or of `otklik simulate-upstream`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError


class WitnessError(GatewayError):
    """The log of a witness cannot be read."""


def read_witness(path: Path) -> list[dict[str, Any]]:
    """The lines of a log. A last line that was cut off by a kill is left out."""
    try:
        # Not splitlines: a text may hold what Unicode calls a line separator.
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except OSError as problem:
        raise WitnessError(f"The log {path} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError:
        raise WitnessError(f"{path} is no log: it is not in UTF-8.") from None
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(json.loads(line))
        except ValueError:
            if number < len(lines):
                raise WitnessError(
                    f"{path}:{number}: this is no line of a log of otklik emulate or otklik simulate-upstream."
                ) from None
    return found
