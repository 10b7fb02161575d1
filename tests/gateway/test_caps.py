"""How often, how late and in which order a phone is asked, over whole scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import caps
from gateway.ledger import draw_up
from gateway.model import BarReason, Visit
from gateway.settings import SurveySection
from gateway.store import visits
from tests.gateway.conftest import NOON, PHONE, Centre


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Centre]:
    """A centre that asks as often as there are visits, at any hour."""
    opened = Centre(tmp_path / "otklik.db", once_per_phone_s=0, per_month=None, window="always")
    yield opened
    opened.db.close()


def _ends(centre: Centre) -> dict[str, tuple[str, str]]:
    rows = centre.all(
        "SELECT v.foreign_id, v.stage, i.state, i.reason FROM invitations i JOIN visits v ON v.id = i.visit"
    )
    return {f"{name}{stage}": (str(state), str(reason)) for name, stage, state, reason in rows}


def _go_on(centre: Centre, **delta: float) -> list[str]:
    """Time passes and the jobs run; what goes out."""
    centre.later(**delta)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.invite()
    return centre.send()


# -- one after the other -----------------------------------------------------------------------------------------------


def test_three_visits_of_one_phone_are_asked_about_one_after_the_other(patient: Centre) -> None:
    for name in ("v1", "v2", "v3"):
        patient.visit(name)
        patient.later(minutes=1)
    patient.invite()
    assert len(patient.send()) == 1
    assert patient.states() == {"v1": "open", "v2": "due", "v3": "due"}
    patient.hear("5")
    assert patient.states()["v1"] == "answered"
    assert len(_go_on(patient, minutes=10)) == 2  # thanks for the first, and the second
    assert patient.states() == {"v1": "answered", "v2": "open", "v3": "due"}
    for _ in range(7):  # nobody answers: the third has its turn when the second has run out
        assert _go_on(patient, hours=10) == []
    assert len(_go_on(patient, hours=10)) == 1
    assert patient.states() == {"v1": "answered", "v2": "expired", "v3": "open"}
    patient.hear("4")
    assert patient.all("SELECT v.foreign_id, r.overall FROM ratings r JOIN visits v ON v.id = r.visit") == [
        *(("v1", 5), ("v3", 4))
    ]


def test_each_stage_of_a_visit_has_its_survey_and_only_one(patient: Centre) -> None:
    for stage in ("приём", "выдача", "приём"):
        visit = Visit("v1", "BRN1", "REG", patient.now, PHONE, True, stage)
        visits.accept_visit(
            patient.db,
            visit,
            source="test",
            pseudonyms=patient.pseudonyms,
            now=patient.now,
            delay_s=0,
            consent_text="t",
        )
    patient.invite()
    assert len(patient.send()) == 1
    patient.hear("5")
    assert len(_go_on(patient, minutes=10)) == 2  # thanks for the first, and the second
    patient.report(2, 0)  # it has arrived: what comes now is not about the first
    patient.hear("3")
    _go_on(patient, minutes=10)
    assert _ends(patient) == {"v1приём": ("answered", ""), "v1выдача": ("answered", "")}
    assert patient.all("SELECT v.stage, r.overall FROM ratings r JOIN visits v ON v.id = r.visit") == [
        *(("приём", 5), ("выдача", 3))
    ]


def test_visits_of_two_phones_do_not_wait_for_each_other(patient: Centre) -> None:
    patient.visit("v1", PHONE)
    patient.visit("v2", "+79130200002")
    patient.invite()
    assert patient.states() == {"v1": "open", "v2": "open"}


# -- not too often, not too late ---------------------------------------------------------------------------------------


def test_phone_that_was_asked_often_enough_is_asked_again_after_thirty_days(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db", per_month=4)
    for number in range(5):
        centre.visit(f"v{number}")
        _go_on(centre, minutes=1)
        centre.hear("5")
        _go_on(centre, days=4)
    assert list(_ends(centre).values()) == [("answered", "")] * 4 + [("barred", "asked often enough")]
    centre.later(days=10)  # since the first it is thirty
    centre.visit("v5")
    assert len(_go_on(centre, minutes=1)) == 1
    centre.db.close()


def test_invitation_that_is_queued_counts_as_asked(centre: Centre) -> None:
    centre.visit("v1")
    centre.invite()
    centre.visit("v2")
    centre.invite()
    assert _ends(centre) == {"v1": ("open", ""), "v2": ("barred", "asked too recently")}


def test_invitation_that_waits_for_another_conversation_too_long_is_not_sent(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db", once_per_phone_s=0, reply_window_s=8 * 86400)
    centre.invited("v1")
    centre.visit("v2")
    for _ in range(7):
        assert _go_on(centre, days=1) == []
    assert _ends(centre)["v2"] == ("due", "")
    centre.later(minutes=10)
    centre.invite()
    assert _ends(centre)["v2"] == ("barred", "too late")
    centre.db.close()


def test_visit_that_is_reported_late_has_not_waited(centre: Centre) -> None:
    visit = Visit("v1", "BRN1", "REG", centre.now - timedelta(days=60), PHONE, True)
    visits.accept_visit(
        centre.db, visit, source="test", pseudonyms=centre.pseudonyms, now=centre.now, delay_s=0, consent_text="t"
    )
    assert len(_go_on(centre, minutes=1)) == 1


def test_ledger_tells_why_visits_were_barred(centre: Centre) -> None:
    centre.invited("v1")
    centre.visit("v2")
    _go_on(centre, hours=1)
    centre.hear("стоп")
    centre.visit("v3")
    found = draw_up(centre.db)
    assert found.barred == {"asked too recently": 1, "opted out": 1}
    assert found.summary()["barred"] == found.barred
    assert found.dispositions["barred"] == 2
    assert found.balanced


# -- the rule by itself ------------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 60 * 86400)),
    st.integers(0, 40 * 86400),
    st.none() | st.integers(1, 5),
)
def test_caps_let_through_only_what_keeps_to_both(ago: list[int], once: int, per_month: int | None) -> None:
    survey = SurveySection(once_per_phone_s=once, per_month=per_month)
    invited = [NOON - timedelta(seconds=seconds) for seconds in ago]
    seen = [at for at in invited if at > caps.since(NOON, survey)]
    reason = caps.against_sending(seen, NOON, survey)
    if any(seconds < once for seconds in ago):
        assert reason is BarReason.TOO_RECENT
    elif per_month is not None and len([seconds for seconds in ago if seconds < 30 * 86400]) >= per_month:
        assert reason is BarReason.OFTEN_ENOUGH
    else:
        assert reason is None


def test_who_opted_out_is_barred_at_any_hour_before_all_else() -> None:
    survey = SurveySection()
    long_ago = NOON - timedelta(days=30)
    assert caps.against_waiting(True, True, long_ago, NOON, survey) is BarReason.OPTED_OUT
    assert caps.against_waiting(False, True, long_ago, NOON, survey) is BarReason.RATED
    assert caps.against_waiting(False, False, long_ago, NOON, survey) is BarReason.TOO_LATE
    assert caps.against_waiting(False, False, long_ago, NOON, SurveySection(invite_within_s=None)) is None
