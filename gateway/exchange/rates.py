"""Ratings as upstream takes them: RatesRequest 1.2.0, written as a stream.

Pure. `write_rates` writes to a binary file and holds one rating at a time; `body` gives the octets of a batch. Both
take ratings as `store.ratings.wire` reads them: the exported columns and `time_zone`, the office's.

A form is a rating. Its `foreign-id` is the `rating_id`, by which upstream knows a repeated one; `mkgu-id` is always 0
and `procedure` always there (with the service's id where it has none): senders say that without them a packet is
refused. The user is the person's pseudonym, or the rating itself where the citizen is unknown. Times have the offset
of the office. `date` and `received-date` are a switch, for senders differ: with `visit` the first is the visit and the
second the rating, with `rating` the other way round.

Only criteria go up, those that were given. A rating with no more than an overall mark says it of all five. A comment
goes up only under the ids a form names for it (`comment`); the published form tells none.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

from gateway.exchange.form import Form
from gateway.exchange.xmltext import attribute, text
from gateway.model import CRITERIA, OVERALL

NAMESPACE = "http://vashkontrol.ru/service/rates/1.2.0"

Date = Literal["visit", "rating"]
"""What the field `date` holds."""

_SERVICE = ("authority_id", "authority", "service_id", "service_name", "procedure_id")


class CannotBeSent(ValueError):
    """A rating, or a batch, that the exchange format has no way to say."""


def write_rates(
    ratings: Iterable[Mapping[str, Any]], file: IO[bytes], vendor: str, form: Form, date: Date, heading: str = ""
) -> int:
    """Write one request with all ratings; how many there were. `heading` is XML between the declaration and the root.

    Raises CannotBeSent where there is no rating, or one without any mark.
    """
    opening = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{heading}'
        f'<RatesRequest xmlns="{NAMESPACE}"><vendor id={attribute(vendor)}/><forms>'
    )
    return Forms(form, date, iso_time).write(ratings, file, opening, "</forms></RatesRequest>\n")


def body(ratings: Iterable[Mapping[str, Any]], vendor: str, form: Form, date: Date) -> bytes:
    """The octets of a batch. Raises CannotBeSent as `write_rates` does."""
    file = io.BytesIO()
    write_rates(ratings, file, vendor, form, date)
    return file.getvalue()


def iso_time(stored: str, zone: str) -> str:
    """A stored UTC time as xs:dateTime with the office's offset, to the second."""
    return local(stored, zone).isoformat(timespec="seconds")


class Forms:
    """Writes the elements `form`. `time` writes a stored time as the format wants it, given the office's zone."""

    def __init__(self, form: Form, date: Date, time: Callable[[str, str], str]) -> None:
        self._form = form
        self._date = date
        self._time = time
        self._rates: dict[tuple[int | None, ...], str] = {}

    def write(self, ratings: Iterable[Mapping[str, Any]], file: IO[bytes], opening: str, end: str) -> int:
        """Write the forms of the ratings between `opening` and `end`, as they come; how many there were.

        Nothing is written before the first rating is there. Raises CannotBeSent where there is none, for upstream knows
        no packet without a form, or where a rating has no mark at all.
        """
        count = 0
        for rating in ratings:
            if not count:
                file.write(opening.encode("utf-8"))
            file.write(self._element(rating).encode("utf-8"))
            count += 1
        if not count:
            raise CannotBeSent("there is no rating, and a packet has at least one")
        file.write(end.encode("utf-8"))
        return count

    def _element(self, rating: Mapping[str, Any]) -> str:
        visited = self._time(rating["received_at"], rating["time_zone"])
        rated = self._time(rating["rated_at"], rating["time_zone"])
        first, second = (visited, rated) if self._date == "visit" else (rated, visited)
        return (
            f'<form foreign-id={attribute(rating["rating_id"])} mkgu-id="0"><data>'
            f"<user id={attribute(rating['person'] or rating['rating_id'])}/>"
            f"{_service(*[rating[column] for column in _SERVICE])}"
            f"<date>{first}</date><received-date>{second}</received-date><okato>{text(rating['okato'])}</okato></data>"
            f"<rates>{self._marks(rating)}{self._comment(rating['comment'])}</rates></form>"
        )

    def _marks(self, rating: Mapping[str, Any]) -> str:
        """The elements `rate`. There are only so many combinations of marks, so each is written once."""
        marks = (rating[OVERALL], *[rating[key] for key in CRITERIA])
        found = self._rates.get(marks)
        if found is None:
            found = self._rates[marks] = "".join(self._rate(*marks))
        if not found:
            raise CannotBeSent(f"the rating {rating['rating_id']} has no mark")
        return found

    def _rate(self, overall: int | None, *criteria: int | None) -> Iterator[str]:
        given = dict(zip(CRITERIA, criteria, strict=True)) if any(criteria) else dict.fromkeys(CRITERIA, overall)
        for rate in self._form.rates(given):
            yield f'<rate indicator-id="{rate.indicator_id}" value-id="{rate.value_id}"/>'

    def _comment(self, comment: str) -> str:
        ids = self._form.comment
        if ids is None or not comment:
            return ""
        return f'<rate indicator-id="{ids.indicator}" value-id="{ids.value}">{text(comment)}</rate>'


def local(stored: str, zone: str) -> datetime:
    """A stored UTC time by the office's clock."""
    return datetime.fromisoformat(stored).astimezone(_zone(zone))


@lru_cache(maxsize=1024)
def _service(authority_id: str, authority: str, service_id: str, service: str, procedure_id: str) -> str:
    return (
        f"<authority id={attribute(authority_id)}>{text(authority)}</authority>"
        f"<service id={attribute(service_id)}>{text(service)}</service>"
        f"<procedure id={attribute(procedure_id or service_id)}/>"
    )


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
