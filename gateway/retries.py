"""When a part that was not sent goes out again, and when it is given up.

Pure. `chance` is a random number from 0 to 1 that spreads a pause; a half leaves it as it is.

Two counts stand on a part. A *try* was refused by the network, and after `MOST_TRIES` the part has failed. A *blame*
is a modem or a SIM that failed at it: that may be theirs or its own doing, so it goes back without using up a try, and
only if the same SIM sent others meanwhile, or if it goes on and on, is it *isolated*: failed, lest it stop modem after
modem.
"""

from __future__ import annotations

from modem.tables import CauseClass
from scheduler.pacing import Backoff

MOST_TRIES = 8
SUSPECT_AFTER = 3
"""Blames after which a part is isolated if the SIM that failed at it has sent others meanwhile."""
MOST_BLAMES = 8

_SOON = Backoff(5, 2, 3600)
# A night without a network, or with a full phone, is bridged by eight tries: they span half a day.
_LATER = Backoff(60, 3, 6 * 3600)
_BLAMED = Backoff(5, 4, 3600)
_SIM_RESTS = Backoff(60, 2, 3600)


def retry_after_s(cls: CauseClass, tries: int, chance: float = 0.5) -> float:
    """The pause after the n-th refusal that may pass."""
    return (_SOON if cls is CauseClass.RETRY_SOON else _LATER).pause_s(tries, chance)


def blamed_after_s(blames: int, chance: float = 0.5) -> float:
    """The pause after a modem or SIM has failed at a part for the n-th time: others go first."""
    return _BLAMED.pause_s(blames, chance)


def sim_rests_s(stops: int, chance: float = 0.5) -> float:
    """How long a SIM that was taken out of sending for the n-th time in a row rests before one part tries it again."""
    return _SIM_RESTS.pause_s(stops, chance)


def is_isolated(blames: int, *, others_went: bool) -> bool:
    """Whether a part is given up for what it does to modems."""
    return blames >= MOST_BLAMES or (blames >= SUSPECT_AFTER and others_went)
