"""`otklik surveys`: what is there, what is wrong with a file, what it costs, and what was asked before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway import scriptfiles
from gateway.cli import main
from tests.gateway.conftest import Centre
from tests.gateway.scripts import OVERALL, script_file

OFFICES = """code,name,short_name,locality,oktmo,okato,time_zone,windows
KMN1,Камень,МФЦ Камень-на-Оби,г. Камень-на-Оби,01616000,01216000000,Asia/Barnaul,10
BSK1,Бийск,МФЦ г.Бийск,г. Бийск,01705000,01405000000,Asia/Barnaul,25
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("modems: []\noffices: offices.csv\n", encoding="utf-8")
    (tmp_path / "offices.csv").write_text(OFFICES, encoding="utf-8")
    return tmp_path


def _call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["surveys", *arguments, "-c", str(folder / "config.yaml")])


def _json(done: Result) -> Any:
    return json.loads(done.stdout.splitlines()[-1])


def test_list_shows_the_packaged_surveys_and_marks_the_configured_one(folder: Path) -> None:
    found = _json(_call(folder, "--json"))["surveys"]
    assert {one["script"]: (one["mode"], len(one["questions"]), one["most_messages"]) for one in found} == {
        "criteria": ("criteria", 1, 8),
        "five-questions": ("criteria", 5, 8),
        "overall": ("overall", 1, 4),
    }
    assert [one["version"] for one in found if one["configured"]] == [OVERALL.version]
    assert all(one["languages"] == ["ru", "en"] for one in found)


def test_list_shows_a_configured_file_too(folder: Path) -> None:
    script_file(folder, "{date} {office}: от 1 до 5")
    (folder / "config.yaml").write_text("survey: {script: survey.yaml}\n", encoding="utf-8")
    *packaged, own = _json(_call(folder, "list", "--json"))["surveys"]
    assert len(packaged) == 3
    assert (own["script"], own["configured"]) == (str(folder / "survey.yaml"), True)


def test_check_names_every_fault_with_its_place_and_what_was_meant(folder: Path) -> None:
    path = folder / "own.yaml"
    text = scriptfiles.packaged()["overall"].read_text(encoding="utf-8")
    path.write_text(text.replace("{date} Вы", "{data} Вы").replace("  thanks:", "  thank:", 1), encoding="utf-8")
    done = _call(folder, "check", str(path), "--json")
    assert done.exit_code == 1
    assert [fault.replace(f"{path}:", "") for fault in _json(done)["faults"]] == [
        "7:7: questions.0.text.ru: there is no variable {data} (a text may use {date}, {office}, {asked}); {date} was"
        " probably meant.",
        "10:3: texts.ru.thanks: is missing",
        "12:5: texts.ru.thank: unknown key, did you mean 'thanks'?",
    ]


def test_check_of_a_sound_survey_says_its_version(folder: Path) -> None:
    assert _json(_call(folder, "check", "--json"))["version"] == OVERALL.version
    done = _call(folder, "check", "criteria")
    assert (done.exit_code, "no faults, version criteria-" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "overal"), "There is no survey overal; choose criteria, five-questions, overall, or name a file"),
        (("preview", "none.yaml"), "There is no survey file none.yaml; check its name"),
        (("preview", "--office", "BSK2"), "; did you mean BSK1?"),
    ],
)
def test_survey_or_office_that_is_not_there_is_a_wrong_call(
    folder: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = _call(folder, *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_preview_fills_in_the_longest_name_and_warns_of_the_full_part(folder: Path) -> None:
    done = _call(folder, "preview", "overall")
    assert done.stdout.splitlines()[:4] == [
        f"{OVERALL.version}, filled in for МФЦ Камень-на-Оби (KMN1)",
        "",
        "question 1 (ru): 76 characters of ucs2, parts: 2; 58 more fit in",
        "01.01.2026 Вы были в МФЦ Камень-на-Оби. Оцените услугу от 1 до 5 (5-отлично)",
    ]
    assert done.stdout.splitlines()[-2].split() == ["ru", "2", "3", "5"]  # there is no reminder
    short = _call(folder, "preview", "overall", "--office", "BSK1", "--json")
    assert "question 1 (ru): 70 characters of ucs2, parts: 1; one more letter costs another part" in short.stdout
    found = _json(short)
    assert found["texts"][0] == {
        "name": "question 1",
        "language": "ru",
        "office": "BSK1",
        "text": "01.01.2026 Вы были в МФЦ г.Бийск. Оцените услугу от 1 до 5 (5-отлично)",
        "alphabet": "ucs2",
        "characters": 70,
        "parts": 1,
        "left": 0,
        "full": True,
    }
    assert found["costs"][0] == {"language": "ru", "silent": 1, "answered": 2, "most": 4}


def test_history_counts_who_was_asked_and_who_rated_under_each_version(folder: Path) -> None:
    older = Centre(folder / "otklik.db", invite="Оцените услугу от 1 до 5, {office}")
    older.invited("v1")
    older.hear("5")
    older.hear("4")
    _end(older)
    newer = Centre(folder / "otklik.db")
    newer.later(days=4)
    newer.invited("v2")
    newer.invited("v3", "+79130200002")
    newer.hear("3")
    _end(newer)
    versions = _json(_call(folder, "history", "--json"))["versions"]
    assert [(one["version"], one["conversations"], one["ratings"]) for one in versions] == [
        (older.script.version, 1, 1),
        (OVERALL.version, 2, 1),
    ]
    assert versions[0]["first_used_at"] == "2017-09-13T05:00:00.000Z"
    changed = _call(folder, "history", "--diff", older.script.version, OVERALL.version).stdout.splitlines()
    assert [line for line in changed if line[0] in "-+"][2:] == [
        '-        "ru": "Оцените услугу от 1 до 5, {office}"',
        '+        "ru": "{date} Вы были в {office}. Оцените услугу от 1 до 5 (5-отлично)"',
    ]
    unknown = _call(folder, "history", "--diff", OVERALL.version, f"{OVERALL.version}0")
    assert unknown.exit_code == 1
    assert f"did you mean {OVERALL.version}?" in unknown.stderr


def _end(centre: Centre) -> None:
    centre.db.conn.commit()
    centre.db.close()


def test_history_before_anybody_was_asked_says_so(folder: Path) -> None:
    _end(Centre(folder / "otklik.db"))
    assert _call(folder, "history").stdout == "Nobody has been asked yet.\n"
