"""What brings a modem back by words: are its settings still ours, radio off and on, start anew (27.007 §8.2, §9.1)."""

from __future__ import annotations

from contextlib import suppress

from modem.errors import PortLost, SettingsLost, Silent
from modem.link import Link

_RADIO_S = 60.0  # leaving and finding a network takes some modems most of a minute
_RESTART_S = 10.0


def setting(link: Link) -> str:
    """What tells a modem that was set up from one that has started anew since: how it reports errors (+CMEE)."""
    return "".join(link.exchange("AT+CMEE?").lines).replace(" ", "")


def check_setting(link: Link, before: str) -> None:
    """Raises SettingsLost if the modem has started anew since `before` was its `setting`.

    Compared with what it said itself: some firmwares take AT+CMEE=1 and show another value.
    """
    if setting(link) != before:
        raise SettingsLost(f"The modem on {link.port} has started anew by itself and lost its settings.")


def radio_off_and_on(link: Link) -> None:
    """Let the network side start anew; the port stays. Raises ModemError."""
    link.ask("AT+CFUN=0", _RADIO_S)
    link.ask("AT+CFUN=1", _RADIO_S)


def restart(link: Link, command: str) -> None:
    """Let the whole modem start anew; it may answer or not, and the port may go away. Raises CommandRefused."""
    with suppress(Silent, PortLost):
        link.ask(command, _RESTART_S)
