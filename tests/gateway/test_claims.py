"""What no claim takes any more, who finishes a long message, and whose word about a part counts."""

from __future__ import annotations

import pytest

from gateway.model import MessageKind
from modem.outcomes import Accepted, Refused, Unknown
from modem.tables import CMS_CAUSES
from modem.worker.desk import PartOrder
from tests.gateway.conftest import SIM, Centre
from tests.gateway.scripts import template
from tests.gateway.test_dispatch import LONG, Box, _fleet, _phones, box

__all__ = ["box"]
_BUSY = Refused(CMS_CAUSES[42])


# -- long messages -----------------------------------------------------------------------------------------------------


@_fleet({"name": "a"}, {"name": "b"}, invite=LONG)
@pytest.mark.parametrize("last", ["released", "refused"])
def test_rest_of_a_block_stays_with_the_sim_that_sent_the_first_part(box: Box, last: str) -> None:
    box.invite(*_phones(2))
    box.later(2)
    one, two, three = box.claim("A", 3)
    box.settle("A", [one])
    if last == "released":
        box.desk.release("A", [two.id, three.id])
    else:
        box.desk.release("A", [three.id])
        box.settle("A", [two], _BUSY)
    box.later(60)
    assert {part.destination for part in box.claim("B", 64)} == {_phones(2)[1]}
    assert [part.id for part in box.claim("A", 64)] == [two.id, three.id]


# -- what is not wanted any more ---------------------------------------------------------------------------------------


def test_invitation_that_waits_is_not_sent_to_who_has_opted_out_meanwhile(centre: Centre) -> None:
    centre.invited("v1")
    centre.later(days=4)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.visit("v2")
    centre.invite()
    assert centre.parts() == ["submitted", "queued"]
    centre.hear("стоп")
    assert centre.send() == []
    assert centre.parts() == ["submitted", "failed"]
    assert centre.states() == {"v1": "expired", "v2": "barred"}
    assert centre.all("SELECT disposition FROM dispositions ORDER BY id") == [("silent",), ("barred",)]


def test_part_that_comes_back_after_an_opt_out_stays_here(centre: Centre) -> None:
    centre.invited("v1")
    centre.later(days=4)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.visit("v2")
    centre.invite()
    (part,) = centre.claim()
    centre.hear("стоп")
    centre.outbox.release(centre.db, [part.id], None, centre.now)
    assert centre.send() == [template(MessageKind.FAREWELL)]
    assert centre.states()["v2"] == "declined"  # it may have been on its way when he wrote
    assert centre.parts() == ["submitted", "failed", "submitted"]


def test_invitation_that_was_answered_before_it_went_again_does_not_go(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.later(minutes=10)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {SIM: 600}) == 1
    centre.hear("5")
    assert [text for text in centre.send() if "Оцените" in text] == []
    assert centre.all("SELECT state, done_at IS NOT NULL FROM parts ORDER BY id") == [
        ("unknown", 1),
        ("submitted", 0),
    ]


def test_who_opts_out_gets_the_farewell_and_nothing_else(centre: Centre) -> None:
    centre.invited()
    centre.hear("не знаю")
    centre.hear("стоп")
    assert centre.all("SELECT kind FROM messages ORDER BY id") == [("invite",), ("reprompt",), ("farewell",)]
    assert len(centre.send()) == 1
    assert centre.parts() == ["submitted", "failed", "submitted"]


# -- whose word counts -------------------------------------------------------------------------------------------------


@pytest.fixture
def second(box: Box) -> PartOrder:
    """A part that A hung at, that went into doubt and out again, and that B has in hand now."""
    box.invite(*_phones(1))
    box.later(2)
    (part,) = box.claim("A")
    box.later(901)
    box.writer.do(lambda db: box.outbox.end_waiting(db, box.clock.at))
    box.later(600)
    box.writer.do(lambda db: box.outbox.resend_unknown(db, box.clock.at, {"A": 600.0}))
    box.lose("a")
    box.fail_over()
    box.later(301)
    box.fail_over()
    (again,) = box.claim("B")
    assert again.id == part.id
    return again


@pytest.mark.parametrize("verb", ["release", "blame", "refuse", "doubt"])
def test_word_of_a_sim_that_lost_a_part_to_another_moves_nothing(box: Box, second: PartOrder, verb: str) -> None:
    before = box.all("SELECT * FROM parts")
    match verb:
        case "release":
            box.desk.release("A", [second.id])
        case "blame":
            box.desk.release("A", [second.id], second.id)
        case "refuse":
            box.settle("A", [second], _BUSY)
        case _:
            box.settle("A", [second], Unknown("it hung"))
    assert box.all("SELECT * FROM parts") == before
    box.settle("B", [second])
    assert box.all("SELECT state, sim FROM parts") == [("submitted", "B")]


@pytest.mark.parametrize("blamed", [False, True])
def test_part_that_was_settled_does_not_come_back_by_a_late_release(centre: Centre, blamed: bool) -> None:
    for number, outcome in enumerate((Accepted(1), Unknown("silence"))):
        centre.visit(f"v{number}", f"+7913020000{number}")
        centre.invite()
        (part,) = centre.claim()
        centre.outbox.settle(centre.db, [(part.id, outcome)], centre.now)
        before = centre.all("SELECT * FROM parts")
        centre.outbox.release(centre.db, [part.id], part.id if blamed else None, centre.now)
        assert centre.all("SELECT * FROM parts") == before


def test_part_that_has_arrived_is_not_tried_again_for_a_late_refusal(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    (part,) = centre.claim()
    centre.outbox.settle(centre.db, [(part.id, Unknown("silence"))], centre.now)
    centre.report(0, 0)
    assert centre.parts() == ["delivered"]
    for outcome in (_BUSY, Unknown("silence"), Refused(CMS_CAUSES[1])):
        centre.outbox.settle(centre.db, [(part.id, outcome)], centre.now)
        assert centre.parts() == ["delivered"]


def test_doubt_that_has_ended_is_not_taken_up_by_a_new_policy(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.later(days=8)
    centre.outbox.end_waiting(centre.db, centre.now)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {SIM: 600.0}) == 0


def test_report_on_what_was_sent_too_long_ago_is_stray(centre: Centre) -> None:
    centre.invited()
    sent_at = centre.now
    centre.later(days=6)
    centre.report(1, 0, sent_at=sent_at)
    assert centre.parts() == ["submitted"]
    assert centre.all("SELECT state FROM inbox") == [("stray",)]


def test_part_that_has_gone_out_does_not_move_to_another_window(centre: Centre) -> None:
    centre.invited()
    before = centre.all("SELECT next_at, until_at FROM parts")
    centre.later(hours=12)
    assert centre.outbox.keep_to_window(centre.db, centre.now) == 0
    assert centre.all("SELECT next_at, until_at FROM parts") == before


def test_claim_over_several_lanes_is_no_bigger_than_its_ticket(centre: Centre) -> None:
    for number in range(4):
        centre.visit(f"v{number}", f"+7913020000{number}")
    centre.invite()
    centre.db.execute("UPDATE parts SET lane = ? WHERE id <= 2", (SIM,))
    assert [len(centre.claim(most)) for most in (1, 2, 3)] == [1, 2, 1]
