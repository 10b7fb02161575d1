"""Who has a serial port: the process that has it open, and the lock file that says so.

Two programs on one port steal each other's bytes, so a port that is held is left alone, and the holder is named with
its pid as far as this user may look. Lock files are called `LCK..ttyUSB0` (FHS 3.0 §5.9: ten characters of pid), as
minicom, smstools, gammu and pppd write them; old programs wrote the pid as a binary number. We write one too where we
may, as a courtesy to those programs: what really keeps others out is the lock on the open port (`modem.opening`).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modem.errors import PortBusy

MODEM_MANAGER = "ModemManager"
MODEM_MANAGER_CURE = (
    "ModemManager opens every modem it sees; install packaging/udev/77-otklik.rules, or end it"
    " (sudo systemctl disable --now ModemManager)."
)
LOCKS = Path("/var/lock")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """A running program."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


def has_open(device: str) -> tuple[Process | None, bool]:
    """The process, not this one, that has `device` open, and whether all others could be looked at."""
    all_seen = True
    for process in _processes():
        try:
            held = _is_open_in(process.pid, device)
        except PermissionError:
            all_seen = False
        except OSError:
            continue  # it has ended meanwhile
        else:
            if held:
                return process, True
    return None, all_seen


def _is_open_in(pid: int, device: str) -> bool:
    return any(os.path.realpath(fd) == device for fd in (_PROC / str(pid) / "fd").iterdir())


def running(name: str) -> Process | None:
    """A process of this name, as /proc has it."""
    return next((process for process in _processes() if process.name == name), None)


def busy(port: str) -> PortBusy:
    """The error for a port that somebody holds, with the holder's name, or why it is not known."""
    device = os.path.realpath(port)
    process, all_seen = has_open(device)
    if process is not None:
        return held_by(port, str(process))
    if _is_open_in(os.getpid(), device):
        return held_by(port, "this program itself, which has it for another modem")
    if all_seen:
        return held_by(port, "another process")
    return held_by(port, f"a program of another user; sudo fuser -v {device} names it")


def held_by(port: str, holder: str) -> PortBusy:
    """The error for a port whose holder is known, with what to do."""
    cure = MODEM_MANAGER_CURE if holder.startswith(MODEM_MANAGER) else "Stop that program or give it another port."
    return PortBusy(port, f"Port {port} is held by {holder}. {cure}")


class LockFile:
    """The lock file of one device; `take` before the device is opened, `give_back` after it is closed."""

    def __init__(self, port: str, directory: Path = LOCKS) -> None:
        self._port = port
        device = Path(os.path.realpath(port))
        name = device.relative_to("/dev") if device.is_relative_to("/dev") else Path(device.name)
        self._path = directory / ("LCK.." + str(name).replace("/", "_"))
        self._ours = False

    def take(self) -> None:
        """Write our pid, if this user may. Raises PortBusy where a living program has done so before us."""
        for _ in range(2):
            try:
                fd = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
            except FileExistsError:
                if not self._is_stale() or not self._remove():
                    return
            except OSError:
                return  # no such directory, or not ours to write in
            else:
                with os.fdopen(fd, "w", encoding="ascii") as file:
                    file.write(f"{os.getpid():10d}\n")
                self._ours = True
                return

    def give_back(self) -> None:
        """Take our own file away; that of others stays."""
        if self._ours:
            self._ours = False
            self._remove()

    def _is_stale(self) -> bool:
        """Whether a program that has ended left the file; False for one of this process. Raises PortBusy."""
        try:
            raw, written_at = self._path.read_bytes(), self._path.stat().st_mtime
        except OSError:
            return True  # it has just gone
        pid = _pid_in(raw)
        if pid is None:
            raise held_by(self._port, f"a program that left {self._path} without its pid (delete it if none runs)")
        if pid == os.getpid():
            return False
        started_at = _started_at(pid)
        # A process that is younger than the file did not write it: the number was given out again.
        if started_at is not None and started_at <= written_at + 1:
            raise held_by(self._port, f"{_name_of(pid)} (pid {pid}), which has written {self._path}")
        return True

    def _remove(self) -> bool:
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return False
        return True


def _processes() -> Iterator[Process]:
    for entry in _PROC.glob("[0-9]*"):
        if entry.name != str(os.getpid()):
            yield Process(int(entry.name), _name_of(int(entry.name)))


def _name_of(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a program"


def _pid_in(raw: bytes) -> int | None:
    """The pid of a lock file: decimal digits, or four bytes of a number."""
    text = raw.split(b"\n")[0].strip()
    word = text.split()[0] if text.split() else b""
    if word.isdigit():
        return int(word)
    if len(raw) == struct.calcsize("=i"):
        return int(struct.unpack("=i", raw)[0])
    return None


def _started_at(pid: int) -> float | None:
    """When a process was started, in seconds since 1970; None if there is no such process."""
    try:
        # The name, in brackets, may hold anything; what follows it is numbers (proc(5)): starttime is the 22nd.
        ticks = int((_PROC / str(pid) / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()[19])
        boot = next(line for line in (_PROC / "stat").read_text().splitlines() if line.startswith("btime "))
    except (OSError, StopIteration):
        return None
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
