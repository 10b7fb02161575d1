"""The likeness of a database is a scenario that can be read again, and tells nothing of a person."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import keyfile, pseudonyms
from gateway.config import load, packaged_config
from gateway.errors import ScenarioError
from gateway.simulator.like.drawing import draw_like
from gateway.simulator.like.writing import SCENARIO, scenario_like
from gateway.simulator.scenario import files
from gateway.simulator.scenario.model import DeskSection
from gateway.store import callbacks as rows
from gateway.store.database import open_reader
from tests.gateway.conftest import NOON, Centre
from tests.gateway.simulator.box.test_operators import EVENING, operators_of
from tests.gateway.store.saving import KEY, SAVED
from tests.gateway.surveyed import Surveyed


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A box of two days: 200 visits with consent at one office and 100 without, 3 at another; a fifth answered."""
    path = tmp_path / "box" / "otklik.db"
    path.parent.mkdir()
    surveyed = Surveyed(path)
    for number in range(200):
        at = NOON + timedelta(days=number % 2, minutes=number)
        visit = surveyed.visit(at=at, state="expired")
        if number % 5 == 0:
            surveyed.reply(visit, "rating")
            surveyed.rate(visit, 5 if number % 10 else 4)
    for _ in range(100):
        surveyed.visit(consent=False)
    for _ in range(3):
        surveyed.visit("ALR1")
    surveyed.db.execute(
        "INSERT INTO refusals (source, digest, line, foreign_id, reason, refused_at, rows, kind)"
        " VALUES ('test', 'd', 1, 'v', 'phone: The number is too short.', ?, 9, 'visit')",
        ("2017-09-13T05:00:00.000Z",),
    )
    surveyed.db.conn.commit()
    surveyed.db.close()
    return path


def test_scenario_has_the_figures_of_the_box_and_its_offices(box: Path, tmp_path: Path) -> None:
    found = scenario_like(box, tmp_path / "like")
    assert found == files.load(tmp_path / "like" / SCENARIO)
    assert (found.name, f"{found.first_day}", found.days) == ("like-otklik", "2017-09-13", 2)
    assert found.visits.per_day == pytest.approx(156, abs=1)  # 303 visits and 9 refused rows
    assert found.visits.consent == pytest.approx(212 / 312, abs=0.001)
    assert found.visits.valid_phone == pytest.approx(203 / 212, abs=0.001)
    assert found.citizens.response == pytest.approx(40 / 203, abs=0.001)
    assert found.modems.count == 1
    assert found.published["response"][0] < 40 / 203 < found.published["response"][1]
    assert len(found.visits.weights) == 37


def test_file_tells_what_figures_rest_on_and_what_is_the_default(box: Path, tmp_path: Path) -> None:
    scenario_like(box, tmp_path / "like")
    text = (tmp_path / "like" / SCENARIO).read_text(encoding="utf-8")
    assert "  response: 0.197  # 203 people reached\n" in text
    assert "  # scores: the default, too few: 40 ratings\n" in text
    assert "    BRN1: " in text
    assert "# 300 visits\n" in text
    assert "ALR1: " in text
    assert "# fewer than 5 visits; as all such offices\n" in text
    assert " 3 visits" not in text


def test_configuration_adds_what_a_database_does_not_know(box: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    offices = packaged_config().parent / "examples/altai"
    config.write_text(
        f"database: {box}\noffices: {offices / 'offices.csv'}\nservices: {offices / 'services.csv'}\n"
        "survey: {delay_s: 3600, window: always}\ncallbacks: {within_s: 1800}\n"
        "modems:\n  - {name: m1, port: emu://, limits: {per_minute: 7}}\n",
        encoding="utf-8",
    )
    found = scenario_like(box, tmp_path / "like", load(config))
    assert (found.box.survey.delay_s, found.box.survey.window) == (3600, None)
    assert found.box.callbacks.within_s == 1800
    assert found.modems.limits.per_minute == 7


def test_desk_is_as_it_worked(centre: Centre, tmp_path: Path) -> None:
    operators = operators_of(centre, operators=3, answers=0.5, redial_s=1200, no_answer_s=30, tries=9)
    for number in range(60):
        centre.visit(f"v{number}", f"+7913020{number:04d}")
    centre.invite()
    centre.send()
    for number in range(60):
        centre.hear("2", f"+7913020{number:04d}")
    centre.db.conn.commit()
    operators.advance(EVENING + 86_400)
    tries = sum(row.task.calls for row in rows.listed(centre.db, closed=True))
    figures = draw_like(centre.db).figures
    assert figures.value("desk.operators") == 3
    assert figures.found["desk.operators"].cases == tries > 90
    assert figures.value("desk.answers") == pytest.approx(0.5, abs=0.1)
    assert figures.value("desk.talk.median_s") == pytest.approx(300, abs=1)
    assert figures.value("desk.no_answer_s") == pytest.approx(30, abs=1)
    assert figures.value("desk.redial_s") == pytest.approx(1200, abs=60)
    assert figures.value("desk.refused") is not None
    assert figures.found["desk.tries"].why == "too few"
    DeskSection.model_validate({"refused": figures.value("desk.refused"), "answers": figures.value("desk.answers")})


@pytest.mark.parametrize("name", sorted(path.stem for path in SAVED.glob("*.sql")))
def test_box_of_an_older_version_is_read_and_left_as_it_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / "otklik.db"
    old = sqlite3.connect(path)
    old.executescript((SAVED / f"{name}.sql").read_text(encoding="utf-8"))
    old.close()
    pseudonyms.path_of(path).write_text(KEY.hex() + "\n", encoding="ascii")
    if keyfile.seals_of(SAVED / name).exists():
        shutil.copy(keyfile.seals_of(SAVED / name), keyfile.seals_of(path))
    before = path.read_bytes()
    found = scenario_like(path, tmp_path / "like")
    assert (f"{found.first_day}", found.days) == ("2017-09-13", 1)
    assert found.visits.per_day == pytest.approx(14)
    assert path.read_bytes() == before
    written = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "like").iterdir())
    for personal in ("7913020", "v99", "посадите", "operator"):
        assert personal not in written.replace("operators", "")


def test_box_without_visits_is_like_nothing(tmp_path: Path) -> None:
    path = tmp_path / "otklik.db"
    Surveyed(path).db.close()
    db = open_reader(path)
    try:
        with pytest.raises(ScenarioError, match="has no visits"):
            draw_like(db)
    finally:
        db.close()
