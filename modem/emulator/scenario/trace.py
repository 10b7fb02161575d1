"""A trace (`--log` with `--trace`) read back: one recording for each modem in it.

Only the octets count (`"event": "at"`); other lines of the log are passed over.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from modem.emulator.errors import TraceError
from modem.emulator.scenario.tape import Recording, record


def read_trace(lines: Iterable[str], name: str) -> dict[str, Recording]:
    """Recordings by the modem's name; `name` stands for the file in errors. TraceError."""
    spoken: dict[str, list[tuple[float, str, bytes]]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if entry["event"] != "at":
                continue
            way, data = entry["way"], entry["data"].encode("latin-1")
            at = datetime.fromisoformat(entry["t"]).timestamp()
            if way not in ("rx", "tx") or not isinstance(entry["modem"], str):
                raise ValueError("way is rx or tx, modem a name")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise TraceError(f"{name}:{number}: this is not a line of a log made with --trace") from None
        spoken.setdefault(entry["modem"], []).append((at, way, data))
    if not spoken:
        raise TraceError(f"{name}: there are no bytes of a port in it; make the log with --trace")
    return {modem: record(said) for modem, said in spoken.items()}
