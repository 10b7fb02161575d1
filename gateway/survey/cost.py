"""What the longest conversation costs, found by holding every one that there is.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import combinations

from gateway.model import CRITERIA, Conversation, Meaning, ReplyClass
from gateway.survey import Due, Event, Remind, Replied, Send, SurveySettings, advance

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ALWAYS = (
    Meaning(ReplyClass.RATING, "", rating=5),
    Meaning(ReplyClass.AMBIGUOUS, ""),
    Meaning(ReplyClass.HELP, ""),
    Meaning(ReplyClass.OPTOUT, "", opt_out=True),
)


def most_parts(settings: SurveySettings, parts: Callable[[Send], int]) -> int:
    """The parts of the dearest conversation; `parts` says what one message costs.

    All is answered with the same mark at the same moment: neither changes what is said.
    """

    @cache
    def most(conversation: Conversation) -> int:
        dearest = 0
        for event in _events(tuple(key for key in settings.keys if key not in conversation.marks)):
            after, effects = advance(conversation, event, _NOW, settings)
            after = _as_far_as_it_matters(after)
            if after != conversation:
                said = sum(parts(effect) for effect in effects if isinstance(effect, Send))
                dearest = max(dearest, said + most(after))
        return dearest

    return most(Conversation())


@cache
def _events(missing: tuple[str, ...]) -> tuple[Event, ...]:
    """All that a citizen can say who has still to answer this, by what it does, beside what time does."""
    criteria = [key for key in missing if key in CRITERIA]
    given = [keys for count in range(1, len(criteria) + 1) for keys in combinations(criteria, count)]
    meanings = [Meaning(ReplyClass.PARTIAL, "", criteria=dict.fromkeys(keys, 5)) for keys in given]
    return (Due(), Remind(), *(Replied(meaning, _NOW) for meaning in (*meanings, *_ALWAYS)))


def _as_far_as_it_matters(conversation: Conversation) -> Conversation:
    """Without what only counts on: it would make two conversations of one."""
    return replace(conversation, heard=min(conversation.heard, 1), unclear=0, asked_before=())
