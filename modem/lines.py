"""What the modem says, cut into replies, prompts and notices.

Theory of operation. A modem talks on one byte stream in two voices: it answers the one command that is pending, and
it announces things (notices, the standard's "unsolicited result codes") whenever it likes, also between two lines of
an answer on many firmwares. Only the pending command tells the voices apart, so the reader must be told of it:
`expect(command)` before the command is written. `feed(data)` then returns what the bytes mean, whatever the cuts
between reads were; a partial line waits for its rest.

This module does no I/O and knows no clock. It never raises on input: any byte is latin-1, and a line that means
nothing is handed out as a notice without a name, so that nothing a modem said is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modem.tables import BARE_NOTICES, NOTICE_NAMES

MAX_LINE = 8192
"""Bytes after which an unfinished line is handed out as it is: noise must not eat the memory."""

_FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR:.*|COMMAND NOT SUPPORT|NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE|CONNECT.*")
_CALL_RESULTS = ("NO CARRIER", "BUSY", "NO ANSWER", "NO DIAL", "CONNECT")
_NAME = re.compile(r"([+^*%$#][A-Z0-9_]+):")
_COMMAND_NAME = re.compile(r"[+^*%$#][A-Z0-9_]+", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-Fa-f]{2,}")
_REGISTRATION_READ = re.compile(r"\+C[EG]?REG:\s*\d\s*,\s*\d")
_USSD_END = re.compile(r'".*"\s*,\s*\d+\s*\Z', re.DOTALL)
_USSD_LONGEST = 1000  # 182 characters, each four hexadecimal digits (27.007 §7.15), and what stands around them
_BODY_FOLLOWS = ("+CMT", "+CDS", "+CBM")
_PDU_ANSWERS = ("+CMGR", "+CMGL")


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer to the pending command: its information lines and its final result code (V.250 §5.7)."""

    lines: tuple[str, ...]
    final: str

    @property
    def ok(self) -> bool:
        return self.final == "OK"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The modem waits for a PDU or text, to be ended by Ctrl-Z (27.005 §3.5.1)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the modem said by itself. `name` is "" where the line is not known to be a notice.

    `body` is the PDU line of +CMT, +CDS and +CBM (27.005 §3.4.1); None where it did not come.
    """

    name: str
    text: str
    body: str | None = None


Event = Reply | Prompt | Notice


class AtReader:
    """Bytes in; replies, prompts and notices out."""

    def __init__(self) -> None:
        self._buffer = b""
        self._command: str | None = None
        self._names: frozenset[str] = frozenset()
        self._dialling = False
        self._echoes: set[str] = set()
        self._want_prompt = False
        self._wanted = ""
        self._lines: list[str] = []
        self._headless: Notice | None = None
        self._quoted = ""
        self._events: list[Event] = []

    @property
    def pending(self) -> str | None:
        """The command whose answer is awaited, None between dialogues."""
        return self._command

    @property
    def collected(self) -> tuple[str, ...]:
        """The information lines of the pending answer so far."""
        return tuple(self._lines)

    def expect(self, command: str, *, prompt: bool = False, wanted: str = "") -> None:
        """Say which command goes out next; what was collected for an earlier one is dropped.

        `prompt` says that `> ` is part of the dialogue, as for +CMGS and +CMGW. With `wanted` no answer counts but one
        with a line that begins so: any other is a late one to an earlier command.
        """
        self._command = command
        self._names = frozenset(name.upper() for name in _COMMAND_NAME.findall(command))
        self._dialling = command[:3].upper() in ("ATD", "ATA", "ATO")
        self._echoes = {command}
        self._want_prompt = prompt
        self._wanted = wanted
        self._lines = []

    def expect_echo(self, payload: str) -> None:
        """Say what goes out after the prompt, which a modem with echo on repeats."""
        self._echoes.add(payload)

    def give_up(self) -> None:
        """Nothing is awaited any more: whatever comes now is a notice."""
        self._command = None
        self._want_prompt = False
        self._lines = []

    def feed(self, data: bytes) -> list[Event]:
        """What `data`, after all that came before, completes."""
        data = self._buffer + data if self._buffer else data
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        for raw in data[:end].splitlines():
            if raw:
                self._line(raw.decode("latin-1"))
        rest = data[end:]
        if self._want_prompt and rest.strip() == b">":
            self._take_prompt()
            rest = b""
        elif len(rest) > MAX_LINE:
            self._line(rest.decode("latin-1"))
            rest = b""
        self._buffer = rest
        events, self._events = self._events, []
        return events

    def _take_prompt(self) -> None:
        self._want_prompt = False
        self._events.append(Prompt())

    def _line(self, raw: str) -> None:
        text = raw.strip(" \x00\x1a")
        if not text:
            return
        if self._quoted and not self._breaks_quote(text):
            self._continue_quote(raw)
        elif self._headless is not None and self._take_body(text):
            pass
        elif self._command is None:
            self._notice(text)
        else:
            self._answer_line(text)

    def _answer_line(self, text: str) -> None:
        """One line while a command is pending: final, echo, prompt, notice or information, in that order."""
        if text == "OK" or (_FINAL.fullmatch(text) and self._is_final(text)):
            self._end_answer(text)
        elif text in self._echoes:
            self._echoes.discard(text)
        elif self._want_prompt and text.startswith(">") and self._prompt_line(text):
            pass
        elif self._lines and _HEX.fullmatch(text) and self._lines[-1].startswith(_PDU_ANSWERS):
            self._lines.append(text)
        elif self._is_notice(text):
            self._notice(text)
        else:
            self._lines.append(text)

    def _end_answer(self, final: str) -> None:
        if self._wanted and not any(line.startswith(self._wanted) for line in self._lines):
            self._lines = []
            return
        reply = Reply(tuple(self._lines), final)
        self.give_up()
        self._events.append(reply)

    def _is_final(self, text: str) -> bool:
        # NO CARRIER ends ATD and ATA; beside any other command it is the news that a call is over.
        return self._dialling or not text.startswith(_CALL_RESULTS)

    def _prompt_line(self, text: str) -> bool:
        """A prompt with something behind it on the same line counts only if that is nothing or a notice.

        A USSD text whose second line begins with ">" is no prompt.
        """
        rest = text[1:].strip()
        if rest and not self._is_notice(rest):
            return False
        self._take_prompt()
        if rest:
            self._notice(rest)
        return True

    def _is_notice(self, text: str) -> bool:
        found = _NAME.match(text)
        if found is None:
            return text in BARE_NOTICES
        name = found[1]
        if name in self._names:
            if name == "+CUSD":  # AT+CUSD= has no information lines: what comes inside its answer is the network's
                return not (self._command or "").endswith("?")
            # "+CREG: 1" is the notice, "+CREG: 2,1" the answer to AT+CREG? (27.007 §7.2).
            return name.endswith("REG") and not _REGISTRATION_READ.match(text) and "=?" not in (self._command or "")
        return name in NOTICE_NAMES or name.startswith("^")

    def _notice(self, text: str) -> None:
        found = _NAME.match(text)
        name = found[1] if found else text if text in BARE_NOTICES else ""
        if name in _BODY_FOLLOWS:
            self._headless = Notice(name, text)
        elif name == "+CUSD" and not _is_whole_ussd(text):
            self._quoted = text
        else:
            self._events.append(Notice(name, text))

    def _take_body(self, text: str) -> bool:
        """The PDU line of a two-line notice; False if `text` is something that fell between the two."""
        head = self._headless
        assert head is not None
        if _HEX.fullmatch(text):
            self._headless = None
            self._events.append(Notice(head.name, head.text, text))
            return True
        if self._is_notice(text) or _FINAL.fullmatch(text):
            return False
        # Not a PDU: hand out both, so that what the modem said is kept and flagged.
        self._headless = None
        self._events.append(Notice(head.name, head.text, text))
        return True

    def _continue_quote(self, raw: str) -> None:
        """USSD text may hold line ends; the notice is over where its quotes end."""
        self._quoted += "\n" + raw
        if _is_whole_ussd(self._quoted) or len(self._quoted) > _USSD_LONGEST:
            self._end_quote()

    def _breaks_quote(self, text: str) -> bool:
        """Some firmwares never close the quotes of a text they cannot convert: what follows is not part of it."""
        ends_answer = self._command is not None and _FINAL.fullmatch(text) is not None and self._is_final(text)
        if not ends_answer and not (_NAME.match(text) and self._is_notice(text)):
            return False
        self._end_quote()
        return True

    def _end_quote(self) -> None:
        text, self._quoted = self._quoted, ""
        self._events.append(Notice("+CUSD", text))


def _is_whole_ussd(text: str) -> bool:
    """Whether a +CUSD is complete. Quotes may also stand within its text, at the end of a line as well."""
    quotes = text.count('"')
    closed = text.rstrip().endswith('"') and quotes % 2 == 0
    return quotes == 0 or closed or _USSD_END.search(text) is not None
