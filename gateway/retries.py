"""When a part that was not sent goes out again, and when it is given up.

Pure. Pauses grow by a factor and keep below a limit; each is spread by a quarter to both sides, so that what failed
together does not come back together. `chance` is a random number from 0 to 1; a half leaves the pause as it is.

Two counts stand on a part. A *try* was refused by the network, and after `MOST_TRIES` the part has failed. A *blame*
is a modem or a SIM that failed at it: that may be theirs or its own doing, so it goes back without using up a try, and
only if others went out meanwhile, or if it goes on and on, is it *isolated*: failed, lest it stop modem after modem.
"""

from __future__ import annotations

from modem.tables import CauseClass

MOST_TRIES = 8
SUSPECT_AFTER = 3
"""Blames after which a part is isolated if modems have sent others meanwhile."""
MOST_BLAMES = 8

_SOON = (5.0, 2.0, 3600.0)
# A night without a network, or with a full phone, is bridged by eight tries: they span half a day.
_LATER = (60.0, 3.0, 6 * 3600.0)
_BLAMED = (5.0, 4.0, 3600.0)
_SIM_RESTS = (60.0, 2.0, 3600.0)
_SPREAD = 0.25


def retry_after_s(cls: CauseClass, tries: int, chance: float = 0.5) -> float:
    """The pause after the n-th refusal that may pass."""
    return _pause_s(_SOON if cls is CauseClass.RETRY_SOON else _LATER, tries, chance)


def blamed_after_s(blames: int, chance: float = 0.5) -> float:
    """The pause after a modem or SIM has failed at a part for the n-th time: others go first."""
    return _pause_s(_BLAMED, blames, chance)


def sim_rests_s(stops: int, chance: float = 0.5) -> float:
    """How long a SIM that was taken out of sending for the n-th time in a row rests before one part tries it again."""
    return _pause_s(_SIM_RESTS, stops, chance)


def is_isolated(blames: int, *, others_went: bool) -> bool:
    """Whether a part is given up for what it does to modems."""
    return blames >= MOST_BLAMES or (blames >= SUSPECT_AFTER and others_went)


def _pause_s(kind: tuple[float, float, float], count: int, chance: float) -> float:
    first_s, factor, most_s = kind
    # The exponent is kept small: a float of a long row of refusals would overflow.
    pause_s = min(first_s * factor ** min(max(count - 1, 0), 40), most_s)
    return pause_s * (1 + _SPREAD * (2 * chance - 1))
