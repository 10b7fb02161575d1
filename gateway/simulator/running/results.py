"""What a box came to, as a file: there when it is whole."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import SimulationError
from gateway.simulator.measures.measures import Measures


@dataclass(frozen=True, slots=True)
class Result:
    """The measures of a box, `whole` or up to a stopping place, and what they took: seconds of CPU, and memory."""

    whole: bool
    cpu_s: float
    peak_kb: int
    measures: Measures


def keep(result: Result, path: Path) -> None:
    """Write a result so that nobody sees half of it, after a power cut neither."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    value = {
        "whole": result.whole,
        "cpu_s": round(result.cpu_s, 3),
        "peak_kb": result.peak_kb,
        "measures": result.measures.as_json(),
    }
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def look(path: Path) -> Result | None:
    """The result in a file, None if there is no file. Raises SimulationError where it is no result."""
    try:
        value = json.loads(path.read_bytes())
        return Result(value["whole"], value["cpu_s"], value["peak_kb"], Measures.from_json(value["measures"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SimulationError(
            f"{path} holds no result that this version can read ({type(problem).__name__}: {problem}); take it away and"
            " go on with --resume."
        ) from problem
