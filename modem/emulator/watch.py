"""The live view of `otklik emulate --watch`: what the screen shows of an emulated network, as lines of text.

Pure: a snapshot and the size of a window give the lines. Owns what is shown, in which order, and what is left out when
the window is small. Widths are those of a terminal: a wide character takes two columns, a combining one none.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TRAFFIC = 4  # lines that are kept for it however many modems there are
_HEAD = ("MODEM", "PROFILE", "NUMBER", "PORT", "NET", "SIG", "SENT", "RECV", "STORED", "LAST COMMAND", "FAULTS")
_RIGHT = {"SIG", "SENT", "RECV", "STORED"}
_COMMAND_WIDTH = 24


@dataclass(frozen=True, slots=True)
class ModemView:
    """One modem as the screen shows it."""

    name: str
    profile: str
    number: str
    port: str  # open, closed, gone
    registered: bool
    signal: int
    sent: int
    received: int
    stored: int
    capacity: int
    command: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A network at one moment; `traffic` are lines of `describe`, oldest first."""

    modems: tuple[ModemView, ...]
    traffic: tuple[str, ...]
    control: str | None = None


def describe(line: Mapping[str, object]) -> str:
    """One log line for people who look on."""
    time, modem = str(line["t"])[11:19], line["modem"]
    match line["event"]:
        case "submit":
            what = f"→ {line['to']}  {line['text']}"
        case "deliver":
            what = f"← {line['from']}  {line['text']}"
        case "report":
            what = f"← report on {line['ref']} to {line['to']}: 0x{line['status']:02X}"
        case event:
            fields = [f"{name}={value}" for name, value in line.items() if name not in ("t", "modem", "event")]
            what = " ".join([f"! {event}", *fields])
    return f"{time} {modem} {what}"


def render(snapshot: Snapshot, width: int, height: int) -> list[str]:
    """Up to `height` lines of up to `width` columns."""
    count = len(snapshot.modems)
    title = f"otklik emulate · {count} modem{'s' if count != 1 else ''}"
    lines = [title + (f" · {snapshot.control}" if snapshot.control else "")]
    room = max(1, height - len(lines) - 1 - _TRAFFIC - 1)
    shown = snapshot.modems if count <= room else snapshot.modems[: max(1, room - 1)]
    lines += _table([_HEAD, *map(_row, shown)])
    if len(shown) < count:
        lines.append(f"… and {count - len(shown)} more")
    lines.append("")
    left = height - len(lines)
    lines += snapshot.traffic[-left:] if left > 0 else ()
    return [_cut(_printable(line), width) for line in lines[:height]]


def _row(modem: ModemView) -> tuple[str, ...]:
    return (
        modem.name,
        modem.profile,
        modem.number,
        modem.port,
        "yes" if modem.registered else "no",
        str(modem.signal),
        str(modem.sent),
        str(modem.received),
        f"{modem.stored}/{modem.capacity}",
        _cut(_printable(modem.command), _COMMAND_WIDTH),
        ", ".join(modem.faults) or "-",
    )


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(_pad, row, widths, _HEAD)).rstrip() for row in rows]


def _pad(text: str, width: int, head: str) -> str:
    blanks = " " * (width - columns(text))
    return blanks + text if head in _RIGHT else text + blanks


def _printable(text: str) -> str:
    """The text with everything that would move the cursor made visible."""
    return "".join("·" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(map(_width, text))


def _cut(text: str, width: int) -> str:
    """As much of a text as fits, with … in the last column if something is missing."""
    if columns(text) <= width:
        return text
    kept, used = "", 1
    for char in text:
        used += _width(char)
        if used > width:
            break
        kept += char
    return kept + "…" if width > 0 else ""
