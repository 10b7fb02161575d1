"""What goes out, when, and what becomes of it; on a real database with the time in hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.conversations import Conversations
from gateway.numbering import Numbering, Range
from gateway.outbox import Outbox
from modem.outcomes import Accepted, Refused, Unknown
from modem.tables import CMS_CAUSES
from tests.gateway.conftest import PHONE, SIM, Centre


def test_due_invitation_goes_out_with_its_text(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    assert centre.send() == ["13.09.2017 Вы были в МФЦ Барнаул. Оцените услугу от 1 до 5 (5-отлично)"]
    assert centre.all("SELECT state, reference FROM parts") == [("submitted", 1)]
    assert centre.states() == {"v1": "open"}


def test_visit_without_consent_is_counted_and_never_written_to(centre: Centre) -> None:
    assert centre.visit(consent=False)
    centre.invite()
    assert centre.claim() == []
    assert centre.all("SELECT count(*) FROM visits") == [(1,)]
    assert centre.all("SELECT count(*) FROM persons") == [(0,)]


def test_second_report_of_a_visit_is_a_duplicate(centre: Centre) -> None:
    assert centre.visit()
    assert not centre.visit()
    assert centre.all("SELECT count(*) FROM invitations") == [(1,)]


def test_invitation_at_night_waits_for_the_window(centre: Centre) -> None:
    centre.later(hours=10)  # 22:00 in Barnaul
    centre.visit()
    centre.invite()
    assert centre.claim() == []
    centre.later(hours=10, minutes=59)
    centre.invite()
    assert centre.claim() == []
    centre.later(minutes=1)
    centre.invite()
    assert len(centre.claim()) == 1


def test_part_that_misses_the_window_moves_to_the_next_one(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.later(hours=9)  # 21:00
    assert centre.claim() == []
    assert centre.outbox.keep_to_window(centre.db, centre.now) == 1
    centre.later(hours=11, minutes=59)
    assert centre.claim() == []
    centre.later(minutes=1)
    assert len(centre.claim()) == 1


def test_invitation_waits_for_the_end_of_a_holiday(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db", holidays="2017-09-13..2017-09-14", weekend={"from": "10:00", "to": "18:00"})
    centre.visit()
    centre.invite()
    assert centre.all("SELECT due_at FROM invitations") == [("2017-09-15T02:00:00.000Z",)]
    centre.later(days=1, hours=21)
    centre.invite()
    assert len(centre.claim()) == 1
    centre.db.close()


def test_window_is_that_of_the_number_where_the_register_knows_it(centre: Centre) -> None:
    number = int(PHONE[2:])
    numbering = Numbering([Range(number, number, "Калининградская область", "Europe/Kaliningrad")])
    centre.outbox = Outbox(centre.conversations, numbering=numbering)
    centre.visit("v1")
    centre.visit("v2", "+79130200002")
    centre.invite()
    assert centre.states() == {"v1": "due", "v2": "open"}
    assert len(centre.claim()) == 1
    centre.later(hours=2)  # nine in Kaliningrad
    centre.invite()
    assert centre.all("SELECT zone FROM invitations ORDER BY id") == [("Europe/Kaliningrad",), (None,)]
    assert centre.all("SELECT until_at FROM parts ORDER BY id DESC LIMIT 1") == [("2017-09-13T18:30:00.000Z",)]
    centre.later(hours=11, minutes=30)
    assert centre.claim() == []
    centre.outbox.keep_to_window(centre.db, centre.now)
    assert centre.all("SELECT next_at FROM parts ORDER BY id DESC LIMIT 1") == [("2017-09-14T07:00:00.000Z",)]


def test_answer_at_night_goes_at_once_or_in_the_morning(centre: Centre) -> None:
    centre.invited()
    centre.later(hours=11)  # 23:00
    centre.hear("а что это")
    centre.later(minutes=14)
    (part,) = centre.claim()
    centre.outbox.release(centre.db, [part.id], None, centre.now)
    centre.later(minutes=1)
    assert centre.claim() == []
    assert centre.outbox.keep_to_window(centre.db, centre.now) == 1
    assert centre.all("SELECT next_at FROM parts WHERE state = 'queued'") == [("2017-09-14T02:00:00.000Z",)]


def test_part_that_waited_for_a_window_goes_when_it_is_switched_off(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.later(hours=9)
    always = centre.survey.model_copy(update={"window": None})
    centre.outbox = Outbox(Conversations(always, centre.script, centre.dispatch, centre.callbacks))
    assert centre.claim() == []
    assert centre.outbox.keep_to_window(centre.db, centre.now) == 1
    assert len(centre.claim()) == 1


def test_person_asked_today_is_not_asked_again(centre: Centre) -> None:
    centre.invited("v1")
    centre.later(hours=1)
    centre.visit("v2")
    centre.invite()
    assert centre.states() == {"v1": "open", "v2": "barred"}


def test_next_invitation_waits_while_one_is_open(centre: Centre) -> None:
    centre.invited("v1")
    centre.later(hours=25)
    centre.visit("v2")
    centre.invite()
    assert centre.states() == {"v1": "open", "v2": "due"}
    centre.later(hours=47, minutes=1)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.later(minutes=10)
    centre.invite()
    assert centre.states() == {"v1": "expired", "v2": "open"}


def test_who_opted_out_is_barred_for_ever(centre: Centre) -> None:
    centre.invited("v1")
    centre.hear("стоп")
    assert centre.send() == ["Вы исключены из опроса. Больше сообщений не будет."]
    centre.later(days=400)
    centre.visit("v2")
    centre.invite()
    assert centre.states() == {"v1": "declined", "v2": "barred"}


def test_answers_go_before_invitations(centre: Centre) -> None:
    centre.invited("v1")
    centre.visit("v2", "+79130200002")
    centre.invite()
    centre.hear("5")
    assert [part.text[:7] for part in centre.claim()] == ["Спасибо", "13.09.2"]


def test_reply_window_starts_when_the_message_is_taken(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.later(hours=2)
    centre.send()
    (closes_at,) = centre.all("SELECT closes_at FROM invitations")[0]
    assert str(closes_at) == (centre.now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_busy_network_is_tried_again_and_a_permanent_refusal_is_not(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Refused(CMS_CAUSES[17]))
    assert centre.claim() == []
    centre.later(seconds=61)
    centre.send(Refused(CMS_CAUSES[1]))
    centre.later(days=1)
    assert centre.claim() == []
    assert centre.all("SELECT state, cause FROM parts") == [("failed", "The number is not in use.")]
    assert centre.states() == {"v1": "expired"}


def test_refusals_without_end_end(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    for _ in range(20):
        centre.send(Refused(CMS_CAUSES[17]))
        centre.later(hours=6)
        centre.outbox.keep_to_window(centre.db, centre.now)
    assert centre.all("SELECT state, attempts FROM parts") == [("failed", 8)]


def test_released_part_goes_out_again_and_the_attempt_does_not_count(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    (part,) = centre.claim()
    centre.outbox.release(centre.db, [part.id], None, centre.now)
    assert [again.id for again in centre.claim()] == [part.id]
    assert centre.all("SELECT attempts FROM parts") == [(1,)]


def test_part_claimed_by_a_dead_daemon_is_in_doubt(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.claim()
    assert centre.outbox.recover(centre.db, centre.now) == 1
    assert centre.all("SELECT state FROM parts") == [("unknown",)]
    centre.later(days=30)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {}) == 0
    assert centre.claim() == []


def test_part_in_doubt_is_sent_again_only_by_policy_and_after_a_while(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    assert centre.outbox.resend_unknown(centre.db, centre.now, {SIM: 600}) == 0
    centre.later(minutes=11)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {SIM: 600}) == 1
    assert len(centre.claim()) == 1


def test_report_settles_a_part_in_doubt(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.later(minutes=1)
    centre.report(77, 0x00)
    assert centre.all("SELECT state, status FROM parts") == [("delivered", 0)]


@pytest.mark.parametrize(
    ("status", "part", "invitation"),
    [
        *((0x00, "delivered", "open"), (0x02, "delivered", "open"), (0x30, "submitted", "open")),
        *((0x41, "failed", "expired"), (0x46, "failed", "expired"), (0x62, "failed", "expired")),
    ],
)
def test_report_of_each_class_has_its_effect(centre: Centre, status: int, part: str, invitation: str) -> None:
    centre.invited()
    centre.report(1, status)
    assert centre.all("SELECT state FROM parts") == [(part,)]
    assert centre.states() == {"v1": invitation}


def test_report_with_a_reference_used_twice_is_the_newest_ones_of_that_number(centre: Centre) -> None:
    centre.visit("v1", "+79130200001")
    centre.visit("v2", "+79130200002")
    centre.invite()
    centre.outbox.settle(centre.db, [(part.id, Accepted(5)) for part in centre.claim()], centre.now)
    centre.report(5, 0x00, "+79130200002")
    rows = dict(centre.all("SELECT v.foreign_id, p.state FROM parts p JOIN messages m ON m.id = p.message"
                           " JOIN invitations i ON i.id = m.invitation JOIN visits v ON v.id = i.visit"))  # fmt: skip
    assert rows == {"v1": "submitted", "v2": "delivered"}


def test_report_of_nobody_is_kept_as_stray(centre: Centre) -> None:
    centre.report(9, 0x00, PHONE)
    assert centre.all("SELECT state, kind, problem FROM inbox") == [("stray", "report", "no part of ours")]
