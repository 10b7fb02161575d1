"""What a process is given to do, and what it says of it: one JSON object a line each way.

Pure.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from gateway.simulator.running.boxes import Box
from gateway.simulator.running.progress import Progress
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.writing import as_document

COUNTS = (
    "visits",
    "refused",
    "invited",
    "delivered",
    "replied",
    "rated",
    "exported",
    "unknown",
    "lost",
    "duplicated",
)
"""The counts of a run that other programs rely on."""
STOP = '"stop"'
"""The line that asks for the next stopping place."""


@dataclass(frozen=True, slots=True)
class Task:
    """Live through `box` of `scenario`; what it needs of disk is in `folder`, what it came to goes into `result`."""

    scenario: Scenario
    box: Box
    folder: Path
    result: Path

    def line(self) -> str:
        """As one line of text."""
        places = {"box": list(self.box), "folder": str(self.folder), "result": str(self.result)}
        return json.dumps({"scenario": as_document(self.scenario), **places}, ensure_ascii=False)

    @classmethod
    def of(cls, line: str) -> Self:
        """The other way."""
        told = json.loads(line)
        scenario = Scenario.model_validate(told["scenario"])
        return cls(scenario, Box(*told["box"]), Path(told["folder"]), Path(told["result"]))


@dataclass(frozen=True, slots=True)
class Lived:
    """A task has come to its end, `whole` or at a stopping place; `peak_kb` is the most memory its process has had."""

    box: str
    whole: bool
    peak_kb: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A task cannot be done, for the reason in this sentence; `trace` tells more where the fault is the program's."""

    box: str
    sentence: str
    trace: str = ""


Word = Progress | Lived | Failed
_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Progress, Lived, Failed)}


def word_line(word: Word) -> str:
    """What a process says, as one line of text."""
    return json.dumps({type(word).__name__: asdict(word)}, ensure_ascii=False)


def word_of(line: str) -> Word:
    """The other way."""
    ((kind, told),) = json.loads(line).items()
    found: Word = _KINDS[kind](**told)
    return found
