"""Where a modem of the server can be reached: listening sockets, and the symlinks that keep a pty's name stable."""

import errno
import fcntl
import os
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


def claim(directory: Path) -> int:
    """Take a directory for our links until the descriptor is closed; OSError if another emulator has taken it.

    The lock is on the directory itself: nothing is left of it, however the process ends. Links that a killed process
    left are taken away.
    """
    directory.mkdir(parents=True, exist_ok=True)
    claimed = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for link in directory.glob("modem*"):
            if _leads_to_pty(link):
                link.unlink()
    except OSError as error:
        os.close(claimed)
        if isinstance(error, BlockingIOError):
            raise OSError(errno.EBUSY, "another emulator has its links there", str(directory)) from None
        raise
    return claimed


def symlink(link: Path, target: str) -> Path:
    """A stable name for a pty, in the place of an older one; FileExistsError if something else has the name."""
    if _leads_to_pty(link):
        link.unlink()
    try:
        link.symlink_to(target)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, "there is something of this name already", str(link)) from None
    return link


def _leads_to_pty(link: Path) -> bool:
    return link.is_symlink() and str(link.readlink()).startswith("/dev/pts/")


def unlink_own(link: Path, target: str) -> None:
    if link.is_symlink() and str(link.readlink()) == target:
        link.unlink()
