"""What the modem says, cut into replies, prompts and notices.

Theory of operation. A modem talks on one byte stream in two voices: it answers the one command that is pending, and
it announces things (notices, the standard's "unsolicited result codes") whenever it likes, also between two lines of
an answer on many firmwares. Only the pending command tells the voices apart, so the reader must be told of it:
`expect(command)` before the command is written. `feed(data)` then returns what the bytes mean, whatever the cuts
between reads were; a partial line waits for its rest.

An answer is held against the command it is credited to. An OK beside which stands a line of another command, or that
lacks the line a question promises, may be a late one to an earlier command: its reply is `doubtful`, and the
command stays pending. Who reads the replies decides (`modem.link`).

This module does no I/O and knows no clock. It never raises on input: any byte is latin-1, and a line that means
nothing is handed out as a notice without a name, so that nothing a modem said is lost.
"""

from __future__ import annotations

from modem.events import Event, Notice, Prompt, Reply
from modem.grammar import (
    CALL_RESULT,
    FINAL,
    HEX,
    NAME,
    NO_NAMES,
    fits,
    grammar_of,
    is_news,
    is_notice,
    is_whole_ussd,
    name_of,
)
from modem.tables import BARE_NOTICES, NOTICE_NAMES

MAX_LINE = 8192
"""Bytes after which an unfinished line is handed out as it is: noise must not eat the memory."""

_MAX_QUOTE = 1000
"""Characters of a +CUSD: 182 of its text, each four hexadecimal digits (27.007 §7.15), and what stands around them."""

_PADDING = " \t\x00\x1a\x1b"
"""What may stand around a line and says nothing: blanks, fill octets, and the echo of Ctrl-Z and ESC."""

_BODY_FOLLOWS = ("+CMT", "+CDS", "+CBM")
_PDU_ANSWERS = ("+CMGR", "+CMGL")
_SHORT = 8
_NOWHERE = -1


class AtReader:
    """Bytes in; replies, prompts and notices out."""

    def __init__(self) -> None:
        self._buffer = b""
        self._command: str | None = None
        self._grammar = grammar_of("")
        self._sure = False
        self._answers = NO_NAMES
        self._echoes: set[str] = set()
        self._want_prompt = False
        self._lines: list[str] = []
        self._own = False
        self._unsafe = False
        self._cut_at = _NOWHERE
        self._foreign: list[str] = []
        self._heads: list[Notice] = []
        self._old_heads: list[Notice] = []
        self._quote = ""
        self._events: list[Event] = []

    @property
    def pending(self) -> str | None:
        """The command whose answer is awaited, None between dialogues."""
        return self._command

    @property
    def collected(self) -> tuple[str, ...]:
        """The information lines of the pending answer so far."""
        return tuple(self._lines)

    def expect(self, command: str, *, prompt: bool = False, sure: bool = False, beside: str = "") -> None:
        """Say which command goes out next; what was collected for an earlier one is dropped.

        `prompt` says that `> ` is part of the dialogue, as for +CMGS and +CMGW; an OK before it is doubtful. With
        `sure` every answer is doubtful but OK behind a line of the command's own name; that to `beside` may come first.
        """
        self._command = command
        self._grammar = grammar_of(command)
        self._sure = sure
        self._answers = self._grammar.own | grammar_of(beside).own if beside else self._grammar.own
        self._echoes = {command}
        self._want_prompt = prompt
        self._forget_answer()
        if self._heads:
            self._give_up_bodies()

    def expect_echo(self, payload: str) -> None:
        """Say what goes out after the prompt, which a modem with echo on repeats."""
        self._echoes.add(payload)

    def give_up(self) -> None:
        """Nothing is awaited any more: whatever comes now is a notice."""
        self._command = None
        self._want_prompt = False
        self._forget_answer()

    def feed(self, data: bytes) -> list[Event]:
        """What `data`, after all that came before, completes."""
        data = self._buffer + data if self._buffer else data
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        for raw in data[:end].splitlines():
            if raw:
                self._line(raw.decode("latin-1"))
        rest = data[end:]
        if rest and rest.strip(b" \0") == b">" and not self._quote:
            self._take_prompt()
            rest = b""
        elif len(rest) > MAX_LINE:
            self._line(rest.decode("latin-1"))
            rest = b""
        self._buffer = rest
        events, self._events = self._events, []
        return events

    # -- lines --------------------------------------------------------------------------------------------------

    def _line(self, raw: str) -> None:
        text = raw.strip(_PADDING)
        if not text:
            return
        if self._quote and self._continue_quote(raw, text):
            return
        if self._heads and self._take_body(text):
            return
        if self._command is not None:
            self._answer_line(text)
        elif text[0] != ">" or not self._prompt_line(text):
            self._notice(text)

    def _answer_line(self, text: str) -> None:
        """One line while a command is pending: final, named line, echo, prompt, bare notice, or information."""
        if text == "OK":
            self._end_answer(text)
        elif (found := NAME.match(text)) is not None:
            self._named_line(found[1], text)
        elif text in self._echoes:
            self._echoes.discard(text)
        elif FINAL.fullmatch(text):
            # NO CARRIER ends ATD and ATA; beside any other command it is the news that a call is over.
            if self._grammar.dialling or not CALL_RESULT.fullmatch(text):
                self._end_answer(text)
            else:
                self._notice(text)
        elif text[0] == ">" and self._prompt_line(text):
            pass
        elif text in BARE_NOTICES:
            self._notice(text)
        elif self._cut_at != len(self._lines) or not self._join(text):
            self._lines.append(text)

    def _join(self, rest: str) -> bool:
        """Whether `rest` is the end of the last line, which a notice has cut in two: only together they make sense."""
        self._cut_at = _NOWHERE
        start = self._lines[-1]
        whole = start + rest
        found = NAME.match(whole)
        if found is not None and start.startswith(found[0]):
            # Behind a named line a PDU may stand, but no other line without a name.
            if found[1] not in self._grammar.own or (len(rest) > _SHORT and HEX.fullmatch(rest)):
                return False
            self._lines[-1] = whole
        elif found is not None and found[1] in self._grammar.own:
            self._lines.pop()
            self._named_line(found[1], whole)
        elif FINAL.fullmatch(whole) or FINAL.fullmatch(f"{start} {rest}"):
            self._lines.pop()
            self._answer_line(whole if FINAL.fullmatch(whole) else f"{start} {rest}")
        elif whole in self._echoes:
            self._lines.pop()
        elif len(self._lines) > 1 and fits(self._lines[-2], whole):
            self._lines[-1] = whole
        else:
            return False
        return True

    def _named_line(self, name: str, text: str) -> None:
        if name in NOTICE_NAMES and is_news(name, text, self._answers):
            self._notice(text)
            return
        if name in self._grammar.own:
            self._own = True
        else:
            # A maker's notice that is in no table, or the answer to another command: the final result code decides.
            self._foreign.append(text)
        self._lines.append(text)

    def _end_answer(self, final: str) -> None:
        """Hand out the answer; one that may be another command's leaves this command pending."""
        own, foreign, lines = self._own, self._foreign, self._lines
        if self._sure:
            doubtful = not own or final != "OK"
        else:
            misfit = not own and (self._grammar.promised or bool(foreign))
            doubtful = final == "OK" and (misfit or self._want_prompt or self._unsafe)
        if foreign and not doubtful:
            lines = [line for line in lines if line not in foreign]
            for text in foreign:
                self._notice(text)
        if doubtful:
            self._forget_answer()
        else:
            self.give_up()
        self._events.append(Reply(tuple(lines), final, doubtful))

    def _forget_answer(self) -> None:
        self._lines = []
        self._own = False
        self._unsafe = False
        self._cut_at = _NOWHERE
        self._foreign = []

    def _take_prompt(self) -> None:
        if self._want_prompt:
            self._want_prompt = False
            self._forget_answer()
        self._events.append(Prompt())

    def _prompt_line(self, text: str) -> bool:
        """A prompt with something behind it on the same line counts only if that is nothing or a notice.

        A text whose second line begins with ">" is no prompt.
        """
        rest = text[1:].strip(_PADDING)
        if rest and not is_notice(rest):
            return False
        self._take_prompt()
        if rest:
            self._notice(rest)
        return True

    # -- notices ------------------------------------------------------------------------------------------------

    def _notice(self, text: str) -> None:
        self._cut_at = len(self._lines) or _NOWHERE
        name = name_of(text)
        if name in _BODY_FOLLOWS:
            self._heads.append(Notice(name, text))
        elif name == "+CUSD" and not is_whole_ussd(text):
            self._quote = text
        else:
            self._events.append(Notice(name, text))

    def _take_body(self, text: str) -> bool:
        """The PDU line of a two-line notice; False if `text` is something that fell between the two.

        Its length tells whose it is: the header says how many octets the TPDU has (27.005 §3.1 <length>).
        """
        if text in BARE_NOTICES or NAME.match(text) or FINAL.fullmatch(text) or text in self._echoes:
            return False
        head = next((head for head in reversed(self._heads) if fits(head.text, text)), None)
        if head is None:
            due = bool(self._lines) and self._lines[-1].startswith(_PDU_ANSWERS)
            if self._command is not None and (due or self._grammar.unnamed):
                return False
            # Nobody else's: a PDU that was damaged on the way, or a text. It is kept with its header.
            head = self._heads[-1]
        self._heads = [other for other in self._heads if other is not head]
        self._events.append(Notice(head.name, head.text, text))
        return True

    def _give_up_bodies(self) -> None:
        """A body that did not come while a whole dialogue went by does not come any more."""
        late = [head for head in self._heads if any(head is old for old in self._old_heads)]
        self._heads = self._old_heads = [head for head in self._heads if not any(head is old for old in late)]
        self._events += late

    def _continue_quote(self, raw: str, text: str) -> bool:
        """USSD text may hold line ends. False if `text` is not part of it, for a firmware that never closes the quotes.

        Of an OK that cannot be told: it ends the notice, and the answer is doubtful.
        """
        found = NAME.match(text)
        named = found is not None and (found[1] in NOTICE_NAMES or found[1] in self._grammar.own)
        final = self._command is not None and FINAL.fullmatch(text) is not None
        if named or final or len(self._quote) + len(raw) > _MAX_QUOTE:
            self._end_quote()
            self._unsafe = final
            return False
        self._quote += "\n" + raw
        if is_whole_ussd(self._quote):
            self._end_quote()
        return True

    def _end_quote(self) -> None:
        self._events.append(Notice("+CUSD", self._quote))
        self._quote = ""
