"""The comparison itself: every message through every codec, every disagreement laid to a known defect or to none.

Owns the counting and the page that shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from modem.emulator.codec.octets import FieldError
from tests.referees.codecs.defects import DEFECTS, Defect
from tests.referees.codecs.libraries import LIBRARIES, REFUSED, Library, Reading, ours, read
from tests.referees.codecs.message import Draft, Truth
from tests.referees.codecs.messages import drafts, messages

SEED = 23040
_READING = """\
What each message says is known from how it was made, so a mistake of this codec would show as well. A number is how
many messages of a case are read as they were meant; a dash, that a library does not take them. Where it is lower than
n, the letters name the defect and the clause that decides; nothing else may disagree."""


@dataclass
class Row:
    """One case: how many messages, how many each library reads right, which defects account for the rest.

    `mistaken` are those this codec reads wrong.
    """

    case: str
    count: int = 0
    mistaken: int = 0
    agreed: dict[str, int] = field(default_factory=dict)
    defects: set[int] = field(default_factory=set)


@dataclass
class Comparison:
    """What came of it. `mistakes` are ours, `unaccounted` are disagreements that no defect accounts for."""

    rows: dict[str, Row] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    unaccounted: list[str] = field(default_factory=list)

    @property
    def idle(self) -> list[Defect]:
        """Defects that account for nothing: they are no more, or never were."""
        seen = {number for row in self.rows.values() for number in row.defects}
        return [defect for number, defect in enumerate(DEFECTS) if number not in seen]

    def row(self, case: str) -> Row:
        """The row of a case, with one message more."""
        row = self.rows.setdefault(case, Row(case))
        row.count += 1
        return row

    def judge(self, row: Row, library: str, wrong: dict[str, object], causes: list[int], shown: str) -> None:
        """Count one library's answer: agreement, or disagreement in the fields of `wrong`."""
        row.agreed.setdefault(library, 0)
        if not wrong:
            row.agreed[library] += 1
            return
        for name, value in wrong.items():
            found = [
                number for number in causes if name in DEFECTS[number].fields and library in DEFECTS[number].libraries
            ]
            row.defects.update(found)
            if not found:
                self.unaccounted.append(f"{library}, {row.case}: {name} is {value!a} in {shown}")


def _differences(truth: Truth, reading: Reading) -> dict[str, object]:
    return {name: value for name, value in reading.items() if name == REFUSED or truth.get(name) != value}


def compare(seed: int = SEED) -> Comparison:
    """Read 10,000 messages and compose 500 with every codec there is."""
    result = Comparison()
    for message in messages(seed):
        row = result.row(message.case)
        mine = ours(message.pdu)
        if mine != message.truth:
            row.mistaken += 1
            result.mistakes.append(f"{message.case}: {message.pdu.hex()} reads {mine!a}, not {message.truth!a}")
        causes = [number for number, defect in enumerate(DEFECTS) if defect.when(message)]
        for library in LIBRARIES:
            reading = read(library, message.pdu)
            if reading:
                result.judge(row, library.name, _differences(message.truth, reading), causes, message.pdu.hex())
    for draft in drafts(seed):
        row = result.row(draft.case)
        causes = [number for number, defect in enumerate(DEFECTS) if defect.when_composing(draft)]
        for library in LIBRARIES:
            if library.compose is not None:
                result.judge(row, library.name, _composed(library, draft), causes, repr(draft))
    return result


def _composed(library: Library, draft: Draft) -> dict[str, object]:
    """What this codec finds wrong in the PDUs a library made; none may be longer than a message can be."""
    assert library.compose is not None
    try:
        parts = library.compose(draft)
    except Exception as problem:
        return {REFUSED: type(problem).__name__}
    try:
        readings = [ours(part) for part in parts]
    except FieldError as problem:
        return {"text": str(problem)}
    whole: Reading = {
        "number": readings[0]["number"],
        "text": "".join(reading["text"] for reading in readings),
        "validity": readings[0].get("validity"),
    }
    return _differences({"number": draft.number, "text": draft.text, "validity": draft.validity_s}, whole)


def page(result: Comparison, seed: int = SEED) -> str:
    """The comparison as docs/codec.md has it."""
    return "\n".join(_page(result, seed)) + "\n"


def _page(result: Comparison, seed: int) -> Iterator[str]:
    names = [library.name for library in LIBRARIES]
    read_count = sum(row.count for row in result.rows.values() if not row.case.startswith("composed"))
    drafted = sum(row.count for row in result.rows.values()) - read_count
    yield "# The emulator's codec beside three others"
    yield ""
    yield "Written by `python -m benchmarks.codecs`; `tests/referees/test_codecs.py` fails if it is out of date."
    yield ""
    yield f"{read_count:,} random messages (seed {seed}) are read by this codec and by"
    yield ", ".join(f"{library.name} {library.version}" for library in LIBRARIES) + "."
    yield f"{drafted} random texts are composed by those that can, and read by this codec."
    yield ""
    yield _READING
    yield ""
    yield "| case | n | this codec | " + " | ".join(names) + " | why |"
    yield "|---|--:|--:|" + "--:|" * len(names) + "---|"
    for row in result.rows.values():
        agreed = " | ".join(str(row.agreed.get(name, "–")) for name in names)
        why = " ".join(_letter(number) for number in sorted(row.defects))
        yield f"| {row.case} | {row.count} | {row.count - row.mistaken} | {agreed} | {why} |"
    yield ""
    yield "| | who | what it does | who is right: this codec, by |"
    yield "|---|---|---|---|"
    for number, defect in enumerate(DEFECTS):
        yield f"| {_letter(number)} | {', '.join(defect.libraries)} | {defect.what} | {defect.clause} |"


def _letter(number: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[number]
