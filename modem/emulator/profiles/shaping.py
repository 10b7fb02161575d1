"""The command table of a real modem, made from the generic one by what its profile says.

Pure. Rows are left out, restricted, answered with fixed texts, or added; the result is a table like any other. A test
form that the profile gives as ranges is also what the set form takes, so that the two cannot disagree.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from modem.emulator.device.commandline import Form, Parameters
from modem.emulator.device.commands.makers import MAKERS
from modem.emulator.device.results import Answer, AtError, CommandTable, Handler, Verb, says
from modem.emulator.profiles.behaviour import fill
from modem.emulator.profiles.profile import Kept, Profile, Values, command_form, ranges, refusal
from modem.emulator.profiles.quirks import QUIRKS

if TYPE_CHECKING:
    from modem.emulator.device.device import Device


def shape(base: CommandTable, profile: Profile) -> CommandTable:
    """The commands of a modem of this profile."""
    table = {name: verb for name, verb in base.items() if name not in profile.removed}
    table.update((name, MAKERS[name]) for name in profile.added)
    for name, text in profile.values.items():
        table[name] = _limited(table.get(name, Verb()), name, text)
    for name, kept in profile.kept.items():
        table[name] = _kept(name, kept)
    for form_text, answer in profile.answers.items():
        name, form = command_form(form_text)
        table[name] = _answering(table.get(name, Verb()), form, answer)
    if profile.clac == "none":
        table.pop("+CLAC", None)
    elif profile.clac != "lines":
        table["+CLAC"] = replace(table["+CLAC"], execute=_LISTINGS[profile.clac])
    shaped: CommandTable = table
    for quirk in profile.quirks:
        change = QUIRKS[quirk].table
        shaped = change(shaped) if change else shaped
    return shaped


def _limited(verb: Verb, name: str, text: str) -> Verb:
    """A command whose parameters are the ones its test form lists. One that can be only one thing may be left out."""
    allowed = ranges(text)

    def choose(modem: "Device", values: Parameters) -> Answer:
        if len(values) > len(allowed):
            raise verb.refusal()
        for value, group in zip(values, allowed, strict=False):
            if value is not None and group is not None and value not in group:
                raise verb.refusal()
        return verb.set(modem, _completed(values, allowed)) if verb.set else None

    return replace(verb, test=says(f"{name}: {text}"), set=choose)


def _completed(values: Parameters, allowed: Values) -> Parameters:
    """Parameters with those filled in that were left out and can be only one thing, other than nothing at all."""
    given = [*values, *[None] * (len(allowed) - len(values))]
    for place, group in enumerate(allowed):
        if given[place] is None and group is not None and len(group) == 1 and 0 not in group:
            given[place] = next(iter(group))
    while len(given) > len(values) and given[-1] is None:
        given.pop()
    return tuple(given)


def _kept(name: str, kept: Kept) -> Verb:
    """A number of the maker's own."""

    def choose(modem: "Device", values: Parameters) -> Answer:
        if len(values) != 1 or not isinstance(values[0], int):
            raise AtError
        modem.behaviour.kept[name] = values[0]
        return None

    plain = Verb(set=choose, read=lambda modem, values: f"{name}: {modem.behaviour.kept[name]}")
    return _limited(plain, name, kept.values)


def _answering(verb: Verb, form: Form, answer: str | None) -> Verb:
    """A command of which one form always answers the same."""
    handler = _fixed(answer)
    if form is Form.EXECUTE:
        return replace(verb, execute=handler)
    if form is Form.READ:
        return replace(verb, read=handler)
    return replace(verb, test=handler) if form is Form.TEST else replace(verb, set=handler)


def _fixed(answer: str | None) -> Handler:
    def respond(modem: "Device", values: Parameters) -> Answer:
        error = refusal(answer) if answer else None
        if error is not None:
            raise error
        return fill(answer, modem) if answer else None

    return respond


def _listing(between: str, before: str, each: str) -> Handler:
    return lambda modem, values: before + between.join(f"{each}{name}" for name in sorted(modem.commands))


_LISTINGS: dict[str, Handler] = {
    "prefixed": _listing(",", "+CLAC:", ""),
    "at-lines": _listing("\r\n", "", "AT"),
}
