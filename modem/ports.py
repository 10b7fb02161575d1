"""Where a modem may be, and how the right one is found there.

A port in the configuration is one device or URL, or a pattern (`/dev/ttyUSB*`): a place to look. Names of USB ports are
given out in the order of plugging, so a modem is known by its IMEI (23.003 §6.2), not by where it was. A search opens
one match after the other, asks AT and AT+CGSN, and takes the first modem that is meant; what holds its peace costs two
seconds, and is not opened again for ten minutes unless its device node is another one: it may be a printer, and it may
be a modem that hangs.

Workers of one process share a `PortBook`. It keeps two of them off one port and off two ports of one modem (a USB modem
often has three that answer), and keeps a modem for the worker that had it last.
"""

from __future__ import annotations

import glob
import os
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

from modem.dialogues import sim
from modem.errors import LoginRefused, ModemError, PortBusy, PortError, PortMissing
from modem.link import Link

_ASK_S = 2.0
ASK_AGAIN_S = 600.0
_DIGITS = re.compile(r"(\d+)")

_Node = tuple[int, int, int]


class PortBook:
    """Which worker has which port and which modem; for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ports: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._pinned: dict[str, str] = {}
        self._silent: dict[str, tuple[_Node, float]] = {}

    def pin(self, imei: str, who: str) -> None:
        """This modem is `who`'s for good: the configuration says so."""
        with self._lock:
            self._pinned[_device(imei)] = who

    def take(self, port: str, who: str) -> str | None:
        """Whose the port is already; None: it is `who`'s now."""
        with self._lock:
            holder = self._ports.setdefault(os.path.realpath(port), who)
            return None if holder == who else holder

    def give_back(self, who: str) -> None:
        """`who` has no port open any more. Its modem is kept for it."""
        with self._lock:
            self._ports = {port: holder for port, holder in self._ports.items() if holder != who}

    def claim(self, imei: str, who: str, *, nowhere_else: bool = False) -> str | None:
        """Whose the modem is already; None: it is `who`'s now, and another that `who` had is free.

        A modem is kept for a worker that has lost it, unless `who` has `nowhere_else` to look.
        """
        device = _device(imei)
        with self._lock:
            owner = self._owners.get(device)
            if owner is not None and nowhere_else and owner not in self._ports.values():
                owner = None
            owner = self._pinned.get(device) or owner or who
            if owner != who:
                return owner
            self._owners = {kept: other for kept, other in self._owners.items() if other != who}
            self._owners[device] = who
            return None

    def mark_silent(self, port: str, now: float) -> None:
        """Nothing answered there; `now` is monotonic."""
        node = _node(port)
        if node is not None:
            with self._lock:
                self._silent[port] = node, now

    def is_silent(self, port: str, now: float) -> bool:
        """Whether nothing answered there in the last `ASK_AGAIN_S`, and the device node is still the same."""
        with self._lock:
            node, asked_at = self._silent.get(port, (None, now))
        return node is not None and node == _node(port) and now - asked_at < ASK_AGAIN_S


@dataclass(frozen=True, slots=True)
class Place:
    """Where the configuration has one modem: `who` is its name there; with `imei` it is that modem and no other."""

    who: str
    port: str
    imei: str | None = None
    book: PortBook = field(default_factory=PortBook)


class Seeker:
    """Opens a link on the port of the modem that is meant."""

    def __init__(self, link: Link, place: Place) -> None:
        self._link = link
        self._place = place
        self._had: str | None = None
        self._last_port = ""
        self._searches = place.imei is not None or is_pattern(place.port)
        if place.imei is not None:
            place.book.pin(place.imei, place.who)

    def open(self) -> None:
        """Open the port; one that was searched for answers AT. Raises PortError, which says what was seen instead."""
        if self._link.alive:
            return
        place = self._place
        if not self._searches:
            self._link.port = place.port
            holder = place.book.take(place.port, place.who)
            if holder is not None:
                raise PortBusy(
                    place.port, f"Port {place.port} is served by {holder} already; each modem has one entry."
                )
            self._connect()
        else:
            self._search()

    def leave(self) -> None:
        """The link has been closed."""
        self._place.book.give_back(self._place.who)

    def had(self, imei: str) -> None:
        """The modem that was started up is this one. Raises PortBusy if it is another worker's."""
        link, place = self._link, self._place
        owner = place.book.claim(imei, place.who, nowhere_else=not self._searches)
        if owner is not None:
            raise PortBusy(link.port, f"Port {link.port} has the modem {imei}, which is {owner}'s already.")
        self._had, self._last_port = imei, link.port

    # -- inside -------------------------------------------------------------------------------------------------

    def _search(self) -> None:
        place, seen = self._place, list[str]()
        ports = matches(place.port, place.imei is not None)
        ports.sort(key=lambda port: port != self._last_port)
        wanted = place.imei or self._had
        spare = [port for port in ports if not self._is_at(port, wanted, seen)] if wanted else ports
        if self._link.alive:
            return
        if place.imei is None:
            for port in spare:
                if self._is_at(port, None, seen):
                    return
        self._link.port = place.port
        told = "; ".join(dict.fromkeys(seen)) or "nothing is there under this name; is the modem plugged in?"
        raise PortMissing(place.port, f"No modem for {place.who} at {place.port}: {told}")

    def _connect(self) -> None:
        # The port alone: a modem's own connect says twenty commands.
        Link.connect(self._link)

    def _is_at(self, port: str, wanted: str | None, seen: list[str]) -> bool:
        """Whether the modem that is wanted (None: any that is nobody's) answers there; the link is left open then."""
        link, place = self._link, self._place
        if link.alive:
            return True
        holder = place.book.take(port, place.who)
        if holder is not None:
            seen.append(f"{port} is served by {holder}")
            return False
        why = self._look(port, wanted)
        if why is not None:
            seen.append(why)
            Link.close(link)
            place.book.give_back(place.who)
        return why is None

    def _look(self, port: str, wanted: str | None) -> str | None:
        """Why the modem that is wanted is not there; None: it is, and the link is open."""
        link, book = self._link, self._place.book
        if port != self._last_port and book.is_silent(port, link.clock.monotonic()):
            return f"{port} did not answer AT a moment ago, and was not asked again"
        link.port = port
        try:
            self._connect()
            if not link.answers(_ASK_S):
                book.mark_silent(port, link.clock.monotonic())
                return f"{port} does not answer AT"
            imei = sim.imei(link, _ASK_S)
        except LoginRefused:
            raise
        except PortError as problem:
            return str(problem)
        except ModemError as problem:
            return f"{port}: {problem}"
        if imei is None:
            return None if wanted is None else f"{port} has a modem that does not tell its IMEI"
        if wanted is not None and _device(imei) != _device(wanted):
            return f"{port} has the modem {imei}, not {wanted}"
        owner = book.claim(imei, self._place.who)
        return None if owner is None else f"{port} has the modem of {owner}"


def is_pattern(port: str) -> bool:
    """Whether a port is a place to look rather than one device."""
    return "://" not in port and glob.has_magic(port)


def matches(port: str, also_beside: bool = False) -> list[str]:
    """The ports that may be meant, in the order of their numbers; `also_beside`: a device's neighbours too.

    A device that is known by its IMEI may have been given another number: /dev/ttyUSB0 is any /dev/ttyUSB then.
    """
    if "://" in port:
        return [port]
    if is_pattern(port):
        return sorted(_glob(port), key=_by_number)
    stem = port.rstrip("0123456789")
    if not also_beside or stem == port:
        return [port] if Path(port).exists() else []
    beside = [other for other in _glob(glob.escape(stem) + "[0-9]*") if other[len(stem) :].isdigit()]
    return sorted(beside, key=lambda other: (other != port, *_by_number(other)))


def _glob(pattern: str) -> list[str]:
    return [str(path) for path in Path(pattern).parent.glob(Path(pattern).name)]


def _by_number(port: str) -> tuple[tuple[str, int], ...]:
    """ttyUSB2 before ttyUSB10."""
    return tuple((piece, 0) if k % 2 == 0 else ("", int(piece)) for k, piece in enumerate(_DIGITS.split(port)))


def _device(imei: str) -> str:
    """What is the device's own of an IMEI: type and serial number, without check digit or software version (23.003)."""
    return imei[:14]


def _node(port: str) -> _Node | None:
    """A device node, as far as it can be told from another one under the same name."""
    try:
        found = Path(port).stat()
    except OSError:
        return None
    return found.st_ino, found.st_rdev, found.st_ctime_ns
