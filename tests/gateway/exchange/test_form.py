"""The federal form as data: ids of criteria and marks, and what upstream may have changed of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import formfiles
from gateway.errors import ConfigError
from gateway.exchange.form import Form, Rate, differences


@pytest.fixture
def form() -> Form:
    return formfiles.load("direct-0.0.4")


def test_marks_become_the_ids_of_the_published_form_in_its_order(form: Form) -> None:
    # The example of the exchange format: 5 for time, 3 for queue, 5 for staff, 4 for comfort, 5 for info.
    marks = {"info": 5, "time": 5, "queue": 3, "staff": 5, "comfort": 4}
    assert form.rates(marks) == [Rate(9, 45), Rate(10, 48), Rate(11, 55), Rate(12, 59), Rate(13, 65)]


def test_mark_that_was_not_given_is_left_out(form: Form) -> None:
    assert form.rates({"queue": 1, "time": None}) == [Rate(10, 46)]


def test_every_pair_of_ids_leads_back_to_its_mark(form: Form) -> None:
    for key, indicator in form.criteria.items():
        for mark in range(1, 6):
            (rate,) = form.rates({key: mark})
            assert form.mark_of(rate.indicator_id, rate.value_id) == (key, mark)
        assert form.mark_of(indicator.indicator, 99) is None


def test_form_with_other_ids_upstream_is_told_mark_by_mark(form: Form) -> None:
    changed = form.model_dump()
    changed["criteria"]["queue"]["values"][3] = 148
    changed["criteria"]["info"]["indicator"] = 14
    found = differences(form, Form.model_validate(changed))
    assert found == [
        "the mark 3 of queue has the value 148 upstream, 48 here",
        "the criterion info has the indicator 14 upstream, 13 here",
    ]


def test_form_of_another_version_with_the_same_ids_is_told_as_such(form: Form) -> None:
    assert differences(form, form) == []
    newer = form.model_copy(update={"version": "0.0.5"})
    assert differences(form, newer) == ["the form is of version 0.0.5 upstream, 0.0.4 here, with the same ids"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("queue: ", "waiting: ", "there is no criterion waiting"),
        ("  queue: ", "  #", "the criterion queue is missing"),
        ("3: 48, ", "", "the criterion queue has no value for one of the marks"),
        ("1: 46", "1: 41", "each id stands for one thing"),
    ],
)
def test_form_that_cannot_count_is_refused_with_the_reason(tmp_path: Path, old: str, new: str, fault: str) -> None:
    text = formfiles.packaged()["direct-0.0.4"].read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "form.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=fault):
        formfiles.load(str(path))


def test_unknown_form_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"There is no form direct; choose direct-0\.0\.4"):
        formfiles.load("direct")
