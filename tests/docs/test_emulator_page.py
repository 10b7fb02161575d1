"""docs/emulator.md says what the program does: commands, faults, options, conditions and the example scenario."""

import re
from pathlib import Path
from typing import get_args

import pytest

from gateway.cli.emulate import emulate
from modem import documents
from modem.emulator.device.commands.table import GENERIC
from modem.emulator.faults.kinds import AnyArmed, AnyEvent
from modem.emulator.journal import EVENTS
from modem.emulator.network.changes import NetworkChange
from modem.emulator.scenario.model import Scenario

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
FORMS = {"x": "execute", "?": "read", "=?": "test", "=": "set"}


def _block(name: str) -> str:
    return PAGE.split(f"<!-- {name}: begin -->")[1].split(f"<!-- {name}: end -->")[0]


def _rows(block: str) -> list[list[str]]:
    rows = [line for line in block.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in rows]


def test_every_command_is_in_the_table_with_the_forms_it_has() -> None:
    written = {row[0].strip("`"): set(row[1].split()) for row in _rows(_block("commands"))}
    real = {
        name: {mark for mark, form in FORMS.items() if getattr(verb, form) is not None}
        for name, verb in GENERIC.items()
    }
    assert {name: written.get(name) for name in real} == real
    assert set(written) == set(real)


def test_every_fault_is_in_the_table_with_the_fields_it_has() -> None:
    kinds = {kind.model_fields["kind"].default: kind for union in (AnyArmed, AnyEvent) for kind in get_args(union)}
    written = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in _rows(_block("faults"))}
    common = {"kind", "times", "rate", "skip"}
    assert written == {name: set(kind.model_fields) - common - _armed_end(name) for name, kind in kinds.items()}


def _armed_end(name: str) -> set[str]:
    """`for_s` is described once for armed faults; for these it is a field of their own."""
    return set() if name in ("hang", "freeze", "sim", "registration", "unplug", "swap") else {"for_s"}


def test_every_event_of_the_log_is_in_the_table() -> None:
    assert {row[0].strip("`") for row in _rows(_block("events"))} == set(EVENTS.values())


@pytest.mark.parametrize("key", NetworkChange.model_fields)
def test_every_condition_is_named(key: str) -> None:
    assert f"`{key}`" in PAGE


def test_every_option_is_named() -> None:
    named = set(re.findall(r"--[a-z-]+", PAGE))
    assert {option for parameter in emulate.params for option in parameter.opts} <= named


def test_example_scenario_is_one() -> None:
    (example,) = re.findall(r"```yaml\n(title:.*?)```", PAGE, re.DOTALL)
    assert len(documents.parse(example, "docs/emulator.md", Scenario).steps) == 8
