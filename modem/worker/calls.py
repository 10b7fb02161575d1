"""Somebody calls a modem: told once with the number, hung up on at once, never answered.

A survey by SMS has nothing to say on the telephone, and a line that rings takes the modem's time. Who called is told to
the application: from somebody who was written to it means "call me back".
"""

from __future__ import annotations

import math
from dataclasses import replace

from modem.dialogues import calls
from modem.dialogues.calls import RING_GAP_S, Ringing
from modem.driver import Identity, Modem
from modem.events import Notice
from modem.link import Clock
from modem.worker.desk import Desk


class Calls:
    """A `Watch` over incoming calls; there is at most one at a time, and a missed one leaves nothing behind."""

    def __init__(self, modem: Modem, desk: Desk, clock: Clock, *, hang_up: bool) -> None:
        self._modem = modem
        self._desk = desk
        self._clock = clock
        self._hangs_up = hang_up
        self._sim = ""
        self._call: Ringing | None = None
        self._rings = False

    @property
    def due_at(self) -> float:
        call = self._call
        if call is None:
            return math.inf
        if not call.logged:
            return call.since if call.number is not None else call.since + calls.CLIP_WAIT_S
        return call.rang_at if self._rings and self._hangs_up else call.rang_at + RING_GAP_S

    def start(self, identity: Identity) -> None:
        self._sim = identity.sim
        self._call = None

    def hear(self, notice: Notice) -> None:
        before = self._call
        self._call = calls.heard(before, notice, self._clock.monotonic())
        self._rings = self._call is not None and (self._rings or notice.name in ("RING", "+CRING", "+CLIP"))
        if before is not None and not before.logged and (self._call is None or self._call.since != before.since):
            self._tell(before)  # the caller gave up before the number came

    def act(self) -> None:
        now, call = self._clock.monotonic(), self._call
        if call is None:
            return
        if not call.logged and call.is_known(now):
            self._tell(call)
            self._call = call = replace(call, logged=True)
        if self._rings and self._hangs_up:
            self._rings = False
            calls.hang_up(self._modem)
        elif call.is_over(now):
            self._call = None

    def _tell(self, call: Ringing) -> None:
        self._desk.called(self._sim, call.number or "", self._clock.now())
