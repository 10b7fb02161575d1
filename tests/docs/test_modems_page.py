"""docs/modems.md points from symptom to test: every test it names exists, and no pain or defect is left out."""

import ast
import re
from pathlib import Path

from gateway.settings import ModemSettings
from modem.worker.recovery import PATIENCE_S, QUARANTINE_S, RUNGS, Step

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "modems.md").read_text(encoding="utf-8")
_TABLES = PAGE.split("<!-- tests: begin -->")[1].split("<!-- tests: end -->")[0]
_OTHERS_PAINS = {14, 21, 30, 32}
_NO_SUCH_DEFECT = {47, 48}


def _tests() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(node.name)
    return found


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", _TABLES))
    assert len(named) > 100
    assert named - _tests() == set()


def test_every_pain_and_defect_has_its_test() -> None:
    rows = [line.split("|")[1:-1] for line in _TABLES.splitlines() if "`test_" in line]
    keys = " ".join(row[0] for row in rows)
    pains = {int(number) for number in re.findall(r"(?<![D\d])\b(\d+)\b", keys)}
    defects = {int(number) for number in re.findall(r"D(\d\d)", keys)}
    assert pains == set(range(1, 38)) - _OTHERS_PAINS
    assert defects == set(range(1, 58)) - _NO_SUCH_DEFECT


def test_every_key_of_a_modem_is_described() -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert described == set(ModemSettings.model_fields) - {"name", "baud", "flow"}


def test_every_step_of_the_ladder_is_described_in_its_order_with_its_cool_downs() -> None:
    ladder = PAGE.split("## When a modem fails")[1].split("## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in ladder.splitlines() if line.startswith("| ")]
    waits = {row[0]: [float(wait) for wait in re.findall(r"([\d.]+) s\b", row[2])] for row in rows[1:]}
    real = {step.value: list(dict.fromkeys(rung.cooldowns_s)) for step, rung in RUNGS.items()}
    assert waits == real | {"quarantine": [QUARANTINE_S[0], QUARANTINE_S[-1]]}
    assert list(waits) == [step.value for step in Step]
    assert f"answered nothing for {PATIENCE_S:g} s" in ladder
