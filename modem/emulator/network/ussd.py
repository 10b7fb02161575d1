"""USSD of the operator: services and menus as data, the sessions in them, and messages the operator begins.

Owns what a code answers, what a reply leads to, and when a session is over. It reaches modems through `Terminal`
and knows nothing of AT. Balance and top-up are those of the subscriber's account.

Time comes in as `now` (seconds since the epoch); what is due later goes on the agenda.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from modem.emulator.agenda import Agenda
from modem.emulator.codec.alphabet import text_to_septets
from modem.emulator.journal import Journal, UssdEvent
from modem.emulator.network.accounts import Accounts

MAX_SEPTETS, MAX_UCS2_UNITS = 182, 80  # a USSD string is up to 160 octets (TS 24.080 §4.5)
NO_MORE, ASKS, TERMINATED, NOT_SUPPORTED, TIMED_OUT = 0, 1, 2, 4, 5  # <m> of +CUSD (27.007 §7.15)
REPLY_MARK = "{reply}"
_AMOUNT = re.compile(r"[0-9]{1,6}")
_CODE = re.compile(r"[*#][0-9*#]*(?:\{reply\}[0-9*#]*)?#")


class UssdOutcome(Enum):
    """How the network meets a request; the number is the <m> that ends it."""

    ANSWERS = "answers"
    TERMINATED = "terminated"  # the network releases the session
    NOT_SUPPORTED = "not_supported"
    TIMES_OUT = "times_out"


_ENDS = {
    UssdOutcome.ANSWERS: NO_MORE,
    UssdOutcome.TERMINATED: TERMINATED,
    UssdOutcome.NOT_SUPPORTED: NOT_SUPPORTED,
    UssdOutcome.TIMES_OUT: TIMED_OUT,
}


def check_length(text: str) -> None:
    """ValueError if a text does not fit into a USSD string."""
    if _cut(text) != text:
        raise ValueError(f"a USSD text has up to {MAX_SEPTETS} GSM 7-bit characters, or {MAX_UCS2_UNITS} in UCS2")


def _cut(text: str) -> str:
    try:
        while len(text_to_septets(text)) > MAX_SEPTETS:
            text = text[:-1]
    except UnicodeError:
        while len(text.encode("utf-16-be", "surrogatepass")) > 2 * MAX_UCS2_UNITS:
            text = text[:-1]
    return text


class Answer(BaseModel):
    """What the network says to a code or a reply. With `choices` or `otherwise` it asks for a reply, else it ends.

    In `text` {balance}, {number} and {reply} stand for the subscriber's balance and number and for what was typed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field("", description="What the subscriber is shown; up to 182 characters of GSM 7-bit, 80 in UCS2.")
    outcome: UssdOutcome = Field(UssdOutcome.ANSWERS, description="How the network meets the request.")
    pause_s: float = Field(0.5, ge=0, allow_inf_nan=False, description="Seconds until it does.")
    pays_in: bool = Field(False, description="What was typed is an amount, paid in before the text is made.")
    choices: dict[str, "Answer"] = Field(
        default_factory=dict, description="Answers by reply; to any other one it asks again."
    )
    otherwise: "Answer | None" = Field(None, description="What any other reply leads to.")

    @property
    def asks(self) -> bool:
        """Whether the session goes on with a reply."""
        return bool(self.choices) or self.otherwise is not None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.outcome is not UssdOutcome.ANSWERS and self.asks:
            raise ValueError("only an answer can ask for a reply")
        if self.outcome is UssdOutcome.ANSWERS and not self.text:
            raise ValueError("an answer needs a text")
        if self.pays_in and self.asks:
            raise ValueError("an answer that pays in cannot ask for a reply")
        check_length(self.text)
        return self


class Services(BaseModel):
    """Codes and what they answer. {reply} in a code stands for digits, as in *102*{reply}#."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    codes: dict[str, Answer] = Field(description="Answers by code, as *100#.")
    unknown: Answer = Field(Answer(outcome=UssdOutcome.NOT_SUPPORTED), description="The answer to every other code.")
    reply_within_s: float = Field(
        60.0, gt=0, allow_inf_nan=False, description="Seconds the network waits for a reply, then ends the session."
    )

    @model_validator(mode="after")
    def _codes_can_be_dialled(self) -> Self:
        for code in self.codes:
            if not _CODE.fullmatch(code):
                raise ValueError(f"{code} is no USSD code: it begins with * or # and ends with #")
        return self

    def find(self, typed: str) -> tuple[Answer, str]:
        """The answer to a code, and what stands for {reply} in it."""
        if typed in self.codes:
            return self.codes[typed], ""
        for code, answer in self.codes.items():
            head, mark, tail = code.partition(REPLY_MARK)
            if mark and (found := re.fullmatch(f"{re.escape(head)}([0-9]+){re.escape(tail)}", typed)):
                return answer, found[1]
        return self.unknown, ""


_BALANCE = Answer(text="Баланс: {balance} р.")
_TOPPED_UP = Answer(text="Зачислено. Баланс: {balance} р.", pays_in=True)
SERVICES = Services(
    codes={
        "*100#": Answer(text="Balans: {balance} r."),
        "*102*{reply}#": Answer(text="Zachisleno. Balans: {balance} r.", pays_in=True),
        "*105#": Answer(
            text="1 Баланс\n2 Пополнить\n3 Мой номер",
            choices={
                "1": _BALANCE,
                "2": Answer(text="Сумма в рублях?", otherwise=_TOPPED_UP),
                "3": Answer(text="{number}"),
            },
        ),
    }
)


class Terminal(Protocol):
    """A modem as USSD sees it."""

    @property
    def name(self) -> str:
        """The modem's name."""
        ...

    @property
    def number(self) -> str:
        """The subscriber number."""
        ...

    @property
    def reachable(self) -> bool:
        """Whether the network can reach it."""
        ...

    def show_ussd(self, m: int, text: str | None, now: float) -> None:
        """The network says something."""
        ...


class Ussd:
    """The operator's USSD; `services` gives those of the moment, for they can be changed at any time."""

    def __init__(self, journal: Journal, agenda: Agenda, accounts: Accounts, services: Callable[[], Services]) -> None:
        self._services = services
        self._journal = journal
        self._at = agenda.at
        self._accounts = accounts
        self._sessions: dict[Terminal, Answer] = {}  # what the network said last; another object at every step

    def sent(self, terminal: Terminal, typed: str, now: float) -> None:
        """A modem begins a session, or replies within its own."""
        self._journal.add(UssdEvent(now, terminal.name, "request", typed))
        asked = self._sessions.get(terminal)
        if asked is None:
            answer, reply = self._services().find(typed)
        else:
            answer, reply = asked.choices.get(typed) or asked.otherwise or asked, typed
        if answer.pays_in and not _AMOUNT.fullmatch(reply):
            answer = asked or self._services().unknown
        self._then(terminal, answer, reply, now)

    def cancelled(self, terminal: Terminal, now: float) -> None:
        """A modem ends its session."""
        if self._sessions.pop(terminal, None) is not None:
            self._journal.add(UssdEvent(now, terminal.name, "cancel"))

    def push(self, terminal: Terminal, text: str, wants_reply: bool, now: float) -> None:
        """The operator begins: a notice, or a question whose reply goes to the log. ValueError if that cannot be."""
        if not text:
            raise ValueError("a USSD text must not be empty")
        check_length(text)
        if not terminal.reachable:
            raise ValueError(f"{terminal.name} is not in the network")
        if terminal in self._sessions:
            raise ValueError(f"{terminal.name} has a USSD session already")
        end = Answer(outcome=UssdOutcome.TERMINATED) if wants_reply else None
        self._then(terminal, Answer(text=text, pause_s=0, otherwise=end), "", now)

    def _then(self, terminal: Terminal, answer: Answer, reply: str, now: float) -> None:
        step = self._sessions[terminal] = answer.model_copy()
        self._at(now + answer.pause_s, lambda then: self._say(terminal, step, reply, then))

    def _say(self, terminal: Terminal, step: Answer, reply: str, now: float) -> None:
        if self._sessions.get(terminal) is not step:
            return
        account = self._accounts.of(terminal.number)
        if step.pays_in:
            account.top_up(Decimal(reply))
        text = step.text.replace("{balance}", f"{account.balance:.2f}").replace("{number}", terminal.number)
        m = ASKS if step.asks else _ENDS[step.outcome]
        if step.asks:
            self._at(now + self._services().reply_within_s, lambda then: self._expire(terminal, step, then))
        else:
            del self._sessions[terminal]
        self._show(terminal, m, _cut(text.replace(REPLY_MARK, reply)) or None, now)

    def _expire(self, terminal: Terminal, step: Answer, now: float) -> None:
        if self._sessions.get(terminal) is step:
            del self._sessions[terminal]
            self._show(terminal, TERMINATED, None, now)

    def _show(self, terminal: Terminal, m: int, text: str | None, now: float) -> None:
        self._journal.add(UssdEvent(now, terminal.name, "answer", text, m))
        terminal.show_ussd(m, text, now)
