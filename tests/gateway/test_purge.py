"""Personal data past its time is gone from the file; everything that counts stays counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from click.testing import CliRunner, Result

from gateway.callbacks import Assigned, Called, Cause, Closed, Outcome, Reason
from gateway.cli import main
from gateway.ledger import draw_up
from gateway.purging import purge_all, purge_beside
from gateway.settings import PrivacySettings
from gateway.store import callbacks, fleet, persons, purge, ratings, tellings, visits
from gateway.store.database import open_writer, to_text, transaction
from gateway.store.writer import Writer
from gateway.webhooks.telling import Standing, Verdict
from modem.outcomes import Unknown
from tests.gateway.conftest import PHONE, SIM, Centre, delivers
from tests.gateway.store.test_secrecy import found_in

PRIVACY = PrivacySettings()
OTHER = "+79130200002"
SAID = "спасибо. Мой телефон 83852123456"
NONE = dict.fromkeys((kind.name for kind in purge.KINDS), 0)


def _purge(centre: Centre, privacy: PrivacySettings = PRIVACY, *, wipe: bool = True) -> dict[str, int]:
    centre.db.conn.commit()
    with transaction(centre.db):
        return purge_all(lambda operation: operation(centre.db), privacy, centre.now, wipe=wipe)


def _phones(centre: Centre) -> list[object]:
    return [row[0] for row in centre.all("SELECT unseal(sealed, pseudonym) FROM persons ORDER BY id")]


def _rated(centre: Centre, phone: str = PHONE) -> None:
    """Asked, reported on, answered, thanked; all of it done."""
    centre.invited("v1", phone)
    centre.report(1, 0, phone)
    centre.later(minutes=5)
    centre.hear("5, " + SAID, phone)
    centre.send(first=2)
    centre.report(2, 0, phone)


def test_phone_goes_when_all_has_been_over_for_long_and_not_before(centre: Centre) -> None:
    _rated(centre)
    fleet.add_call(centre.db, sim=SIM, phone=PHONE, call_back=False, at=centre.now)
    closes = timedelta(seconds=centre.survey.reply_window_s)
    centre.now += closes + timedelta(days=29)
    centre.outbox.expire_silent(centre.db, centre.now)
    assert _purge(centre)["phones"] == 0
    assert _phones(centre) == [PHONE]
    centre.later(days=2)
    assert _purge(centre)["phones"] == 1
    assert centre.all("SELECT sealed, sim, operator FROM persons") == [(None, None, None)]
    assert centre.all("SELECT person FROM calls") == [(None,)]
    assert _purge(centre) == NONE


def _due(centre: Centre) -> None:
    centre.visit("w")


def _queued(centre: Centre) -> None:
    centre.visit("w")
    centre.invite()
    centre.db.execute("UPDATE invitations SET state = 'expired', closed_at = '2017', closes_at = '2017'")


def _claimed(centre: Centre) -> None:
    _queued(centre)
    centre.db.execute("UPDATE parts SET state = 'claimed' WHERE state = 'queued'")


def _in_doubt(centre: Centre) -> None:
    centre.visit("w")
    centre.invite()
    centre.send(Unknown("silence"))
    centre.db.execute("UPDATE invitations SET state = 'expired', closed_at = '2017', closes_at = '2017'")


def _to_be_called(centre: Centre) -> None:
    (visit,) = centre.db.execute("SELECT id FROM visits").fetchone()
    callbacks.open_one(centre.db, visit=visit, reason=Reason.LOW_RATING, due_at=centre.now, now=centre.now)


def _to_be_decided(centre: Centre) -> None:
    centre.db.execute("INSERT INTO reviews (reply, reason, opened_at) SELECT id, 'x', '2017' FROM replies")


def _half_a_message(centre: Centre) -> None:
    centre.keep(centre.pdus("длинный ответ " * 12)[0])
    centre.inbox.handle(centre.db, centre.now)


@pytest.mark.parametrize("waits", [_due, _queued, _claimed, _in_doubt, _to_be_called, _to_be_decided, _half_a_message])
def test_phone_stays_while_something_waits(centre: Centre, waits: Callable[[Centre], None]) -> None:
    _rated(centre)
    centre.later(days=100)
    waits(centre)
    assert _purge(centre)["phones"] == 0
    assert _phones(centre) == [PHONE]


def _in_doubt_for_good(centre: Centre) -> None:
    _in_doubt(centre)
    centre.db.execute("UPDATE parts SET done_at = '2017' WHERE state = 'unknown'")


def _called(centre: Centre) -> None:
    _to_be_called(centre)
    centre.db.execute("UPDATE callbacks SET closed_at = '2017'")


def _decided(centre: Centre) -> None:
    _to_be_decided(centre)
    centre.db.execute("UPDATE reviews SET decided_at = '2017'")


def _half_a_message_and_a_review_of_strangers(centre: Centre) -> None:
    centre.hear("кто это", OTHER)
    centre.db.execute("INSERT INTO reviews (reply, reason, opened_at) SELECT id, 'x', '2017' FROM replies")
    centre.db.execute("UPDATE reviews SET decided_at = '2017' WHERE reply IN (SELECT id FROM replies WHERE person = 1)")
    centre.keep(centre.pdus("длинный ответ " * 12, OTHER)[0])
    centre.inbox.handle(centre.db, centre.now)


@pytest.mark.parametrize("was", [_in_doubt_for_good, _called, _decided, _half_a_message_and_a_review_of_strangers])
def test_phone_goes_when_what_waited_is_over_or_is_of_others(centre: Centre, was: Callable[[Centre], None]) -> None:
    _rated(centre)
    centre.later(days=100)
    was(centre)
    assert _purge(centre)["phones"] == 1


def test_phone_stays_until_the_window_is_shut_and_the_end_is_long_past(centre: Centre) -> None:
    """Days ago; a box that was off for months finds what is due and open as it was."""
    centre.visit("v1")
    for state, closes, closed, goes in (
        *[("due", None, None, 0), ("open", 99, None, 0), ("answered", 29, 99, 0), ("answered", 99, 29, 0)],
        *[("expired", 30, 30, 1), ("answered", 99, 99, 1), ("barred", None, 99, 1)],
    ):
        moments = [days and to_text(centre.now - timedelta(days=days)) for days in (99, closes, closed)]
        centre.db.execute(
            "UPDATE invitations SET state = ?, due_at = ?, closes_at = ?, closed_at = ?", (state, *moments)
        )
        assert _purge(centre, wipe=False)["phones"] == goes, (state, closes, closed)


def test_phone_of_nobody_s_visit_goes(centre: Centre) -> None:
    centre.visit("v1")
    persons.make_known(centre.db, OTHER, centre.pseudonyms)
    assert _phones(centre) == [PHONE, OTHER]
    _purge(centre)
    assert _phones(centre) == [PHONE, None]


def test_words_and_phones_are_gone_from_the_file_and_the_ledger_is_what_it_was(centre: Centre) -> None:
    _rated(centre)
    centre.hear("кто это", OTHER)  # a stranger
    centre.keep("FF")
    centre.inbox.handle(centre.db, centre.now)
    network = _log(centre)
    row = callbacks.open_one(centre.db, visit=1, reason=Reason.VOICE, due_at=centre.now, now=centre.now)
    for event in (Assigned("Anna Petrova"), Called(answered=True), Closed(Outcome.EXPLAINED, Cause.TIME)):
        found = callbacks.by_id(centre.db, row)
        task = centre.callbacks.do(centre.db, row, event, "Anna Petrova", "said: call the office", centre.now)
        assert task != found.task
    rated = list(ratings.after(centre.db, 0, 9))
    assert draw_up(centre.db, network).balanced
    centre.db.conn.commit()
    assert b"83852123456" in centre.path.read_bytes() + _wal(centre)
    centre.later(days=100)
    centre.outbox.expire_silent(centre.db, centre.now)
    before = draw_up(centre.db, network)
    would = _purge(centre, wipe=False)
    assert would == _purge(centre)
    assert list(would.values()) == [1, 5, 2, 0, 3, 0, 0]
    assert draw_up(centre.db, network) == before
    assert list(ratings.after(centre.db, 0, 9)) == rated
    assert purge.empty_wal(centre.db)
    octets = centre.path.read_bytes() + _wal(centre)
    for secret in ("Anna Petrova", "call the office", "83852123456", "кто это"):
        assert secret.encode() not in octets
    assert [found_in(centre.path, phone) for phone in (PHONE, OTHER)] == [[], []]
    assert centre.all("SELECT count(sealed), count(sender), count(units) FROM inbox") == [(0, 0, 0)]
    assert centre.all("SELECT DISTINCT by FROM callback_events ORDER BY 1") == [("otklik",), ("somebody",)]


def _log(centre: Centre) -> list[dict[str, Any]]:
    """What the network saw of all that is in the database."""
    submits = centre.all(
        "SELECT unseal(x.sealed, x.pseudonym), p.text FROM parts p JOIN messages m ON m.id = p.message"
        " JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person WHERE p.submitted_at IS NOT NULL"
    )
    pdus = centre.all("SELECT unseal(sealed, digest) FROM inbox")
    assert submits and pdus
    return [
        *({"event": "submit", "to": phone, "text": text} for phone, text in submits),
        *({"event": "deliver", "from": PHONE, "t": 0, "pdu": pdu} for (pdu,) in pdus),
    ]


def _wal(centre: Centre) -> bytes:
    return centre.path.with_name(centre.path.name + "-wal").read_bytes()


def test_difference_is_found_after_the_purge_as_before(centre: Centre) -> None:
    _rated(centre)
    network = _log(centre)
    centre.later(days=100)
    centre.outbox.expire_silent(centre.db, centre.now)
    _purge(centre)
    assert _phones(centre) == [None]
    assert draw_up(centre.db, [*network, network[0]]).duplicated == [
        "visit v1: the network saw a part 2 times, it was sent 1 times"
    ]
    lost = draw_up(centre.db, [line for line in network if line != network[0]]).lost
    assert lost == ["visit v1: a part counts as sent, but the network never saw it"]
    unseen = [*network, {"event": "deliver", "from": OTHER, "t": 7, "pdu": "00"}]
    assert draw_up(centre.db, unseen).lost == ["a message from +7913*** at 7 was never kept"]


def test_pdu_read_again_after_the_purge_is_the_same(centre: Centre) -> None:
    centre.invited()
    raw = centre.pdus("5")[0]
    centre.keep(raw)
    centre.inbox.handle(centre.db, centre.now)
    centre.later(days=100)
    _purge(centre)
    centre.keep(raw)
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT count(*), sum(sealed IS NULL) FROM inbox") == [(1, 1)]
    assert centre.all("SELECT count(*) FROM replies") == [(1,)]


def test_what_nobody_could_read_stays_as_long_as_words(centre: Centre) -> None:
    centre.keep("FF")
    centre.hear("5", OTHER)
    centre.later(days=89)
    assert _purge(centre) == NONE
    centre.later(days=2)
    assert _purge(centre)["messages as they came"] == 2


def test_what_was_read_goes_with_the_phone_and_its_parts_too(centre: Centre) -> None:
    centre.invited()
    centre.keep(*centre.pdus("5, очень долго ждали своей очереди, посадите ещё одного специалиста, прошу вас " * 2))
    centre.inbox.handle(centre.db, centre.now)
    parts = "SELECT count(*), count(sealed), count(sender), count(units) FROM inbox"
    ((count, *kept),) = centre.all(parts)
    assert kept == [count] * 3
    centre.later(days=29)
    assert _purge(centre)["messages as they came"] == 0
    centre.later(days=2)
    assert _purge(centre)["messages as they came"] == count > 1
    assert centre.all(parts) == [(count, 0, 0, 0)]


def test_words_of_what_still_goes_on_stay(centre: Centre) -> None:
    """An open conversation, and a task that nobody has closed, or that was closed lately."""
    centre.invited()
    centre.hear("что-то")
    tasks = [
        callbacks.open_one(centre.db, visit=1, reason=reason, due_at=centre.now, now=centre.now)
        for reason in (Reason.VOICE, Reason.LOW_RATING)
    ]
    for task in tasks:
        centre.callbacks.do(centre.db, task, Assigned("Anna"), "Anna", "said", centre.now)
    centre.later(days=100)
    centre.callbacks.do(centre.db, tasks[0], Closed(Outcome.NOT_CALLED), "Anna", "said", centre.now)
    found = _purge(centre)
    assert (found["texts of citizens"], found["notes of call-backs"]) == (0, 0)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.later(days=91)
    found = _purge(centre)
    assert (found["texts of citizens"], found["notes of call-backs"]) == (1, 2)
    assert centre.all("SELECT id, assignee FROM callbacks ORDER BY id") == [(tasks[0], None), (tasks[1], "Anna")]


def test_purged_person_is_known_again_when_he_wants_no_messages(centre: Centre) -> None:
    _rated(centre)
    centre.later(days=100)
    centre.outbox.expire_silent(centre.db, centre.now)
    _purge(centre)
    centre.hear("стоп")
    assert centre.all("SELECT pseudonym FROM opt_outs") == [(centre.pseudonyms.of(PHONE),)]
    centre.visit("v2")
    assert centre.states()["v2"] == "barred"
    assert _phones(centre) == [None]


def test_text_that_comes_after_the_purge_counts_and_is_not_answered(centre: Centre) -> None:
    centre.invited()
    centre.report(1, 0)
    sent_at = centre.now + timedelta(hours=1)
    centre.now += timedelta(seconds=centre.survey.reply_window_s, days=2)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.later(days=2)
    _purge(centre, PrivacySettings(phones_days=1))
    assert _phones(centre) == [None]
    centre.keep(*delivers("5", PHONE, sent_at))
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT overall FROM ratings") == [(5,)]
    assert centre.claim() == []
    assert _phones(centre) == [None]


def test_purged_person_who_visits_again_has_his_phone_taken_down(centre: Centre) -> None:
    _rated(centre)
    centre.later(days=100)
    centre.outbox.expire_silent(centre.db, centre.now)
    _purge(centre)
    centre.visit("v2")
    assert _phones(centre) == [PHONE]
    centre.invite()
    assert [part.phone for part in centre.claim()] == [PHONE]


def test_words_stay_while_a_correction_would_take_them_up(centre: Centre) -> None:
    centre.invited()
    centre.hear("5, спасибо вам большое")
    centre.later(days=2)
    day = PrivacySettings(replies_days=1)
    assert _purge(centre, day)["texts of citizens"] == 0
    centre.hear("4")
    assert [rating["comment"] for rating in ratings.after(centre.db, 0, 9)] == ["5, спасибо вам большое"] * 2
    centre.later(days=3)
    assert _purge(centre, day)["texts of citizens"] == 2


def test_reply_under_review_keeps_its_words(centre: Centre) -> None:
    _rated(centre)
    _to_be_decided(centre)
    centre.later(days=100)
    assert _purge(centre)["texts of citizens"] == 0
    centre.db.execute("UPDATE reviews SET decided_at = '2017', note = 'needless'")
    centre.db.execute("SAVEPOINT nobody")
    assert purge_all(lambda step: step(centre.db), PRIVACY, centre.now)["decisions"] == 1
    assert centre.all("SELECT decided_by, note FROM reviews") == [(None, "")]
    centre.db.execute("ROLLBACK TO nobody")
    centre.db.execute("UPDATE reviews SET decided_by = 'Anna', note = 'as he says'")
    found = _purge(centre)
    assert (found["texts of citizens"], found["decisions"]) == (1, 1)
    assert centre.all("SELECT decided_by, note FROM reviews") == [("somebody", "")]


def test_refused_rows_are_forgotten_and_their_number_is_not(centre: Centre) -> None:
    def refuse(digest: str, kind: Literal["visit", "rating"] = "visit", rows: int = 1) -> None:
        visits.refuse_row(
            centre.db, source="mfc", digest=digest, line=7, foreign_id="04 17 123456", reason="office «9130200001»",
            now=centre.now, kind=kind, rows=rows,
        )  # fmt: skip

    for digest in ("a", "b", "a"):
        refuse(digest)
    refuse("c", rows=40)
    refuse("a rating", kind="rating")
    assert "a" not in [row[0] for row in centre.all("SELECT digest FROM refusals")]
    centre.later(days=89)
    refuse("d")
    before = draw_up(centre.db).funnel["refused"]
    assert (before, _purge(centre)["refused rows"]) == (43, 0)
    centre.later(days=2)
    assert _purge(centre)["refused rows"] == 4
    assert draw_up(centre.db).funnel["refused"] == before
    centre.later(days=99)
    assert _purge(centre)["refused rows"] == 1
    assert _purge(centre) == NONE
    assert centre.all("SELECT kind, rows, foreign_id, reason FROM refusals ORDER BY kind") == [
        ("rating", 1, "", "long ago"),
        ("visit", 43, "", "long ago"),
    ]


def test_events_that_were_given_up_go_when_all_who_refused_them_have_for_long(centre: Centre) -> None:
    tellings.configure(centre.db, {"crm": ["rating.created"], "site": ["rating.created"]})
    for visit, phone in (("v1", PHONE), ("v2", OTHER)):
        centre.invited(visit, phone)
        centre.hear("5", phone)
    dead, told, down = Verdict(told=False, next_at=None), Verdict(told=True, next_at=None), Standing()
    tellings.settle(centre.db, "crm", 1, down, dead, centre.now)
    tellings.settle(centre.db, "site", 1, down, told, centre.now)
    tellings.settle(centre.db, "crm", 2, down, dead, centre.now)
    tellings.settle(centre.db, "site", 2, down, dead, centre.now + timedelta(days=50))
    centre.later(days=91)
    assert _purge(centre)["events nobody took"] == 1
    assert centre.all("SELECT hook, event FROM tellings ORDER BY event, hook") == [("site", 1), ("crm", 2), ("site", 2)]
    centre.later(days=50)
    assert _purge(centre)["events nobody took"] == 1
    assert centre.all("SELECT id FROM events") == [(1,)]  # it was told to one: that is forgotten in its own time


def test_event_that_can_still_be_told_stays(centre: Centre) -> None:
    tellings.configure(centre.db, {"crm": ["rating.created"]})
    centre.invited()
    centre.hear("5")
    centre.later(days=999)
    assert _purge(centre)["events nobody took"] == 0
    assert centre.all("SELECT state FROM tellings") == [("pending",)]


def test_many_are_purged_in_batches(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "_ROWS", 2)
    for number in range(5):
        persons.make_known(centre.db, f"+7913020001{number}", centre.pseudonyms)
    assert _purge(centre)["phones"] == 5


def test_daemon_purges_and_leaves_nothing_in_its_log(centre: Centre) -> None:
    _rated(centre)
    centre.later(days=100)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.db.conn.commit()
    writer = Writer(open_writer(centre.path, checkpoints=True), centre.path)
    purge_beside(writer, PRIVACY, centre.now)
    writer.close()
    assert _phones(centre) == [None]
    assert b"83852123456" not in centre.path.read_bytes() + _wal(centre)


def test_command_says_what_it_would_do_and_does_it(tmp_path: Path, centre: Centre) -> None:
    (tmp_path / "config.yaml").write_text("modems: []\n", encoding="utf-8")
    _rated(centre)
    centre.db.execute("UPDATE invitations SET state = 'answered', closed_at = '2017', closes_at = '2017'")
    centre.db.conn.commit()
    assert _last(_call(tmp_path, "--dry-run"))["purged"]["phones"] == 1
    assert _phones(centre) == [PHONE]
    done = _call(tmp_path)
    assert "phones: 1 purged" in done.stdout
    assert _last(done)["purged"]["texts of citizens"] == 1
    assert _phones(centre) == [None]


def _call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["purge", *arguments, "--json", "-c", str(folder / "config.yaml")])


def _last(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found
