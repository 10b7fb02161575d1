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
    """A body or a query (`what`) that its model does not take, with every mistake in it."""
    mistakes = [
        Mistake(pointer="".join(f"/{_escape(step)}" for step in found["loc"]), detail=found["msg"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    first = mistakes[0]
    sentence = f"The {what} is not right: {first.pointer or 'all of it'}: {first.detail}."
    return Refused(HTTPStatus.BAD_REQUEST, sentence, mistakes=mistakes)


def _escape(step: int | str) -> str:
    """One reference token of a JSON pointer (RFC 6901 §3)."""
    return str(step).replace("~", "~0").replace("/", "~1")
