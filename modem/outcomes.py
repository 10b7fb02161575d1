"""How a submit ends: accepted, refused, unknown. All three are ordinary ends, so they are values and no exceptions."""

from __future__ import annotations

from dataclasses import dataclass

from modem.tables import Cause


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service centre has the part under this TP-MR, which its delivery report will name.

    `reference` is None where the modem said +CMGS without a number that can be one.
    """

    reference: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Unknown:
    """May have been sent; `why` is for the operator. Who sends it again may send it twice."""

    why: str


Outcome = Accepted | Refused | Unknown
