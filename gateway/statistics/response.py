"""How many of those asked have answered: outcome rates after AAPOR, each with its numerator and denominator.

The American Association for Public Opinion Research, *Standard Definitions: Final Dispositions of Case Codes and
Outcome Rates for Surveys* (9th edition, 2016), names the letters and the formulas. A case here is one visit that was
asked about. Every visit is a fact of service, so every case is eligible: where AAPOR estimates the share e of eligible
cases among the unknown (RR3, RR4), e is 1 and gives RR1 and RR2 again. The letters stand for:

    I   complete         an overall rating, or all five criteria
    P   partial          some criteria
    R   refusal          asked not to be written to
    NC  non-contact      undeliverable, or the number is another person's
    O   other            replied, but gave no rating that could be understood
    UO  unknown, other   silent; in doubt whether the invitation went out; still open (AAPOR: "nothing returned")

An open case counts as not answered, so a rate of the last days is a lower bound that rises until they close. UH,
"unknown whether a household", cannot occur in a sample of persons. What was never asked about (no consent, barred,
waiting) is no case and in no AAPOR rate; the rates of consent and coverage, which are ours, show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What has become of one visit; each is in exactly one."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    REFUSAL = "refusal"
    UNDELIVERABLE = "undeliverable"
    WRONG_PERSON = "wrong person"
    NOT_UNDERSTOOD = "not understood"
    SILENT = "silent"
    IN_DOUBT = "in doubt"
    OPEN = "open"
    WAITING = "waiting"
    BARRED = "barred"
    NO_CONSENT = "no consent"
    LOST = "lost"


NEVER_ASKED = (Outcome.WAITING, Outcome.BARRED, Outcome.NO_CONSENT, Outcome.LOST)
"""What is no case of the survey; `lost` is a fault of ours, which the ledger names."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with both its halves, the symbol AAPOR gives it ("" for ours) and the formula in its letters."""

    name: str
    symbol: str
    numerator: int
    denominator: int
    formula: str

    @property
    def value(self) -> float | None:
        """0..1; None where there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Response:
    """Visits by outcome, zeros included, and how many invitations a handset is known to have."""

    outcomes: Mapping[Outcome, int]
    delivered: int

    @property
    def visits(self) -> int:
        return sum(self.outcomes.values())

    @property
    def asked(self) -> int:
        """The cases of the survey."""
        return self.visits - sum(self.outcomes[outcome] for outcome in NEVER_ASKED)

    @property
    def rated(self) -> int:
        return self.outcomes[Outcome.COMPLETE] + self.outcomes[Outcome.PARTIAL]

    @property
    def rates(self) -> tuple[Rate, ...]:
        """All rates, from the visit to the rating."""
        found = self.outcomes
        complete, rated, refused = found[Outcome.COMPLETE], self.rated, found[Outcome.REFUSAL]
        other = found[Outcome.NOT_UNDERSTOOD]
        consented = self.visits - found[Outcome.NO_CONSENT]
        heard = rated + refused + other
        every = "((I+P)+(R+NC+O)+UO)"
        return (
            Rate("consent", "", consented, self.visits, "visits with consent / visits"),
            Rate("delivery", "", self.delivered, self.asked, f"delivered / {every}"),
            Rate("response, complete", "RR1", complete, self.asked, f"I / {every}"),
            Rate("response", "RR2", rated, self.asked, f"(I+P) / {every}"),
            Rate("contact", "CON1", heard, self.asked, f"((I+P)+R+O) / {every}"),
            Rate("cooperation, complete", "COOP1", complete, heard, "I / ((I+P)+R+O)"),
            Rate("cooperation", "COOP2", rated, heard, "(I+P) / ((I+P)+R+O)"),
            Rate("refusal", "REF1", refused, self.asked, f"R / {every}"),
            Rate("coverage", "", rated, self.visits, "(I+P) / visits"),
        )


def respond(counts: Mapping[Outcome, int], delivered: int = 0) -> Response:
    """The response of visits that are counted by outcome; outcomes not named count zero.

    Raises ValueError for a negative count.
    """
    for outcome, count in counts.items():
        if count < 0:
            raise ValueError(f"Visits cannot be {outcome.value} {count} times.")
    return Response({outcome: counts.get(outcome, 0) for outcome in Outcome}, delivered)
