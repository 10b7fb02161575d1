"""`otklik callbacks` on a real file: what a person of the desk sees and does, and what is kept of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.callbacks import Reason
from gateway.cli import main
from gateway.store import callbacks as rows
from gateway.store import invitations, optouts
from gateway.survey import Due
from tests.gateway.conftest import NOON, PHONE, Centre

CONFIG = """
modems: []
callbacks: {hours: {from: "00:00", to: "23:59:59.999999"}, weekdays: mon-sun, holidays: [], voice_days: 7}
"""
OTHER = "+79130200002"
LOW = "2 ждали час, тел. 8 913 020 00 01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def _call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["callbacks", *arguments, "-c", str(folder / "config.yaml")])


def _json(folder: Path, *arguments: str) -> dict[str, Any]:
    done = _call(folder, *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def _low(centre: Centre, foreign_id: str = "v1", phone: str = PHONE, text: str = LOW) -> None:
    centre.invited(foreign_id, phone)
    centre.hear(text, phone)
    centre.db.conn.commit()


def _silent(centre: Centre, *phones: str) -> None:
    """People who have said nothing until the end, which was yesterday. They were asked at noon, by their clocks."""
    centre.now = (datetime.now(UTC) - timedelta(days=4)).replace(hour=5)
    for number, phone in enumerate(phones):
        centre.visit(f"s{number}", phone)
        row = invitations.by_id(centre.db, number + 1)
        centre.conversations.happen(centre.db, row, Due(), now=centre.now)
    centre.send()
    centre.later(days=3, minutes=1)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.db.conn.commit()


def test_list_shows_what_is_due_marks_the_overdue_and_masks_phones(folder: Path, centre: Centre) -> None:
    _low(centre)
    row = invitations.by_id(centre.db, 1)
    later = datetime.now(UTC) + timedelta(hours=1)
    rows.open_one(centre.db, visit=row.visit, reason=Reason.ASKED, due_at=later, now=NOON)
    centre.db.conn.commit()
    shown = _call(folder)
    assert shown.exit_code == 0
    assert "OVERDUE since 2017-09-13 14:00" in shown.stdout  # in Barnaul
    assert f"due {later + timedelta(hours=7):%Y-%m-%d %H:%M}" in shown.stdout
    for words in ("low rating", "asked to be called", "BRN1", "+7913***0001", "2 ждали час, тел. ***", "overdue: 1"):
        assert words in shown.stdout
    late, other = _json(folder, "list")["callbacks"]
    assert (late["overdue"], late["due_at"], late["overall"]) == (True, "2017-09-13T07:00:00.000Z", 2)
    assert (other["overdue"], other["reason"]) == (False, "asked to be called")
    assert PHONE not in shown.stdout + json.dumps([late, other])
    assert PHONE not in _call(folder, "--json").stdout


def test_show_gives_the_phone_to_somebody_with_a_name_and_keeps_who(folder: Path, centre: Centre) -> None:
    _low(centre)
    assert _call(folder, "show", "1").exit_code == 2
    assert "a name has 1 to 64 letters" in _call(folder, "show", "1", "--by", " ").stderr
    assert rows.log_of(centre.db, 1)[1:] == []
    shown = _json(folder, "show", "1", "--by", "Anna")
    assert (shown["phone"], shown["state"], shown["log"][-1]["by"]) == (PHONE, "open", "Anna")
    assert f"phone: {PHONE}" in _call(folder, "show", "1", "--by", "Boris").stdout
    assert [(event["verb"], event["by"]) for event in rows.log_of(centre.db, 1)] == [
        ("opened", "otklik"),
        ("shown", "Anna"),
        ("shown", "Boris"),
    ]


def test_phone_of_a_closed_task_or_of_somebody_who_left_is_not_shown(folder: Path, centre: Centre) -> None:
    _low(centre)
    _call(folder, "close", "1", "--outcome", "not called", "--by", "Anna")
    _low(centre, "v2", OTHER, "1 стоп")
    for task, why in (("1", "not shown, the task is closed"), ("2", "not shown, he wants to hear from us no more")):
        shown = _call(folder, "show", task, "--by", "Anna", "--json")
        assert f"phone: {why}" in shown.stdout
        assert json.loads(shown.stdout.splitlines()[-1])["phone"] is None
        assert PHONE not in shown.stdout
        assert OTHER not in shown.stdout
        assert "shown" not in [event["verb"] for event in rows.log_of(centre.db, int(task))]
    assert "opted out" in _call(folder).stdout


def test_task_is_taken_called_closed_and_reopened(folder: Path, centre: Centre) -> None:
    _low(centre)
    assert _json(folder, "assign", "1", "--to", "Anna", "--by", "Boris")["assignee"] == "Anna"
    assert _json(folder, "called", "1", "--no-answer", "--by", "Anna")["calls"] == 1
    called = _call(folder, "called", "1", "--answered", "--by", "Anna", "--words", "says: ring +79130200001")
    assert "1: called, Anna's, calls: 2, OVERDUE since 2017-09-13 14:00" in called.stdout
    ended = ("close", "1", "--outcome", "passed on", "--cause", "queue", "--by", "Anna")
    closed = _json(folder, *ended)
    assert (closed["state"], closed["outcome"], closed["cause"], closed["overdue"]) == (
        "closed",
        "passed on",
        "queue",
        False,
    )
    assert _json(folder)["callbacks"] == []
    assert [row["id"] for row in _json(folder, "list", "--all")["callbacks"]] == [1]
    assert _call(folder, "reopen", "1", "--by", "Boris").exit_code == 2  # it must be said why
    reopened = _json(folder, "reopen", "1", "--by", "Boris", "--words", "he rang again")
    assert (reopened["state"], reopened["assignee"], reopened["overdue"]) == ("open", None, False)
    shown = _call(folder, "show", "1", "--by", "Boris").stdout
    for line in ('called, answered "says: ring ***"', "Anna: closed, passed on: queue", "Boris: reopened, due"):
        assert line in shown


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["called", "1", "--answered", "--by", "Anna"], 1, "Nobody has the task yet; assign it first"),
        (["close", "1", "--outcome", "resolved", "--by", "Anna"], 1, "Nobody has answered a call yet"),
        (["reopen", "1", "--by", "Anna", "--words", "x"], 1, "Nobody has the task yet"),
        (["assign", "9", "--to", "Anna", "--by", "Anna"], 1, "There is no call-back 9"),
        (["called", "1", "--by", "Anna"], 2, "--answered"),
        (["close", "1", "--outcome", "survey taken", "--by", "Anna"], 2, "Invalid value for '--outcome'"),
        (["survey", "--take", "1"], 2, "--take and --by go together"),
        (["answer", "1", "--by", "Anna"], 2, "Say what came of the call: one of --overall"),
        (["answer", "1", "--refused", "--no-answer", "--by", "Anna"], 2, "Say what came of the call"),
        (["answer", "1", "--overall", "6", "--by", "Anna"], 2, "1<=x<=5"),
        (["answer", "1", "--marks", "5,4,6,5,5", "--by", "Anna"], 2, "marks are five numbers from 1 to 5"),
        (["answer", "1", "--marks", "5,4,5", "--by", "Anna"], 2, "marks are five numbers from 1 to 5"),
        (["answer", "1", "--marks=-,-,-,-,-", "--by", "Anna"], 2, "marks are five numbers from 1 to 5"),
        (["answer", "1", "--marks", "5,4,5,5,5,5", "--by", "Anna"], 2, "marks are five numbers from 1 to 5"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_kept(
    folder: Path, centre: Centre, arguments: list[str], code: int, sentence: str
) -> None:
    _low(centre)
    done = _call(folder, *arguments)
    assert done.exit_code == code
    assert sentence in done.stderr
    assert [event["verb"] for event in rows.log_of(centre.db, 1)] == ["opened"]


def test_survey_is_offered_taken_and_answered(folder: Path, centre: Centre) -> None:
    _silent(centre, PHONE, OTHER)
    assert [one["foreign_id"] for one in _json(folder, "survey")["silent"]] == ["s0", "s1"]
    offered = _call(folder, "survey").stdout
    assert "BRN1" in offered
    assert "***" not in offered
    assert _json(folder, "survey", "--take", "2", "--by", "Anna") == {"taken": [1, 2]}
    assert _json(folder, "survey")["silent"] == []
    assert "taken: none" in _call(folder, "survey", "--take", "2", "--by", "Anna").stdout
    assert _json(folder, "show", "1", "--by", "Anna")["phone"] == PHONE
    assert _json(folder, "answer", "1", "--marks", "5, 4,-,3,5", "--by", "Anna")["outcome"] == "survey taken"
    assert centre.all("SELECT source, overall, time, queue, staff, comfort, info FROM ratings") == [
        ("voice", None, 5, 4, None, 3, 5)
    ]
    assert _json(folder, "answer", "2", "--no-answer", "--by", "Anna")["state"] == "called"
    assert _json(folder, "answer", "2", "--opt-out", "--by", "Anna")["outcome"] == "opted out"
    assert optouts.is_out(centre.db, centre.pseudonyms.of(OTHER))


def test_low_rating_told_by_telephone_names_the_task_it_opens(folder: Path, centre: Centre) -> None:
    _silent(centre, PHONE)
    _call(folder, "survey", "--take", "1", "--by", "Anna")
    answered = _call(folder, "answer", "1", "--overall", "2", "--by", "Anna")
    assert "The rating is low: note what was wrong under call-back 2." in answered.stdout
    assert rows.by_id(centre.db, 2).about.overall == 2


def test_nobody_is_asked_by_telephone_unless_the_configuration_says_so(folder: Path, centre: Centre) -> None:
    (folder / "config.yaml").write_text("modems: []\n", encoding="utf-8")
    done = _call(folder, "survey")
    assert (done.exit_code, done.stderr) == (
        1,
        "Nobody is asked by telephone; set callbacks.voice_days in the configuration for that.\n",
    )


def test_citizens_words_cannot_command_the_terminal(folder: Path, centre: Centre) -> None:
    _low(centre, text="2 \x1b[K очень\nдолго ждали " + "все " * 20)
    for shown in (_call(folder).stdout, _call(folder, "show", "1", "--by", "Anna").stdout):
        assert "\x1b" not in shown
        assert "очень долго ждали" in shown


def test_status_counts_call_backs(folder: Path, centre: Centre) -> None:
    _low(centre)
    shown = CliRunner().invoke(main, ["status", "-c", str(folder / "config.yaml"), "--json"])
    assert "call-backs: 1 open, 0 assigned, 0 called, 0 closed, 1 overdue" in shown.stdout
    assert json.loads(shown.stdout.splitlines()[-1])["callbacks"]["overdue"] == 1
