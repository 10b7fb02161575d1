"""What a person at a desk says that a citizen meant: decided about a reply, or told at the telephone.

Pure. Such a meaning has the name of the desk where a text has that of a rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.model import CRITERIA, Meaning, ReplyClass

DECIDED = "decided by a person"
TOLD = "told at the telephone"


def rated(rating: int, rule: str) -> Meaning:
    """One mark for the whole, or for what was asked."""
    return Meaning(ReplyClass.RATING, rule, rating)


def marked(marks: Mapping[str, int], rule: str) -> Meaning:
    """Marks by criterion: those that were given."""
    whole = len(marks) == len(CRITERIA)
    return Meaning(ReplyClass.VECTOR if whole else ReplyClass.PARTIAL, rule, criteria=dict(marks))


def said(cls: ReplyClass, rule: str) -> Meaning:
    """Something without a mark."""
    return Meaning(cls, rule, opt_out=cls is ReplyClass.OPTOUT)
