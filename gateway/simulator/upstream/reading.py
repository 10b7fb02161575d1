"""From octets to what was sent: the XML dialects and the JSON one.

Pure. What cannot be read or is against its schema is refused whole; a rating that is well-formed and does not fit the
form carries its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.simulator.upstream import xml
from gateway.simulator.upstream.errors import AgainstSchema, Unreadable
from gateway.simulator.upstream.form import Form
from gateway.simulator.upstream.taken import CRITERIA, Fact, Rated, Taken, in_order, masked, masked_phone, moment, plain

_ERRORS_TOLD = 3
_NO_PLACE = "00000000000"
_Mark = Annotated[int, Field(ge=1, le=5, strict=True)] | None


def packet(root: etree._Element, form: Form) -> Taken:
    """A valid RatesRequest, EventsRequest or legacy envelope."""
    namespace, name = xml.name(root)
    dialect = {xml.RATES: "rates-xml", xml.EVENTS: "events-xml"}.get(namespace, "legacy-xml")
    if name not in ("RatesRequest", "EventsRequest", "body"):
        raise AgainstSchema(f"A {name} does not belong here.")
    prefix = "" if namespace == xml.LEGACY else f"{{{namespace}}}"
    vendor = int(_child(root, f"{prefix}vendor").get("id", ""))
    forms = root.iterfind(f"{prefix}forms/{prefix}form")
    events = root.iterfind(f"{prefix}events/{prefix}event")
    return Taken(
        dialect,
        vendor,
        tuple(_rated(one, prefix, form) for one in forms),
        tuple(_fact(one, prefix) for one in events),
    )


def _rated(node: etree._Element, prefix: str, form: Form) -> Rated:
    data = _child(node, f"{prefix}data")
    authority, service = _child(data, f"{prefix}authority"), _child(data, f"{prefix}service")
    dates = _text(data, f"{prefix}date"), _text(data, f"{prefix}received-date")
    marks, refused = _marks(node.iterfind(f"{prefix}rates/{prefix}rate"), form)
    try:
        dates = in_order(*dates)
    except ValueError as problem:
        refused = refused or f"the dates {dates[0]} and {dates[1]} are none: {problem}"
    return Rated(
        foreign_id=node.get("foreign-id", ""),
        okato=_text(data, f"{prefix}okato") or _NO_PLACE,
        authority_id=plain(authority.get("id", "")),
        service_id=plain(service.get("id", "")),
        visited_at=dates[0],
        rated_at=dates[1],
        marks=marks,
        authority=plain(authority.text or "") or None,
        service=plain(service.text or "") or None,
        refused=refused,
    )


def _marks(rates: Iterable[etree._Element], form: Form) -> tuple[dict[str, int], str]:
    """The marks, and why they are refused or nothing."""
    marks: dict[str, int] = {}
    for rate in rates:
        indicator, value = int(rate.get("indicator-id", "")), int(rate.get("value-id", ""))
        found = form.mark(indicator, value)
        if found is None:
            return marks, f"the form {form.version} has no value {value} of an indicator {indicator}"
        if found[0] in marks:
            return marks, f"the indicator {indicator} stands there twice"
        marks[found[0]] = found[1]
    return marks, ""


def _fact(node: etree._Element, prefix: str) -> Fact:
    return Fact(
        foreign_id=node.get("foreign-id", ""),
        phone=masked_phone(_text(node, f"{prefix}mobile")),
        okato=_text(node, f"{prefix}okato") or _NO_PLACE,
        authority_id=_child(node, f"{prefix}authority").get("id", ""),
        service_id=_child(node, f"{prefix}service").get("id", ""),
        visited_at=_text(node, f"{prefix}received-date"),
    )


def _child(node: etree._Element, name: str) -> etree._Element:
    found = node.find(name)
    if found is None:
        raise AgainstSchema(f"The element {name} is missing.")
    return found


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(name) or "").strip()


class _Rating(BaseModel):
    """A rating of the JSON dialect: the columns of an export; those that are not named here are let pass."""

    model_config = ConfigDict(extra="ignore")
    rating_id: str = Field(min_length=1, max_length=200)
    okato: str = Field(pattern=r"^[0-9]{11}$")
    authority_id: str = Field(min_length=1, max_length=64)
    service_id: str = Field(min_length=1, max_length=64)
    received_at: str
    rated_at: str
    source: str = Field(min_length=1, max_length=32)
    office: str = Field(min_length=1, max_length=64)
    office_name: str | None = Field(default=None, max_length=500)
    authority: str | None = Field(default=None, max_length=500)
    service_name: str | None = Field(default=None, max_length=500)
    overall: _Mark = None
    time: _Mark = None
    queue: _Mark = None
    staff: _Mark = None
    comfort: _Mark = None
    info: _Mark = None
    comment: str | None = Field(default=None, max_length=10_000)

    def rated(self) -> Rated:
        marks = {key: mark for key in CRITERIA if (mark := getattr(self, key)) is not None}
        dates, refused = self._dates()
        if not marks and self.overall is None:
            refused = "there is no mark in it"
        return Rated(
            foreign_id=self.rating_id,
            okato=self.okato,
            authority_id=plain(self.authority_id),
            service_id=plain(self.service_id),
            visited_at=dates[0],
            rated_at=dates[1],
            marks=marks,
            overall=self.overall,
            authority=plain(self.authority or "") or None,
            service=plain(self.service_name or "") or None,
            office=plain(self.office) or None,
            office_name=plain(self.office_name or "") or None,
            source=plain(self.source) or None,
            comment=masked(plain(self.comment or "")) or None,
            refused=refused,
        )

    def _dates(self) -> tuple[tuple[str, str], str]:
        """The dates, and why they are none or nothing."""
        try:
            return (moment(self.received_at), moment(self.rated_at)), ""
        except ValueError as problem:
            return (self.received_at, self.rated_at), str(problem)


class _Batch(BaseModel):
    model_config = ConfigDict(extra="ignore")
    schema_version: int | str
    vendor: Annotated[int, Field(ge=1, lt=10**18)]
    key: str = Field(min_length=1, max_length=200)
    ratings: list[_Rating] = Field(min_length=1)


def batch(body: bytes) -> tuple[Taken, str]:
    """A batch of the JSON dialect and the key in it. Raises Unreadable, AgainstSchema."""
    try:
        document = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"The body is no JSON: {problem}.") from None
    try:
        found = _Batch.model_validate(document)
    except ValidationError as problem:
        raise AgainstSchema("; ".join(_sentence(error) for error in problem.errors()[:_ERRORS_TOLD])) from None
    return Taken("json", found.vendor, tuple(one.rated() for one in found.ratings)), found.key


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _sentence(error: Any) -> str:
    where = "/".join(str(part) for part in error["loc"]) or "the batch"
    return f"{where}: {error['msg']}"
