"""Keys of a scenario that are changed on the command line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ScenarioError
from gateway.simulator.scenario.model import ModemsSection, Scenario
from gateway.simulator.scenario.vary import SHORT, Axis, axis, full_key, grid, short_name, varied

SCENARIO = Scenario(name="s", about="A test.", first_day=date(2017, 9, 12))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("modems.count=1..4", ("1", "2", "3", "4")),
        ("modems=1,2,4..6,9", ("1", "2", "4", "5", "6", "9")),
        ("modems.count=3", ("3",)),
    ],
)
def test_numbers_are_listed_and_ranged(text: str, values: tuple[str, ...]) -> None:
    assert axis(text) == Axis("modems.count", values)


def test_commas_inside_a_value_separate_nothing() -> None:
    window = '{from: "09:00", to: "12:00"}'
    assert axis(f"box.survey.window=always,{window}").values == ("always", window)
    assert axis("citizens.scores=[1,0,0,0,0],[0,1,0,0,0]").values == ("[1,0,0,0,0]", "[0,1,0,0,0]")


@given(st.lists(st.from_regex(r"[a-z0-9_:-]{1,8}", fullmatch=True), min_size=1, max_size=9, unique=True))
def test_words_that_are_joined_are_the_values(words: list[str]) -> None:
    assert axis(f"text={','.join(words)}") == Axis("box.survey.script", tuple(words))


@given(st.text(max_size=40))
def test_any_text_is_an_axis_or_one_sentence(text: str) -> None:
    try:
        found = axis(text)
    except ScenarioError as problem:
        assert str(problem)
    else:
        assert found.values and full_key(found.key) == found.key


def test_short_names_are_of_keys_there_are() -> None:
    assert {full_key(key) for key in SHORT.values()} == set(SHORT.values())
    assert [short_name(key) for key in ("modems.count", "modems.profile", "days")] == ["modems", "profile", "days"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("modem.count", "did you mean modems.count?"),
        ("delay_s", "did you mean box.survey.delay_s?"),
        ("box.survey.delays", "did you mean box.survey.delay_s?"),
        ("modem", "did you mean modems?"),
        ("citizens.resposne", "did you mean citizens.response?"),
        ("weather", "keys are named as in its file, such as modems.count."),
        ("visits.peaks.9.9", "did you mean visits.peaks.*?"),
    ],
)
def test_key_that_there_is_not_names_the_one_that_was_meant(name: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        axis(f"{name}=1")
    assert str(caught.value).endswith(told) and name in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("modems", "'modems' says no values"),
        ("modems=", "says no values"),
        ("modems=1,,2", "has an empty value; write null for none."),
        ("modems=8..1", "8..1 must go forward"),
        ("modems=0..1000", "0..1000 must go forward, over at most 1000 numbers."),
        ("modems=1..600,601..1200", "has 1200 values; the most is 1000."),
        ("modems=1..3,2", "has the value 2 more than once"),
    ],
)
def test_values_that_are_none_say_so(text: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        axis(text)
    assert told in str(caught.value)


def test_varied_scenario_has_the_values_and_all_else_as_it_was() -> None:
    found = varied(
        SCENARIO,
        {
            "modems.count": "3",
            "box.survey.window": "always",
            "visits.lists_at": "null",
            "visits.weights.BRN1": "2.5",
            "visits.peaks": "{9: 1}",
            "citizens.scores": "[1, 0, 0, 0, 0]",
        },
    )
    assert found.modems == ModemsSection(count=3)
    assert found.box.survey.window is None and found.visits.lists_at is None
    assert found.visits.weights == {"BRN1": 2.5} and found.visits.peaks == {9: 1.0}
    assert found.citizens.scores == (1, 0, 0, 0, 0)
    assert found.network == SCENARIO.network and found.name == "s"


def test_keys_that_need_each_other_are_changed_together() -> None:
    with pytest.raises(ScenarioError, match=r"modems\.hangs\.lasts is missing: vary it too"):
        varied(SCENARIO, {"modems.hangs.every_h": "24"})
    hangs = varied(SCENARIO, {"modems.hangs.every_h": "24", "modems.hangs.lasts.median_s": "300"}).modems.hangs
    assert hangs is not None and (hangs.every_h, hangs.lasts.median_s) == (24, 300)


@pytest.mark.parametrize(
    ("key", "word", "told"),
    [
        ("modems.count", "0", "modems.count=0: Input should be greater than or equal to 1."),
        ("mode", "ful", "mode=ful: Input should be 'full' or 'plan'."),
        ("visits.peaks", "[1", "visits.peaks=[1 is not readable"),
        ("visits.city.from", "5", "did you mean"),
        ("box.survey.window", "9-18", "box.survey.window=9-18: a window is the word always or"),
        ("citizens.scores", "[1, 0]", "citizens.scores=[1, 0]: Field required."),
    ],
)
def test_value_that_cannot_be_is_told_with_its_key(key: str, word: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        varied(SCENARIO, {full_key(key): word})
    assert told in str(caught.value)


def test_grid_has_every_combination_in_order() -> None:
    points = grid([axis("modems=1,2"), axis("text=overall,criteria")])
    assert [tuple(point.values()) for point in points] == [
        ("1", "overall"),
        ("1", "criteria"),
        ("2", "overall"),
        ("2", "criteria"),
    ]
    assert grid([]) == [{}]


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        (("modems=1", "modems.count=2"), "modems.count is varied twice"),
        (("modems=1..40", "visits=1..40"), "The grid has more than 1000 points"),
    ],
)
def test_grid_that_is_none_says_so(axes: tuple[str, ...], told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        grid([axis(text) for text in axes])
