"""Whatever octets come, they are understood or refused with a reason; nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.simulator.upstream.double import Double
from gateway.simulator.upstream.errors import Refused
from gateway.simulator.upstream.taken import CRITERIA, in_order
from tests.gateway.simulator.upstream.conftest import FixedClock
from tests.gateway.simulator.upstream.messages import EVENTS, LEGACY, RATES, RATING, batch

MESSAGES = [text.encode() for text in (RATES, EVENTS, LEGACY)]
_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just([]) | st.just({})


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    made = Double(FixedClock())
    yield made
    made.close()


@given(data=st.data())
@settings(max_examples=60)
def test_a_mutated_document_is_taken_or_refused(double: Double, data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from(MESSAGES)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(octets) - 1))
        octets[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6) | st.just(b"9" * 40))
    try:
        taken, packet = double.take_xml(bytes(octets), None)
    except Refused as problem:
        assert str(problem)
    else:
        assert len(taken.ratings) + len(taken.facts) == len(packet.forms) + len(packet.facts) == 1


@given(key=st.sampled_from(sorted(RATING)), value=_values)
@settings(max_examples=60)
def test_a_rating_with_any_value_is_taken_or_refused(double: Double, key: str, value: object) -> None:
    body = json.dumps(batch({**RATING, key: value}, key=repr((key, value)))).encode()
    try:
        _, packet = double.take_json(body, None)
    except Refused as problem:
        assert str(problem)
    else:
        assert packet.id > 0


@given(
    _values | st.lists(_values, max_size=2) | st.dictionaries(st.sampled_from(["vendor", "key", "ratings"]), _values)
)
@settings(max_examples=40)
def test_any_other_json_is_refused(double: Double, document: Any) -> None:
    with pytest.raises(Refused):
        double.take_json(json.dumps(document).encode(), None)


def test_what_a_rating_says_is_read_as_it_stands() -> None:
    double = Double(FixedClock())
    one = double.take_json(json.dumps(batch(RATING)).encode(), None)[0].ratings[0]
    double.close()
    assert {key: one.marks[key] for key in CRITERIA} == {"time": 5, "queue": 3, "staff": 5, "comfort": 4, "info": 5}
    assert (one.overall, one.mark, one.office_name, one.source) == (5, 5, "МФЦ г. Барнаул, Центральный", "sms")
    assert one.comment == "Спасибо, звоните ***"


def test_dates_are_put_in_order_by_the_moment_not_by_the_text() -> None:
    east, west = "2017-09-12T15:40:00+07:00", "2017-09-12T12:00:00+03:00"  # 08:40 and 09:00 UTC
    assert in_order(west, east) == in_order(east, west) == (east, west)
