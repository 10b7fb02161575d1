"""The terminal of `otklik emulate --watch`: when it is drawn anew, and how it is left as it was.

A task of the loop. What the screen shows is `watch`'s. It is drawn at most four times a second, and only after
something has happened; a terminal that takes nothing (Ctrl-S) misses a picture and holds nobody up.
"""

import contextlib
import os
import select
from collections import Counter, deque

from modem.emulator.serving.ports import Port
from modem.emulator.serving.server import Server
from modem.emulator.watch import ModemView, Snapshot, describe, render

REDRAW_S = 0.25
_KEPT = 200
_ENTER = "\x1b[?1049h\x1b[?25l"  # another screen, no cursor
_LEAVE = "\x1b[?25h\x1b[?1049l"
_BEGIN, _END = "\x1b[?2026h\x1b[H", "\x1b[J\x1b[?2026l"  # terminals that know it show the picture in one go


class Screen:
    """Shows a server on the terminal `fd`."""

    def __init__(self, server: Server, fd: int) -> None:
        self._server = server
        self._fd = fd
        self._cursor = 0
        self._sent: Counter[object] = Counter()
        self._received: Counter[object] = Counter()
        self._traffic: deque[str] = deque(maxlen=_KEPT)
        self._due: float | None = 0.0
        self._drawn_at = 0.0
        self._put(_ENTER)

    @property
    def due(self) -> float | None:
        """When the next picture is drawn."""
        return self._due

    def work(self, now: float) -> None:
        """Draw, if it is time; else see to it that it will be, for something has happened."""
        if self._due is None:
            self._due = max(now, self._drawn_at + REDRAW_S)
        if self._due <= now:
            self._due = None
            self._drawn_at = now
            self._draw()

    def close(self) -> None:
        """Give the terminal back."""
        self._put(_LEAVE)

    def _put(self, text: str) -> None:
        """Write; a terminal that has been closed shows nothing, and the emulator goes on."""
        with contextlib.suppress(OSError):
            os.write(self._fd, text.encode())

    def _draw(self) -> None:
        if not select.select([], [self._fd], [], 0)[1]:
            return
        try:
            width, height = os.get_terminal_size(self._fd)
        except OSError:  # it has been closed
            return
        lines = render(self._snapshot(), width, height)
        picture = "\r\n".join(f"{line}\x1b[K" for line in lines)
        self._put(f"{_BEGIN}{picture}{_END}")

    def _snapshot(self) -> Snapshot:
        lines, self._cursor, _ = self._server.journal.events_after(self._cursor)
        for line in lines:
            self._sent[line["modem"]] += line["event"] == "submit"
            self._received[line["modem"]] += line["event"] == "deliver"
            if line["event"] != "at":
                self._traffic.append(describe(line))
        views = tuple(map(self._view, self._server.modems))
        return Snapshot(views, tuple(self._traffic), self._server.control_url)

    def _view(self, port: Port) -> ModemView:
        device = port.modem.device
        memory = device.memories[device.cpms[2]]
        return ModemView(
            port.name,
            device.behaviour.profile.name,
            port.modem.number,
            "gone" if not port.plugged else "open" if device.link_open else "closed",
            device.attached,
            device.identity.signal,
            self._sent[port.name],
            self._received[port.name],
            memory.used,
            memory.capacity,
            device.dialogue.last_line,
            tuple(str(fault["kind"]) for fault in device.faults.listed()),
        )
