"""PIN, PUK, locks and their passwords (27.007 §7.4, §7.5, §8.3, §8.65).

Owns the checks of form and what a wrong secret is answered with; the counting is the card's own.
"""

from fnmatch import fnmatchcase
from typing import Final

from modem.emulator.device.access import card_error
from modem.emulator.device.charset import number_from_terminal, secret_from_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, accepts, incorrect, says
from modem.emulator.device.sim import PIN_TRIES, PUK_TRIES, Secret, SimState
from modem.emulator.device.subscription import BARRINGS, CLASSES, DEFAULT_CLASSES, GROUPS

_CODES: Final = frozenset({SimState.READY, SimState.PIN, SimState.PUK})
_PERSONALISATIONS: Final = ("PN", "PU", "PP", "PC", "PF")  # none is active, and there is no key to make one so
_FACILITIES: Final = ("SC", "FD", *_PERSONALISATIONS, *BARRINGS, *GROUPS)
_UNLOCK, _LOCK, _QUERY = 0, 1, 2
_PIN_DIGITS, _PUK_DIGITS, _PASSWORD_DIGITS = (4, 8), (8, 8), (4, 4)


def _secret(modem: Device, value: int | str | None, length: tuple[int, int]) -> str:
    """A PIN, PUK or password as typed. What cannot be one is not presented, so it costs no try."""
    least, most = length
    digits = secret_from_terminal(value, modem.settings.cscs, least)
    if not digits.isascii() or not digits.isdecimal() or not least <= len(digits) <= most:
        raise CmeError(50)
    return digits


def _check_pin(right: bool, secret: Secret, blocked: int) -> None:
    """The card's answer to a PIN: SW 9804 wrong, SW 9840 wrong and now blocked (TS 51.011 §9.4.5)."""
    if not right:
        raise CmeError(blocked if secret.blocked else 16)


def _check_puk(right: bool, secret: Secret, dead: int) -> None:
    if not right:
        raise CmeError(dead if secret.dead else 16)


def _read_pin(modem: Device, values: Parameters) -> Answer:
    state = modem.slot.state
    if state not in _CODES:
        raise card_error(state)
    if state is SimState.READY and modem.slot.pin2_wanted:
        return f"+CPIN: {'SIM PUK2' if modem.sim.pin2.blocked else 'SIM PIN2'}"
    return f"+CPIN: {state.value}"


def _enter_pin(modem: Device, values: Parameters) -> Answer:
    """+CPIN=<pin>[,<newpin>] (27.007 §8.3): a PIN if one is wanted, or a PUK with the new PIN behind it."""
    slot, card = modem.slot, modem.sim
    state = slot.state
    if state not in _CODES:
        raise card_error(state)
    puk = state is SimState.PUK or (state is SimState.READY and slot.pin2_wanted and card.pin2.blocked)
    if state is SimState.READY and not slot.pin2_wanted:
        raise CmeError(3)
    if puk and len(values) == 1:
        raise CmeError(12 if state is SimState.PUK else 18)
    if len(values) != (2 if puk else 1):
        raise CmeError(50)
    first = _secret(modem, values[0], _PUK_DIGITS if puk else _PIN_DIGITS)
    if puk:
        pin = _secret(modem, values[1], _PIN_DIGITS)
        if state is SimState.PUK:
            _check_puk(slot.unblock(first, pin), card.pin, 13)
        else:
            _check_puk(card.pin2.unblock(first, pin), card.pin2, 18)
    elif state is SimState.PIN:
        _check_pin(slot.verify(first), card.pin, 12)
    else:
        _check_pin(card.pin2.verify(first), card.pin2, 18)
    return None


def _tries(modem: Device, values: Parameters) -> Answer:
    """+CPINR[=<sel_code>] (27.007 §8.65): tries left and in all; a selection may end in a star."""
    if len(values) > 1 or not all(isinstance(value, str) for value in values):
        raise CmeError(50)
    pattern = str(values[0]) if values else "*"
    card = modem.sim
    rows = (
        ("SIM PIN", card.pin.tries, PIN_TRIES),
        ("SIM PUK", card.pin.puk_tries, PUK_TRIES),
        ("SIM PIN2", card.pin2.tries, PIN_TRIES),
        ("SIM PUK2", card.pin2.puk_tries, PUK_TRIES),
    )
    shown = [f"+CPINR: {code},{left},{most}" for code, left, most in rows if fnmatchcase(code, pattern)]
    if not shown:
        raise CmeError(50)
    return "\r\n".join(shown)


def _lock(modem: Device, values: Parameters) -> Answer:
    """+CLCK=<fac>,<mode>[,<passwd>[,<class>]] (27.007 §7.4)."""
    named, mode, password, classes = [*values, None, None, None, None][:4]
    facility = number_from_terminal(str(named), modem.settings.cscs)
    if len(values) > 4 or facility not in _FACILITIES or mode not in (_UNLOCK, _LOCK, _QUERY):
        raise CmeError(50)
    if classes is not None and (not isinstance(classes, int) or not 1 <= classes <= sum(CLASSES)):
        raise CmeError(50)
    if facility in BARRINGS or facility in GROUPS:
        return _bar(modem, facility, mode, password, DEFAULT_CLASSES if classes is None else classes)
    if mode == _QUERY:
        locked = {"SC": modem.sim.pin.enabled, "FD": modem.sim.fixed_only}
        return f"+CLCK: {int(locked.get(facility, False))}"
    if facility in _PERSONALISATIONS:
        raise CmeError(3)
    digits = _secret(modem, password, _PIN_DIGITS)
    card = modem.sim
    if facility == "SC":
        _check_pin(modem.slot.enable_pin(digits, mode == _LOCK), card.pin, 12)
    else:
        _check_pin(card.pin2.verify(digits), card.pin2, 18)
        card.fixed_only = mode == _LOCK
    return None


def _bar(modem: Device, facility: str, mode: int | str | None, password: int | str | None, classes: int) -> Answer:
    """Barring is the network's (TS 22.088): it has to be reached, and its password is not a PIN."""
    if not modem.attached:
        raise CmeError(30)
    barring = modem.sim.barring
    if mode == _QUERY:
        if facility in GROUPS:
            raise CmeError(50)
        asked = [service for service in CLASSES if service & classes]
        return "\r\n".join(f"+CLCK: {int(barring.bars(facility, service))},{service}" for service in asked)
    if mode == _LOCK and facility in GROUPS:
        raise CmeError(50)
    if _secret(modem, password, _PASSWORD_DIGITS) != barring.password:
        raise CmeError(16)
    barring.set(facility, mode == _LOCK, classes)
    return None


def _change_password(modem: Device, values: Parameters) -> Answer:
    """+CPWD=<fac>,<oldpwd>,<newpwd> (27.007 §7.5)."""
    if len(values) != 3:
        raise CmeError(50)
    named, old, new = values
    facility = number_from_terminal(str(named), modem.settings.cscs)
    card = modem.sim
    if facility in ("SC", "P2"):
        before, after = _secret(modem, old, _PIN_DIGITS), _secret(modem, new, _PIN_DIGITS)
        if facility == "P2":
            _check_pin(card.pin2.change(before, after), card.pin2, 18)
        elif not card.pin.enabled:
            raise CmeError(3)  # a card changes its PIN only while it asks for it (TS 51.011 §8.10)
        else:
            _check_pin(modem.slot.change_pin(before, after), card.pin, 12)
    elif facility in BARRINGS or facility in GROUPS:
        if not modem.attached:
            raise CmeError(30)
        before, after = _secret(modem, old, _PASSWORD_DIGITS), _secret(modem, new, _PASSWORD_DIGITS)
        if before != card.barring.password:
            raise CmeError(16)
        card.barring.password = after
    else:
        raise CmeError(50)
    return None


_LENGTHS = ",".join(
    [f'("{facility}",8)' for facility in ("SC", "P2")] + [f'("{name}",4)' for name in (*BARRINGS, *GROUPS)]
)

COMMANDS: CommandTable = {
    "+CPIN": Verb(set=_enter_pin, read=_read_pin, test=accepts, refusal=incorrect),
    "+CPINR": Verb(set=_tries, execute=_tries, test=accepts, refusal=incorrect),
    "+CLCK": Verb(
        set=_lock, test=says("+CLCK: (" + ",".join(f'"{name}"' for name in _FACILITIES) + ")"), refusal=incorrect
    ),
    "+CPWD": Verb(set=_change_password, test=says(f"+CPWD: {_LENGTHS}"), refusal=incorrect),
}
