"""`otklik people`: opt-outs by hand and by list, and what is known of one phone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from gateway import pseudonyms
from gateway.cli import main
from gateway.intake.phonelists import phones
from gateway.phones import BadPhone
from gateway.store import fleet
from gateway.store.database import to_text
from tests.gateway.conftest import PHONE, SIM, Centre

CONFIG = "modems: []\nsurvey: {delay_s: 0}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def _call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["people", *arguments, "-c", str(folder / "config.yaml")])


def _json(folder: Path, *arguments: str) -> Any:
    done = _call(folder, *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_phone_that_is_opted_out_by_hand_is_barred_and_may_come_back(folder: Path, centre: Centre) -> None:
    centre.visit("v1")
    centre.db.conn.commit()
    assert _json(folder, "opt-out", "8 913 020-00-01", "--by", "petrova") == {
        "opted_out": 1,
        "already": 0,
        "refused": [],
    }
    assert centre.states() == {"v1": "barred"}
    assert _call(folder, "opt-out", PHONE).stdout == "+7913***0001 was out already.\n"
    assert _json(folder, "opt-in", PHONE, "--way", "desk") == {"opted_in": 1}
    assert _call(folder, "opt-in", PHONE).stdout == "+7913***0001 was not out.\n"
    assert centre.all("SELECT verb, way, by FROM opt_events ORDER BY id") == [
        *(("out", "office", "petrova"), ("in", "desk", ""), ("in", "office", ""))
    ]


def test_list_is_carried_out_but_for_the_lines_that_are_no_phone(folder: Path, centre: Centre) -> None:
    path = folder / "list.txt"
    path.write_bytes("\ufeff+79130200001\r\n\r\n385-22-33\r\n9130200002\r\n9130200002".encode())
    done = _call(folder, "opt-out", "--file", str(path), "--way", "operator", "--json")
    assert done.exit_code == 1
    assert done.stderr == f"{path}:3: The phone has 7 digits, a Russian mobile has 10 after +7.\n"
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "opted_out": 2,
        "already": 1,
        "refused": [{"line": 3, "reason": "The phone has 7 digits, a Russian mobile has 10 after +7."}],
    }
    assert centre.all("SELECT DISTINCT way FROM opt_outs") == [("operator",)]


def test_show_tells_all_that_is_known_of_a_phone(folder: Path, centre: Centre) -> None:
    centre.invited("v1")
    centre.hear("5")
    centre.hear("стоп")
    centre.visit("v2")
    centre.visit("other", "+79130200002")
    fleet.add_call(centre.db, sim=SIM, phone=PHONE, call_back=False, at=centre.now)
    due_at = to_text(centre.now)
    centre.db.execute(
        "INSERT INTO callbacks (visit, reason, state, opened_at, due_at) SELECT id, 'test', 'open', ?, ? FROM visits"
        " WHERE foreign_id IN ('v1', 'other')",
        (due_at, due_at),
    )
    centre.db.conn.commit()
    found = _json(folder, "show", PHONE)
    assert [visit["foreign_id"] for visit in found["visits"]] == ["v1", "v2"]
    first, second = found["visits"]
    assert first["consent"] == {
        "given": True,
        "taken_at": "2017-09-13T05:00:00.000Z",
        "place": "BRN1",
        "taken_by": "test",
        "text": centre.survey.consent_text,
    }
    assert (first["invitation"]["state"], first["rating"]) == ("answered", 5)
    assert (second["invitation"]["state"], second["invitation"]["reason"], second["rating"]) == (
        *("barred", "opted out", None),
    )
    assert [found[name] for name in ("messages", "replies", "calls", "callbacks")] == [2 + 1, 2, 1, 1]
    assert found["opted_out"] == {"at": "2017-09-13T05:00:00.000Z", "way": "sms"}
    assert [event["verb"] for event in found["opt_events"]] == ["out"]
    shown = _call(folder, "show", PHONE).stdout
    for word in ("wants no messages since 2017-09-13", "v1", "barred (opted out)", centre.survey.consent_text):
        assert word in shown


def test_show_of_a_purged_phone_finds_what_stayed(folder: Path, centre: Centre) -> None:
    centre.invited("v1")
    centre.db.execute("UPDATE persons SET sealed = NULL")
    centre.db.conn.commit()
    found = _json(folder, "show", PHONE)
    assert (found["known"], found["phone_kept"], len(found["visits"])) == (True, False, 1)
    assert "the phone is not kept" in _call(folder, "show", PHONE).stdout


def test_show_of_a_phone_nobody_knows_says_so(folder: Path, centre: Centre) -> None:
    found = _json(folder, "show", PHONE)
    assert (found["known"], found["visits"], found["replies"], found["opted_out"]) == (False, [], 0, None)
    assert "there are no visits of it" in _call(folder, "show", PHONE).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["opt-out", "385-22-33"], 2, "The phone has 7 digits"),
        (["opt-out"], 2, "Say either a phone or --file FILE."),
        (["opt-out", PHONE, "--file", "x"], 2, "Say either a phone or --file FILE."),
        (["opt-out", "--file", "/no/such/list"], 1, "The list of phones /no/such/list cannot be read: No such file"),
        (["opt-out", PHONE, "--way", "sms"], 2, "'sms' is not one of"),
        (["show", PHONE], 1, "There is no database"),
    ],
)
def test_call_that_cannot_be_carried_out_says_why(folder: Path, arguments: list[str], code: int, sentence: str) -> None:
    done = _call(folder, *arguments)
    assert done.exit_code == code
    assert sentence in done.stderr


def test_another_key_is_refused_for_it_would_forget_who_opted_out(folder: Path, centre: Centre) -> None:
    centre.visit("v1")
    centre.db.conn.commit()
    (folder / "otklik.db.key").unlink()
    assert "otklik.db.key is missing" in _call(folder, "show", PHONE).stderr
    pseudonyms.make(folder / "otklik.db")
    for arguments in (["opt-out", PHONE], ["opt-in", PHONE], ["show", PHONE]):
        done = _call(folder, *arguments)
        assert done.exit_code == 1
        assert "is not the one" in done.stderr
    (folder / "v.csv").write_text("foreign_id,office,service,received_at,phone,consent\n", encoding="utf-8")
    arguments = ["visits", "import", str(folder / "v.csv"), "-c", str(folder / "config.yaml")]
    assert "restore it from the backup" in CliRunner().invoke(main, arguments).stderr


@given(st.lists(st.text(st.characters(exclude_characters="\r\n"))), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_list_gives_each_line_a_phone_or_a_reason(lines: list[str], end: str) -> None:
    found = dict(phones(end.join(lines)))
    assert list(found) == [number for number, text in enumerate(lines, 1) if text.strip()]
    assert all(isinstance(phone, BadPhone) or phone.startswith("+79") for phone in found.values())


@given(st.lists(st.from_regex(r"(\+7|8|7|)9[0-9]{9}", fullmatch=True)))
def test_every_phone_of_a_list_is_found_by_its_line(numbers: list[str]) -> None:
    assert list(phones("\n".join(numbers))) == [(line, "+7" + number[-10:]) for line, number in enumerate(numbers, 1)]
