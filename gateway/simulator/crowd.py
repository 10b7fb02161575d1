"""The citizens at the other end of the emulated network: they read what was submitted and send their answers.

Time is scaled: `Citizens` thinks in hours, the demo runs for seconds. Everything goes over the emulator's control port,
as it would for any other program that tests against it.
"""

from __future__ import annotations

import heapq
import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from gateway.errors import DaemonError
from gateway.simulator.citizens import Citizens, Handset

NOON = datetime(2017, 9, 13, 12, tzinfo=timezone(timedelta(hours=7)))
"""When the messages arrive, for a citizen: who puts it off answers the next morning."""


class Crowd:
    """Every citizen of one seed; `scale` is how many of their seconds pass in one of ours."""

    def __init__(self, control_url: str, seed: int, scale: float) -> None:
        self._control_url = control_url
        self._citizens = Citizens(seed)
        self._scale = scale
        self._next = 0
        self._waiting: list[tuple[float, int, str, str, str]] = []
        self._count = 0
        self._parts: dict[tuple[str, int, int], dict[int, str]] = {}
        self.sent_parts = 0

    @property
    def waiting(self) -> int:
        """Answers that are still being thought about."""
        return len(self._waiting)

    def switch_handsets(self, phones: Iterable[str]) -> None:
        """Tell the network whose telephone is off or blocked."""
        states = {phone: self._citizens.handset(phone) for phone in phones}
        changed = {phone: {"state": state.value} for phone, state in states.items() if state is not Handset.ON}
        self._call("/v1/network", {"handsets": changed})

    def step(self, now: float) -> None:
        """Read what is new, and send the answers whose time has come. `now` is in our seconds."""
        found = self._call(f"/v1/submits?after={self._next}")
        self._next = found["next"]
        for submit in found["submits"]:
            self._read(submit, now)
        while self._waiting and self._waiting[0][0] <= now:
            _, _, modem, phone, text = heapq.heappop(self._waiting)
            sent = self._call(f"/v1/modems/{modem.removeprefix('modem')}/deliver", {"from": phone, "text": text})
            self.sent_parts += sent["parts"]

    def _read(self, submit: dict[str, Any], now: float) -> None:
        if self._citizens.handset(submit["to"]) is not Handset.ON:
            return
        text = self._whole(submit)
        if text is None:
            return
        for answer in self._citizens.answers(text, submit["to"], NOON):
            self._count += 1
            due = now + answer.delay_s / self._scale
            heapq.heappush(self._waiting, (due, self._count, submit["modem"], submit["to"], answer.text))

    def _whole(self, submit: dict[str, Any]) -> str | None:
        """The message as a telephone shows it: parts are joined, and shown when all have come."""
        udh = submit["udh"]
        if udh is None:
            return str(submit["text"])
        key = (submit["to"], udh["ref"], udh["total"])
        parts = self._parts.setdefault(key, {})
        parts[udh["seq"]] = submit["text"]
        if len(parts) < udh["total"]:
            return None
        del self._parts[key]
        return "".join(parts[seq] for seq in sorted(parts))

    def _call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._control_url + path, data)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.load(response)
        except (urllib.error.URLError, OSError) as problem:
            raise DaemonError(f"The emulated network does not answer ({problem}); see its log.") from problem
