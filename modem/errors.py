"""What can go wrong between us and a modem, as one tree; `retryable` decides, the text informs.

Outcomes of a submit are not here: refused and unknown are ordinary ends of a dialogue and are values
(`modem.outcomes`), not exceptions.
"""

from __future__ import annotations

from modem.masking import masked_command


class ModemError(Exception):
    """Root of all errors of this package; `retryable` tells whether the same thing may work later by itself."""

    retryable = True


class PortError(ModemError):
    """The serial port itself, named in `port`."""

    def __init__(self, port: str, problem: str) -> None:
        self.port = port
        super().__init__(problem)


class PortMissing(PortError):
    """Nothing is there under this name (now: a USB modem may come back)."""


class PortBusy(PortError):
    """Another process holds the port exclusively."""


class LoginRefused(PortError):
    """The server before the port did not take what it was answered; a person must correct it."""

    retryable = False


class PortLost(PortError):
    """The port was open and is gone: unplugged, reset, or the peer closed it."""


class Silent(ModemError):
    """The modem gave no final result code to `command` within `seconds`."""

    def __init__(self, command: str, seconds: float) -> None:
        self.command = command
        self.seconds = seconds
        super().__init__(f"The modem did not answer {masked_command(command)} within {seconds:g} s.")


class OutOfStep(ModemError):
    """A dialogue ended without the modem's last word, which may still come."""

    def __init__(self) -> None:
        super().__init__("The modem left a command without an answer.")


class CommandRefused(ModemError):
    """The modem answered ERROR, +CME ERROR or +CMS ERROR; `code` is None for a plain ERROR."""

    def __init__(self, command: str, family: str | None, code: int | None, text: str) -> None:
        self.command = command
        self.family = family
        self.code = code
        super().__init__(f"The modem refused {masked_command(command)}: {text}")


class ModemFailed(ModemError):
    """The modem answers, and says that it does not work: it must be brought back; the message is not at fault."""


class UssdFailed(ModemError):
    """The network gave no answer to a USSD code; the sentence says why."""


class SimNotReady(ModemError):
    """The SIM wants a PIN or PUK, is missing, or is blocked; a person must act."""

    retryable = False


class PinWanted(SimNotReady):
    """The SIM wants its PIN, and none was configured."""


class CardChanged(ModemError):
    """The SIM that was served is no longer there: another one is, or it is locked or gone."""


class SimBusy(ModemError):
    """The SIM is there and cannot be used yet, as in the seconds after its start."""


class SettingsLost(ModemError):
    """The modem answers, but no longer as it was set up: it has started anew."""


class NotReadOut(ModemError):
    """The memories cannot be read now, so a step that might cost a message was not taken."""


class NotRestarted(ModemError):
    """A modem of this make does not come back from a restart by command, so none was given."""


class PowerHookFailed(ModemError):
    """The program that should have power-cycled the modem could not, or did not end."""


class NotAModem(ModemError):
    """Something answers on the port, but not as 27.005 and 27.007 say."""


class PduError(ModemError):
    """A PDU that does not follow TS 23.040; `raw` is kept, never dropped."""

    retryable = False

    def __init__(self, raw: str, problem: str) -> None:
        self.raw = raw
        super().__init__(f"PDU not understood: {problem}")
