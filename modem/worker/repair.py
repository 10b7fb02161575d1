"""Carries out the steps of `modem.worker.recovery` on the port's thread.

Before radio, restart and power the memories are read out. If that cannot be done, radio and restart are not taken;
power is, for the ladder takes it only after a long patience.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from modem.dialogues import revive
from modem.driver import Identity, Modem
from modem.errors import CommandRefused, NotAModem, NotReadOut, NotRestarted, PortError, Silent, SimBusy, SimNotReady
from modem.link import Clock
from modem.worker.desk import PortSettings
from modem.worker.power import run_hook
from modem.worker.recovery import Step
from modem.worker.serving import Serving

_LOG = logging.getLogger(__name__)

BOOT_S = 60.0
_BOOT_LOOK_S = 2.0
_NOT_YET = (PortError, Silent, NotAModem, SimBusy, SimNotReady)
_SWEEPS_MOST = 50  # a sweep reads only so much at a time


class Repair:
    """The steps on one modem. `rest` waits until a time, or until the worker is stopping."""

    def __init__(
        self,
        modem: Modem,
        settings: PortSettings,
        clock: Clock,
        rest: Callable[[float], None],
        stopping: Callable[[], bool],
    ) -> None:
        self._modem = modem
        self._settings = settings
        self._clock = clock
        self._rest = rest
        self._stopping = stopping

    def take(self, step: Step, serving: Serving | None) -> Identity | None:
        """Take a step. None if the modem goes on as it was; an identity if it was set up anew. Raises ModemError."""
        match step:
            case Step.ESCAPE:
                self._modem.realign()
                return self._go_on(serving)
            case Step.WAKE:
                self._modem.wake()
                self._modem.realign()
                return self._go_on(serving)
            case Step.REINIT:
                return self._start_up()
            case Step.RADIO:
                self._read_out(serving)
                revive.radio_off_and_on(self._modem)
                return self._start_up()
            case Step.REOPEN | Step.QUARANTINE:
                self._modem.close()
                return self._start_up()
            case Step.RESTART:
                self._restart(serving)
                return self._boot()
            case Step.POWER:
                self._read_out_if_possible(serving)
                self._modem.close()
                run_hook(self._settings.power_hook, self._stopping)
                return self._boot()

    def _start_up(self) -> Identity:
        return self._modem.start_up(self._settings.pin)

    def _restart(self, serving: Serving | None) -> None:
        command = self._modem.make.restart.say
        if command is None:
            raise NotRestarted(f"A modem of the make {self._modem.make.name} is not restarted by command.")
        self._read_out(serving)
        revive.restart(self._modem, command)

    def _go_on(self, serving: Serving | None) -> Identity | None:
        if serving is None:
            return self._start_up()
        serving.check_setting()
        return None

    def _read_out(self, serving: Serving | None) -> None:
        if serving is None:
            raise NotReadOut("The modem has not started up, so its memories cannot be read.")
        try:
            if self._modem.card.number() != serving.identity.sim:
                raise NotReadOut("Another SIM is there than the one whose messages were to be read.")
            if not any(serving.reception.sweep() for _ in range(_SWEEPS_MOST)):
                raise NotReadOut("The memories cannot be read to their end.")
        except (CommandRefused, Silent, PortError, SimNotReady, SimBusy) as problem:
            raise NotReadOut(f"The memories cannot be read: {problem}") from problem

    def _read_out_if_possible(self, serving: Serving | None) -> None:
        try:
            self._read_out(serving)
        except NotReadOut as problem:
            _LOG.warning("port %s is power-cycled with what its memories hold: %s", self._settings.name, problem)

    def _boot(self) -> Identity:
        """Give the modem time to start and its port time to come back, then set it up. Raises ModemError."""
        until = self._clock.monotonic() + BOOT_S
        while True:
            self._modem.close()
            self._rest(self._clock.monotonic() + _BOOT_LOOK_S)
            try:
                return self._start_up()
            except _NOT_YET:
                if self._stopping() or self._clock.monotonic() >= until:
                    raise
