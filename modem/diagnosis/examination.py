"""What is asked of a modem to find out what is wrong with it: harmless questions, each some times, for a few seconds.

Nothing is sent, deleted or unlocked: a message is asked for up to its prompt and left by ESC, and no PIN is given.
The modem is asked to echo, so that a slow line can be told from a slow modem: the echo is late too. What could not be
answered in time ends the examination early; what was seen until then is the evidence.
"""

from __future__ import annotations

import re
from dataclasses import replace

from modem.diagnosis.answering import SUBMIT
from modem.diagnosis.evidence import Evidence, PortFault
from modem.diagnosis.recording import Recording, Turn
from modem.dialogues import pin, sim
from modem.dialogues.memories import Filling, Memories
from modem.driver import Modem
from modem.errors import ModemError, PortBusy, PortError, PortMissing
from modem.events import Prompt, Reply
from modem.ports import Place, PortBook

BUDGET_S = 10.0
ANSWER_S = 6.0
"""How long the answer to one question is waited for while nothing but its echo comes."""

_BITS = 10  # of an octet on a serial line, with start and stop
_QUIET_S = 2.0  # silence behind something that is no whole answer
_LISTEN_S = 1.0  # what a modem says by itself
_TAIL_S = 0.1  # between the characters of a line end
_BLANK_S = 0.05  # between the two characters of a prompt
_REST_S = 0.3
_OWED_MOST = 4
_MOST_LISTED = 10
_USED = re.compile(r'\+CPMS:\s*(?:"[A-Z_]+"\s*,\s*)?(\d+)')

_ECHO, _NO_ECHO = "ATE1", "ATE0"
_CALLS = ("AT", "AT")
_SETTINGS, _TELL_CAUSES, _PDU_MODE = "AT+CMEE?", "AT+CMEE=1", "AT+CMGF=0"
_WHO = ("AT+CGMM", "AT+CGSN")
_STATE = ("AT+CPIN?", "AT+CREG?", "AT+CEREG?", "AT+CSQ", "AT", "AT+COPS?", "AT+CSCA?", "AT+CPMS?")
_LIST, _READ = "AT+CMGL=4", "AT+CMGR=1"


def examine(modem: Modem, *, set_up: bool) -> Evidence:
    """Examine an open modem. `set_up`: it has been set up by the driver, and its settings are not to be mended here.

    Never raises ModemError; the port may be lost or the modem out of step afterwards.
    """
    clock = modem.clock
    recording = Recording(clock.monotonic)
    examiner = _Examiner(modem, recording)
    fault = None
    try:
        if not set_up or modem.out_of_step:
            _come_to_rest(modem)
        modem.tap = recording
        examiner.ask_all(set_up)
    except PortError as problem:
        fault = (PortFault.LOST, str(problem))
    finally:
        modem.tap = None
    evidence = Evidence(examiner.turns(), _BITS / modem.baudrate, set_up, fault)
    return evidence if fault is not None or examiner.is_over else _with_card(modem, evidence)


def examine_closed(modem: Modem, who: str, imei: str | None = None) -> Evidence:
    """Open the port for an examination and close it again; `imei` is that of the modem that was there last.

    Where the port is missing, that modem is looked for beside it.
    """
    try:
        modem.find_port()
        return examine(modem, set_up=False)
    except PortError as problem:
        evidence = Evidence(fault=(_fault_of(problem), str(problem)))
        if isinstance(problem, PortMissing) and imei is not None:
            return replace(evidence, found_at=_look_beside(modem, who, imei))
        return evidence
    finally:
        modem.close()


def _come_to_rest(modem: Modem) -> None:
    """Let go what is from another time: a text that was left half entered, notices that waited in the port."""
    modem.escape()
    modem.listen(modem.clock.monotonic() + _REST_S)


def _fault_of(problem: PortError) -> PortFault:
    match problem:
        case PortMissing():
            return PortFault.MISSING
        case PortBusy():
            return PortFault.HELD
        case _:
            return PortFault.CLOSED


def _look_beside(modem: Modem, who: str, imei: str) -> str | None:
    """The port beside a missing one at which this modem answers; one that somebody serves is not opened."""
    place = Place(who, modem.port, imei, PortBook())
    other = Modem(modem.port, modem.baudrate, clock=modem.clock, place=place)
    try:
        other.find_port()
        return other.port
    except PortError:
        return None
    finally:
        other.close()


def _with_card(modem: Modem, evidence: Evidence) -> Evidence:
    """What only whole dialogues tell: the card's number and the memories, or the tries left for a PIN it wants."""
    try:
        state = "".join(evidence.lines("AT+CPIN?")).partition(":")[2].strip()
        if state == "SIM PIN":
            return replace(evidence, tries=pin.tries_left(modem))
        if state == sim.READY:
            evidence = replace(evidence, card=modem.card.iccid())
            return replace(evidence, memories=_count(modem.memories))
    except PortError as problem:
        return replace(evidence, fault=(PortFault.LOST, str(problem)))
    except ModemError:
        return evidence  # it fell silent just now: the next dialogue is the one to deal with it
    return evidence


def _count(memories: Memories) -> dict[str, Filling]:
    if not memories.names:
        memories.find()
    counts = {name: memories.count(name) for name in memories.names}
    return {name: filling for name, filling in counts.items() if filling is not None}


class _Examiner:
    """Asks, and keeps what was heard after each question."""

    def __init__(self, modem: Modem, recording: Recording) -> None:
        self._modem = modem
        self._clock = modem.clock
        self._recording = recording
        self._until = 0.0
        self._asked: list[tuple[Turn, int, float]] = []  # with the place in the recording, and the time it was sent
        self._echo: bool | None = None
        self._silences = 0

    @property
    def is_over(self) -> bool:
        """Whether there is no more to find out: the time is spent, or the modem answers nothing."""
        return self._silences > 1 or self._clock.monotonic() >= self._until

    def turns(self) -> tuple[Turn, ...]:
        places = [place for _, place, _ in self._asked] + [self._recording.length]
        return tuple(
            replace(turn, heard=self._recording.pieces(first, last, sent_at))
            for (turn, first, sent_at), last in zip(self._asked, places[1:], strict=True)
        )

    def ask_all(self, set_up: bool) -> None:
        self._until = self._clock.monotonic() + BUDGET_S
        try:
            self._ask_with_echo(set_up)
        finally:
            self._stop_echo()
        self._ask(*_CALLS, *_WHO, *_CALLS)
        if not self.is_over:
            self._modem.listen(self._clock.monotonic() + _LISTEN_S)

    def _stop_echo(self) -> None:
        self._ask(_NO_ECHO)
        if self._echo:  # there was no time to ask
            self._put(_NO_ECHO, most_s=_REST_S)

    def _ask_with_echo(self, set_up: bool) -> None:
        if self._ask(_ECHO) is None:
            self._ask(_ECHO)  # a modem that slept has lost the first
        self._ask(*_CALLS, _SETTINGS)
        if not set_up:
            self._ask(_TELL_CAUSES)
        self._ask(_PDU_MODE, *_WHO, *_STATE)
        self._read_one()
        self._ask(*_WHO, *_CALLS)
        self._ask_for_prompt()

    def _read_one(self) -> None:
        """List what is in the memory, where that is little; read a slot where the modem does not list."""
        used = self._used()
        if used is None or used > _MOST_LISTED:
            return
        reply = self._ask(_LIST)
        if used and reply is not None and not reply.ok:
            self._ask(_READ)

    def _used(self) -> int | None:
        turn = next((turn for turn, _, _ in reversed(self._asked) if turn.command == "AT+CPMS?"), None)
        lines = turn.reply.lines if turn is not None and turn.reply is not None else ()
        found = _USED.search("\n".join(lines))
        return None if found is None else int(found[1])

    def _ask(self, *commands: str) -> Reply | None:
        reply = None
        for command in commands:
            if self.is_over:
                return None
            reply = self._put(command).reply
            if reply is None:
                self._silences += 1
                self._fall_into_step()
            else:
                self._silences = 0
            if command in (_ECHO, _NO_ECHO) and reply is not None and reply.ok:
                self._echo = command == _ECHO
        return reply

    def _fall_into_step(self) -> None:
        """Behind a question without an answer: what it owes comes before the answer to a call, or not at all."""
        if self.is_over or self._put("AT").reply is None:
            self._silences += 1
            return
        for _ in range(_OWED_MOST):
            if self._modem.listen(self._clock.monotonic() + _REST_S) is None:
                return

    def _ask_for_prompt(self) -> None:
        """Ask for a message up to its prompt, and leave it. Behind a prompt that did not come ESC does no harm."""
        if self.is_over:
            return
        turn = self._put(SUBMIT, prompt=True)
        if turn.reply is None:
            self._modem.listen(self._clock.monotonic() + _BLANK_S)
            self._modem.escape()
            self._modem.listen(self._clock.monotonic() + _QUIET_S / 4)
            self._modem.listen(self._clock.monotonic() + _TAIL_S)  # the echo of ESC and what stands behind it

    def _put(self, command: str, *, prompt: bool = False, most_s: float = ANSWER_S) -> Turn:
        place, sent_at = self._recording.length, self._clock.monotonic()
        turn = Turn(command, echo=self._echo, is_first=not self._asked)
        self._asked.append((turn, place, sent_at))
        self._modem.put(command, prompt=prompt)
        while True:
            now = self._clock.monotonic()
            until = min(self._patience(command, place, sent_at), sent_at + most_s)
            if now >= until:
                break
            event = self._modem.listen(until)
            if isinstance(event, Reply):
                turn = replace(turn, reply=event)
                if not self._recording.octets(place).endswith(b"\n"):  # its end may still be on its way
                    self._modem.listen(self._clock.monotonic() + _TAIL_S)
                break
            if isinstance(event, Prompt):
                turn = replace(turn, prompted=True)
                if not prompt:
                    self._modem.escape()  # it was in a text: the command is in it now
                break
        self._asked[-1] = (turn, place, sent_at)
        return turn

    def _patience(self, command: str, place: int, sent_at: float) -> float:
        """Until when to wait: long for a modem that says nothing, not so long behind half an answer."""
        last = self._recording.last_heard_at(place)
        echo = (command + "\r").encode()
        if last is None or self._recording.octets(place) in (b"", echo):
            return min(sent_at + ANSWER_S, max(self._until, sent_at + _QUIET_S))
        return min(last + _QUIET_S, sent_at + ANSWER_S)
