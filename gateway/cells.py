"""Values as a spreadsheet may see them.

Pure. A programme that opens a CSV file takes a text that begins like a formula for one, and runs it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

_LINE_END = "\r\n"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> Any:
    """A value for a cell: a text that looks like a formula is quoted with an apostrophe, a flag is 0 or 1."""
    if isinstance(value, bool):
        return int(value)
    return disarmed(value) if isinstance(value, str) else value


def disarmed(text: str) -> str:
    """A text that no spreadsheet takes for a formula; NUL, at which readers stop, is taken out."""
    text = text.replace("\0", "")
    return "'" + text if text.startswith(_FORMULA) else text


def joined(values: Iterable[Any]) -> str:
    """Cells of a row, with the commas between them."""
    out = io.StringIO()
    # The writer quotes a line end only where it is of its own kind.
    csv.writer(out, lineterminator=_LINE_END).writerow([cell(value) for value in values])
    return out.getvalue().removesuffix(_LINE_END)
