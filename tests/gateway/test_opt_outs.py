"""Who wants no more messages gets none, whoever he is to us by then; and START brings back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from gateway.model import Meaning, ReplyClass
from gateway.store import invitations, optouts
from gateway.store.database import open_writer
from gateway.store.schema import migrate
from gateway.survey import Decided, Spoken
from tests.gateway.conftest import NOON, PHONE, Centre

STOP = Meaning(ReplyClass.OPTOUT, "test", opt_out=True)


def _ends(centre: Centre) -> list[tuple[object, ...]]:
    return centre.all("SELECT v.foreign_id, i.state, i.reason FROM invitations i JOIN visits v ON v.id = i.visit")


def _opt_out(centre: Centre, way: str = "office") -> bool:
    pseudonym = centre.pseudonyms.of(PHONE)
    return optouts.opt_out(centre.db, pseudonym, way=way, by="", at=centre.now, now=centre.now)


def test_visit_of_who_opted_out_is_counted_and_barred_at_the_door(centre: Centre) -> None:
    centre.invited("v1")
    centre.hear("стоп")
    centre.send()
    assert centre.visit("v2")
    assert _ends(centre) == [("v1", "declined", ""), ("v2", "barred", "opted out")]
    assert centre.all("SELECT disposition FROM dispositions ORDER BY id") == [("declined",), ("barred",)]


def test_opt_out_outlives_the_phone_and_the_person(centre: Centre) -> None:
    centre.invited("v1")
    centre.hear("стоп")
    centre.send()
    centre.db.execute("UPDATE persons SET sealed = NULL")
    centre.visit("v2")
    assert _ends(centre)[1:] == [("v2", "barred", "opted out")]
    for table in ("parts", "messages", "replies", "invitations", "consents", "visits", "persons"):
        centre.db.execute(f"DELETE FROM {table}")
    centre.visit("v3")
    assert _ends(centre) == [("v3", "barred", "opted out")]
    # Nothing to write to, so nothing to keep.
    assert centre.all("SELECT unseal(sealed, pseudonym) FROM persons") == [(None,)]


def test_no_phone_stands_among_the_opt_outs(centre: Centre) -> None:
    centre.hear("стоп")
    rows = centre.all("SELECT * FROM opt_outs") + centre.all("SELECT * FROM opt_events")
    assert len(rows) == 2
    assert PHONE[2:] not in str(rows)
    assert centre.pseudonyms.of(PHONE) in str(rows)


def test_stranger_who_wants_no_messages_is_known_when_his_visit_comes(centre: Centre) -> None:
    centre.hear("больше не пишите")
    assert centre.all("SELECT state FROM replies") == [("stray",)]
    centre.visit("v1")
    assert _ends(centre) == [("v1", "barred", "opted out")]


def test_opt_out_at_the_office_bars_what_waits_and_what_is_queued(centre: Centre) -> None:
    centre.visit("queued")
    centre.invite()
    centre.visit("due")
    assert _opt_out(centre)
    assert _ends(centre) == [("queued", "barred", "opted out"), ("due", "barred", "opted out")]
    assert centre.send() == []
    assert centre.parts() == ["failed"]


def test_answer_that_is_queued_does_not_go_to_who_opted_out_meanwhile(centre: Centre) -> None:
    centre.invited()
    centre.hear("5")
    assert centre.parts() == ["submitted", "queued"]  # thanks
    _opt_out(centre)
    assert centre.send() == []
    assert centre.parts() == ["submitted", "failed"]


def test_opt_out_that_slipped_past_the_door_is_seen_when_the_time_comes(centre: Centre) -> None:
    centre.visit("v1")
    centre.visit("v2", "+79130200002")
    pseudonym = centre.pseudonyms.of(PHONE)
    centre.db.execute("INSERT INTO opt_outs VALUES (?, '2017', 'sms', '2017')", (pseudonym,))  # and nothing barred
    centre.invite()
    assert _ends(centre) == [("v1", "barred", "opted out"), ("v2", "open", "")]


@pytest.mark.parametrize("is_out", [False, True])
def test_who_opted_out_at_the_office_is_not_reminded(tmp_path: Path, is_out: bool) -> None:
    centre = Centre(tmp_path / "otklik.db", reminder_s=3600)
    centre.invited()
    if is_out:
        _opt_out(centre)
    centre.later(hours=1)
    assert centre.outbox.remind_silent(centre.db, centre.now) == 1
    assert centre.all("SELECT kind FROM messages")[1:] == ([] if is_out else [("reminder",)])
    centre.db.close()


def test_opt_out_said_twice_is_kept_once_with_its_first_time(centre: Centre) -> None:
    assert _opt_out(centre)
    first = centre.all("SELECT opted_out_at, way FROM opt_outs")
    centre.later(days=1)
    assert not _opt_out(centre, "desk")
    assert centre.all("SELECT opted_out_at, way FROM opt_outs") == first
    assert centre.all("SELECT verb, way FROM opt_events") == [("out", "office")]


def test_opt_out_by_telephone_is_the_desks(centre: Centre) -> None:
    centre.invited()
    row = invitations.by_id(centre.db, 1)
    centre.conversations.happen(centre.db, row, Spoken(STOP), now=centre.now)
    assert centre.all("SELECT verb, way FROM opt_events") == [("out", "desk")]


def test_start_brings_back_and_is_answered_by_nobody(centre: Centre) -> None:
    centre.invited("v1")
    centre.hear("стоп")
    centre.send()
    centre.later(days=1, seconds=1)
    centre.hear("СТАРТ")
    assert centre.all("SELECT * FROM opt_outs") == []
    assert centre.all("SELECT verb, way, by FROM opt_events ORDER BY id") == [("out", "sms", ""), ("in", "sms", "")]
    assert centre.send() == []
    centre.visit("v2")
    centre.invite()
    assert len(centre.send()) == 1
    assert centre.states() == {"v1": "declined", "v2": "open"}


def test_start_brings_back_who_is_purged_or_was_never_known(centre: Centre) -> None:
    centre.hear("стоп")
    centre.visit("v1")  # without his phone
    centre.later(days=1)
    centre.hear("start")
    centre.visit("v2")
    centre.invite()
    assert len(centre.send()) == 1
    assert [end[1] for end in _ends(centre)] == ["barred", "open"]


def test_start_within_a_conversation_is_no_reply_to_it(centre: Centre) -> None:
    centre.invited()
    centre.hear("START")
    assert centre.all("SELECT kind FROM messages") == [("invite",)]
    assert centre.all("SELECT invitation, state FROM replies") == [(None, "handled")]
    assert centre.all("SELECT * FROM opt_outs") == []
    centre.hear("5")
    assert centre.states() == {"v1": "answered"}


def test_start_that_lost_its_rest_brings_nobody_back(centre: Centre) -> None:
    centre.hear("стоп")
    centre.later(days=1)
    whole = "старт" + " " * 90 + "я вам больше не дам"
    centre.keep(centre.pdus(whole)[0])
    centre.inbox.handle(centre.db, centre.now)
    centre.later(hours=7)
    assert centre.inbox.give_up_on_parts(centre.db, centre.now) == 1
    assert centre.all("SELECT rule FROM replies ORDER BY id")[1:] == [("opt_in",)]
    assert centre.all("SELECT count(*) FROM opt_outs") == [(1,)]


def test_start_that_was_sent_before_the_stop_brings_nobody_back(centre: Centre) -> None:
    early = centre.pdus("старт")
    centre.later(minutes=5)
    centre.hear("стоп")
    centre.keep(*early)
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT count(*) FROM opt_outs") == [(1,)]


def test_stop_that_is_decided_after_a_start_puts_nobody_out(centre: Centre) -> None:
    centre.invited()
    said_at = centre.now
    centre.later(hours=1)
    centre.hear("стоп")
    centre.later(hours=1)
    centre.hear("старт")
    row = invitations.by_id(centre.db, 1)
    centre.conversations.happen(centre.db, row, Decided(STOP, said_at), now=centre.now)
    assert centre.all("SELECT * FROM opt_outs") == []


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("opt-outs") / "x.db"
    db = open_writer(path, checkpoints=True)
    db.execute("PRAGMA synchronous=OFF")
    migrate(db, path)
    yield db
    db.close()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 99)), unique_by=lambda word: word[1]))
def test_last_word_counts_in_whatever_order_the_words_come(empty: Database, words: list[tuple[bool, int]]) -> None:
    for table in ("opt_outs", "opt_events"):
        empty.execute(f"DELETE FROM {table}")
    for goes_out, minute in words:
        say = optouts.opt_out if goes_out else optouts.opt_in
        was_out = optouts.is_out(empty, "p")
        changed = say(empty, "p", way="sms", by="", at=NOON + timedelta(minutes=minute), now=NOON)
        assert changed == (optouts.is_out(empty, "p") != was_out)
    last = max(words, key=lambda word: word[1], default=(False, 0))
    assert optouts.is_out(empty, "p") == last[0]
