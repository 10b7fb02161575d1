"""The form as upstream has it, in the terms of ours, so that the two can be compared.

Pure. Upstream does not know our names of the criteria. An indicator is known by its title, else by its place among
those whose titles we do not know either; the values of an indicator are known by their titles, else by their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from gateway.exchange.form import Form
from gateway.model import CRITERIA
from gateway.upstream.answers import AnswerUnreadable, document, local, named, number
from gateway.upstreamsettings import Format

if TYPE_CHECKING:
    from lxml import etree

K = TypeVar("K", str, int)


def their_form(dialect: Format, body: bytes, ours: Form) -> Form:
    """The form in an answer. Raises AnswerUnreadable, also for one that has other criteria or marks than ours."""
    try:
        if dialect == "json":
            return Form.model_validate_json(body)
        return _from_xml(document(body), ours)
    except ValidationError as problem:
        raise AnswerUnreadable(f"it is no form we can compare: {problem.errors()[0]['msg']}") from problem


def _from_xml(root: etree._Element, ours: Form) -> Form:
    found = [(_title(one), one) for one in named(root, "indicator")]
    places = _matched({key: ours.criteria[key].title for key in CRITERIA}, [title for title, _ in found])
    criteria = {}
    for key, place in places.items():
        title, indicator = found[place]
        values = named(indicator, "value")
        marks = _matched(ours.titles, [_title(value) for value in values])
        criteria[key] = {
            "indicator": number(indicator.get("id"), "id of an indicator"),
            "title": title,
            "values": {mark: number(values[at].get("id"), "id of a value") for mark, at in marks.items()},
        }
    version = "".join(element.text or "" for element in named(root, "version")[:1])
    updated_at = "".join(element.text or "" for element in named(root, "updated_at")[:1])
    return Form.model_validate(
        {
            "version": version.strip(),
            "type": ours.type,
            "updated_at": updated_at.strip(),
            "titles": ours.titles,
            "criteria": criteria,
        }
    )


def _title(element: etree._Element) -> str:
    """The title of an indicator or a value: its own, not that of what is in it."""
    for child in element:
        if local(child) == "title":
            return (child.text or "").strip()
    return ""


def _matched(ours: Mapping[K, str], theirs: Sequence[str]) -> dict[K, int]:
    """By our key the place of theirs: by title where there is one, else in order. Raises AnswerUnreadable."""
    if len(theirs) != len(ours):
        raise AnswerUnreadable(f"it has {len(theirs)} of what our form has {len(ours)}")
    folded = [title.casefold() for title in theirs]
    found = {key: folded.index(title.casefold()) for key, title in ours.items() if folded.count(title.casefold()) == 1}
    if len(set(found.values())) != len(found):
        raise AnswerUnreadable("two criteria have one title")
    left = iter(place for place in range(len(theirs)) if place not in found.values())
    return {key: found[key] if key in found else next(left) for key in ours}
