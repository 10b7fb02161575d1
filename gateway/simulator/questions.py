"""What a message asks a citizen for, as he reads it.

Pure. Citizens know nothing of surveys and their versions: they see words. A message that names none of the five
criteria asks about the whole.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from gateway.model import CRITERIA

_WORDS = {"time": "срок", "queue": "очеред", "staff": "персонал", "comfort": "комфорт", "info": "информац"}
_SCALE = re.compile(r"(?<!\d)1\D{1,6}5(?!\d)")
_DATE = re.compile(r"\d\d\.\d\d\.\d{4}")
_AGAIN = re.compile(r"не понял|цифр|стоп")
_HELP = re.compile(r"стоп")
_REMINDER = re.compile(r"напомина")


class Kind(StrEnum):
    """What a message wants of a citizen."""

    INVITE = "invite"
    QUESTION = "question"
    AGAIN = "again"
    HELP = "help"
    REMINDER = "reminder"


class Question(NamedTuple):
    """What a citizen is asked: for marks of these criteria, or of the whole if there are none."""

    kind: Kind
    criteria: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """One word for it: equal questions have equal names."""
        return ":".join((self.kind, *self.criteria)) if self.criteria else str(self.kind)


@lru_cache(maxsize=4096)
def read(text: str) -> Question | None:
    """What a message asks for; None if it asks for nothing."""
    return Question(_kind(text), criteria(text)) if asks(text) else None


def _kind(text: str) -> Kind:
    plain = text.lower()
    if _REMINDER.search(plain):
        return Kind.REMINDER
    if is_first(text):
        return Kind.INVITE
    if _HELP.search(plain):
        return Kind.HELP
    if asks_again(text):
        return Kind.AGAIN
    return Kind.QUESTION if criteria(text) else Kind.REMINDER


def asks(text: str) -> bool:
    """Whether a message asks for a rating: only such name the ends of the scale."""
    return bool(_SCALE.search(text))


def is_first(text: str) -> bool:
    """Whether it is the invitation, which says where and when."""
    return bool(_DATE.search(text))


def asks_again(text: str) -> bool:
    """Whether it is a re-prompt or a help text about the whole."""
    return not is_first(text) and bool(_AGAIN.search(text.lower()))


def criteria(text: str) -> tuple[str, ...]:
    """The criteria that a message names, in the order of the message."""
    plain = text.lower()
    found = {key: plain.find(_WORDS[key]) for key in CRITERIA}
    return tuple(sorted((key for key in CRITERIA if found[key] >= 0), key=lambda key: found[key]))
