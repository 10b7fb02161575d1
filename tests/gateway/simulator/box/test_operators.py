"""Operators work in the database as people with `otklik callbacks` do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.calendarsettings import CallbackSettings
from gateway.callbacks import Outcome
from gateway.simulator.box.operators import Operators
from gateway.simulator.measures.measures import Measures
from gateway.simulator.scenario.model import DeskSection, Lasting
from gateway.store import callbacks as rows
from gateway.store import optouts
from tests.gateway.conftest import NOON, Centre

SURE = {"answers": 1, "refused": 0, "opted_out": 0, "wrong_number": 0}
EVENING = NOON.timestamp() + 6 * 3600


def operators_of(centre: Centre, seed: str = "1", **staffed: Any) -> Operators:
    section = DeskSection(**{"operators": 1, "talk": Lasting(median_s=300), **staffed})
    begin = NOON.timestamp() - 12 * 3600
    args = (section, CallbackSettings(), seed, "Asia/Barnaul", begin, begin + 30 * 86_400)
    operators = Operators(*args)
    operators.attend(lambda: centre.db, centre.conversations)
    return operators


def discontented(centre: Centre, *phones: str) -> None:
    """Citizens with low marks, three minutes after noon."""
    for phone in phones:
        centre.visit(phone, phone)
    centre.invite()
    centre.send()
    centre.later(minutes=3)
    for phone in phones:
        centre.hear("2", phone)
    centre.db.conn.commit()


def log(centre: Centre, task: int = 1) -> list[tuple[str, str, str]]:
    return [(one["happened_at"][11:16], one["verb"], one["by"]) for one in rows.log_of(centre.db, task)]


def test_call_back_is_taken_at_the_next_look_and_worked_off(centre: Centre) -> None:
    operators = operators_of(centre, **SURE)
    discontented(centre, "+79130200001")
    operators.advance(EVENING)
    shift = "shift1-1"
    assert log(centre) == [
        ("05:03", "opened", rows.CENTRE),
        ("05:05", "assigned", shift),
        ("05:05", "shown", shift),
        ("05:10", "called", shift),
        ("05:10", "closed", shift),
    ]
    row = rows.by_id(centre.db, 1).task
    assert row.outcome in (Outcome.RESOLVED, Outcome.EXPLAINED, Outcome.PASSED_ON)
    assert row.cause is not None
    measures = Measures()
    operators.measure(centre.db, measures, EVENING)
    assert measures.call_waits_s == {120: 1}
    assert (measures.calls["opened"], measures.calls["reached"], measures.calls["within"]) == (1, 1, 1)


def test_who_opted_out_meanwhile_is_not_dialled(centre: Centre) -> None:
    operators = operators_of(centre, **SURE)
    discontented(centre, "+79130200001")
    centre.hear("стоп")
    centre.db.conn.commit()
    operators.advance(EVENING)
    assert [verb for _, verb, _ in log(centre)] == ["opened", "assigned", "closed"]
    assert rows.by_id(centre.db, 1).task.outcome is Outcome.NOT_CALLED


def test_who_wants_nothing_more_is_written_to_no_more(centre: Centre) -> None:
    operators = operators_of(centre, **{**SURE, "opted_out": 1})
    discontented(centre, "+79130200001")
    operators.advance(EVENING)
    assert rows.by_id(centre.db, 1).task.outcome is Outcome.OPTED_OUT
    assert optouts.is_out(centre.db, centre.pseudonyms.of("+79130200001"))


@pytest.mark.parametrize("seed", ["1", "2"])
def test_what_is_measured_is_what_stands_in_the_database(centre: Centre, seed: str) -> None:
    operators = operators_of(centre, seed, operators=2, answers=0.5, redial_s=900, refused=0.2, opted_out=0.1)
    phones = [f"+7913020{number:04d}" for number in range(40)]
    discontented(centre, *phones[:25])
    operators.advance(centre.now.timestamp() + 3600)
    centre.later(hours=1, minutes=1)
    discontented(centre, *phones[25:])
    operators.advance(datetime(2017, 9, 13, 13, 20, tzinfo=ZoneInfo("Asia/Barnaul")).timestamp())
    measures = Measures()
    operators.measure(centre.db, measures, EVENING)
    tasks = [row.task for row in rows.listed(centre.db, closed=True)]
    ends = Counter(task.outcome.value for task in tasks if task.outcome is not None)
    assert 0 < measures.calls["open"] == len(tasks) - ends.total()
    assert {name: measures.calls[name] for name in ends} == ends
    assert measures.calls["opened"] == len(tasks) == 40
    assert measures.calls["tries"] == sum(task.calls for task in tasks)
    answered = sum(task.answered for task in tasks)
    assert answered == measures.calls["reached"] + measures.calls["wrong number"]
