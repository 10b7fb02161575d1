"""What an operator may do to those who send too much, too fast, the wrong thing, or without paying: how it is written.

Every policy says how it answers: with a +CMS ERROR of 27.005 §3.2.5, or silently, which is a +CMGS reference and then
nothing. Which code an operator uses differs; the defaults are the causes 24.011 §8.2.5.4 gives for such cases.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from modem.emulator.network.accounts import Money
from modem.emulator.network.delays import Milliseconds

HOUR_MS = 3_600_000.0
_NUMBER_WANTED = "int_type"  # a document, where every scalar is a word, makes a number of it and asks again


def _is_code(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 999


def _answer(value: object) -> object:
    if value == "silent" or _is_code(value):
        return value
    raise PydanticCustomError(_NUMBER_WANTED, "An answer is the code of a +CMS ERROR, 0 to 999, or silent")


def _answer_or_delay(value: object) -> object:
    if value in ("silent", "delay") or _is_code(value):
        return value
    raise PydanticCustomError(_NUMBER_WANTED, "An answer is the code of a +CMS ERROR, 0 to 999, or silent or delay")


_Code = Annotated[int, Field(ge=0, le=999)]
Answer = Annotated[_Code | Literal["silent"], BeforeValidator(_answer)]


class _Policy(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DailyCap(_Policy):
    """So many parts a day and SIM; a day begins at midnight in the centre's zone."""

    limit: int = Field(strict=True, ge=0, description="Parts a day that are taken.")
    answer: Answer = Field(8, description="What those above it get: a +CMS ERROR, or silent.")


class Throttle(_Policy):
    """So many parts in any 60 seconds from one SIM."""

    per_minute: int = Field(strict=True, ge=1, description="Parts in 60 seconds that are taken.")
    answer: Annotated[_Code | Literal["silent", "delay"], BeforeValidator(_answer_or_delay)] = Field(
        42, description="What those above it get: a +CMS ERROR, silent, or delay, which lets +CMGS wait for its turn."
    )


class SpamFilter(_Policy):
    """The same text to many receivers, or a text the operator does not like."""

    receivers: int | None = Field(None, strict=True, ge=1, description="Receivers one text of one SIM may have.")
    within_ms: Milliseconds = Field(HOUR_MS, description="Milliseconds in which receivers are counted.")
    patterns: tuple[str, ...] = Field((), description="Regular expressions; a text in which one is found is refused.")
    answer: Answer = Field(21, description="What spam gets: a +CMS ERROR, or silent.")

    @field_validator("patterns")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as wrong:
                raise ValueError(f"{pattern!r} is not a regular expression: {wrong}") from None
        return patterns

    @model_validator(mode="after")
    def _filters(self) -> "SpamFilter":
        if self.receivers is None and not self.patterns:
            raise ValueError("a spam filter needs receivers or patterns")
        return self


class Credit(_Policy):
    """What a part costs; it is taken from the account of the SIM."""

    price: Money = Field(
        ge=0, description="For each part, in the operator's currency.", json_schema_extra={"minimum": 0}
    )
    answer: Answer = Field(10, description="What those get who cannot pay: a +CMS ERROR, or silent.")
