"""A survey as data: its questions, its texts in each language, and the version that both make.

Pure. A script is a YAML file (`docs/survey.md` tells how to write one). Its version is the name and a hash of the
content, and goes into every rating: two ratings with one version answer to the same words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gateway.model import CRITERIA, KEYS, OVERALL, MessageKind
from gateway.wording import check

Key = Literal["overall", "time", "queue", "staff", "comfort", "info"]


def _template(value: str) -> str:
    check(value)
    return value


Template = Annotated[str, AfterValidator(_template)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Part):
    """One text and what it asks for, in the order in which several numbers answer it."""

    asks: Annotated[tuple[Key, ...], Field(min_length=1)]
    text: Mapping[Language, Template]


class Texts(_Part):
    """What is said beside the questions. `missing` asks for what a partial answer has left out."""

    reprompt: Template
    thanks: Template
    help: Template
    farewell: Template
    reminder: Template
    missing: Template | None = None
    names: Mapping[Key, str] = {}


class Script(_Part):
    """A whole survey. The first question is the invitation; the first language is that of those who have no other."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")]
    about: str = ""
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    texts: Annotated[Mapping[Language, Texts], Field(min_length=1)]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.texts)

    @property
    def asks(self) -> tuple[tuple[str, ...], ...]:
        """What each question asks for."""
        return tuple(question.asks for question in self.questions)

    @property
    def mode(self) -> str:
        """`overall`, or `criteria` where single criteria are asked for."""
        return OVERALL if self.asks == ((OVERALL,),) else "criteria"

    @property
    def body(self) -> str:
        """The content in one spelling, from which the same script can be made again."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=False, separators=(",", ":"))

    @property
    def version(self) -> str:
        """The name and the hash of the content: `overall-3f2a91c0`."""
        return f"{self.name}-{hashlib.sha256(self.body.encode()).hexdigest()[:8]}"

    def template(self, kind: MessageKind, asks: tuple[str, ...], language: str) -> str:
        """The text of a message that asks for `asks`; in the first language, if there is none in this one."""
        texts = self.texts.get(language) or self.texts[self.languages[0]]
        chosen = language if language in self.texts else self.languages[0]
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
        texts = self.texts.get(language) or self.texts[self.languages[0]]
        names = {str(key): name for key, name in texts.names.items()}
        return ", ".join(names[key] for key in KEYS if key in asks and key in names)

    @model_validator(mode="after")
    def _whole(self) -> Script:
        asked = [key for question in self.questions for key in question.asks]
        twice = sorted({key for key in asked if asked.count(key) > 1})
        if twice:
            raise ValueError(f"{twice[0]} is asked for twice; each thing is asked for by one question")
        if OVERALL in asked and len(asked) > 1:
            raise ValueError("a survey asks for overall alone, or for criteria")
        for question in self.questions:
            if set(question.text) != set(self.texts):
                raise ValueError(
                    f"the question about {', '.join(question.asks)} must have a text in each of the languages"
                    f" {', '.join(self.texts)}, and in no other"
                )
            if list(question.asks) != [key for key in KEYS if key in question.asks]:
                raise ValueError(f"asks must be in the order of the federal form: {', '.join(CRITERIA)}")
        return self

    @model_validator(mode="after")
    def _asks_for_the_missing(self) -> Script:
        for language, texts in self.texts.items():
            unnamed = [key for question in self.questions for key in question.asks if key not in texts.names]
            if any(len(question.asks) > 1 for question in self.questions) and texts.missing is None:
                raise ValueError(f"a question asks for several things, so texts.{language} needs a text called missing")
            if unnamed and self.mode != OVERALL:
                raise ValueError(f"texts.{language}.names must say how {unnamed[0]} is called")
        return self
