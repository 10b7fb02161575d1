"""What was found, in the folder: `grid.json` and `grid.csv` for programs, a page for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from gateway.simulator.scenario.writing import as_document
from gateway.simulator.whatif.figures import differences, estimates
from gateway.simulator.whatif.page import page
from gateway.simulator.whatif.question import PAGE, Result
from gateway.simulator.whatif.tables import csv_rows
from gateway.statistics.student import Estimate

SCHEMA_VERSION = 1


def write(result: Result, folder: Path) -> None:
    """Write all three anew; nobody sees half of one."""
    _put(folder / "grid.json", json.dumps(_tree(result), ensure_ascii=False, indent=1) + "\n")
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(csv_rows(result.points))
    _put(folder / "grid.csv", table.getvalue())
    _put(folder / PAGE, page(result) + "\n")


def _tree(result: Result) -> dict[str, object]:
    question = result.question
    points = [
        {
            **point.as_json(),
            "estimates": _plain(estimates(point.figures)),
            "against_first": _plain(differences(result.points[0].figures_by_seed, point.figures_by_seed)),
        }
        for point in result.points
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": as_document(question.scenario),
        "axes": [{"key": axis.key, "values": axis.values} for axis in question.axes],
        "replications": question.replications,
        "points": points,
        "answers": [answer.as_json() for answer in result.answers],
        "interrupted": result.interrupted,
        "balanced": result.balanced,
    }


def _plain(found: Mapping[str, Estimate | None]) -> dict[str, object]:
    return {key: None if one is None else asdict(one) for key, one in found.items()}


def _put(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
