"""Which part a delivery report is about: the choice by itself, and on a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from gateway.model import PartState
from gateway.reports import Candidate, Clue, Fate, Match, match
from modem.outcomes import Accepted, Refused, Unknown
from modem.pdu import StatusReport
from modem.tables import CMS_CAUSES
from tests.gateway.conftest import SIM, Centre

OTHER_SIM = "8970100000000000002"
T = datetime(2017, 9, 13, 5, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def _part(
    number: int,
    reference: int | None,
    ago: timedelta = timedelta(0),
    state: PartState = PartState.SUBMITTED,
    sim: str = SIM,
) -> Candidate:
    return Candidate(number, sim, state, reference, T - ago - timedelta(seconds=3), T - ago)


def _clue(reference: int, ago: timedelta | None = timedelta(0), quarters: int = 0) -> Clue:
    return Clue(SIM, reference, None if ago is None else T - ago, quarters)


def _found(clue: Clue, *candidates: Candidate) -> int | Fate:
    """The number of the part, or why there is none."""
    found = match(clue, candidates)
    return found.part if isinstance(found, Match) else found


def test_after_a_wrap_at_255_the_part_nearest_in_time_has_the_report() -> None:
    early, late = _part(1, 5, timedelta(hours=7)), _part(2, 5)
    assert _found(_clue(5), early, late) == 2
    assert _found(_clue(5, timedelta(hours=7)), early, late) == 1


@pytest.mark.parametrize("quarters", [-48, -12, -1, 1, 3, 12, 23, 56])
def test_zone_that_is_off_by_quarter_hours_does_not_hide_a_part(quarters: int) -> None:
    early, late = _part(1, 5, timedelta(hours=7, minutes=4)), _part(2, 5)
    assert _found(_clue(5, -quarters * QUARTER), early, late) == 2
    assert _found(_clue(5, timedelta(hours=7, minutes=4) - quarters * QUARTER), early, late) == 1


def test_zone_learnt_from_a_sure_report_decides_where_two_parts_are_quarter_hours_apart() -> None:
    sure = match(_clue(9, 12 * -QUARTER), [_part(3, 9)])
    assert sure == Match(3, 12)
    early, late = _part(1, 5, 12 * QUARTER), _part(2, 5, timedelta(seconds=30))
    assert _found(_clue(5, timedelta(0)), early, late) == 2
    assert _found(_clue(5, timedelta(0), quarters=12), early, late) == 1


def test_report_without_a_time_is_that_of_the_newest_part_that_waits_for_one() -> None:
    early, late = _part(1, 5, timedelta(hours=7)), _part(2, 5)
    assert _found(_clue(5, None), early, late) == 2
    assert _found(_clue(5, None), early, replace(late, state=PartState.DELIVERED)) == 1


def test_centre_whose_clock_is_wrong_altogether_is_believed_on_sim_and_reference() -> None:
    assert _found(_clue(5, timedelta(days=4000)), _part(1, 5)) == 1
    assert _found(_clue(5, timedelta(days=4000)), _part(1, None)) is Fate.STRAY


@pytest.mark.parametrize("reference", [None, 0])
def test_part_without_a_usable_reference_is_found_by_number_and_time(reference: int | None) -> None:
    assert _found(_clue(77), _part(1, reference)) == 1
    assert _found(_clue(77), _part(1, reference), _part(2, 77)) == 2
    assert _found(_clue(77), _part(1, reference, timedelta(hours=1)), _part(2, reference)) == 2


def test_part_with_another_reference_never_has_the_report() -> None:
    assert _found(_clue(5), _part(1, 6)) is Fate.STRAY


def test_report_on_another_sim_needs_the_only_part_that_fits() -> None:
    assert _found(_clue(5), _part(1, 5, sim=OTHER_SIM)) == 1
    assert _found(_clue(5), _part(1, 6, sim=OTHER_SIM)) is Fate.STRAY
    assert _found(_clue(5), _part(1, 5, sim=OTHER_SIM), _part(2, 5, sim="third")) is Fate.STRAY
    assert _found(_clue(5), _part(1, 5, sim=OTHER_SIM), _part(2, 5)) == 2


def test_report_while_a_part_to_the_number_is_being_sent_waits_unless_it_fits_another_for_sure() -> None:
    sending = _part(9, None, state=PartState.CLAIMED)
    assert _found(_clue(5), sending) is Fate.WAITS
    assert _found(_clue(5), sending, _part(1, None)) is Fate.WAITS
    assert _found(_clue(5), sending, _part(1, 5, timedelta(hours=7))) is Fate.WAITS
    assert _found(_clue(5), sending, _part(1, 5)) == 1


def test_refused_part_that_arrived_all_the_same_is_found_only_at_its_very_time() -> None:
    refused = replace(_part(1, None, state=PartState.QUEUED), until=None)
    assert _found(_clue(5), refused) == 1
    assert _found(_clue(5, timedelta(minutes=15)), refused) is Fate.STRAY
    assert _found(_clue(5, None), refused) is Fate.STRAY
    assert _found(_clue(5), refused, _part(2, 5)) == 2


_moments = st.integers(-90_000, 90_000).map(lambda seconds: timedelta(seconds=seconds))
_candidates = st.lists(
    st.builds(
        lambda reference, ago, state, sim: _part(0, reference, ago, state, sim),
        st.none() | st.integers(0, 255),
        _moments,
        st.sampled_from(PartState),
        st.sampled_from([SIM, OTHER_SIM]),
    ),
    max_size=6,
).map(lambda parts: [replace(part, id=number) for number, part in enumerate(parts)])


@given(candidates=_candidates, reference=st.integers(0, 255), ago=st.none() | _moments, quarters=st.integers(-104, 104))
def test_no_report_goes_to_a_part_that_has_another_reference_or_is_being_sent(
    candidates: list[Candidate], reference: int, ago: timedelta | None, quarters: int
) -> None:
    found = match(_clue(reference, ago, quarters), candidates)
    if isinstance(found, Match):
        part = candidates[found.part]
        assert part.reference in (reference, None, 0)
        assert part.state is not PartState.CLAIMED
        exact = [each for each in candidates if each.reference == reference and each.sim == SIM]
        assert found.quarters is None or exact == [part]


# -- on a database ------------------------------------------------------------------------------------------------


def test_report_before_the_answer_waits_for_it_and_is_no_stray(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    (part,) = centre.claim()
    centre.report(7, 0x00)
    assert centre.all("SELECT state, kind FROM inbox") == [("kept", "report")]
    centre.outbox.settle(centre.db, [(part.id, Accepted(7))], centre.now)
    assert centre.inbox.match_waiting(centre.db, centre.now) == 1
    assert centre.parts() == ["delivered"]
    assert centre.all("SELECT state FROM inbox") == [("handled",)]


def test_report_that_waits_and_cannot_be_handled_does_not_stop_those_behind_it(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = centre.inbox._outbox.report

    def stumbling(db: Database, sim: str, phone: str, found: StatusReport, now: datetime) -> Fate:
        if found.reference == 8 and centre.parts() == ["submitted"]:
            raise RecursionError("too deep")
        return report(db, sim, phone, found, now)

    monkeypatch.setattr(centre.inbox._outbox, "report", stumbling)
    centre.visit()
    centre.invite()
    (part,) = centre.claim()
    centre.report(8, 0x00)
    centre.report(7, 0x00)
    centre.outbox.settle(centre.db, [(part.id, Accepted(7))], centre.now)
    assert centre.inbox.match_waiting(centre.db, centre.now) == 1
    assert centre.all("SELECT state, kind FROM inbox ORDER BY id") == [("stray", "not handled"), ("handled", "report")]


def test_report_before_an_answer_that_never_comes_settles_the_doubt(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    (part,) = centre.claim()
    centre.report(7, 0x00)
    centre.outbox.settle(centre.db, [(part.id, Unknown("silence"))], centre.now)
    assert centre.inbox.match_waiting(centre.db, centre.now) == 1
    assert centre.all("SELECT state, reference FROM parts") == [("delivered", 7)]


def test_report_for_a_part_whose_worker_died_waits_until_the_part_is_in_doubt(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.claim()
    centre.report(7, 0x00)
    centre.later(minutes=14)
    centre.outbox.end_waiting(centre.db, centre.now)
    assert centre.inbox.match_waiting(centre.db, centre.now) == 0
    centre.later(minutes=1)
    centre.outbox.end_waiting(centre.db, centre.now)
    assert centre.inbox.match_waiting(centre.db, centre.now) == 1
    assert centre.parts() == ["delivered"]


def test_second_report_of_a_part_changes_nothing_and_is_no_stray(centre: Centre) -> None:
    centre.invited()
    taken_at = centre.now
    for minutes in (1, 2):
        centre.later(minutes=1)
        centre.report(1, 0x00, sent_at=taken_at, done=bytes([minutes] * 7))
    assert centre.parts() == ["delivered"]
    assert centre.all("SELECT state FROM inbox") == [("handled",), ("handled",)]


@pytest.mark.parametrize("statuses", [(0x00, 0x46), (0x46, 0x00), (0x30, 0x00), (0x00, 0x30), (0x62, 0x00)])
def test_delivered_wins_in_any_order(centre: Centre, statuses: tuple[int, int]) -> None:
    centre.invited()
    for status in statuses:
        centre.report(1, status)
    assert centre.parts() == ["delivered"]


def test_report_that_is_still_trying_ends_nothing_but_shows_that_a_doubtful_part_was_taken(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.report(7, 0x30)
    assert centre.all("SELECT state, reference FROM parts") == [("submitted", 7)]
    centre.report(7, 0x00)
    assert centre.parts() == ["delivered"]


@pytest.mark.parametrize("done", [bytes(7), b"\xff" * 7])
def test_report_without_a_discharge_time_counts(centre: Centre, done: bytes) -> None:
    centre.invited()
    centre.report(1, 0x00, done=done)
    assert centre.parts() == ["delivered"]


def test_report_without_a_status_is_kept_and_ends_nothing(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.report(7, None)
    assert centre.all("SELECT state, reference FROM parts") == [("submitted", 7)]
    assert centre.all("SELECT state, problem FROM inbox") == [("handled", "it has no status")]


def test_report_settles_a_part_in_doubt_as_failed_too(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.report(7, 0x41)
    assert centre.parts() == ["failed"]
    assert centre.states() == {"v1": "expired"}


def test_report_on_another_sim_finds_its_part(centre: Centre) -> None:
    centre.invited()
    centre.report(1, 0x00, sim=OTHER_SIM)
    assert centre.parts() == ["delivered"]


def test_refused_part_that_arrived_is_not_sent_again(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Refused(CMS_CAUSES[42]))
    centre.later(seconds=2)
    centre.report(9, 0x00)
    assert centre.parts() == ["delivered"]
    centre.later(minutes=10)
    assert centre.claim() == []


def test_reference_zero_from_a_modem_that_knows_no_other_is_no_obstacle(centre: Centre) -> None:
    for number in (1, 2, 3):
        centre.visit(f"v{number}", f"+7913020000{number}")
    centre.invite()
    centre.send(Accepted(0))
    centre.report(18, 0x00, "+79130200002")
    centre.report(17, 0x41, "+79130200001")
    assert centre.parts() == ["failed", "delivered", "submitted"]


def test_zone_error_of_a_sim_is_remembered(centre: Centre) -> None:
    centre.invited()
    centre.report(1, 0x00, sent_at=centre.now + timedelta(hours=3))
    assert centre.all("SELECT iccid, report_quarters FROM sims") == [(SIM, 12)]
    assert centre.parts() == ["delivered"]


def test_report_to_a_number_nobody_was_written_to_is_stray(centre: Centre) -> None:
    centre.invited()
    centre.report(1, 0x00, "+79130209999")
    assert centre.parts() == ["submitted"]
    assert centre.all("SELECT state, problem FROM inbox") == [("stray", "no part of ours")]


def test_after_the_reference_has_wrapped_the_old_part_keeps_its_own_report(centre: Centre) -> None:
    centre.invited("v1")
    first_at = centre.now
    centre.later(days=3, hours=1)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.invited("v2")
    second_at = centre.now
    centre.report(1, 0x46, sent_at=first_at)
    assert centre.parts() == ["failed", "submitted"]
    centre.report(1, 0x00, sent_at=second_at, done=bytes(7))
    assert centre.parts() == ["failed", "delivered"]


_steps = st.lists(
    st.tuples(
        st.sampled_from(["send", "answer", "report", "later"]),
        st.integers(0, 3),
        st.integers(0, 5),
        st.sampled_from([0x00, 0x30, 0x41]),
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None)
@given(steps=_steps)
def test_whatever_comes_in_whatever_order_a_report_never_touches_a_part_to_another_number(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int, int]]
) -> None:
    centre = Centre(tmp_path_factory.mktemp("reports") / "otklik.db")
    try:
        phones = [f"+7913020000{number}" for number in range(4)]
        for number, phone in enumerate(phones):
            centre.visit(f"v{number}", phone)
        centre.invite()
        in_hand: list[int] = []
        reported: set[str] = set()
        for step, number, reference, status in steps:
            match step:
                case "send":
                    in_hand += [part.id for part in centre.claim(most=1)]
                case "answer" if in_hand:
                    outcome = Accepted(reference or None) if number else Unknown("silence")
                    centre.outbox.settle(centre.db, [(in_hand.pop(0), outcome)], centre.now)
                case "report":
                    centre.report(reference, status, phones[number], done=bytes([number, reference, *bytes(5)]))
                    reported.add(phones[number])
                case "later":
                    centre.later(minutes=number * 5)
            centre.inbox.match_waiting(centre.db, centre.now)
        touched = {
            str(phone)
            for (phone,) in centre.all(
                "SELECT unseal(x.sealed, x.pseudonym) FROM parts p JOIN messages m ON m.id = p.message"
                " JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person"
                " WHERE p.status IS NOT NULL"
            )
        }
        assert touched <= reported
        assert centre.all("SELECT count(*) FROM inbox WHERE kind IS NULL") == [(0,)]
    finally:
        centre.db.close()
