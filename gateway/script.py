"""A survey as data: its questions, its texts in each language, and the version that both make.

Pure. A script is a YAML file (`docs/survey.md` tells how to write one). Its version is the name and a hash of the
content, and goes into every rating: two ratings with one version answer to the same words.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from gateway.model import CRITERIA, KEYS, OVERALL, MessageKind
from gateway.wording import check, variables

T = TypeVar("T")
Key = Literal["overall", "time", "queue", "staff", "comfort", "info"]
_NAME, _LANGUAGE = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}"), re.compile(r"[a-z]{2,3}")
_ASK_NOTHING = ("thanks", "help", "farewell")
_Fault = tuple[tuple[str | int, ...], str]
"""Where in the script, and what is wrong there."""


def _template(value: str) -> str:
    check(value)
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("a name has small Latin letters, digits, - and _, at most 31 of them")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError("a language has two or three small Latin letters: ru, en")
    return value


def _word(value: str) -> str:
    if not value.strip():
        raise ValueError("the name is empty")
    return value


def _something(value: T) -> T:
    if not value:
        raise ValueError("there is nothing in it; a survey has questions, a question asks, and both have texts")
    return value


def _by_key(value: Mapping[Key, str]) -> Mapping[Key, str]:
    return dict(sorted(value.items(), key=lambda item: KEYS.index(item[0])))


def _by_language(value: Mapping[str, str]) -> Mapping[str, str]:
    return dict(sorted(value.items()))


def _first_and_others(value: Mapping[str, Texts]) -> Mapping[str, Texts]:
    """Which language is the first means something, the order of the others does not."""
    first = next(iter(value))
    return {first: value[first], **dict(sorted(value.items()))}


Template = Annotated[str, AfterValidator(_template)]
Language = Annotated[str, AfterValidator(_language)]
Word = Annotated[str, AfterValidator(_word)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Part):
    """One text and what it asks for, in the order in which several numbers answer it."""

    asks: Annotated[tuple[Key, ...], AfterValidator(_something)]
    text: Annotated[Mapping[Language, Template], AfterValidator(_something), AfterValidator(_by_language)]


class Texts(_Part):
    """What is said beside the questions. `missing` asks for what a partial answer has left out, by its `names`."""

    reprompt: Template
    thanks: Template
    help: Template
    farewell: Template
    reminder: Template
    missing: Template | None = None
    names: Annotated[Mapping[Key, Word], AfterValidator(_by_key)] = {}


class Script(_Part):
    """A whole survey. The first question is the invitation; the first language is that of those who have no other.

    What follows from the content is found once: a script never changes, and is looked at with every message.
    """

    name: Annotated[str, AfterValidator(_name)]
    about: str = ""
    questions: Annotated[tuple[Question, ...], AfterValidator(_something)]
    texts: Annotated[Mapping[Language, Texts], AfterValidator(_something), AfterValidator(_first_and_others)]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """What was found of this one is not true of a copy with other content."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("asks", "mode", "body", "version"):
            copied.__dict__.pop(name, None)
        return copied

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.texts)

    @cached_property
    def asks(self) -> tuple[tuple[str, ...], ...]:
        """What each question asks for."""
        return tuple(question.asks for question in self.questions)

    @cached_property
    def mode(self) -> str:
        """`overall`, or `criteria` where single criteria are asked for."""
        return OVERALL if self.asks == ((OVERALL,),) else "criteria"

    @cached_property
    def body(self) -> str:
        """The content in one spelling, from which the same script can be made again.

        What is left out stays out: a key that a later program knows changes no version of a script without it.
        """
        dump = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(dump, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def version(self) -> str:
        """The name and the hash of the content: `overall-3f2a91c0`."""
        return f"{self.name}-{hashlib.sha256(self.body.encode()).hexdigest()[:8]}"

    def template(self, kind: MessageKind, asks: tuple[str, ...], language: str) -> str:
        """The text of a message that asks for `asks`; in the first language, if there is none in this one."""
        chosen = self._spoken(language)
        texts = self.texts[chosen]
        match kind:
            case MessageKind.INVITE:
                return self.questions[0].text[chosen]
            case MessageKind.QUESTION:
                for question in self.questions:
                    if question.asks == asks:
                        return question.text[chosen]
                assert texts.missing is not None, "a script that may need it has it"
                return texts.missing
            case _:
                return str(getattr(texts, kind.value))

    def named(self, asks: tuple[str, ...], language: str) -> str:
        """What is asked for, in words."""
        texts = self.texts[self._spoken(language)]
        names = {str(key): name for key, name in texts.names.items()}
        return ", ".join(names[key] for key in KEYS if key in asks and key in names)

    def _spoken(self, language: str) -> str:
        """The language that somebody is spoken to in who has this one."""
        return language if language in self.texts else self.languages[0]

    @model_validator(mode="after")
    def _whole(self) -> Script:
        faults = [*self._faults_of_questions(), *self._faults_of_languages(), *self._faults_of_texts()]
        if faults:
            raise ValidationError.from_exception_data(
                "Script",
                [
                    InitErrorDetails(
                        type=PydanticCustomError("script", "{fault}", {"fault": fault}), loc=place, input=""
                    )
                    for place, fault in faults
                ],
            )
        return self

    def _faults_of_questions(self) -> Iterator[_Fault]:
        asked: dict[str, int] = {}
        for at, question in enumerate(self.questions):
            place = ("questions", at, "asks")
            ordered = [key for key in KEYS if key in question.asks]
            twice = [key for key in ordered if key in asked or question.asks.count(key) > 1]
            if twice:
                first = asked.get(twice[0], at) + 1
                yield place, f"{twice[0]} is asked for by question {first} already; each thing is asked for once"
            elif OVERALL in question.asks and self.mode != OVERALL:
                yield place, f"a survey asks for overall alone, or for any of {', '.join(CRITERIA)}"
            elif list(question.asks) != ordered:
                yield place, f"write [{', '.join(ordered)}]: numbers answer in the order of the federal form"
            asked.update(dict.fromkeys(question.asks, at))

    def _faults_of_languages(self) -> Iterator[_Fault]:
        for at, question in enumerate(self.questions):
            place = ("questions", at, "text")
            for language in self.languages:
                if language not in question.text:
                    yield place, f"there is no text in {language}, and texts has that language"
            for language in question.text:
                if language not in self.texts:
                    yield (*place, language), f"texts has nothing in {language}; add it there, or take this text out"

    def _faults_of_texts(self) -> Iterator[_Fault]:
        asked = [key for key in KEYS if any(key in question.asks for question in self.questions)]
        several = any(len(question.asks) > 1 for question in self.questions)
        for language, texts in self.texts.items():
            place = ("texts", language)
            if several and texts.missing is None:
                yield place, "a question asks for several things, so missing must ask for what an answer leaves out"
            if texts.missing is not None and "asked" not in variables(texts.missing):
                yield (*place, "missing"), "it must name {asked}, or nobody knows what is missing"
            for kind in _ASK_NOTHING:
                if "asked" in variables(getattr(texts, kind)):
                    yield (*place, kind), "this text asks for nothing, so {asked} would be empty; take it out"
            for key in asked if self.mode != OVERALL or self._names_asked(language) else ():
                if key not in texts.names:
                    yield (*place, "names"), f"they must say how {key} is called in this language"

    def _names_asked(self, language: str) -> bool:
        texts = self.texts[language]
        said = [question.text.get(language, "") for question in self.questions] + [texts.reprompt, texts.reminder]
        return any("asked" in variables(text) for text in said)
