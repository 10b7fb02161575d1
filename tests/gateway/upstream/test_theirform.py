"""The form as upstream has it, against ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import formfiles
from gateway.exchange.form import differences
from gateway.upstream.answers import AnswerUnreadable
from gateway.upstream.theirform import their_form

OURS = formfiles.load("direct-0.0.4")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><FormsResponse xmlns="http://vashkontrol.ru/service/forms/1.2.0">'
    '<form service-type="direct"><version>0.0.4</version><updated_at>2013-04-25</updated_at></form><blocks>'
    '<block id="1">Как вы оцениваете</block></blocks><indicators>'
)


def value(id_: int, title: str) -> str:
    return f'<value id="{id_}" data-type="boolean"><title>{title}</title><alt-title/></value>'


def indicator(id_: int, title: str, shift: int = 0, titles: tuple[str, ...] = tuple(OURS.titles.values())) -> str:
    first = 41 + 5 * (id_ - 9) + shift
    values = "".join(value(first + k, name) for k, name in enumerate(titles))
    return f'<indicator id="{id_}"><title>{title}</title><values>{values}</values></indicator>'


def xml(*indicators: str) -> bytes:
    return (HEAD + "".join(indicators) + "</indicators></FormsResponse>").encode()


TITLES = [one.title for one in OURS.criteria.values()]
SAME = [indicator(9 + k, title) for k, title in enumerate(TITLES)]


def test_form_as_upstream_publishes_it_is_ours() -> None:
    assert differences(OURS, their_form("rates-xml", xml(*SAME), OURS)) == []
    assert differences(OURS, their_form("legacy-xml", xml(*reversed(SAME)), OURS)) == []


def test_form_in_json_is_ours() -> None:
    assert differences(OURS, their_form("json", OURS.model_dump_json().encode(), OURS)) == []


def test_mark_that_has_another_id_upstream_is_named() -> None:
    theirs = their_form("rates-xml", xml(*SAME[:4], indicator(13, TITLES[4], shift=100)), OURS)
    assert differences(OURS, theirs)[0] == "the mark 1 of info has the value 161 upstream, 61 here"
    assert len(differences(OURS, theirs)) == 5


def test_criteria_that_changed_places_are_found_by_their_titles() -> None:
    swapped = [indicator(10, TITLES[0]), indicator(9, TITLES[1]), *SAME[2:]]
    assert "the criterion time has the indicator 10 upstream, 9 here" in differences(
        OURS, their_form("rates-xml", xml(*swapped), OURS)
    )


def test_criterion_under_a_new_title_is_found_by_its_place() -> None:
    assert (
        differences(OURS, their_form("rates-xml", xml(*SAME[:2], indicator(11, "Вежливость"), *SAME[3:]), OURS)) == []
    )


def test_marks_in_another_order_are_found_by_their_titles() -> None:
    turned = indicator(9, TITLES[0], titles=tuple(reversed(OURS.titles.values())))
    found = differences(OURS, their_form("rates-xml", xml(turned, *SAME[1:]), OURS))
    assert "the mark 1 of time has the value 45 upstream, 41 here" in found


@pytest.mark.parametrize(
    "body",
    [
        xml(*SAME[:4]),
        xml(*SAME, indicator(14, "Новое")),
        xml(*SAME[:4], SAME[3]),
        xml(*SAME[:4], SAME[4].replace('id="61"', 'id="x"')),
        xml(*SAME[:4], indicator(13, TITLES[4], titles=("да", "нет"))),
        b"<html/>",
    ],
)
def test_form_that_cannot_be_compared_is_told(body: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        their_form("rates-xml", body, OURS)


@given(st.binary(max_size=100) | st.just(json.dumps({"version": 1}).encode()))
def test_any_octets_are_a_form_or_unreadable(body: bytes) -> None:
    for dialect in ("json", "rates-xml"):
        with pytest.raises(AnswerUnreadable):
            their_form(dialect, body, OURS)
