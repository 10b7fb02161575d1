"""What is done while a modem is open, and in which order: hear, sweep, watch, run errands, send.

What a citizen sent is read before parts that wait, because a full memory stops reception. Each turn sends one part and
runs one errand at most, so that neither a flood of notices nor a long queue keeps the others from their turn. While
there is always something to send, notices of stored messages are gathered for a moment: one listing and one commit
serve several, and the modem's time goes to sending.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from modem.dialogues import revive
from modem.driver import Identity, Modem
from modem.errors import OutOfStep
from modem.events import Notice
from modem.link import Clock
from modem.worker.desk import Desk, PortSettings
from modem.worker.emptying import ADDRESSED
from modem.worker.errands import Errands
from modem.worker.radio import Radio
from modem.worker.reception import Reception
from modem.worker.sending import Sending
from modem.worker.watch import Watch

_GATHER_S = 2.0


class Serving:
    """An opened modem at work. `say` tells the operator how it stands: at each look, and when sending is held."""

    def __init__(
        self,
        modem: Modem,
        identity: Identity,
        desk: Desk,
        clock: Clock,
        settings: PortSettings,
        *,
        errands: Errands,
        radio: Radio,
        watches: Sequence[Watch],
        say: Callable[[], None],
    ) -> None:
        self.identity = identity
        self._modem = modem
        self._clock = clock
        self._look_every_s = settings.sweep_s
        self._errands = errands
        self._radio = radio
        self._watches = watches
        self._say = say
        self._told_hold: str | None = None
        self._next_look = clock.monotonic()
        self._gathered: list[Notice] = []
        self._gathered_since = 0.0
        self._sent = False
        self.reception = Reception(modem, desk, clock, settings, identity.sim)
        self.sending = Sending(modem, desk, clock, identity.sim, radio)
        for watch in watches:
            watch.start(identity)
        self.reception.begin()
        self._setting = revive.setting(modem)

    def turn(self) -> float | None:
        """Do what is due and send one part; then None, or until when there is nothing to do.

        Raises ModemError: OutOfStep for a submit that was not answered.
        """
        self._modem.poll(look=not self._sent)
        now = self._clock.monotonic()
        if self._modem.notices:
            self._hear(now)
        if self._gathered and self._is_time_to_read(now):
            self._read_gathered()
        for watch in self._watches:
            if now >= watch.due_at:
                watch.act()
        if now >= self._next_look:
            self._look()
        if self._radio.reason != self._told_hold:
            self._tell()
        swept = now >= self.reception.due_at
        if swept:
            self._gathered.clear()  # what they point at is listed now
            self.sending.settle()
            self.reception.sweep()
        # A sweep that had much to do is followed by a submit: a flood of messages does not keep ours from going.
        did = self._errands.do_one(self._modem)
        self._sent = self._send()
        did = did or self._sent or bool(self._gathered)
        if self._modem.out_of_step:
            raise OutOfStep
        return None if did or swept or self._modem.has_news else self._until()

    def check_setting(self) -> None:
        """Raises SettingsLost for a modem that has started anew."""
        revive.check_setting(self._modem, self._setting)

    def _hear(self, now: float) -> None:
        notices = list(self._modem.notices)
        stored = [notice for notice in notices if notice.name in ADDRESSED]
        if len(stored) < len(notices):
            self.sending.settle()  # a report must find its part with a reference
        for watch in self._watches:
            for notice in notices:
                watch.hear(notice)
        self._modem.notices.clear()  # not before: a message among them may be nowhere else
        if stored:
            self._gathered_since = self._gathered_since if self._gathered else now
            self._gathered += stored
        if len(stored) < len(notices):
            self.reception.take(notice for notice in notices if notice.name not in ADDRESSED)

    def _is_time_to_read(self, now: float) -> bool:
        if not self._sent or now - self._gathered_since >= _GATHER_S:
            return True
        return len(self._gathered) >= self.reception.may_wait

    def _read_gathered(self) -> None:
        self.sending.settle()
        notices, self._gathered = self._gathered, []
        self.reception.take(notices)

    def _look(self) -> None:
        """Ask the modem whether it is still as it was set up, and the radio how it is; say so."""
        self.check_setting()
        self._radio.sweep()
        self._next_look = self._clock.monotonic() + self._look_every_s
        self._tell()

    def _tell(self) -> None:
        self._told_hold = self._radio.reason
        self._say()

    def _send(self) -> bool:
        """Submit one part if there is one and a network for it; without, what was claimed goes back."""
        if self._radio.reason is None:
            return self.sending.send_one()
        self.sending.give_back()
        return False

    def _until(self) -> float:
        """When there is something to do next; a rest is not over because the bell rings."""
        until = min((self.reception.due_at, self._next_look, *(watch.due_at for watch in self._watches)))
        if self.sending.rests_until > self._clock.monotonic():
            until = min(until, self.sending.rests_until)
        return until
