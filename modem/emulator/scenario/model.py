"""A scenario as a value: steps, each with one moment and one thing that happens.

Owns the keys of a scenario file and their meaning. Times are in seconds after the start: the moment the emulator is
ready, or with `starts: terminal` the moment somebody first opens a port, so that the same client sees the same.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from modem.emulator.faults.kinds import AnyFault, Seconds
from modem.emulator.network.changes import NetworkChange
from modem.emulator.network.subscribers import Caller

ACTIONS = ("fault", "clear_faults", "deliver", "call", "ussd", "broadcast", "network")


class Part(BaseModel):
    """Part of a scenario: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Delivery(Part):
    """A subscriber writes to the modem."""

    sender: str = Field(alias="from", min_length=1, max_length=21)
    text: str = Field(max_length=40_000)


class IncomingCall(Caller):
    """A subscriber calls the modem, and what it does then."""

    sender: str = Field(alias="from", min_length=1, max_length=21)


class Push(Part):
    """The operator begins a USSD session with the modem."""

    text: str = Field(min_length=1, max_length=182)
    wants_reply: bool = False


class Broadcast(Part):
    """A text for every modem in the cell, under a message identifier."""

    text: str = Field(max_length=1395)
    mid: int = Field(50, ge=0, le=0xFFFF)


class Happening(Part):
    """The `nth` line of the log from now on that is of one `event`, of one modem if it says so."""

    event: Literal["submit", "deliver", "report", "fault", "call"]
    modem: str | None = None
    nth: int = Field(1, ge=1)


def _as_list(value: object) -> object:
    return value if isinstance(value, list) or value is None else [value]


class Step(Part):
    """One moment (`at_s`, `every_s` or `when`) and what happens then, to `modem` where it is a modem's affair."""

    at_s: Seconds | None = Field(None, description="Seconds after the start.")
    every_s: Annotated[Seconds, Field(ge=0.001)] | None = Field(
        None, description="Again and again, first after so long."
    )
    when: Happening | None = Field(None, description="After something is in the log.")
    after_s: Seconds = Field(0, description="Seconds between `when` and what happens.")
    times: int | None = Field(None, ge=1, description="With every_s or when: how often at most.")
    until_s: Seconds | None = Field(None, description="With every_s: no more after this time.")

    modem: str = Field("0", description="Number or name.")
    fault: Annotated[list[AnyFault], BeforeValidator(_as_list)] | None = None
    clear_faults: bool = False
    deliver: Delivery | None = None
    call: IncomingCall | None = None
    ussd: Push | None = None
    broadcast: Broadcast | None = None
    network: NetworkChange | None = None

    @model_validator(mode="after")
    def _has_one_moment_and_an_action(self) -> "Step":
        moments = [name for name in ("at_s", "every_s", "when") if getattr(self, name) is not None]
        if len(moments) != 1:
            raise ValueError("a step has exactly one of at_s, every_s and when")
        if not any(getattr(self, name) for name in ACTIONS):
            raise ValueError(f"nothing happens in this step; give it one of {', '.join(ACTIONS)}")
        if self.until_s is not None and self.every_s is None:
            raise ValueError("until_s goes with every_s")
        if self.times is not None and self.at_s is not None:
            raise ValueError("times goes with every_s or when")
        if self.after_s and self.when is None:
            raise ValueError("after_s goes with when")
        return self


class Scenario(Part):
    """A whole file."""

    title: str = ""
    starts: Literal["ready", "terminal"] = "ready"
    network: NetworkChange | None = Field(None, description="Conditions from the start.")
    steps: tuple[Step, ...] = ()
