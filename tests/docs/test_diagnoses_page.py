"""docs/diagnoses.md has the table of the program. Write it anew: python -m tests.docs.test_diagnoses_page."""

from __future__ import annotations

from pathlib import Path

from modem.diagnosis.catalogue import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs" / "diagnoses.md"
_BEGIN, _END = "<!-- diagnoses: begin -->\n", "<!-- diagnoses: end -->"


def _table() -> str:
    rows = ["| name | what is wrong | what to do | fault that shows it |", "|---|---|---|---|"]
    for name, entry in CATALOGUE.items():
        remark = "" if entry.grave or name == "healthy" else "Remark. "
        rows.append(f"| `{name}` | {remark}{entry.what} | {entry.cure} | {entry.shown_by or '–'} |")
    return "\n".join(rows) + "\n"


def test_table_of_diagnoses_is_that_of_the_program() -> None:
    written = PAGE.read_text(encoding="utf-8").split(_BEGIN)[1].split(_END)[0]
    assert written == _table()


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(_BEGIN)
    PAGE.write_text(before + _BEGIN + _table() + _END + rest.split(_END)[1], encoding="utf-8")
