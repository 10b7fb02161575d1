"""Which command needs what of the card: the one table that is asked before a handler runs.

A command that is not listed works without a card. Test forms work always, except those whose answer stands on the
card. Commands of 27.005 refuse with +CMS ERROR, all others with +CME ERROR. Emergency calls need no card, so
dialling decides for itself, and so do commands of which only some parameters need one.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from modem.emulator.device.commandline import Form
from modem.emulator.device.results import AtError, CmeError, CmsError
from modem.emulator.device.sim import SimState


class Need(Enum):
    """How much of the card a command needs."""

    CARD = "a card that answers, locked or not"
    OPEN = "a card that is not locked"


# <err> of 27.007 §9.2 and of 27.005 §3.2.5 for each state that is in the way.
_CAUSES: Final = {
    SimState.ABSENT: (10, 310),
    SimState.PIN: (11, 311),
    SimState.PUK: (12, 316),
    SimState.FAILED: (13, 313),
    SimState.BUSY: (14, 314),
}
_LOCKED: Final = frozenset({SimState.PIN, SimState.PUK})


def card_error(state: SimState) -> CmeError:
    """What a command of 27.007 says in a state of the card other than READY."""
    return CmeError(_CAUSES[state][0])


def _message_error(state: SimState) -> CmsError:
    return CmsError(_CAUSES[state][1])


_Row = tuple[Need, Callable[[SimState], AtError]]


def _rows(names: str, need: Need, error: Callable[[SimState], AtError]) -> dict[str, _Row]:
    return dict.fromkeys(names.split(), (need, error))


_NEEDS: Final[dict[str, _Row]] = {
    **_rows("+CCID +ICCID ^ICCID +CPINR +CRSM", Need.CARD, card_error),  # EF ICCID is readable before the PIN
    **_rows("+QPINC +SPIC ^CPIN +ZPINPUK +CPINC ^SPIC", Need.CARD, card_error),
    **_rows("+CIMI +CNUM +CLCK +CPWD +CPBS +CPBR +CPBF +CPBW", Need.OPEN, card_error),
    **_rows("+CGATT +CGACT +CUSD +CCFC +CCWA", Need.OPEN, card_error),
    **_rows("+CPMS +CSCA +CSCB +CSAS +CRES +CNMI +CNMA", Need.OPEN, _message_error),
    **_rows("+CMGL +CMGR +CMGS +CMSS +CMGW +CMGD +CMGC", Need.OPEN, _message_error),
}
_TESTED_ON_CARD: Final = frozenset({"+CPBR", "+CPBF", "+CPBW", "+CMGD"})


def check_access(name: str, form: Form, state: SimState) -> None:
    """Raise what the modem answers if the card does not allow the command now."""
    row = _NEEDS.get(name)
    if row is None or state is SimState.READY or (form is Form.TEST and name not in _TESTED_ON_CARD):
        return
    need, error = row
    if need is Need.CARD and state in _LOCKED:
        return
    raise error(state)
