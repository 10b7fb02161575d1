"""The phones of everybody who is not a modem: what a phone can be like, as it is written."""

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field


class HandsetState(StrEnum):
    """What a subscriber's phone does with a message, until it is told otherwise."""

    ON = "on"
    OFF = "off"  # kept until it is on again or the validity ends: then 0x46
    UNREACHABLE = "unreachable"  # tried a few times, then given up: 0x62
    BLOCKED = "blocked"  # refused for good: 0x42


class Handset(BaseModel):
    """One subscriber's phone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: HandsetState = Field(description="What the phone does with a message.")

    ON: ClassVar["Handset"]
    OFF: ClassVar["Handset"]
    UNREACHABLE: ClassVar["Handset"]
    BLOCKED: ClassVar["Handset"]


Handset.ON = Handset(state=HandsetState.ON)
Handset.OFF = Handset(state=HandsetState.OFF)
Handset.UNREACHABLE = Handset(state=HandsetState.UNREACHABLE)
Handset.BLOCKED = Handset(state=HandsetState.BLOCKED)
