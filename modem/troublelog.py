"""The last lines of a dialogue, kept until something fails.

While all is well this costs one append a line: what was sent and heard is kept as it is. It can be read in one way
only, by iterating, and then everything in it is masked: the ring itself is never handed out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from modem.events import Notice, Reply
from modem.masking import masked_command, masked_line, masked_pdu, masked_text

LINES_KEPT = 60
_LINES_SHOWN = 4

_Sent = str
_Flood = tuple[Notice, int]


class TroubleLog:
    """A ring of what went over one port; `now` tells the time in seconds.

    Iterating gives lines for people, oldest first, each with its seconds before now: `>` sent, `<` answered, `*` said
    by the modem itself.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._entries: deque[tuple[float, _Sent | Reply | _Flood]] = deque(maxlen=LINES_KEPT)

    def sent(self, text: str) -> None:
        """Commands end in a carriage return, what goes behind a prompt in Ctrl-Z."""
        self._entries.append((self._now(), text))

    def answered(self, reply: Reply) -> None:
        self._entries.append((self._now(), reply))

    def noticed(self, notice: Notice) -> None:
        """A flood of one notice takes one line: it must not wash away what led to the trouble."""
        count = 1
        if self._entries:
            last = self._entries[-1][1]
            if isinstance(last, tuple) and last[0].name == notice.name:
                count += last[1]
                self._entries.pop()
        self._entries.append((self._now(), (notice, count)))

    def __iter__(self) -> Iterator[str]:
        now = self._now()
        for at, what in list(self._entries):
            yield f"{at - now:+.3f} {_shown(what)}"


def _shown(what: _Sent | Reply | _Flood) -> str:
    if isinstance(what, str):
        return f"> {_shown_sent(what)}"
    if isinstance(what, Reply):
        return f"< {_shown_reply(what)}"
    notice, count = what
    body = "" if notice.body is None else f" {_shown_body(notice.body)}"
    times = "" if count == 1 else f" (the last of {count})"
    return f"* {masked_line(notice.text)}{body}{times}"


def _shown_sent(text: str) -> str:
    if text.endswith("\x1a"):
        return f"{masked_text(text[:-1])} Ctrl-Z"
    return "ESC" if text.startswith("\x1b") else masked_command(text)


def _shown_reply(reply: Reply) -> str:
    lines = [masked_line(line) for line in reply.lines[:_LINES_SHOWN]]
    if len(reply.lines) > _LINES_SHOWN:
        lines.append(f"({len(reply.lines) - _LINES_SHOWN} more lines)")
    doubt = " (in doubt)" if reply.doubtful else ""
    return " | ".join([*lines, masked_line(reply.final)]) + doubt


def _shown_body(body: str) -> str:
    return masked_pdu(body, sent=False)
