"""A modem that only repeats what was recorded of it."""

from modem.emulator.device.device import Device
from modem.emulator.device.dialogue import Dialogue
from modem.emulator.scenario.tape import Recording, Tape


class Playback(Dialogue):
    """A tape in the place of a dialogue: the device has its network, but no word of its own."""

    def __init__(self, modem: Device, recording: Recording) -> None:
        super().__init__(modem)
        self._tape = Tape(recording, self._write)

    def feed(self, data: bytes) -> None:
        """What the terminal says."""
        self._tape.feed(data)

    def terminal_came(self) -> None:
        """The port was opened."""
        self._tape.terminal_came()

    def terminal_left(self) -> None:
        """The port was closed."""
        super().terminal_left()
        self._tape.terminal_left()

    @property
    def idle(self) -> bool:
        """Never: notices of this network are not part of the recording."""
        return False

    def _write(self, delay_s: float, data: bytes) -> None:
        if delay_s:
            self._modem.later(delay_s, lambda now: self._output.write(data))
        else:
            self._output.write(data)
