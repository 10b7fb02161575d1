"""The phones of everybody who is not a modem: what a phone can be like, and what the centre makes of it.

Owns the written form of a phone and the table from its state to TP-Status (23.040 §9.2.3.15). How a message is tried
is the business of `deliveries`.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from modem.emulator.network.delays import DelayMs
from modem.emulator.network.store import (
    BUSY,
    ERROR_IN_SME,
    EXPIRED,
    GAVE_UP,
    GAVE_UP_BUSY,
    NO_RESPONSE,
    NOT_OBTAINABLE,
    RECEIVED,
    REFUSED,
    UNCONFIRMED,
)

SLOW_MS = 5000.0


class HandsetState(StrEnum):
    """What a subscriber's phone does with a message, until it is told otherwise."""

    ON = "on"
    SLOW = "slow"  # takes it, after seconds
    UNCONFIRMED = "unconfirmed"  # the message was passed on, and nobody knows what became of it
    OFF = "off"  # kept until it is on again or the validity ends
    FULL = "full"  # no room: kept until there is, or the validity ends
    UNREACHABLE = "unreachable"  # tried a few times, then given up
    BUSY = "busy"  # the same
    BLOCKED = "blocked"  # refused for good
    UNKNOWN = "unknown"  # there is no such subscriber


class Patience(Enum):
    """How long the centre goes on trying."""

    NONE = auto()  # the first try decides
    RETRIES = auto()  # as the retry schedule says
    VALIDITY = auto()  # until the phone is back (alert) or the validity ends


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a state leads to: the final TP-Status and, while the centre still tries, the temporary one."""

    patience: Patience
    final: int
    trying: int = 0


CONDUCT = {
    HandsetState.ON: Conduct(Patience.NONE, RECEIVED),
    HandsetState.SLOW: Conduct(Patience.NONE, RECEIVED),
    HandsetState.UNCONFIRMED: Conduct(Patience.NONE, UNCONFIRMED),
    HandsetState.OFF: Conduct(Patience.VALIDITY, EXPIRED, NO_RESPONSE),
    HandsetState.FULL: Conduct(Patience.VALIDITY, EXPIRED, ERROR_IN_SME),
    HandsetState.UNREACHABLE: Conduct(Patience.RETRIES, GAVE_UP, NO_RESPONSE),
    HandsetState.BUSY: Conduct(Patience.RETRIES, GAVE_UP_BUSY, BUSY),
    HandsetState.BLOCKED: Conduct(Patience.NONE, REFUSED),
    HandsetState.UNKNOWN: Conduct(Patience.NONE, NOT_OBTAINABLE),
}


class Handset(BaseModel):
    """One subscriber's phone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: HandsetState = Field(description="What the phone does with a message.")
    status: int | None = Field(
        None, strict=True, ge=0, le=0x7F, description="Final TP-Status instead of the state's own; not 32 to 63."
    )
    trying: int | None = Field(
        None, strict=True, ge=0x20, le=0x3F, description="TP-Status of a failed try instead of the state's own."
    )
    cms_error: int | None = Field(
        None, strict=True, ge=0, le=999, description="Refuse submits to this number with this +CMS ERROR."
    )
    takes_ms: DelayMs | None = Field(None, description="How long the phone takes for a message; 5000 if it is slow.")
    for_ms: DelayMs | None = Field(None, description="How long the phone stays like this; for ever if not given.")
    then: "Handset | None" = Field(None, description="What it is like after that; on if not given.")

    ON: ClassVar["Handset"]
    OFF: ClassVar["Handset"]
    UNREACHABLE: ClassVar["Handset"]
    BLOCKED: ClassVar["Handset"]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.status is not None and 0x20 <= self.status <= 0x3F:
            raise ValueError("a status of 32 to 63 says that the centre still tries; give it as trying")
        if self.then is not None and self.for_ms is None:
            raise ValueError("then needs for_ms")
        return self

    @property
    def patience(self) -> Patience:
        """How long the centre goes on trying."""
        return CONDUCT[self.state].patience

    @property
    def final(self) -> int:
        """TP-Status of the end."""
        return CONDUCT[self.state].final if self.status is None else self.status

    @property
    def failing(self) -> int:
        """TP-Status while the centre still tries."""
        return CONDUCT[self.state].trying if self.trying is None else self.trying

    @property
    def slowness_ms(self) -> DelayMs:
        """How long the phone takes for a message."""
        if self.takes_ms is not None:
            return self.takes_ms
        return SLOW_MS if self.state is HandsetState.SLOW else 0.0


Handset.ON = Handset(state=HandsetState.ON)
Handset.OFF = Handset(state=HandsetState.OFF)
Handset.UNREACHABLE = Handset(state=HandsetState.UNREACHABLE)
Handset.BLOCKED = Handset(state=HandsetState.BLOCKED)
