"""How long something takes: a fixed time or a distribution, as scenario files and the control port write it.

A delay is written as a number of milliseconds or as an object with a `kind`. The network keeps it as seconds or
as the distribution itself, and draws from a random source that is passed in. Knows nothing of what is delayed.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import log
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

if TYPE_CHECKING:
    from random import Random

Milliseconds = Annotated[float, Field(strict=True, ge=0, le=1e12, allow_inf_nan=False, description="Milliseconds.")]
_Positive = Annotated[float, Field(strict=True, gt=0, le=1e12, allow_inf_nan=False, description="Milliseconds.")]


class _Distribution(BaseModel, ABC):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @abstractmethod
    def draw(self, rng: "Random") -> float:
        """A delay in seconds, never below 0."""


class Uniform(_Distribution):
    """Anything between two bounds, each as likely as the other."""

    kind: Literal["uniform"]
    min_ms: Milliseconds
    max_ms: Milliseconds

    @model_validator(mode="after")
    def _ordered(self) -> "Uniform":
        if self.min_ms > self.max_ms:
            raise ValueError("min_ms is more than max_ms")
        return self

    def draw(self, rng: "Random") -> float:
        """A delay in seconds."""
        return rng.uniform(self.min_ms, self.max_ms) / 1000


class Normal(_Distribution):
    """Around a mean; what would be below 0 is 0."""

    kind: Literal["normal"]
    mean_ms: Milliseconds
    sd_ms: Milliseconds

    def draw(self, rng: "Random") -> float:
        """A delay in seconds."""
        return max(0.0, rng.gauss(self.mean_ms, self.sd_ms)) / 1000


class LogNormal(_Distribution):
    """Half below the median, with a long tail: what delivery times look like. `sigma` is that of the logarithm."""

    kind: Literal["lognormal"]
    median_ms: _Positive
    sigma: float = Field(strict=True, ge=0, le=5, allow_inf_nan=False, description="Of the natural logarithm.")

    def draw(self, rng: "Random") -> float:
        """A delay in seconds."""
        return rng.lognormvariate(log(self.median_ms), self.sigma) / 1000


class Exponential(_Distribution):
    """The wait for something that may come at any moment."""

    kind: Literal["exponential"]
    mean_ms: _Positive

    def draw(self, rng: "Random") -> float:
        """A delay in seconds."""
        return rng.expovariate(1 / self.mean_ms) / 1000


class Fixed(_Distribution):
    """Always the same; a bare number of milliseconds says it shorter."""

    kind: Literal["fixed"]
    ms: Milliseconds

    def draw(self, rng: "Random") -> float:
        """A delay in seconds."""
        return self.ms / 1000


Distribution = Fixed | Uniform | Normal | LogNormal | Exponential


def _kind(value: object) -> object:
    return value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", "ms")


DelayMs = Annotated[
    Annotated[Milliseconds, Tag("ms")]
    | Annotated[Fixed, Tag("fixed")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[LogNormal, Tag("lognormal")]
    | Annotated[Exponential, Tag("exponential")],
    Discriminator(
        _kind,
        custom_error_type="delay",
        custom_error_message="A delay is a number of milliseconds or an object whose kind is"
        " fixed, uniform, normal, lognormal or exponential",
    ),
]
"""A delay as it is written: milliseconds, or a distribution."""

_NUMBER = (int, float)  # a tuple: this is asked for every message, and int | float is made anew each time

Delay = float | Distribution
"""A delay as the network keeps it: seconds, or a distribution."""


def from_ms(written: float | Distribution) -> Delay:
    """A written delay as the network keeps it."""
    return written / 1000 if isinstance(written, int | float) else written


def to_ms(delay: Delay) -> object:
    """A kept delay as it is written, ready for JSON."""
    return delay * 1000 if isinstance(delay, int | float) else delay.model_dump()


def draw(delay: Delay, rng: "Random") -> float:
    """Seconds this time; a fixed delay takes nothing from the random source."""
    return delay if isinstance(delay, _NUMBER) else delay.draw(rng)
