"""Looks at the ports of the modems: what keeps them from being opened, and what may tomorrow.

No PIN is given: a check must not use up one of its tries. A port is opened only if nobody else has it.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.errors import ConfigError
from gateway.finding import Finding
from gateway.modemsettings import ModemSettings
from gateway.ports import login_of
from modem import holders
from modem.dialogues import network
from modem.driver import Modem
from modem.errors import ModemError, PinWanted
from modem.makes.make import Make
from modem.ports import Place, PortBook, is_pattern, matches
from scheduler.clock import Clock

_BY_ID = Path("/dev/serial/by-id")
_UDEV = Path("/run/udev/data")
_IGNORED = "E:ID_MM_DEVICE_IGNORE=1"
_RENAMED = ("/dev/ttyUSB", "/dev/ttyACM")


def examine_ports(
    modems: Sequence[ModemSettings], clock: Clock, makes: Sequence[Make] | None = None
) -> Iterator[Finding]:
    """Every modem, and the programs that may want it too. `makes` as in `Modem`."""
    devices = [port for modem in modems for port in _devices(modem)]
    yield from _modem_manager(devices)
    book = PortBook()
    for modem in modems:
        yield from _modem(modem, clock, book, makes)


def _modem_manager(devices: Sequence[str]) -> Iterator[Finding]:
    process = holders.running(holders.MODEM_MANAGER)
    if process is None or not devices:
        return
    open_to_it = [device for device in devices if not _is_ignored(device)]
    if open_to_it:
        text = f"runs with pid {process.pid} and may open {', '.join(open_to_it)}. {holders.MODEM_MANAGER_CURE}"
        yield Finding(holders.MODEM_MANAGER, text, fault=True)
    else:
        yield Finding(holders.MODEM_MANAGER, "runs, and a udev rule keeps it away from the modems")


def _modem(settings: ModemSettings, clock: Clock, book: PortBook, makes: Sequence[Make] | None) -> Iterator[Finding]:
    what = f"modem {settings.name}"
    if settings.port.startswith("emu://"):
        yield Finding(what, "emulated, in the daemon's own process")
        return
    devices = _devices(settings)
    if is_pattern(settings.port) and not devices:
        text = f"no device matches {settings.port}; is the modem plugged in, and has this machine a driver for it?"
        yield Finding(what, text, fault=True)
        return
    barred = [device for device in devices if not os.access(device, os.R_OK | os.W_OK)]
    for device in barred:
        yield Finding(what, _access_cure(device), fault=True)
    if barred and len(barred) == len(devices):
        return
    yield _opened(what, settings, clock, book, makes)
    yield from _may_be_renamed(what, settings)


def _opened(what: str, settings: ModemSettings, clock: Clock, book: PortBook, makes: Sequence[Make] | None) -> Finding:
    try:
        login = login_of(settings)
    except ConfigError as problem:
        return Finding(what, str(problem), fault=True)
    modem = Modem(
        settings.port,
        settings.baud,
        clock=clock,
        rtscts=settings.flow == "rtscts",
        place=Place(settings.name, settings.port, settings.imei, book),
        makes=makes,
        init=settings.init,
        login=login,
    )
    try:
        identity = modem.open()
        signal = network.signal(modem)
    except PinWanted:
        if settings.pin_file is not None:
            return Finding(what, "the SIM wants its PIN; the daemon gives it once, from pin_file")
        return Finding(what, "the SIM wants its PIN; write it into a file and set pin_file", fault=True)
    except ModemError as problem:
        return Finding(what, str(problem), fault=True)
    finally:
        modem.close()
    where = "" if modem.port == settings.port else f" at {modem.port}"
    number = "" if identity.number is None else f" ({identity.number})"
    text = (
        f"{identity.model} [{identity.make}]{where}, IMEI {identity.imei}, SIM {identity.sim}{number}, signal {signal}"
    )
    return Finding(what, " ".join((text, *modem.refused)), fault=bool(modem.refused))


def _may_be_renamed(what: str, settings: ModemSettings) -> Iterator[Finding]:
    """A name that is given out in the order of plugging may be another modem's tomorrow."""
    port = settings.port
    if settings.imei is not None or is_pattern(port) or not port.startswith(_RENAMED):
        return
    links = sorted(str(link) for link in _BY_ID.glob("*") if os.path.realpath(link) == os.path.realpath(port))
    cure = f"write {links[0]} for it, or set imei" if links else "set imei"
    yield Finding(what, f"{port} may be the name of another modem after the next plugging; {cure}")


def _devices(modem: ModemSettings) -> list[str]:
    return [] if "://" in modem.port else matches(modem.port)


def _access_cure(device: str) -> str:
    """Why this user may not open a device, and the command that changes it."""
    found = Path(device).stat()
    user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(found.st_gid).gr_name
    if found.st_mode & stat.S_IWGRP and found.st_mode & stat.S_IRGRP:
        return (
            f"{device} belongs to the group {group}, and {user} is not in it: sudo usermod -aG {group} {user},"
            " then log in again or restart the service"
        )
    return f"{device} may not be opened by {user}; its owner is {pwd.getpwuid(found.st_uid).pw_name}"


def _is_ignored(device: str) -> bool:
    """Whether udev tells ModemManager to leave a device alone."""
    number = Path(device).stat().st_rdev
    try:
        known = (_UDEV / f"c{os.major(number)}:{os.minor(number)}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return _IGNORED in known.splitlines()
