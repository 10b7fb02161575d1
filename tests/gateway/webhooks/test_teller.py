"""Told by HTTP: what is posted, what a receiver may do, and what a crash leaves."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from datetime import timedelta

import httpx2
import pytest

from gateway.alarms import of_modem, tell
from gateway.errors import StoreError
from gateway.store import tellings
from gateway.store.ratings import COLUMNS
from modem.worker.bulletin import QUARANTINE
from tests.gateway.conftest import PHONE
from tests.gateway.upstream.wire import replied
from tests.gateway.webhooks.conftest import KINDS, Told

_OTHER = "+79130200002"


def test_rating_by_sms_is_posted_signed_under_its_id(told: Told) -> None:
    told.rated("v1", PHONE, "5 спасибо, мой телефон 8 913 020 00 01")
    told.teller.run()
    (request,) = told.receiver.got
    (body,) = told.receiver.bodies
    assert str(request.url) == "https://crm.example/otklik"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"] == body["id"]
    stamp, given = request.headers["X-Otklik-Signature"].removeprefix("t=").split(",v1=")
    assert given == hmac.new(b"s3cret", f"{stamp}.".encode() + request.content, hashlib.sha256).hexdigest()
    assert int(stamp) == told.centre.now.timestamp()
    data = body.pop("data")
    assert body == {
        "schema_version": 1,
        "id": body["id"],
        "kind": "rating.created",
        "happened_at": "2017-09-13T05:00:00.000Z",
        "visit": {
            "source": "test",
            "foreign_id": "v1",
            "stage": "",
            "office": "BRN1",
            "service": "REG",
            "received_at": "2017-09-13T05:00:00.000Z",
        },
    }
    assert tuple(data) == COLUMNS
    assert (data["foreign_id"], data["overall"], data["source"]) == ("v1", 5, "sms")
    assert "020" not in request.content.decode()
    assert told.states() == ["told"]
    told.later(days=1)
    assert len(told.receiver.got) == 1


def test_low_rating_is_told_with_the_call_back_it_opens(told: Told) -> None:
    told.rated("v1", PHONE, "1")
    told.teller.run()
    assert sorted(told.receiver.about()) == ["callback.opened v1", "rating.created v1"]
    data = next(body["data"] for body in told.receiver.bodies if body["kind"] == "callback.opened")
    assert data == {"callback": 1, "reason": "low rating", "due_at": "2017-09-13T07:00:00.000Z"}


def test_modem_in_quarantine_is_told_once_per_quarantine(told: Told) -> None:
    def alarm(text: str | None) -> None:
        now = told.centre.now
        told.writer.do(lambda db: tell(db, place=of_modem("m1"), kind=QUARANTINE, text=text, now=now))
        told.later(seconds=1)

    for text in ("It does not answer; call +79130200001.", "It still does not answer.", None, "Again."):
        alarm(text)
    assert told.receiver.about() == ["modem.quarantined m1"] * 2
    first, second = told.receiver.bodies
    assert first["data"] == {"modem": "m1", "why": "It does not answer; call ***."}
    assert first["visit"] is None
    assert first["id"] != second["id"]


def test_nothing_is_written_where_nobody_wants_to_be_told(told: Told) -> None:
    told.configure(crm=["modem.quarantined"])
    told.rated("v1", PHONE, "1")
    assert told.centre.all("SELECT * FROM events") == []


def test_each_hook_is_told_what_it_wants_from_when_it_is_there(told: Told) -> None:
    told.rated("v1", PHONE)
    told.configure(crm=KINDS, desk=["callback.opened"])
    told.rated("v2", _OTHER, "1")
    rows = told.centre.all(
        "SELECT hook, kind, e.topic FROM tellings JOIN events e ON id = event ORDER BY hook, kind, id"
    )
    assert rows == [
        ("crm", "callback.opened", "visit 2"),
        ("crm", "rating.created", "visit 1"),
        ("crm", "rating.created", "visit 2"),
        ("desk", "callback.opened", "visit 2"),
    ]


def test_hook_that_leaves_the_configuration_ends_its_tellings_and_no_others(told: Told) -> None:
    told.configure(crm=KINDS, desk=KINDS)
    told.rated("v1", PHONE)
    told.teller.run()
    assert told.configure(crm=KINDS) == 1
    assert told.centre.all("SELECT hook, state FROM tellings") == [("crm", "told")]
    assert told.configure() == 0
    assert told.centre.all("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM hooks)") == [(0, 0)]


def test_receiver_that_fails_is_told_the_same_octets_again(told: Told) -> None:
    told.receiver.answer = lambda request: replied(503, b"maintenance")
    told.rated("v1", PHONE)
    told.teller.run()
    told.later(seconds=9)
    assert len(told.receiver.got) == 1
    (hook,) = tellings.listed(told.centre.db)
    assert (hook["pending"], hook["trouble"], hook["failures"]) == (1, "HTTP 503: maintenance", 1)
    told.receiver.answer = lambda request: replied(200)
    told.later(seconds=2)
    first, second = told.receiver.got
    assert first.content == second.content
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert told.states() == ["told"]
    (hook,) = tellings.listed(told.centre.db)
    assert (hook["pending"], hook["trouble"], hook["troubled_at"]) == (0, "", None)


@pytest.mark.parametrize("problem", [httpx2.ReadTimeout("too slow"), httpx2.RemoteProtocolError("lost")])
def test_event_whose_answer_is_lost_is_told_again(told: Told, problem: Exception) -> None:
    answers = iter([problem, None])

    def answer(request: httpx2.Request) -> httpx2.Response:
        trouble = next(answers)
        if trouble is not None:
            raise trouble
        return replied(200)

    told.receiver.answer = answer
    told.rated("v1", PHONE)
    told.teller.run()
    told.later(minutes=1)
    assert told.receiver.about() == ["rating.created v1"] * 2
    assert told.states() == ["told"]


def test_receiver_that_asks_to_be_spared_is(told: Told) -> None:
    told.receiver.answer = lambda request: replied(429, headers={"Retry-After": "3600"})
    told.rated("v1", PHONE)
    told.rated("v2", _OTHER)
    told.teller.run()
    told.later(minutes=59)
    assert len(told.receiver.got) == 1
    told.later(minutes=2)
    assert len(told.receiver.got) == 2


def test_redirect_is_not_followed(told: Told) -> None:
    told.receiver.answer = lambda request: replied(307, headers={"Location": "https://elsewhere.example/"})
    told.rated("v1", PHONE)
    told.teller.run()
    assert [request.url.host for request in told.receiver.got] == ["crm.example"]
    assert tellings.listed(told.centre.db)[0]["trouble"] == "HTTP 307"


def _refuses_v1(request: httpx2.Request) -> httpx2.Response:
    refused = json.loads(request.content)["visit"]["foreign_id"] == "v1"
    return replied(422, b"unknown visit") if refused else replied(200)


def test_refused_event_becomes_a_dead_letter_and_its_visit_goes_on(told: Told) -> None:
    told.receiver.answer = _refuses_v1
    told.rated("v1", PHONE, "1")
    told.teller.run()
    assert told.receiver.about() == ["rating.created v1"]
    for k in range(2, 6):
        told.rated(f"v{k}", f"+7913020000{k}")
        told.later(hours=1)
    assert told.receiver.about().count("rating.created v1") == 3
    assert "callback.opened v1" in told.receiver.about()[4:]
    row = tellings.dead(told.centre.db)[0]
    assert (row["kind"], row["attempts"], row["reason"]) == ("rating.created", 3, "HTTP 422: unknown visit")


def test_dead_letter_that_is_requeued_is_told_under_its_id(told: Told) -> None:
    told.receiver.answer = _refuses_v1
    told.rated("v1", PHONE)
    told.teller.run()
    for k in range(2, 6):
        told.rated(f"v{k}", f"+7913020000{k}")
        told.later(hours=1)
    assert told.states() == ["dead", "told", "told", "told", "told"]
    told.receiver.answer = lambda request: replied(200)
    (row,) = tellings.dead(told.centre.db, "crm")
    assert told.writer.do(lambda db: tellings.requeue(db, "crm", row["event"] + 1)) == 0
    assert told.writer.do(lambda db: tellings.requeue(db, "crm", row["event"])) == 1
    told.later(seconds=1)
    assert set(told.states()) == {"told"}
    assert told.receiver.got[-1].content == told.receiver.got[0].content


def test_closed_receiver_loses_no_event_however_long(told: Told) -> None:
    told.receiver.answer = lambda request: replied(410)
    told.rated("v1", PHONE)
    told.rated("v2", _OTHER)
    for _ in range(50):
        told.later(hours=2)
    assert told.states() == ["pending", "pending"]
    told.receiver.answer = lambda request: replied(200)
    told.later(hours=2)
    assert told.states() == ["told", "told"]


class _Killed(BaseException):
    """The process ends."""


def test_what_was_posted_when_the_process_ended_is_told_again_under_its_id(told: Told) -> None:
    def kill(request: httpx2.Request) -> httpx2.Response:
        assert told.centre.all("SELECT attempts, state FROM tellings") == [(1, "pending")]
        raise _Killed

    told.receiver.answer = kill
    told.rated("v1", PHONE)
    with pytest.raises(_Killed):
        told.teller.run()
    _again(told)


def test_what_was_taken_when_the_process_ended_is_told_again_under_its_id(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    told.rated("v1", PHONE)
    with monkeypatch.context() as patch, pytest.raises(StoreError, match="full"):
        patch.setattr(tellings, "settle", full)
        told.teller.run()
    _again(told)


def _again(told: Told) -> None:
    told.receiver.answer = lambda request: replied(200)
    told.another().run()
    first, second = told.receiver.got
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.content == second.content
    assert told.centre.all("SELECT attempts, state FROM tellings") == [(2, "told")]


def test_teller_that_hung_up_leaves_the_event_as_it_was(told: Told) -> None:
    def hang_up(request: httpx2.Request) -> httpx2.Response:
        told.teller.hang_up()
        raise httpx2.ReadError("closed")

    told.receiver.answer = hang_up
    told.rated("v1", PHONE)
    told.rated("v2", _OTHER)
    told.teller.run()
    told.teller.run()
    assert len(told.receiver.got) == 1
    assert tellings.listed(told.centre.db)[0]["failures"] == 0
    told.receiver.answer = lambda request: replied(200)
    told.another().run()
    assert sorted(told.receiver.about()[1:]) == ["rating.created v1", "rating.created v2"]


def test_what_was_told_is_forgotten_after_a_month_and_what_was_not_is_kept(told: Told) -> None:
    told.rated("v1", PHONE)
    told.teller.run()
    told.rated("v2", _OTHER)
    now = told.centre.now
    assert told.writer.do(lambda db: tellings.forget_told(db, now, 100)) == 0
    assert told.writer.do(lambda db: tellings.forget_told(db, now + timedelta(seconds=1), 100)) == 1
    assert told.centre.all("SELECT e.topic FROM events e JOIN tellings ON event = e.id") == [("visit 2",)]
    assert told.centre.all("SELECT count(*) FROM events") == [(1,)]
