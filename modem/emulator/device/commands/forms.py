"""Shapes that many commands share: one number with a range, one answer to tell.

Owns the forms, not the meaning: the subject's module gives name, field and range.
"""

from collections.abc import Callable

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, AtError, Verb, accepts, incorrect, says


def number_setting(
    name: str, field: str, highest: int, refusal: Callable[[], AtError] = incorrect, default: int | None = None
) -> Verb:
    """A command that is one number from 0 to `highest`; `default` stands for a missing one, if that is allowed."""

    def choose(modem: Device, values: Parameters) -> Answer:
        value = values[0] if values and values[0] is not None else default
        if len(values) > 1 or not isinstance(value, int) or not 0 <= value <= highest:
            raise refusal()
        setattr(modem.settings, field, value)
        return None

    def read(modem: Device, values: Parameters) -> Answer:
        return f"{name}: {getattr(modem.settings, field)}"

    span = f"(0-{highest})" if highest > 1 else "(0,1)"
    return Verb(set=choose, read=read, test=says(f"{name}: {span}"), refusal=refusal)


def asked(answer: Callable[[Device], str]) -> Verb:
    """An execution command that only tells; its test form is an empty OK (27.007 §5)."""
    return Verb(execute=lambda modem, values: answer(modem), test=accepts)
