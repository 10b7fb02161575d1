"""Scenario files: found by name or path, read whole or refused with every fault."""

from pathlib import Path

import pytest

from gateway import scriptfiles
from gateway.errors import ScenarioError
from gateway.simulator.scenario import files

HEAD = "name: mine\nabout: A try.\nfirst_day: 2017-09-12\n"


def refusal(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        files.load(path)
    return str(caught.value).replace(str(path), "mine.yaml")


@pytest.mark.parametrize("name", files.packaged())
def test_packaged_scenario_has_the_name_of_its_file_and_files_that_exist(name: str) -> None:
    scenario = files.load(name)
    assert scenario.name == name
    assert scenario.offices.exists() and scenario.services.exists()


def test_packaged_scenarios_are_these() -> None:
    wanted = {"altai-2017", "altai-day", "overload", "bad-modems", "upstream-week-off", "country"}
    assert set(files.packaged()) == wanted


def test_scenario_is_found_by_name_and_by_the_path_of_the_examples() -> None:
    assert files.load("altai-day") == files.load("examples/altai-day.yaml")


def test_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ScenarioError, match=r"There is no scenario altai-night; choose .*altai-day"):
        files.load("altai-night")


def test_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"There is no scenario file .*none\.yaml"):
        files.load(tmp_path / "none.yaml")


def test_unknown_key_is_named_with_its_line_and_what_was_meant(tmp_path: Path) -> None:
    assert refusal(tmp_path, HEAD + "visits:\n  per_dya: 5\n") == (
        "mine.yaml:5:3: visits.per_dya: unknown key, did you mean 'per_day'?"
    )


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    faults = refusal(tmp_path, HEAD + "days: none\nmodems:\n  count: 0\nboxs: 2\n").splitlines()
    assert [fault.split(" ")[0] for fault in faults] == ["mine.yaml:4:1:", "mine.yaml:6:3:", "mine.yaml:7:1:"]


def test_weight_of_an_office_that_is_not_there_is_refused_with_its_line(tmp_path: Path) -> None:
    text = HEAD + "visits:\n  weights:\n    BRN1: 2\n    BRN9: 3\n"
    assert refusal(tmp_path, text).startswith("mine.yaml:7:5: visits.weights.BRN9: there is no office BRN9 in")


def test_more_boxes_than_offices_are_refused_with_the_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, HEAD + "boxes: 38\n") == (
        "mine.yaml:4:1: boxes: there are only 37 offices; write so many or fewer"
    )


def test_files_surveys_and_profiles_that_are_not_there_are_told_together(tmp_path: Path) -> None:
    text = (
        "visits: {replay: none.csv}\nmodems: {profile: huaway-e1550}\n"
        "box: {survey: {script: overal, number_zones: zones.csv}}\n"
    )
    faults = refusal(tmp_path, HEAD + text).splitlines()
    assert [fault.split(": there", 1)[0].split(": There", 1)[0] for fault in faults] == [
        "mine.yaml:4:10: visits.replay",
        "mine.yaml:6:32: box.survey.number_zones",
        "mine.yaml:5:10: modems.profile",
        "mine.yaml:6:16: box.survey.script",
    ]
    assert "Did you mean huawei-e1550?" in faults[2]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("visits: {peaks: {9: 0}}", "4:10: visits.peaks: some hour must be busier than 0"),
        ("citizens: {scores: [0, 0, 0, 0, 0]}", "4:12: citizens.scores: some mark must be given more"),
        ("upstream: {away: [[3, 2]]}", "4:19: upstream.away.0: a span goes from its lower end to its upper, not"),
        ("published: {mean: [5, 4]}", "4:13: published.mean: a span goes from its lower end to its upper, not"),
        ("citizens: {response: 1.5}", "4:12: citizens.response: input should be less than or equal to 1"),
        ("modems: {limits: {per_day: 0}}", "4:19: modems.limits.per_day: input should be greater than or equal to 1"),
    ],
)
def test_value_that_makes_no_sense_is_refused_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    assert refusal(tmp_path, HEAD + text + "\n").startswith(f"mine.yaml:{fault}")


def test_fault_in_the_offices_is_the_scenarios(tmp_path: Path) -> None:
    (tmp_path / "offices.csv").write_text("code,name\n")
    assert "offices.csv:1: the column short_name is missing" in refusal(tmp_path, HEAD + "offices: offices.csv\n")


def test_paths_are_relative_to_the_file_and_offices_not_named_are_the_altais(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    (tmp_path / "visits.csv").touch()
    (tmp_path / "own.yaml").write_bytes(scriptfiles.find("overall").read_bytes())
    path.write_text(HEAD + "visits: {replay: visits.csv}\nbox: {survey: {script: own.yaml}}\n")
    scenario = files.load(path)
    assert scenario.visits.replay == tmp_path / "visits.csv"
    assert scenario.box.survey.script == str(tmp_path / "own.yaml")
    assert scenario.offices.name == "offices.csv" and scenario.offices.exists()
