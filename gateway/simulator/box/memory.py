"""What a box has in mind besides its database: plain data, so that it can be put aside and taken up again.

A run lives week after week. Between two of them, at night, when nothing is on the way, the daemon is stopped and the
network is made anew around what this memory holds; so a run that was interrupted there goes on as one that was not.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass, field
from pathlib import Path

from gateway.errors import ScenarioError
from gateway.simulator.box.lists import Sheet
from gateway.simulator.box.operators import Operators
from gateway.simulator.box.people import Minds
from gateway.simulator.box.telephones import Off
from gateway.simulator.box.troubles import Ahead
from gateway.simulator.box.witness import Seen
from gateway.simulator.scenario.model import Scenario
from modem.emulator.network.store import Held

_NAME = "checkpoint"


@dataclass(slots=True)
class Memory:
    """How far a box has come. `now` is in seconds since the epoch, `week` counts the times it was put aside."""

    now: float
    week: int = 0
    sheet: Sheet = field(default_factory=Sheet)
    minds: Minds = field(default_factory=Minds)
    off: Off = field(default_factory=Off)
    ahead: Ahead = field(default_factory=Ahead)
    seen: Seen = field(default_factory=Seen)
    operators: Operators | None = None
    held: list[Held] = field(default_factory=list)
    """Messages that wait at the network for telephones that are off."""
    references: list[int] = field(default_factory=list)
    """The next message reference of each SIM."""


def is_begun(folder: Path) -> bool:
    """Whether a box in this folder was interrupted and can go on."""
    return (folder / _NAME).exists()


def put_aside(memory: Memory, scenario: Scenario, folder: Path) -> None:
    """Keep a memory in a folder, beside the database it belongs to."""
    beside = folder / f"{_NAME}.new"
    beside.write_bytes(_mark(scenario) + pickle.dumps(memory))
    beside.replace(folder / _NAME)


def take_up(scenario: Scenario, folder: Path) -> Memory:
    """The memory that was kept in a folder; it is there no more, for the database goes on without it.

    Raises ScenarioError if it is of another scenario, or of another version of this program.
    """
    path = folder / _NAME
    octets, mark = path.read_bytes(), _mark(scenario)
    if not octets.startswith(mark):
        raise ScenarioError(f"What was begun in {folder} is another scenario, or of another version; begin anew.")
    memory = pickle.loads(octets[len(mark) :])
    assert isinstance(memory, Memory), "it was marked as one"
    path.unlink()
    return memory


def _mark(scenario: Scenario) -> bytes:
    """What a memory is known by: the scenario, and how memories of this version are written."""
    return hashlib.sha256(f"otklik memory 1\n{scenario.model_dump_json()}".encode()).digest()
