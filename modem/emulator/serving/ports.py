"""Where a modem of the server can be reached: listening sockets, and the symlinks that keep a pty's name stable."""

import socket
from pathlib import Path

from modem.emulator.modem import Modem
from modem.emulator.serving.lines import Line


class Port:
    """Where one modem can be reached. `pty`, `link` and `tcp` are None if there is no such way."""

    def __init__(self, modem: Modem) -> None:
        self.modem = modem
        self.place = modem.name  # what it is called where it is reached: the link's name, emu://NAME
        self.plugged = True
        self.directory: Path | None = None
        self.pty: str | None = None
        self.link: str | None = None
        self.tcp: int | None = None
        self.lines: list[Line] = []
        self.current: Line | None = None

    @property
    def name(self) -> str:
        """The modem's name, wherever it is plugged in."""
        return self.modem.name

    def describe(self) -> dict[str, object]:
        """The modem as the ready line and GET /v1/modems show it."""
        device = self.modem.device
        where = {"name": self.name, "pty": self.pty, "link": self.link, "tcp": self.tcp}
        return {**where, "imei": device.identity.imei, "iccid": device.sim.iccid, "number": device.sim.number}


def listen(port: int) -> socket.socket:
    """A non-blocking listening socket on 127.0.0.1; OSError if the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"port {port} on 127.0.0.1: {error.strerror}") from None
    return listener


def symlink(link: Path, target: str) -> Path:
    """A stable name for a pty; an older one, left by a process that was killed, is replaced."""
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)
    return link


def unlink_own(link: Path, target: str) -> None:
    if link.is_symlink() and str(link.readlink()) == target:
        link.unlink()
