"""Delivery reports as networks really send them, to a running daemon in simulated time."""

from __future__ import annotations

import pytest

from tests.gateway.air import PHONES, air


@pytest.mark.parametrize(
    "conditions",
    [
        {"report_early_rate": 1.0},
        {"report_duplicate_rate": 1.0},
        {"report_zone_quarters": -20},
        {"report_zone_quarters": 47},
        {"report_trying": True, "handsets": {"+7913*": {"state": "unreachable", "for_ms": 20_000}}},
        {"report_modem": "modem1"},
        {"report_modem": "modem1", "report_zone_quarters": 12, "report_early_rate": 0.5, "report_duplicate_rate": 0.5},
    ],
    ids=lambda conditions: " ".join(conditions),
)
def test_every_part_gets_its_own_report_however_reports_come(conditions: dict[str, object]) -> None:
    with air(2, **conditions) as sky:
        sky.invite(PHONES, 300)
        assert sky.states() == {"delivered": 18}
        assert sky.references() == sky.submits()
        assert sky.all("SELECT count(*) FROM inbox WHERE state <> 'handled'") == [(0,)]


def test_reports_that_never_come_leave_parts_submitted_and_nothing_is_sent_again() -> None:
    with air(report_loss_rate=1.0) as sky:
        sky.invite(PHONES[:2], 900)
        assert sky.states() == {"submitted": 6}
        assert len(sky.lines()) == 6


def test_part_whose_answer_is_lost_is_settled_by_its_report_and_not_sent_again() -> None:
    with air() as sky:
        sky.fault("lost_answer")
        sky.invite(PHONES[:2], 240)  # of which the worker waits 180 for the answer
        assert sky.states() == {"delivered": 6}
        assert sky.references() == sky.submits()
        assert len(sky.lines()) == 6


@pytest.mark.parametrize(("policy", "submits"), [("hold", 3), ("resend", 4)])
def test_part_in_doubt_without_a_report_is_held_or_sent_again(policy: str, submits: int) -> None:
    with air(policy=policy, report_loss_rate=1.0) as sky:
        sky.fault("lost_answer")
        sky.invite(PHONES[:1], 1000)
        assert len(sky.lines()) == submits
        assert sky.states() == ({"unknown": 1, "submitted": 2} if policy == "hold" else {"submitted": 3})
