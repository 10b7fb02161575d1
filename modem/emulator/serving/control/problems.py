"""Refusals: the statuses of 4xx and their problem details (RFC 9457)."""

from http import HTTPStatus

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


def invalid(what: str, error: ValidationError) -> Refused:
    """A body or a query (`what`) that its model does not take, with every mistake in it.

    400 if the OpenAPI document says so already, 422 for what a schema cannot say: values that do not go together.
    """
    found = error.errors(include_url=False, include_context=False, include_input=False)
    mistakes = [
        Mistake(
            pointer="".join(f"/{_escape(step)}" for step in one["loc"]), detail=one["msg"].removeprefix("Value error, ")
        )
        for one in found
    ]
    first = mistakes[0]
    sentence = f"The {what} is not right: {first.pointer or 'all of it'}: {first.detail}."
    contradictory = all(one["type"] == "value_error" for one in found)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if contradictory else HTTPStatus.BAD_REQUEST
    return Refused(status, sentence, mistakes=mistakes)


def _escape(step: int | str) -> str:
    """One reference token of a JSON pointer (RFC 6901 §3)."""
    return str(step).replace("~", "~0").replace("/", "~1")
