"""What a person decides about a reply, from the command line beside a daemon, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main, review
from gateway.ledger import draw_up
from gateway.model import MessageKind
from gateway.store.database import InstanceLock
from scheduler.clock import SystemClock
from tests.gateway.conftest import SIM, Centre
from tests.gateway.scripts import template

UNCLEAR = "4 или 5"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """A centre in a folder with a configuration, an hour before a person comes to look; a daemon has the database."""
    (tmp_path / "config.yaml").write_text(
        "modems: [{name: m1, port: /dev/ttyUSB0}]\nsurvey: {delay_s: 0, once_per_phone_s: 0}\n", encoding="utf-8"
    )
    centre = Centre(tmp_path / "otklik.db", once_per_phone_s=0)
    lock = InstanceLock(centre.path)
    lock.take()

    class Later(SystemClock):
        def now(self) -> datetime:
            return centre.now + timedelta(hours=1)

    monkeypatch.setattr(review, "SystemClock", Later)
    yield centre
    lock.release()
    centre.db.close()


def _call(centre: Centre, *arguments: str) -> Result:
    return _otklik(centre, "review", *arguments)


def _otklik(centre: Centre, *arguments: str) -> Result:
    centre.db.conn.commit()  # as the writer does after each of its steps
    return CliRunner().invoke(main, [*arguments, "-c", str(centre.path.parent / "config.yaml")])


def _json(centre: Centre, *arguments: str) -> dict[str, Any]:
    done = _call(centre, *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _refused(centre: Centre, *arguments: str) -> str:
    done = _call(centre, *arguments, "--by", "Ирина")
    assert done.exit_code == 1, done.output
    return done.stderr.strip()


def _unclear(centre: Centre, name: str = "v1", *texts: str) -> None:
    """A visit whose answer was not understood, not even when it was asked about."""
    centre.invited(name)
    for text in (UNCLEAR, *(texts or ("четыре с половиной, 4 или 5",))):
        centre.later(minutes=5)
        centre.hear(text)
        centre.send()


def _quarantined(centre: Centre, text: str = "3") -> None:
    """The first visit is answered with 5; no report says whether the second invitation had arrived before `text`."""
    centre.invited("v1")
    centre.hear("5")
    centre.send()
    centre.later(hours=1)
    centre.invited("v2")
    centre.later(minutes=5)
    centre.hear(text)


def _dispositions(centre: Centre) -> list[object]:
    return [name for (name,) in centre.all("SELECT disposition FROM dispositions ORDER BY id")]


def _ratings(centre: Centre) -> list[tuple[object, ...]]:
    return centre.all("SELECT visit, overall, corrected, reply FROM ratings ORDER BY cursor")


def test_list_shows_what_waits_with_the_phone_masked(desk: Centre) -> None:
    _unclear(desk)
    (row,) = _json(desk, "list")["reviews"]
    assert (row["reply"], row["phone"], row["reason"]) == (2, "+7913***0001", "still not understood")
    assert (row["waits_s"], row["about"][0]["asked"], row["about"][0]["office"]) == (3600, ["overall"], "BRN1")
    line = _call(desk).stdout.splitlines()[-1]
    assert line.split()[:4] == ["2", "1.0", "BRN1", "+7913***0001"]
    assert "+79130200001" not in _call(desk, "show", "2", "--json").stdout


def test_show_tells_the_whole_conversation_in_order(desk: Centre) -> None:
    _unclear(desk)
    said = _json(desk, "show", "2")["about"][0]["said"]
    assert [(each["who"], each["what"]) for each in said] == [
        ("we", "invite"),
        ("citizen", "ambiguous"),
        ("we", "reprompt"),
        ("citizen", "ambiguous"),
    ]
    assert said[1]["text"] == UNCLEAR
    assert all(each["rule"] for each in said)


def test_text_from_outside_cannot_command_the_terminal(desk: Centre) -> None:
    _unclear(desk, "v1", "4 или 5\x1b[2J\r\nok")
    assert "\x1b" not in _call(desk, "list").stdout
    assert "\x1b" not in _call(desk, "show", "2").stdout


def test_decided_rating_counts_from_when_it_was_sent(desk: Centre) -> None:
    _unclear(desk)
    sent_at = desk.all("SELECT sent_at FROM replies WHERE id = 2")
    desk.later(days=4)
    desk.outbox.expire_silent(desk.db, desk.now)
    assert _dispositions(desk) == ["not understood"]
    found = _json(desk, "decide", "2", "--rating", "4", "--by", "Ирина", "--note", "она хвалит")
    assert found == {"reply": 2, "state": "answered", "answers": {"overall": 4}}
    assert _ratings(desk) == [(1, 4, 0, 2)]
    assert desk.all("SELECT rated_at FROM ratings") == sent_at
    assert _dispositions(desk) == ["rated"]
    assert desk.send() == []  # nobody is thanked days later


def test_what_the_rules_made_of_a_reply_stays_beside_the_decision(desk: Centre) -> None:
    _unclear(desk)
    before = desk.all("SELECT * FROM replies")
    _json(desk, "decide", "2", "--rating", "4", "--by", "Ирина", "--note", "она хвалит")
    assert desk.all("SELECT * FROM replies") == before
    (row,) = _json(desk, "list", "--all")["reviews"]
    assert (row["class"], row["decision"]["class"], row["decision"]["rating"]) == ("ambiguous", "rating", 4)
    assert row["decision"]["rule"] == "decided by a person"
    assert (row["decided_by"], row["note"], row["waits_s"]) == ("Ирина", "она хвалит", None)
    assert "by Ирина: rating 4 (она хвалит)" in _call(desk, "show", "2").stdout


def test_reply_is_decided_once(desk: Centre) -> None:
    _unclear(desk)
    _json(desk, "decide", "2", "--comment", "--by", "Ирина")
    assert "was decided by Ирина on 2017-09-13 at 06:10 UTC" in _refused(desk, "decide", "2", "--rating", "1")
    assert _ratings(desk) == []


def test_reply_that_the_citizen_has_explained_is_not_decided(desk: Centre) -> None:
    _unclear(desk)
    desk.hear("4")
    assert "made clear since" in _refused(desk, "decide", "2", "--rating", "1")
    assert _json(desk, "list") == {"reviews": []}
    assert _ratings(desk) == [(1, 4, 0, 3)]


def test_reply_that_nobody_asked_about_is_not_decided(desk: Centre) -> None:
    assert "No reply 7 waits" in _refused(desk, "decide", "7", "--noise")


def test_exactly_one_meaning_is_given(desk: Centre) -> None:
    assert _call(desk, "decide", "2", "--by", "x").exit_code == 2
    assert _call(desk, "decide", "2", "--by", "x", "--noise", "--rating", "4").exit_code == 2
    assert _call(desk, "decide", "2", "--by", " ", "--noise").exit_code == 2
    assert _call(desk, "decide", "2", "--by", "x", "--marks", "5,4,-,5").exit_code == 2
    assert _call(desk, "decide", "2", "--by", "x", "--marks", "5,4,-,5,6").exit_code == 2
    assert _call(desk, "decide", "2", "--by", "x", "--marks", "-,-,-,-,-").exit_code == 2


def test_decided_marks_rate_the_criteria(desk: Centre) -> None:
    _unclear(desk)
    _json(desk, "decide", "2", "--marks", "5,4,-,5,5", "--by", "Ирина")
    assert desk.all("SELECT overall, time, queue, staff, comfort, info FROM ratings") == [(None, 5, 4, None, 5, 5)]


def test_farewell_after_a_decided_refusal_goes_out(desk: Centre) -> None:
    _unclear(desk)
    assert _json(desk, "decide", "2", "--opt-out", "--by", "Ирина")["state"] == "declined"
    desk.later(hours=1)
    assert desk.dispatch.has_work(desk.db, desk.now)
    assert desk.send() == [template(MessageKind.FAREWELL)]
    assert desk.all("SELECT count(*) FROM opt_outs") == [(1,)]


def test_decided_wrong_recipient_ends_the_conversation(desk: Centre) -> None:
    _unclear(desk)
    assert _json(desk, "decide", "2", "--wrong-recipient", "--by", "Ирина")["state"] == "declined"
    assert _dispositions(desk) == ["declined"]


def test_quarantined_reply_is_decided_for_the_conversation_that_is_named(desk: Centre) -> None:
    _quarantined(desk)
    (row,) = _json(desk, "list")["reviews"]
    assert [each["invitation"] for each in row["about"]] == [1, 2]
    assert _dispositions(desk) == ["rated", "not understood"]
    assert "say which with --invitation" in _refused(desk, "decide", "2", "--rating", "3")
    assert "cannot be about invitation 9" in _refused(desk, "decide", "2", "--rating", "3", "--invitation", "9")
    found = _json(desk, "decide", "2", "--rating", "3", "--invitation", "2", "--by", "Ирина")
    assert found["state"] == "answered"
    assert _ratings(desk) == [(1, 5, 0, 1), (2, 3, 0, 2)]
    assert desk.all("SELECT invitation, state, class FROM replies WHERE id = 2") == [(2, "handled", "rating")]


def test_quarantined_reply_about_nothing_is_stray(desk: Centre) -> None:
    _quarantined(desk)
    assert _json(desk, "decide", "2", "--noise", "--by", "Ирина") == {"reply": 2}
    assert desk.all("SELECT invitation, state FROM replies WHERE id = 2") == [(None, "stray")]
    assert _dispositions(desk) == ["rated", "open"]


def test_reply_that_is_certain_is_moved_nowhere(desk: Centre) -> None:
    _unclear(desk)
    assert "that is certain" in _refused(desk, "decide", "2", "--rating", "3", "--invitation", "2")


def test_report_that_comes_after_the_reply_ends_the_quarantine(desk: Centre) -> None:
    desk.invited("v1")
    desk.hear("5")
    desk.send(first=2)
    desk.later(hours=1)
    desk.visit("v2")
    desk.invite()
    desk.send(first=3)
    handed_at = desk.now
    desk.later(minutes=1)
    arrived = desk.stamp()
    desk.later(minutes=4)
    desk.hear("3")
    assert len(_json(desk, "list")["reviews"]) == 1
    desk.report(3, 0, sent_at=handed_at, done=arrived)
    assert _json(desk, "list") == {"reviews": []}
    assert _ratings(desk) == [(1, 5, 0, 1), (2, 3, 0, 2)]
    assert "made clear since" in _refused(desk, "decide", "2", "--noise")


def test_report_that_leaves_the_doubt_leaves_the_quarantine(desk: Centre) -> None:
    _quarantined(desk)
    desk.report(1, 0, sent_at=desk.now - timedelta(minutes=65))  # of the first invitation
    assert len(_json(desk, "list")["reviews"]) == 1


def test_open_visit_with_a_reply_for_a_person_is_not_understood_yet(desk: Centre) -> None:
    _unclear(desk)
    assert desk.states() == {"v1": "open"}
    assert _dispositions(desk) == ["not understood"]
    assert draw_up(desk.db, None).balanced


def test_status_counts_what_waits(desk: Centre) -> None:
    _unclear(desk)
    done = _otklik(desk, "status", "--json")
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["reviews"] == {"open": 1, "oldest_at": "2017-09-13T05:10:00.000Z"}
    assert "replies for a person: 1, the oldest since 2017-09-13T05:10" in done.stdout


def test_decision_waits_for_the_sim_that_the_citizen_wrote_to(desk: Centre) -> None:
    _unclear(desk)
    _json(desk, "decide", "2", "--opt-out", "--by", "Ирина")
    assert desk.all("SELECT lane FROM parts WHERE state = 'queued'") == [(SIM,)]
