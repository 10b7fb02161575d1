"""The form that the double counts by: its own copy, which may change while it runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.simulator.upstream import xml
from gateway.simulator.upstream.errors import AgainstSchema
from gateway.simulator.upstream.taken import CRITERIA

_TITLE = "Как вы оцениваете отдельные аспекты качества услуги?"


class Indicator(BaseModel):
    """A criterion: its id, its title and the id of each of the five marks."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    indicator: int = Field(ge=1)
    title: str
    values: Mapping[int, int]


class Form(BaseModel):
    """A version of the form."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    type: str
    updated_at: str
    titles: Mapping[int, str]
    criteria: Mapping[str, Indicator]

    def mark(self, indicator: int, value: int) -> tuple[str, int] | None:
        """The criterion and the mark that a pair of ids stands for; None if this form has no such pair."""
        for key, criterion in self.criteria.items():
            if criterion.indicator == indicator:
                return next(((key, mark) for mark, id_ in criterion.values.items() if id_ == value), None)
        return None

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def as_xml(self) -> etree._Element:
        """The FormsResponse: blocks, and indicators with their values, as the real one has them."""
        space = f"{{{xml.FORMS}}}"
        root = etree.Element(f"{space}FormsResponse", nsmap={None: xml.FORMS})
        form = etree.SubElement(root, f"{space}form", {"service-type": self.type})
        etree.SubElement(form, f"{space}version").text = self.version
        etree.SubElement(form, f"{space}updated_at").text = self.updated_at
        blocks = etree.SubElement(root, f"{space}blocks")
        for id_, title in (("1", _TITLE), ("4", "комментарий")):
            etree.SubElement(blocks, f"{space}block", {"id": id_, "queue": "", "optional": "false"}).text = title
        indicators = etree.SubElement(root, f"{space}indicators")
        for queue, criterion in enumerate(self.criteria.values(), 2):
            self._add_indicator(indicators, space, queue, criterion)
        return root

    def _add_indicator(self, parent: etree._Element, space: str, queue: int, criterion: Indicator) -> None:
        ids = {"id": str(criterion.indicator), "queue": str(queue), "block-id": "1"}
        indicator = etree.SubElement(parent, f"{space}indicator", ids)
        etree.SubElement(indicator, f"{space}title").text = criterion.title
        etree.SubElement(indicator, f"{space}description")
        values = etree.SubElement(indicator, f"{space}values")
        for mark, id_ in sorted(criterion.values.items()):
            value = etree.SubElement(values, f"{space}value", {"id": str(id_), "data-type": "boolean"})
            etree.SubElement(value, f"{space}title").text = self.titles[mark]
            for name in ("alt-title", "description", "min", "max"):
                etree.SubElement(value, f"{space}{name}")


@cache
def published() -> Form:
    """The form as it stood upstream in 2013 and was last seen in 2018."""
    return Form.model_validate_json((files("gateway.simulator.upstream") / "forms" / "direct.json").read_bytes())


def changed(current: Form, change: Mapping[str, Any]) -> Form:
    """Another form: a whole one, or `{"version", "shift"}`, by which all ids of the current one grow.

    Raises AgainstSchema.
    """
    document: Any = dict(change)
    if "shift" in document:
        shift = document.pop("shift")
        if not isinstance(shift, int) or shift < 1:
            raise AgainstSchema("shift is a whole number from 1 on.")
        document = current.as_json() | document
        for criterion in document["criteria"].values():
            criterion["indicator"] += shift
            criterion["values"] = {mark: id_ + shift for mark, id_ in criterion["values"].items()}
    return whole(document)


def whole(document: object) -> Form:
    """A form as GET /form tells it. Raises AgainstSchema."""
    try:
        form = Form.model_validate_json(json.dumps(document))
    except ValidationError as problem:
        raise AgainstSchema(f"This is no form: {problem.errors()[0]['msg']}.") from None
    marks = {1, 2, 3, 4, 5}
    if set(form.criteria) != set(CRITERIA) or any(set(one.values) != marks for one in form.criteria.values()):
        raise AgainstSchema(f"A form has the criteria {', '.join(CRITERIA)}, each with the marks 1 to 5.")
    if set(form.titles) != marks:
        raise AgainstSchema("A form has a title for each of the marks 1 to 5.")
    if len({one.indicator for one in form.criteria.values()}) != len(CRITERIA):
        raise AgainstSchema("Two criteria of the form share an indicator.")
    return form
