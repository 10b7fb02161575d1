"""Refusals: the statuses of 4xx and their problem details (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from modem.emulator.serving.control.models import Mistake, Problem


class Refused(Exception):
    """A request is not carried out; the text is one sentence that says why."""

    def __init__(
        self, status: HTTPStatus, sentence: str, *, allow: str = "", mistakes: list[Mistake] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.allow = allow
        self.mistakes = mistakes


def problem(status: HTTPStatus, sentence: str, mistakes: list[Mistake] | None = None) -> Problem:
    """The body of a refusal."""
    return Problem(title=status.phrase, status=status.value, detail=sentence, errors=mistakes)


def invalid(what: str, value: object, error: ValidationError) -> Refused:
    """A body or a query (`what`) with this value that its model does not take, with every mistake in it.

    400 if the OpenAPI document says so already, 422 for what a schema cannot say: values that do not go together.
    """
    found = error.errors(include_url=False, include_context=False, include_input=False)
    mistakes = [
        Mistake(pointer=_pointer(one["loc"], value), detail=one["msg"].removeprefix("Value error, ")) for one in found
    ]
    first = mistakes[0]
    sentence = f"The {what} is not right: {first.pointer or 'all of it'}: {first.detail}."
    contradictory = all(one["type"] == "value_error" for one in found)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if contradictory else HTTPStatus.BAD_REQUEST
    return Refused(status, sentence, mistakes=mistakes)


def _pointer(place: Sequence[int | str], value: Any) -> str:
    """A JSON pointer to a place in a value. Steps that are not in it name a variant of a model, or what is missing."""
    pointer = ""
    for number, step in enumerate(place, 1):
        if isinstance(value, dict):
            present = step in value
        else:
            present = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if present:
            value = value[step]
        if present or (number == len(place) and step != "[key]" and isinstance(value, dict)):
            pointer += f"/{_escape(step)}"
    return pointer


def _escape(step: int | str) -> str:
    """One reference token of a JSON pointer (RFC 6901 §3)."""
    return str(step).replace("~", "~0").replace("/", "~1")
