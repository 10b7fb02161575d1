"""Several visits of one phone, on a real database: whose each text is, and that nobody else hears it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path

import pytest

from gateway.attribution import Belongs, Doubtful
from gateway.listening import context_of
from tests.gateway.conftest import PHONE, SIM, Centre

OTHER_SIM = "8970100000000000002"


@pytest.fixture
def twice(tmp_path: Path) -> Iterator[Centre]:
    """Who answers may be invited about his next visit at once."""
    opened = Centre(tmp_path / "otklik.db", once_per_phone_s=0)
    yield opened
    opened.db.close()


def _visit(centre: Centre, name: str, *, reference: int, answer: str = "") -> datetime:
    """A visit is invited about, under this reference, and answered five minutes later."""
    centre.visit(name)
    centre.invite()
    centre.send(first=reference)
    handed_at = centre.now
    if answer:
        centre.report(reference, 0)
        centre.later(minutes=5)
        centre.hear(answer)
        centre.send(first=reference + 1)
    return handed_at


def _replies(centre: Centre) -> list[tuple[object, ...]]:
    return centre.all(
        "SELECT r.text, r.state, v.foreign_id FROM replies r LEFT JOIN invitations i ON i.id = r.invitation"
        " LEFT JOIN visits v ON v.id = i.visit ORDER BY r.sent_at, r.id"
    )


def _marks(centre: Centre) -> dict[object, object]:
    """What each visit is rated in the end."""
    rows = centre.all("SELECT v.foreign_id, r.overall FROM ratings r JOIN visits v ON v.id = r.visit ORDER BY cursor")
    return dict(row for row in rows)


def test_two_visits_are_each_rated_by_their_own_answer(twice: Centre) -> None:
    _visit(twice, "v1", reference=10, answer="5")
    twice.later(hours=2)
    _visit(twice, "v2", reference=20, answer="3")
    assert _replies(twice) == [("5", "handled", "v1"), ("3", "handled", "v2")]
    assert _marks(twice) == {"v1": 5, "v2": 3}


def test_answer_without_a_report_of_the_newer_invitation_is_quarantined(twice: Centre) -> None:
    _visit(twice, "v1", reference=10, answer="5")
    twice.later(hours=2)
    _visit(twice, "v2", reference=20)
    twice.later(minutes=5)
    twice.hear("3")
    assert _replies(twice) == [("5", "handled", "v1"), ("3", "quarantined", None)]
    assert _marks(twice) == {"v1": 5}
    assert twice.states() == {"v1": "answered", "v2": "open"}
    assert twice.send() == []
    assert twice.all("SELECT reply, decided_at FROM reviews") == [(2, None)]
    assert twice.all("SELECT reply, invitation FROM candidates") == [(2, 1), (2, 2)]
    assert twice.all("SELECT state, problem FROM inbox WHERE reply = 2") == [("handled", None)]


def test_quarantined_refusal_is_a_refusal(twice: Centre) -> None:
    _visit(twice, "v1", reference=10, answer="5")
    _visit(twice, "v2", reference=20)
    twice.later(minutes=1)
    twice.hear("стоп")
    assert _replies(twice)[-1] == ("стоп", "quarantined", None)
    twice.later(days=30)
    twice.visit("v3")
    twice.invite()
    assert twice.states()["v3"] == "barred"


def test_answer_from_before_the_newer_invitation_arrived_corrects_the_older(twice: Centre) -> None:
    _visit(twice, "v1", reference=10, answer="5")
    twice.later(hours=2)
    handed_at = _visit(twice, "v2", reference=20)
    twice.later(hours=1)
    correction = twice.pdus("ошибся, 2")  # sent now, and read later
    twice.later(hours=1)
    twice.report(20, 0, sent_at=handed_at, done=twice.stamp())
    twice.later(minutes=1)
    twice.keep(*correction)
    twice.inbox.handle(twice.db, twice.now)
    twice.hear("4")
    assert _marks(twice) == {"v1": 2, "v2": 4}


def test_sim_that_the_text_came_to_decides(twice: Centre) -> None:
    _visit(twice, "v1", reference=10, answer="5")
    _visit(twice, "v2", reference=20)
    twice.db.execute(
        "UPDATE parts SET sim = ? WHERE message IN (SELECT id FROM messages WHERE invitation = 2)", (OTHER_SIM,)
    )
    twice.later(minutes=5)
    twice.keep(*twice.pdus("3"), sim=OTHER_SIM)
    twice.inbox.handle(twice.db, twice.now)
    assert _replies(twice)[-1] == ("3", "handled", "v2")


def test_short_code_that_sims_share_decides_nothing(twice: Centre) -> None:
    twice.db.execute("INSERT INTO sims (iccid, number) VALUES (?, '0919'), (?, '0919')", (SIM, OTHER_SIM))
    _visit(twice, "v1", reference=10, answer="5")
    _visit(twice, "v2", reference=20)
    twice.db.execute(
        "UPDATE parts SET sim = ? WHERE message IN (SELECT id FROM messages WHERE invitation = 2)", (OTHER_SIM,)
    )
    twice.later(minutes=5)
    twice.keep(*twice.pdus("3"), sim=OTHER_SIM)
    twice.inbox.handle(twice.db, twice.now)
    assert _replies(twice)[-1] == ("3", "quarantined", None)


def test_answer_that_overtakes_the_answer_to_its_invitation_counts(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    (part,) = centre.claim()
    centre.later(seconds=20)
    centre.hear("5")  # the modem has not yet said that it sent part
    assert part.phone == PHONE
    assert _replies(centre) == [("5", "handled", "v1")]


def test_text_sent_before_the_invitation_rates_nothing(centre: Centre) -> None:
    centre.visit()
    centre.hear("5")
    centre.invite()
    centre.hear("4")  # queued, and not yet with a modem
    assert [row[1:] for row in _replies(centre)] == [("stray", None), ("stray", None)]
    assert _marks(centre) == {}


def test_answer_from_another_phone_is_about_nothing(centre: Centre) -> None:
    centre.invited()
    centre.hear("5", "+79130200099")
    assert _replies(centre) == [("5", "stray", None)]
    assert centre.states() == {"v1": "open"}


def test_text_after_the_end_is_late_for_the_visit_it_was_about(twice: Centre) -> None:
    _visit(twice, "v1", reference=10)
    twice.later(days=4)
    twice.outbox.expire_silent(twice.db, twice.now)
    late = twice.pdus("5")
    twice.later(hours=1)
    _visit(twice, "v2", reference=20)
    twice.later(hours=1)
    twice.keep(*late)
    twice.inbox.handle(twice.db, twice.now)
    assert _replies(twice) == [("5", "late", "v1")]
    assert twice.states() == {"v1": "expired", "v2": "open"}


def _walk(centre: Centre, visits: int, order: Sequence[int]) -> tuple[object, ...]:
    """Each visit is answered and then corrected a little later; the corrections are read at the end, in this order."""
    corrections = []
    for number in range(1, visits + 1):
        _visit(centre, f"v{number}", reference=10 * number, answer="5")
        centre.later(hours=1)
        corrections.append(centre.pdus(f"исправляю на {number}"))
        centre.later(hours=1)
    for index in order:
        centre.keep(*corrections[index])
        centre.inbox.handle(centre.db, centre.now)
    return _replies(centre), _marks(centre), centre.states()


@pytest.mark.parametrize("visits", [2, 3])
def test_order_of_arrival_does_not_matter(tmp_path: Path, visits: int) -> None:
    found = []
    for turn, order in enumerate(permutations(range(visits))):
        centre = Centre(tmp_path / f"{turn}.db", once_per_phone_s=0)
        found.append(_walk(centre, visits, order))
        centre.db.close()
    replies, marks, _ = found[0]
    assert all(each == found[0] for each in found)
    assert marks == {f"v{number}": number for number in range(1, visits + 1)}
    assert {state for _, state, _ in replies} == {"handled"}


def test_text_is_read_as_an_answer_to_what_stood_when_it_was_sent(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db", script="five-questions")
    centre.invited()
    centre.later(minutes=5)
    before = centre.now
    centre.later(minutes=5)
    centre.hear("5")
    centre.send()
    asked = [context_of(centre.db, Belongs(1), moment).asked for moment in (before, centre.now)]
    ours = context_of(centre.db, Belongs(1), before).ours
    centre.db.close()
    assert asked == [("time",), ("queue",)]
    assert len(ours) == 2


def test_text_to_one_of_several_is_read_as_an_answer_to_none_of_their_questions(twice: Centre) -> None:
    _visit(twice, "v1", reference=10, answer="5")
    _visit(twice, "v2", reference=20)
    context = context_of(twice.db, Doubtful((1, 2)), twice.now)
    assert context.asked == ()
    assert len(context.ours) == 3  # two invitations and the thanks: he may quote each
