"""What a profile makes one modem do besides its commands: notices, delays, refusals while it starts, odd lines.

Owns the numbers of the maker's own commands and when the modem was switched on. Time and randomness come from the modem
it belongs to. A generic modem's behaviour is to do nothing, and costs nothing.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from modem.emulator.device.commandline import Command, Form
from modem.emulator.device.results import AtError
from modem.emulator.profiles.profile import Delay, Notice, PeriodicNotice, Profile, command_form, refusal
from modem.emulator.profiles.quirks import QUIRKS

if TYPE_CHECKING:
    from random import Random

    from modem.emulator.device.device import Device


def fill(text: str, modem: "Device") -> str:
    """A text of a profile with its placeholders filled from the modem as it is now."""
    if "{" not in text:
        return text
    identity, sim = modem.identity, modem.sim
    return text.format(
        imei=identity.imei,
        iccid=sim.iccid,
        imsi=sim.imsi,
        number=sim.number,
        smsc=sim.smsc,
        signal=identity.signal if modem.attached else 99,
        manufacturer=identity.manufacturer,
        model=identity.model,
        revision=identity.revision,
    )


class Behaviour:
    """A profile at work in one modem."""

    def __init__(self, modem: "Device", profile: Profile, rng: "Random") -> None:
        self.profile = profile
        self.kept = {name: kept.default for name, kept in profile.kept.items()}
        self._modem = modem
        self._rng = rng
        self._power: object = None  # another one each time the modem is switched on
        self._terminal: object = None  # another one for each terminal
        self._on_since = 0.0
        self._starting = {name: entry for entry in profile.starting for name in entry.commands}
        self._delays: Mapping[tuple[str, Form], Delay] = {command_form(t): d for t, d in profile.delays.items()}
        codes = [QUIRKS[name] for name in profile.quirks]
        self._lines = [code.line for code in codes if code.line]
        self._unknown = next((code.unknown for code in codes if code.unknown), AtError)

    # What happens to the modem.

    def power_up(self) -> None:
        """The modem was switched on, or has started anew."""
        for name, kept in self.profile.kept.items():
            if not kept.lasting:
                self.kept[name] = kept.default
        self._on_since = self._modem.now
        self._power = object()
        for notice in self.profile.notices.start:
            self._modem.later(notice.after_s, partial(self._say_if_on, notice, self._power))

    def terminal_came(self) -> None:
        """Somebody listens: begin what is said from time to time."""
        self._terminal = object()
        for notice in self.profile.notices.periodic:
            self._repeat(notice, self._terminal)

    def terminal_left(self) -> None:
        """Nobody listens."""
        self._terminal = None

    @property
    def shows_calls(self) -> bool:
        """Whether the steps of a call are told, as the maker's own command for it says."""
        return self._holds(self.profile.calls.when)

    @property
    def tells_full(self) -> bool:
        """Whether a full memory is told of, where the modem has a notice for it."""
        full = self.profile.notices.memory_full
        return full is None or self._holds(full.when)

    # What the dialogue asks.

    def check_started(self, command: Command) -> None:
        """Raise what a command gets as long as the modem is not ready for it."""
        entry = self._starting.get(command.name)
        if entry is not None and self._modem.now < self._on_since + entry.until_s:
            raise refusal(entry.error) or AtError()

    def delay_s(self, name: str, form: Form) -> float:
        """How long the answer to a command takes."""
        delay = self._delays.get((name, form)) if self._delays else None
        if delay is None:
            return 0.0
        return max(0.0, delay.ms + self._rng.uniform(-delay.spread_ms, delay.spread_ms)) / 1000

    def unknown(self) -> AtError:
        """What a command gets that the modem does not have."""
        return self._unknown()

    def line(self, text: str) -> str:
        """A line of a response, or a notice, as this modem writes it."""
        for rewrite in self._lines:
            text = rewrite(text)
        return text

    # Notices.

    def _holds(self, when: Mapping[str, int]) -> bool:
        return all(self.kept[name] & bits for name, bits in when.items())

    def _say(self, notice: Notice) -> None:
        if self._holds(notice.when):
            self._modem.notify(fill(notice.text, self._modem))

    def _say_if_on(self, notice: Notice, power: object, now: float) -> None:
        if self._power is power:
            self._say(notice)

    def _repeat(self, notice: PeriodicNotice, terminal: object) -> None:
        def due(now: float) -> None:
            if self._terminal is terminal:
                self._say(notice)
                self._repeat(notice, terminal)

        spread_s = min(notice.spread_s, notice.every_s / 2)
        self._modem.later(notice.every_s + self._rng.uniform(-spread_s, spread_s), due)
