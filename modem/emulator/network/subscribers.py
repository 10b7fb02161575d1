"""Outside subscribers on the telephone: what they do when they are called, or call, as data, and who does it.

Owns the behaviour values that a scenario or the control port sets, and `Subscriber`, the end of a call that acts
by them. The exchange puts calls through and knows none of this.
"""

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from modem.emulator.agenda import Action
from modem.emulator.device.effects import Cause
from modem.emulator.network.handsets import Handset, HandsetState

if TYPE_CHECKING:
    from modem.emulator.network.exchange import Exchange

KEY_PAUSE_S = 0.25  # between the tones of a subscriber
_KEYS = r"^[0-9*#A-D]*$"
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Keys = Annotated[str, Field(pattern=_KEYS)]
Key = Annotated[str, Field(pattern=r"^[0-9*#A-D]$")]


def check_number(number: str) -> str:
    """The number; ValueError unless it can be dialled: up to 20 digits, * and #, perhaps a plus sign before them."""
    digits = number.removeprefix("+")
    if not 0 < len(digits) <= 20 or any(char not in "0123456789*#" for char in digits):
        raise ValueError(f"{number!r} is no telephone number: up to 20 digits, perhaps a plus sign before them")
    return number


Number = Annotated[
    str, AfterValidator(check_number), WithJsonSchema({"type": "string", "pattern": r"^\+?[0-9*#]{1,20}$"})
]


class Conversation(BaseModel):
    """What a subscriber does once the call is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: Keys = Field("", description="DTMF tones it sends, one every 0.25 s, beginning 0.25 s after the answer.")
    replies: dict[Key, Keys] = Field(default_factory=dict, description="A tone heard, and the tones sent upon it.")
    hangs_up_on: Key | None = Field(None, description="It ends the call when it hears this tone.")
    hangs_up_after_s: Seconds | None = Field(None, description="It ends the call so many seconds after the answer.")


class Outcome(Enum):
    """How an outside subscriber meets a call."""

    ANSWERS = "answers"
    SILENT = "silent"  # rings until the caller or the network gives up
    REJECTS = "rejects"  # presses the red button
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # off or out of reach
    UNALLOCATED = "unallocated"  # nobody has this number


_REFUSALS = {
    Outcome.BUSY: Cause.BUSY,
    Outcome.UNREACHABLE: Cause.UNREACHABLE,
    Outcome.UNALLOCATED: Cause.UNALLOCATED,
}


_HANDSETS = {
    HandsetState.OFF: Cause.UNREACHABLE,
    HandsetState.UNREACHABLE: Cause.UNREACHABLE,
    HandsetState.BUSY: Cause.BUSY,
    HandsetState.UNKNOWN: Cause.UNALLOCATED,
}


def refusal_of(handset: Handset) -> Cause | None:
    """Why a call to a phone in this state does not even ring; None if it does."""
    return _HANDSETS.get(handset.state)


class Called(Conversation):
    """A subscriber who is called; answers or rejects after ringing for `after_s` seconds."""

    outcome: Outcome = Field(Outcome.ANSWERS, description="How it meets the call; silent: it rings and nobody comes.")
    after_s: Seconds = Field(3.0, description="Seconds it rings before it answers or rejects.")

    @property
    def refusal(self) -> Cause | None:
        """Why a call does not even ring; None if it does."""
        return _REFUSALS.get(self.outcome)


class Caller(Conversation):
    """A subscriber who calls a modem; without an answer it gives up after `gives_up_after_s` seconds."""

    withheld: bool = Field(False, description="Whether it keeps its number from the modem.")
    gives_up_after_s: Seconds | None = Field(
        None, description="Seconds it lets the modem ring; null: until the network ends the call."
    )


class Subscriber:
    """An outside subscriber in one call. It acts through the exchange, as a modem does."""

    name = ""
    reachable = True

    def __init__(
        self, number: str, behaviour: Called | Caller, exchange: "Exchange", at: Callable[[float, Action], None]
    ) -> None:
        self.number = number
        self.behaviour = behaviour
        self._exchange = exchange
        self._at = at

    @property
    def withheld(self) -> bool:
        """Whether it keeps its number from the one it calls."""
        return isinstance(self.behaviour, Caller) and self.behaviour.withheld

    def ring(self, number: str | None, now: float) -> None:
        """It is called."""
        behaviour = self.behaviour
        if not isinstance(behaviour, Called):
            return
        if behaviour.outcome is Outcome.ANSWERS:
            self._at(now + behaviour.after_s, self._answer)
        elif behaviour.outcome is Outcome.REJECTS:
            self._at(now + behaviour.after_s, lambda then: self._exchange.hang_up(self, Cause.REJECTED, then))

    def alerting(self, now: float) -> None:
        """The modem it calls rings."""
        if isinstance(self.behaviour, Caller) and self.behaviour.gives_up_after_s is not None:
            self._at(now + self.behaviour.gives_up_after_s, self._give_up)

    def answered(self, now: float) -> None:
        """The modem it calls has answered."""
        self._talk(now)

    def hear(self, key: str, now: float) -> None:
        """A tone: it hangs up or sends its reply."""
        if key == self.behaviour.hangs_up_on:
            self._exchange.hang_up(self, Cause.NORMAL, now)
        else:
            self._send(self.behaviour.replies.get(key, ""), now)

    def cleared(self, cause: Cause, now: float) -> None:
        """The call is over; nothing is left to do, and the exchange ignores what was still planned."""

    def _answer(self, now: float) -> None:
        if self._exchange.answer(self, now):
            self._talk(now)

    def _give_up(self, now: float) -> None:
        call = self._exchange.call_of(self)
        if call is not None and call.answered_at is None:
            self._exchange.hang_up(self, Cause.NORMAL, now)

    def _talk(self, now: float) -> None:
        self._send(self.behaviour.keys, now)
        if self.behaviour.hangs_up_after_s is not None:
            self._at(now + self.behaviour.hangs_up_after_s, self._leave)

    def _leave(self, now: float) -> None:
        self._exchange.hang_up(self, Cause.NORMAL, now)

    def _send(self, keys: str, now: float) -> None:
        for place, key in enumerate(keys, 1):
            self._at(now + place * KEY_PAUSE_S, partial(self._exchange.key, self, key))
