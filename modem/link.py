"""The AT dialogue on one open port: commands and their answers, and the barrier that keeps the two in step.

After silence the stream is out of step: a late answer must not be credited to the next command. The next exchange
then begins with a barrier (`realign`): ESC ends a half-entered message, and nothing counts until the answer to a
question comes that no late OK can be mistaken for. A modem answers in the order it was asked (V.250 §5.2), so that
whatever it owed has come before. A port that was just opened is out of step too: what a process before us left there
is not known. In step, an answer that does not fit its command is put to the same test (`_settle_doubt`).

How octets become answers and notices is the business of `modem.openport`.
"""

from __future__ import annotations

from collections.abc import Callable

from modem.causes import refusal
from modem.errors import PortLost, Silent
from modem.events import Notice, Prompt, Reply
from modem.opening import Clock as Clock
from modem.openport import OpenPort

_REST_OF_ANSWER_S = 5.0
_ESCAPE = "\x1b\r"
"""Leaves a text entry without sending (27.005 §3.5.1). Ctrl-Z would send, on some modems even an empty message."""

_QUESTIONS = ("AT+CMEE?", "AT+CMGF?", "AT+CSMS?", "AT+CNMI?", "AT+CPMS?")
"""Answered from the modem's own memory by a line of their own name: no other answer can be taken for theirs.

They take turns, so that a late answer to one is not taken for that to the next.
"""
_QUESTION_S = 5.0
_SILENCES = 3
_PROMPTS = 3
_ABORT_S = 0.15
"""A command that is still being carried out may be aborted by the next character, which is then lost, with what stands
behind it (V.250 §5.6.1)."""
_WAKE_CALLS = 4
_WAKE_S = 0.5


class Link(OpenPort):
    """A port with an AT dialogue on it. Only the thread that called `connect` may touch it."""

    _out_of_step = True
    _owed = False
    _mute = False
    _question = 0

    def connect(self) -> None:
        """Open the port exclusively, if it is not open. Raises PortMissing, PortBusy, LoginRefused or PortError."""
        if self._line is None:
            super().connect()
            self._out_of_step = True
            self._owed = False
            self._mute = False

    def answers(self, within_s: float) -> bool:
        """Whether a modem is there: AT is asked twice, after an ESC out of a text that somebody left half entered.

        Nothing else is said to what does not answer, for it may be no modem at all. Raises PortLost.
        """
        self._send("\x1b")
        for _ in range(2):
            reply = self._ask("AT", self.clock.monotonic() + within_s / 2)
            # ESC out of a text has an OK of its own, and an answer that was late is in time for the second AT: in both
            # cases the answer to this AT would be taken for that of the next command.
            self._fell_silent()
            if reply is not None and reply.ok:
                return True
        return False

    def exchange(self, command: str, timeout_s: float = 10.0) -> Reply:
        """Send one command and return its whole answer, an error included. Raises Silent or PortLost."""
        if self._out_of_step:
            self.realign()
        deadline = self.clock.monotonic() + timeout_s
        reply = self._ask(command, deadline)
        if reply is not None and reply.doubtful:
            reply = self._settle_doubt(command, reply, deadline)
        if reply is None:
            self._fell_silent()
            raise Silent(command, timeout_s)
        return reply

    def ask(self, command: str, timeout_s: float = 10.0) -> tuple[str, ...]:
        """The information lines of a command that must succeed. Raises CommandRefused, Silent or PortLost."""
        reply = self.exchange(command, timeout_s)
        if not reply.ok:
            raise refusal(command, reply)
        return reply.lines

    def ask_prompt(self, command: str, timeout_s: float) -> Reply | None:
        """Send a command that is answered by a prompt. None: the prompt is there, `send_payload` comes next.

        A Reply is the modem's refusal. Raises Silent when neither came; nothing has been sent then, and the
        next exchange leaves the text entry by ESC should the prompt come late.
        """
        if self._out_of_step:
            self.realign()
        self.reader.expect(command, prompt=True)
        self._send(command + "\r")
        deadline = self.clock.monotonic() + timeout_s
        while True:
            event = self._next_answer(deadline)
            if isinstance(event, Prompt):
                return None
            if event is None:
                self._fell_silent()
                raise Silent(command, timeout_s)
            if not event.doubtful:
                return event
            self._file_late(event)

    def send_payload(
        self, payload: str, timeout_s: float, sign: str, meanwhile: Callable[[], None] | None = None
    ) -> Reply | None:
        """Send what the prompt asked for and Ctrl-Z. None is silence: the message may or may not be on its way.

        An information line that begins with `sign` is as good as the answer: if the final result code does not follow
        it soon, or the port is lost, the Reply has an empty one. An OK without such a line may be the late one of
        another command: the answer may still come, and nothing is asked meanwhile, for a character might abort the
        submit. `meanwhile` is done while the modem is busy with the message. Raises PortLost.
        """
        self.reader.expect_echo(payload)
        self._send(payload + "\x1a")
        if meanwhile is not None:
            meanwhile()
        doubtful: Reply | None = None
        deadline = self.clock.monotonic() + timeout_s
        while True:
            try:
                event = self._next_answer(min(deadline, self.clock.monotonic() + _REST_OF_ANSWER_S))
            except PortLost:
                if not self._has_heard(sign):
                    raise
                event = None
            if isinstance(event, Reply):
                if not event.doubtful:
                    return event
                self._file_late(event)
                doubtful = event
            if self._has_heard(sign):
                lines = self.reader.collected
                self._fell_silent()
                return Reply(lines, "")
            if self.clock.monotonic() >= deadline:
                self._fell_silent()
                return doubtful

    @property
    def out_of_step(self) -> bool:
        """Whether the modem owes an answer: the next exchange begins with the barrier."""
        return self._out_of_step

    def poll(self, *, look: bool = True) -> None:
        """Take what has arrived, without waiting; notices are filed. Raises PortLost.

        Without `look` only what was read already: who has just ended an exchange has read all there was.
        """
        if look and self.clock.wait((self,), self.clock.monotonic()):
            self._read()
        while self._events:
            event = self._events.popleft()
            if isinstance(event, Notice):
                self._file(event)
            else:
                # A prompt nobody waits for: the modem takes the next command for a text.
                self._out_of_step = self._owed = True

    def realign(self) -> None:
        """Get back into step: from here on an answer is that of its command. Raises Silent when the modem says nothing.

        A modem that has said nothing to several questions is asked one at a time until it answers again.

        A question that is refused or swallowed by a prompt gives way to the next at once. A modem that knows none
        of them gets AT: by then it has refused several, so that nothing older than they can be owed.
        """
        silences = prompts = refusals = 0
        silences_most = 1 if self._mute else _SILENCES
        while silences < silences_most and prompts < _PROMPTS and refusals <= len(_QUESTIONS):
            question = _QUESTIONS[self._question] if refusals < len(_QUESTIONS) else "AT"
            self._send(_ESCAPE)
            if self._owed:
                self._drain(self.clock.monotonic() + _ABORT_S)
            event = self._put(question)
            if event is None:
                silences += 1
            elif isinstance(event, Prompt):
                prompts += 1
            elif event.doubtful or not event.ok:
                refusals += 1
            else:
                self._out_of_step = self._owed = self._mute = False
                return
            self._owed = True
            self._question = (self._question + 1) % len(_QUESTIONS)
        self.reader.give_up()
        self._mute = True
        raise Silent(question, _QUESTION_S)

    def wake(self) -> None:
        """Call a modem that sleeps, or that finds the port's speed by these two letters; its answers do not count.

        Raises PortLost.
        """
        for _ in range(_WAKE_CALLS):
            self._ask("AT", self.clock.monotonic() + _WAKE_S)
            self._fell_silent()

    def put(self, command: str, *, prompt: bool = False) -> None:
        """Send a command as an examination does: without the barrier. `listen` tells what comes of it.

        Whatever is found, the next exchange begins with the barrier. Raises PortLost.
        """
        self._fell_silent()
        self.reader.expect(command, prompt=prompt)
        self._send(command + "\r")

    def listen(self, until: float) -> Reply | Prompt | None:
        """The next answer to what was `put`, a doubtful one too; None: none came by then. Raises PortLost."""
        return self._next_answer(until)

    def escape(self) -> None:
        """Leave a text entry, if the modem is in one, without sending. Raises PortLost."""
        self._send(_ESCAPE)

    # -- inside -------------------------------------------------------------------------------------------------

    def _has_heard(self, sign: str) -> bool:
        return any(line.startswith(sign) for line in self.reader.collected)

    def _ask(self, command: str, deadline: float) -> Reply | None:
        self.reader.expect(command)
        self._send(command + "\r")
        while True:
            event = self._next_answer(deadline)
            if event is None or isinstance(event, Reply):
                return event
            # The modem was in text entry, and the command is in its text now.
            self._out_of_step = self._owed = True

    def _put(self, question: str) -> Reply | Prompt | None:
        """Ask one question of the barrier: its own answer, a refusal, a prompt, or None for silence."""
        self.reader.expect(question, sure=question != "AT")
        self._send(question + "\r")
        deadline = self.clock.monotonic() + _QUESTION_S
        while True:
            event = self._next_answer(deadline)
            if not isinstance(event, Reply) or not event.doubtful:
                return event
            self._file_late(event)
            if not event.ok:
                return event

    def _settle_doubt(self, command: str, reply: Reply, deadline: float) -> Reply | None:
        """Whose answer a doubtful one is: ask something else; what came last before that answer is the command's."""
        while (event := self._next_answer(self.clock.monotonic())) is not None:  # it may be there already
            if isinstance(event, Reply):
                self._file_late(reply)
                if not event.doubtful:
                    return event
                reply = event
        question = _QUESTIONS[self._question]  # the one this modem has answered
        self.reader.expect(question, sure=True, beside=command)
        self._send(question + "\r")
        deadline = max(deadline, self.clock.monotonic() + _QUESTION_S)
        while True:
            event = self._next_answer(deadline)
            if event is None:
                return None
            if isinstance(event, Reply):
                if not event.doubtful:
                    return Reply(reply.lines, reply.final)
                self._file_late(reply)
                reply = event

    def _drain(self, until: float) -> None:
        """Whatever comes before `until` is nobody's answer."""
        while (event := self._next_answer(until)) is not None:
            if isinstance(event, Reply):
                self._file_late(event)

    def _fell_silent(self) -> None:
        self.reader.give_up()
        self._out_of_step = self._owed = True
