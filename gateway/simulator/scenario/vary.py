"""A scenario with some of its keys changed: what `--vary` says, and what a scenario becomes by it.

Pure. A key is named by its way through the file, `box.survey.delay_s`; the ones that are asked for most have short
names. A value is written as in the file. What a key can have is for the scenario to say.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from gateway.errors import ScenarioError
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.writing import as_document
from modem import documents

SHORT = {
    "modems": "modems.count",
    "survey": "box.survey.script",
    "text": "box.survey.script",
    "delay": "box.survey.delay_s",
    "visits": "visits.per_day",
    "operators": "desk.operators",
    "response": "citizens.response",
    "profile": "modems.profile",
}
"""Short names of keys. A text is a survey: what is asked, and in which words, is in its file."""
MOST_VALUES = 1000
_RANGE = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})")
_OPENING, _CLOSING, _QUOTES = "[{", "]}", "\"'"


@dataclass(frozen=True, slots=True)
class Axis:
    """One key, and the values it takes in turn, as words."""

    key: str
    values: tuple[str, ...]


def axis(text: str) -> Axis:
    """`modems.count=1..8` or `box.survey.delay_s=0,86400`: whole numbers from one to another, or a list, or both.

    A comma between brackets or quotes belongs to the value. Raises ScenarioError.
    """
    key, equals, words = text.partition("=")
    if not equals or not words.strip():
        raise ScenarioError(f"{text!r} says no values: write --vary modems=1..8, or --vary box.survey.delay_s=0,86400.")
    key = full_key(key.strip())
    values = tuple(value for word in _split(words) for value in _values(word, text))
    if len(values) > MOST_VALUES:
        raise ScenarioError(f"{text!r} has {len(values)} values; the most is {MOST_VALUES}.")
    doubled = sorted({value for value in values if values.count(value) > 1})
    if doubled:
        raise ScenarioError(f"{text!r} has the value {doubled[0]} more than once; keep one.")
    return Axis(key, values)


def full_key(name: str) -> str:
    """The key of a scenario that is named so. Raises ScenarioError with the one that was probably meant."""
    key = SHORT.get(name, name)
    known = list(_keys(Scenario, ()))
    if key in known or any(_matches(key, pattern) for pattern in known):
        return key
    raise ScenarioError(f"A scenario has no key {name}{_meant(name, known)}")


def _meant(name: str, known: list[str]) -> str:
    """What was probably meant by a key that there is not: the end of its name goes before how alike all of it is."""
    ends = [key for key in known if key.endswith(f".{name.rsplit('.', 1)[-1]}")]
    near = difflib.get_close_matches(name, SHORT, n=1, cutoff=0.9) or (
        ends if len(ends) == 1 else difflib.get_close_matches(name, known, n=1)
    )
    if not near:
        return "; keys are named as in its file, such as modems.count."
    return f", did you mean {near[0]}?"


def short_name(key: str) -> str:
    """What a key is called among people: its short name where it has one."""
    return next((name for name, full in SHORT.items() if full == key), key)


def varied(scenario: Scenario, changes: Mapping[str, str]) -> Scenario:
    """The scenario with other values for some keys, full names, all at once. Raises ScenarioError."""
    document = as_document(scenario)
    for key, word in changes.items():
        _put(document, key.split("."), _read(key, word))
    try:
        return Scenario.model_validate(document)
    except ValidationError as problem:
        raise ScenarioError(_told(problem.errors()[0], changes)) from None


def grid(axes: Sequence[Axis]) -> list[dict[str, str]]:
    """Every combination of values, the last axis fastest; one empty one without axes. Raises ScenarioError."""
    keys = [one.key for one in axes]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ScenarioError(f"{twice[0]} is varied twice; give all its values in one --vary.")
    points: list[dict[str, str]] = [{}]
    for one in axes:
        points = [{**point, one.key: value} for point in points for value in one.values]
        if len(points) > MOST_VALUES:
            raise ScenarioError(f"The grid has more than {MOST_VALUES} points; vary less at a time.")
    return points


def _split(words: str) -> Iterator[str]:
    """The values of a list: commas inside brackets and quotes separate nothing."""
    depth, quote, begin = 0, "", 0
    for place, sign in enumerate(words):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in _QUOTES:
            quote = sign
        elif sign in _OPENING or sign in _CLOSING:
            depth += 1 if sign in _OPENING else -1
        elif sign == "," and depth == 0:
            yield words[begin:place].strip()
            begin = place + 1
    yield words[begin:].strip()


def _values(word: str, text: str) -> Iterator[str]:
    if not word:
        raise ScenarioError(f"{text!r} has an empty value; write null for none.")
    span = _RANGE.fullmatch(word)
    if span is None:
        yield word
        return
    first, last = int(span[1]), int(span[2])
    if not 0 <= last - first < MOST_VALUES:
        raise ScenarioError(f"{word} must go forward, over at most {MOST_VALUES} numbers.")
    yield from map(str, range(first, last + 1))


def _read(key: str, word: str) -> Any:
    try:
        return documents.value(word, key)
    except documents.DocumentError:
        raise ScenarioError(f"{key}={word} is not readable; write the value as in a scenario's file.") from None


def _put(document: dict[str, Any], way: Sequence[str], value: Any) -> None:
    for step in way[:-1]:
        inner = document.get(step)
        if not isinstance(inner, dict):
            inner = document[step] = {}
        document = inner
    document[way[-1]] = value


def _told(error: Any, changes: Mapping[str, str]) -> str:
    key = ".".join(map(str, error["loc"]))
    if error["type"] == "missing" and not any(f"{key}.".startswith(f"{name}.") for name in changes):
        return f"{key} is missing: vary it too, or give it in the scenario."
    cause = next((f"{name}={word}" for name, word in changes.items() if _concerns(name, key)), key)
    return f"{cause}: {str(error['msg']).removeprefix('Value error, ')}."


def _concerns(changed: str, faulty: str) -> bool:
    return f"{changed}.".startswith(f"{faulty}.") or f"{faulty}.".startswith(f"{changed}.")


def _keys(model: type[BaseModel], way: tuple[str, ...]) -> Iterator[str]:
    """The keys of a scenario, sections and what is in them; `*` stands for any one name."""
    for name, field in model.model_fields.items():
        here = (*way, name)
        yield ".".join(here)
        for choice in (field.annotation, *get_args(field.annotation)):
            if isinstance(choice, type) and issubclass(choice, BaseModel):
                yield from _keys(choice, here)
            elif get_origin(choice) is dict:
                yield ".".join((*here, "*"))


def _matches(key: str, pattern: str) -> bool:
    steps, wanted = key.split("."), pattern.split(".")
    return len(steps) == len(wanted) and all(want in ("*", step) for step, want in zip(steps, wanted, strict=True))
