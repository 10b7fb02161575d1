"""A scenario that is kept in a folder names what it needs, and only that."""

from __future__ import annotations

from pathlib import Path

from gateway import scriptfiles
from gateway.simulator.scenario import files


def test_packaged_offices_are_not_named(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("{name: s, about: A test., first_day: 2017-01-01}", encoding="utf-8")
    text = files.text_of(files.load(path))
    assert text == "{name: s, about: A test., first_day: '2017-01-01'}\n"


def test_files_beside_a_scenario_are_found_from_anywhere(tmp_path: Path) -> None:
    there = files.load("altai-day")
    offices = tmp_path / "deep" / "offices.csv"
    offices.parent.mkdir()
    offices.write_bytes(there.offices.read_bytes())
    (offices.parent / "mine.yaml").write_bytes(scriptfiles.find("overall").read_bytes())
    for name in ("zones.csv", "v.csv"):
        (offices.parent / name).touch()
    (offices.parent / "s.yaml").write_text(
        "{name: s, about: A test., first_day: 2017-01-01, offices: offices.csv,"
        " box: {survey: {script: mine.yaml, number_zones: zones.csv}}, visits: {replay: v.csv}}",
        encoding="utf-8",
    )
    scenario = files.load(offices.parent / "s.yaml")
    assert scenario.box.survey.script == str(tmp_path / "deep" / "mine.yaml")
    assert scenario.box.survey.number_zones == tmp_path / "deep" / "zones.csv"
    assert scenario.visits.replay == tmp_path / "deep" / "v.csv"
    kept = tmp_path / "scenario.yaml"
    kept.write_text(files.text_of(scenario), encoding="utf-8")
    assert files.load(kept) == scenario
