"""What becomes of parts that did not simply go out; on a real database with the time in hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import retries
from gateway.ledger import draw_up
from gateway.model import MessageKind, PartState, message_state
from gateway.retries import MOST_BLAMES, MOST_TRIES, is_isolated
from gateway.store import outbox as outbox_rows
from gateway.store import parts as part_rows
from gateway.store.outbox import ClaimedPart
from gateway.store.wishes import Wish
from gateway.wishes import resume
from modem.outcomes import Accepted, Refused, Unknown
from modem.tables import CMS_CAUSES, CauseClass
from tests.gateway.conftest import PHONE, SIM, Centre
from tests.gateway.test_dispatch import LONG, Box

LONG_INVITE = {"invite": LONG, "once_per_phone_s": 0}


@pytest.fixture
def long_centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose invitations have three parts."""
    opened = Centre(tmp_path / "long.db", **LONG_INVITE)
    yield opened
    opened.db.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    opened = Box(tmp_path / "box.db", [{"name": "a"}, {"name": "b", "on_unknown": {"resend_after_s": 120}}])
    opened.serve("a", "b")
    yield opened
    opened.writer.close()


def _queued(centre: Centre, count: int) -> None:
    for number in range(count):
        centre.visit(f"v{number}", f"+7913020{number:04d}")
    centre.invite()


def _release(centre: Centre, part: ClaimedPart, blamed: bool = True) -> None:
    centre.outbox.release(centre.db, [part.id], part.id if blamed else None, centre.now)


def _troubles(centre: Centre) -> list[str]:
    return [str(text) for (text,) in centre.all("SELECT text FROM troubles ORDER BY id")]


# -- pauses ---------------------------------------------------------------------------------------------------------


@given(tries=st.integers(1, 10_000), chance=st.floats(0, 1, allow_nan=False))
def test_pauses_grow_within_bounds_and_are_spread_by_a_quarter(tries: int, chance: float) -> None:
    for pause in (
        lambda count, chance: retries.retry_after_s(CauseClass.RETRY_SOON, count, chance),
        lambda count, chance: retries.retry_after_s(CauseClass.RETRY_LATER, count, chance),
        retries.blamed_after_s,
        retries.sim_rests_s,
    ):
        middle = pause(tries, 0.5)
        assert 5 <= middle <= 6 * 3600
        assert 0.75 * middle <= pause(tries, chance) <= 1.25 * middle
        assert pause(tries + 1, 0.5) >= middle


def test_tries_of_a_part_span_a_night() -> None:
    pauses = [retries.retry_after_s(CauseClass.RETRY_LATER, count) for count in range(1, MOST_TRIES)]
    assert pauses[:3] == [60, 180, 540]
    assert sum(pauses) > 10 * 3600


# -- messages of several parts -----------------------------------------------------------------------------------------


def test_only_the_missing_part_is_repeated_under_the_same_reference(long_centre: Centre) -> None:
    centre = long_centre
    centre.visit()
    centre.invite()
    one, two, three = centre.claim()
    accepted = [(one.id, Accepted(1)), (three.id, Accepted(3))]
    centre.outbox.settle(centre.db, [*accepted, (two.id, Refused(CMS_CAUSES[42]))], centre.now)
    centre.later(minutes=1)
    (again,) = centre.claim()
    assert (again.id, again.seq, again.ref) == (two.id, 2, two.ref)
    assert again.ref == one.ref == three.ref


def test_parts_behind_one_that_waits_do_not_overtake_it(long_centre: Centre) -> None:
    centre = long_centre
    centre.visit()
    centre.invite()
    one, two, three = centre.claim()
    centre.outbox.settle(centre.db, [(one.id, Refused(CMS_CAUSES[17]))], centre.now)
    centre.outbox.release(centre.db, [two.id, three.id], None, centre.now)
    assert centre.claim() == []
    centre.later(seconds=61)
    assert [part.seq for part in centre.claim()] == [1, 2, 3]


def test_part_that_fails_for_good_fails_its_message_and_says_which_parts_went(long_centre: Centre) -> None:
    centre = long_centre
    centre.visit()
    centre.invite()
    one, two, three = centre.claim()
    centre.outbox.settle(centre.db, [(one.id, Accepted(1)), (two.id, Refused(CMS_CAUSES[1]))], centre.now)
    cause = "The number is not in use. Part 2 of 3 failed; gone out: 1."
    assert centre.all("SELECT state, cause FROM parts ORDER BY id") == [
        ("submitted", None),
        ("failed", cause),
        ("failed", cause),
    ]
    assert part_rows.message_state(centre.db, one.message) is PartState.FAILED
    assert centre.states() == {"v1": "expired"}
    centre.outbox.release(centre.db, [three.id], None, centre.now)
    assert centre.claim() == []


def test_message_is_delivered_when_its_worst_part_is(long_centre: Centre) -> None:
    centre = long_centre
    centre.visit()
    centre.invite()
    sent = centre.claim()
    centre.outbox.settle(centre.db, [(part.id, Accepted(part.seq)) for part in sent], centre.now)
    for reference, state in ((3, "submitted"), (1, "submitted"), (2, "delivered")):
        centre.report(reference, 0x00)
        assert part_rows.message_state(centre.db, sent[0].message) == state
    assert draw_up(centre.db).summary()["delivered"] == 1


def test_first_part_failed_by_a_report_fails_the_message_though_the_last_was_delivered(long_centre: Centre) -> None:
    centre = long_centre
    centre.visit()
    centre.invite()
    sent = centre.claim()
    centre.outbox.settle(centre.db, [(part.id, Accepted(part.seq)) for part in sent], centre.now)
    centre.report(3, 0x00)
    centre.report(1, 0x41)
    assert part_rows.message_state(centre.db, sent[0].message) is PartState.FAILED
    assert centre.states() == {"v1": "expired"}


def test_database_and_program_agree_on_the_worst_part(centre: Centre) -> None:
    centre.db.execute("PRAGMA foreign_keys=OFF")
    mixes = [mix for size in (1, 2, 3) for mix in combinations_with_replacement(PartState, size)]
    centre.db.conn.executemany(
        "INSERT INTO parts (message, seq, total, text, priority, state, next_at) VALUES (?, 1, 1, '', 0, ?, '')",
        [(message, state.value) for message, mix in enumerate(mixes) for state in mix],
    )
    found = dict(centre.all("SELECT message, state FROM message_states"))
    assert found == {message: message_state(mix).value for message, mix in enumerate(mixes)}


def test_long_messages_to_one_person_have_references_of_their_own(centre: Centre) -> None:
    _queued(centre, 2)
    for number in range(520):
        outbox_rows.enqueue(
            centre.db,
            invitation=1 + number % 2,
            kind=MessageKind.HELP,
            texts=["one", "two"],
            alphabet="ucs2",
            lane="",
            now=centre.now,
            opens_at=centre.now,
            closes_at=None,
        )
    for invitation in (1, 2):
        found = [ref for (ref,) in centre.all(f"SELECT ref FROM messages WHERE ref > 0 AND invitation = {invitation}")]
        assert len(found) == 260
        assert set(found) == set(found[:255]) == set(range(1, 256))
        assert found[255:] == found[:5]


# -- poison ------------------------------------------------------------------------------------------------------------


def test_part_at_which_modems_fall_silent_three_times_is_isolated_and_named(centre: Centre) -> None:
    _queued(centre, 3)
    poison, *others = centre.claim()
    _release(centre, poison)
    centre.later(seconds=10)
    centre.outbox.settle(centre.db, [(part.id, Accepted(9)) for part in others], centre.now)
    for _ in range(2):
        centre.later(hours=1)
        (again,) = centre.claim()
        assert again.id == poison.id
        _release(centre, again)
    assert centre.parts() == ["failed", "submitted", "submitted"]
    (trouble,) = _troubles(centre)
    assert trouble.startswith(f"Part {poison.id} to +7913***0000 is given up. Isolated: modems failed at it 3 times.")
    assert centre.all("SELECT attempts FROM parts WHERE state = 'failed'") == [(1,)]


def test_bad_number_goes_behind_the_others(centre: Centre) -> None:
    _queued(centre, 3)
    (poison,) = centre.claim(most=1)
    _release(centre, poison)
    assert poison.id not in [part.id for part in centre.claim()]


def test_broken_modem_does_not_isolate_the_parts_it_fails_at(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "always.db", window="always")
    _queued(centre, 1)
    for _ in range(MOST_BLAMES - 1):
        (part,) = centre.claim()
        _release(centre, part)
        centre.later(hours=2)
    assert centre.all("SELECT state, attempts FROM parts") == [("queued", 0)]
    centre.db.close()


def test_broken_modem_beside_a_healthy_one_does_not_isolate_what_it_happens_to_take(box: Box) -> None:
    box.invite(PHONE)
    for number in range(4):
        box.later(7200)
        (part,) = box.claim("A")
        box.desk.release("A", [part.id], part.id)
        box.invite(f"+7913020100{number}")
        box.later(2)
        box.send("B")
    assert box.all(f"SELECT state, blamed FROM parts WHERE id = {part.id}") == [("queued", 4)]


def test_part_that_fails_modems_without_end_is_isolated_in_any_case() -> None:
    assert not is_isolated(MOST_BLAMES - 1, others_went=False)
    assert is_isolated(MOST_BLAMES, others_went=False)
    assert is_isolated(3, others_went=True)
    assert not is_isolated(2, others_went=True)


# -- a SIM in trouble ----------------------------------------------------------------------------------------------


def test_barred_sim_is_taken_out_with_an_alarm_and_another_sim_sends_the_part(box: Box) -> None:
    box.invite(PHONE)
    box.later(2)
    box.settle("A", box.claim("A"), Refused(CMS_CAUSES[8]))
    box.later(10)
    assert box.claim("A") == []
    assert box.all("SELECT place, text FROM alarms WHERE cleared_at IS NULL") == [
        (
            "SIM A",
            "This SIM sends no more. The operator has barred this SIM from sending."
            " Top it up, or ask the operator why. One part tries it again from time to time.",
        )
    ]
    assert box.send("B") == [PHONE]
    assert box.all("SELECT state, attempts FROM parts") == [("submitted", 1)]


def test_sim_that_can_send_again_is_found_out_with_one_part_and_the_alarm_ends(box: Box) -> None:
    box.lose("b")
    phones = [f"+7913020{number:04d}" for number in range(4)]
    box.invite(*phones)
    box.later(2)
    parts = box.claim("A", 64)
    box.settle("A", parts[:1], Refused(CMS_CAUSES[10]))
    box.desk.release("A", [part.id for part in parts[1:]])
    box.serve("a")
    assert box.claim("A", 64) == []
    box.later(80)
    (one,) = box.claim("A", 64)
    box.settle("A", [one])
    assert len(box.claim("A", 64)) == 3
    assert box.all("SELECT count(*) FROM alarms WHERE cleared_at IS NULL") == [(0,)]
    assert box.all("SELECT stops, stopped_until FROM sims WHERE iccid = 'A'") == [(0, None)]


def test_sim_without_credit_is_tried_more_and_more_rarely_and_its_parts_keep_their_tries(box: Box) -> None:
    box.lose("b")
    box.invite(PHONE, "+79130200002")
    box.later(2)
    rests = []
    for _ in range(6):
        stopped_at = box.clock.at
        box.settle("A", box.claim("A"), Refused(CMS_CAUSES[10]))
        while not (part := box.claim("A", 64)):
            box.later(15)
        rests.append((box.clock.at - stopped_at).total_seconds())
        box.desk.release("A", [each.id for each in part])
    assert rests == sorted(rests)
    assert rests[0] < 90 < 1000 < rests[-1]
    assert box.all("SELECT DISTINCT state, attempts FROM parts") == [("queued", 0)]


def test_sim_out_of_sending_is_tried_at_once_when_a_person_resumes_its_modem(box: Box) -> None:
    box.lose("b")
    box.invite(PHONE)
    box.later(2)
    box.settle("A", box.claim("A"), Refused(CMS_CAUSES[8]))
    box.later(10)
    assert box.claim("A") == []
    box.writer.do(
        lambda db: resume(box.dispatch, lambda modem: None)(db, Wish(1, "a", "resume", "", box.clock.at), box.clock.at)
    )
    assert box.send("A") == [PHONE]


def test_sim_out_of_sending_stays_so_over_a_restart(box: Box) -> None:
    box.lose("b")
    box.invite(PHONE)
    box.later(2)
    box.settle("A", box.claim("A"), Refused(CMS_CAUSES[8]))
    box.restart()
    box.serve("a")
    box.later(30)
    assert box.claim("A") == []


def test_number_that_is_barred_for_every_sim_does_not_take_the_fleet_out_for_good(centre: Centre) -> None:
    _queued(centre, 2)
    bad, good = centre.claim()
    for _ in range(3):
        centre.outbox.settle(centre.db, [(bad.id, Refused(CMS_CAUSES[10]))], centre.now)
        assert centre.all("SELECT stops FROM sims") == [(1,)]
        centre.later(minutes=2)
        centre.outbox.settle(centre.db, [(good.id, Accepted(1))], centre.now)  # the SIM is well
        assert centre.all("SELECT stops FROM sims") == [(0,)]
        centre.db.execute("UPDATE parts SET state = 'claimed', sim = ? WHERE state = 'queued'", (SIM,))
    assert centre.parts()[0] == "failed"


# -- doubt and deadlines -----------------------------------------------------------------------------------------------


def test_part_in_doubt_goes_again_after_the_seconds_of_its_modems_policy(box: Box) -> None:
    box.invite(PHONE, "+79130200002")
    box.later(2)
    for sim in "AB":
        box.settle(sim, box.claim(sim), Unknown("silence"))

    def resend() -> int:
        return box.writer.do(lambda db: box.outbox.resend_unknown(db, box.clock.at, box.desk.resend_after_s()))

    assert box.desk.resend_after_s() == {"B": 120}
    box.later(119)
    assert resend() == 0
    box.later(1)
    assert resend() == 1
    assert box.all("SELECT state, sim FROM parts ORDER BY state") == [("queued", "B"), ("unknown", "A")]


def test_many_parts_on_hold_do_not_hide_one_that_may_go_again(centre: Centre) -> None:
    _queued(centre, 201)
    centre.later(seconds=1)
    centre.outbox.invite_due(centre.db, centre.now)
    sent = centre.claim(most=300)
    centre.outbox.settle(centre.db, [(part.id, Unknown("silence")) for part in sent], centre.now)
    centre.db.execute("UPDATE parts SET sim = 'other' WHERE id = ?", (sent[-1].id,))
    centre.later(hours=1)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {"other": 600}) == 1


def test_invitation_that_was_answered_has_arrived_and_is_not_sent_again(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.hear("5")
    centre.later(hours=1)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {SIM: 600}) == 0


def test_part_is_sent_again_out_of_doubt_no_more_than_its_tries(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    for _ in range(MOST_TRIES):
        centre.send(Unknown("silence"))
        centre.later(minutes=20)
        centre.outbox.resend_unknown(centre.db, centre.now, {SIM: 600})
    assert centre.all("SELECT state, attempts, done_at IS NULL FROM parts") == [("unknown", MOST_TRIES, 0)]
    assert centre.claim() == []


def test_doubt_ends_when_no_report_can_come_and_the_ledger_counts_it(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.later(days=4, hours=23)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.outbox.end_waiting(centre.db, centre.now)
    assert centre.all("SELECT done_at FROM parts") == [(None,)]
    centre.later(hours=1)
    centre.outbox.end_waiting(centre.db, centre.now)
    assert centre.all("SELECT state, cause FROM parts") == [
        ("unknown", "No report came in time; it may have arrived or not.")
    ]
    assert _troubles(centre) == ["1 parts stay in doubt. No report came in time; it may have arrived or not."]
    ledger = draw_up(centre.db)
    assert (ledger.unknown, ledger.dispositions["unknown"], ledger.balanced) == (1, 1, True)


def test_nothing_stays_claimed_for_ever(centre: Centre) -> None:
    _queued(centre, 2)
    centre.claim()
    centre.later(minutes=16)
    centre.outbox.end_waiting(centre.db, centre.now)
    assert centre.parts() == ["unknown", "unknown"]
    assert _troubles(centre) == ["2 parts are in doubt. Its modem did not say what became of this part."]


def test_answer_that_comes_after_the_deadline_still_counts_but_not_over_a_report(centre: Centre) -> None:
    _queued(centre, 2)
    late, reported = centre.claim()
    centre.later(minutes=16)
    centre.outbox.end_waiting(centre.db, centre.now)
    centre.report(8, 0x00, reported.phone, sent_at=centre.now - timedelta(minutes=16))
    centre.outbox.settle(centre.db, [(late.id, Accepted(7)), (reported.id, Accepted(8))], centre.now)
    assert centre.all("SELECT state, reference FROM parts") == [("submitted", 7), ("delivered", 8)]


def test_message_nobody_could_send_within_a_week_has_failed(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.later(days=6, hours=23)
    assert centre.outbox.end_waiting(centre.db, centre.now) == 0
    centre.later(hours=1)
    assert centre.outbox.end_waiting(centre.db, centre.now) == 1
    assert centre.all("SELECT state, cause FROM parts") == [("failed", "It could not be sent within a week.")]
    assert centre.states() == {"v1": "expired"}
