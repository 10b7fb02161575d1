"""The federal form as data: which ids stand upstream for a criterion and for each mark of it.

Pure. A form is a YAML file (`forms/`); upstream publishes the one that counts now, and `conflicts` compares them. A
mark sent under the ids of an old form would be counted as another, so while they conflict nothing is sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.model import CRITERIA

Mark = Annotated[int, Field(ge=1, le=5)]
Id = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Indicator(_Part):
    """What upstream calls a criterion, and what it calls each of the five marks."""

    indicator: Id
    title: str
    values: Mapping[Mark, Id]


class Comment(_Part):
    """The ids under which a comment may be sent; the text is the citizen's."""

    indicator: Id
    value: Id


@dataclass(frozen=True, slots=True)
class Rate:
    """A mark as upstream counts it."""

    indicator_id: int
    value_id: int


class Form(_Part):
    """A version of the form. Without ids for a `comment` none is sent."""

    version: str
    type: str
    updated_at: str
    titles: Mapping[Mark, str]
    criteria: Mapping[str, Indicator]
    comment: Comment | None = None

    @model_validator(mode="after")
    def _whole(self) -> Form:
        unknown = sorted(set(self.criteria) - set(CRITERIA))
        if unknown:
            raise ValueError(f"there is no criterion {unknown[0]}; a form has {', '.join(CRITERIA)}")
        missing = [key for key in CRITERIA if key not in self.criteria]
        if missing:
            raise ValueError(f"the criterion {missing[0]} is missing; a form has {', '.join(CRITERIA)}")
        for key, indicator in self.criteria.items():
            if set(indicator.values) != {1, 2, 3, 4, 5}:
                raise ValueError(f"the criterion {key} has no value for one of the marks 1 to 5")
        ids = [value for indicator in self.criteria.values() for value in indicator.values.values()]
        indicators = [indicator.indicator for indicator in self.criteria.values()]
        if self.comment is not None:
            ids.append(self.comment.value)
            indicators.append(self.comment.indicator)
        if len(set(ids)) != len(ids) or len(set(indicators)) != len(indicators):
            raise ValueError("two criteria share an indicator, or two marks a value; each id stands for one thing")
        return self

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits by which forms are told apart that would be written otherwise: version and ids."""
        text = self.model_dump_json(include={"version", "criteria", "comment"})
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]

    def rates(self, marks: Mapping[str, int | None]) -> list[Rate]:
        """The marks that were given, in the order of the form."""
        return [
            Rate(self.criteria[key].indicator, self.criteria[key].values[mark])
            for key in CRITERIA
            if (mark := marks.get(key)) is not None
        ]

    def mark_of(self, indicator_id: int, value_id: int) -> tuple[str, int] | None:
        """The criterion and the mark that a pair of ids stands for, None for a pair of another form."""
        for key, indicator in self.criteria.items():
            if indicator.indicator == indicator_id:
                for mark, value in indicator.values.items():
                    if value == value_id:
                        return key, mark
        return None


def conflicts(ours: Form, theirs: Form) -> list[str]:
    """What upstream counts differently, a sentence each; nothing if a mark means the same there as here."""
    found = []
    for key in CRITERIA:
        mine, other = ours.criteria[key], theirs.criteria[key]
        if mine.indicator != other.indicator:
            found.append(f"the criterion {key} has the indicator {other.indicator} upstream, {mine.indicator} here")
        found += [
            f"the mark {mark} of {key} has the value {other.values[mark]} upstream, {mine.values[mark]} here"
            for mark in sorted(mine.values)
            if mine.values[mark] != other.values[mark]
        ]
    return found


def differences(ours: Form, theirs: Form) -> list[str]:
    """All that a person should know: the conflicts, or that the version is another with the same ids."""
    found = conflicts(ours, theirs)
    if not found and ours.version != theirs.version:
        found.append(f"the form is of version {theirs.version} upstream, {ours.version} here, with the same ids")
    return found
