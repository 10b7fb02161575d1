"""`otklik emulate` in a process of its own: start it, feed the network, read what it recorded, end it.

The referees see nothing but its ptys; the test sees its log and its control port. Nothing of the emulator is
imported here.
"""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Self

START_S = 20.0
STOP_S = 10.0


class Emulator:
    """A running emulator. A context manager: leaving it ends the process, which has to end cleanly."""

    def __init__(self, directory: Path, modems: int = 1, *options: str) -> None:
        directory.mkdir()
        self.directory = directory
        self._log = directory / "log.jsonl"
        command = [sys.executable, "-m", "gateway", "emulate", "--modems", str(modems), "--control", "0"]
        command += ["--dir", str(directory), "--log", str(self._log), "--trace", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        select.select([self._process.stdout], [], [], START_S)
        ready = json.loads(self._process.stdout.readline())
        self.modems: list[dict[str, str]] = ready["modems"]
        self.control: str = ready["control"]
        self._read = 0
        self._lines: list[dict[str, object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process: after this the log is whole. It has to end cleanly."""
        if self._process.stdout is None or self._process.stdout.closed:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            assert self._process.wait(STOP_S) == 0, "the emulator did not end cleanly"
        finally:
            self._process.kill()
            self._process.stdout.close()

    def link(self, modem: int = 0) -> str:
        """The path a program opens."""
        return self.modems[modem]["link"]

    def number(self, modem: int = 0) -> str:
        """The subscriber number of a modem's SIM."""
        return self.modems[modem]["number"]

    def post(self, path: str, **body: object) -> dict[str, object]:
        """Ask something of the control port."""
        request = urllib.request.Request(self.control + path, json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=START_S) as answer:
            found: dict[str, object] = json.load(answer)
        return found

    def deliver(self, sender: str, text: str, modem: int = 0) -> int:
        """A subscriber writes to a modem; the number of parts it takes."""
        parts = self.post(f"/v1/modems/{modem}/deliver", **{"from": sender, "text": text})["parts"]
        assert isinstance(parts, int)
        return parts

    def events(self, event: str, modem: int = 0) -> list[dict[str, object]]:
        """What the log says so far of one kind of event at one modem; it is whole after `stop`."""
        return [line for line in self._lines_of(modem) if line["event"] == event]

    def _lines_of(self, modem: int) -> list[dict[str, object]]:
        if self._log.exists():
            with self._log.open("rb") as log:
                log.seek(self._read)
                for line in log:
                    if line.endswith(b"\n"):
                        self._read += len(line)
                        self._lines.append(json.loads(line))
        return [line for line in self._lines if line["modem"] == self.modems[modem]["name"]]

    def sent(self, modem: int = 0) -> list[tuple[str, str]]:
        """Whole messages a modem submitted, (recipient, text), parts put together by their header."""
        whole: dict[object, list[str]] = {}
        for number, line in enumerate(self.events("submit", modem)):
            udh, to = line["udh"], str(line["to"])
            key = (to, udh["ref"]) if isinstance(udh, dict) else (to, f"single {number}")
            whole.setdefault(key, [""] * (udh["total"] if isinstance(udh, dict) else 1))
            whole[key][udh["seq"] - 1 if isinstance(udh, dict) else 0] = str(line["text"])
        return [(key[0], "".join(parts)) for key, parts in whole.items() if isinstance(key, tuple)]

    def said(self, modem: int = 0, after: str | None = None) -> str:
        """What a terminal has sent to a modem, all of it or since a message with the text `after` came in."""
        lines = self._lines_of(modem)
        if after is not None:
            texts = [line.get("text") if line["event"] == "deliver" else None for line in lines]
            lines = lines[texts.index(after) :] if after in texts else []
        return "".join(str(line["data"]) for line in lines if line.get("way") == "rx")
