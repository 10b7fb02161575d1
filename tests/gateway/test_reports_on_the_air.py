"""Delivery reports as networks really send them, to a running daemon in simulated time."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog

from benchmarks.centre import Centre, fast_folder
from gateway.settings import SurveySection
from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT

LONG = "Вы были в {office}. " + "Оцените услугу от 1 до 5. " * 6
PHONES = [f"+7913020{number:04d}" for number in range(6)]


class Air:
    """A daemon with its modems, and the network it writes to."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre

    def set(self, **conditions: object) -> None:
        self.centre.world.change_network(conditions, self.centre.clock.monotonic())

    def fault(self, kind: str, **fields: object) -> None:
        fault = FAULT.validate_python({"kind": kind, **fields})
        inflict(self.centre.world, self.centre.modem(0), fault, self.centre.clock.monotonic())

    def invite(self, phones: list[str], within_s: float = 60) -> None:
        self.centre.visit(phones)
        self.centre.let_pass(within_s)

    def all(self, sql: str) -> list[tuple[object, ...]]:
        with self.centre.reading() as db:
            return db.execute(sql).fetchall()

    def lines(self) -> list[dict[str, object]]:
        """The submits that the network has taken."""
        return self.centre.world.journal.submits(0)[0]

    def submits(self) -> dict[tuple[object, object], object]:
        """The reference each part went out with, by number and text; of one that went twice the last."""
        return {(line["to"], line["text"]): line["ref"] for line in self.lines()}

    def references(self) -> dict[tuple[object, object], object]:
        """The reference each part has in the database, by number and text."""
        rows = self.all(
            "SELECT x.phone, p.text, p.reference FROM parts p JOIN messages m ON m.id = p.message"
            " JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person"
        )
        return {(phone, text): reference for phone, text, reference in rows}

    def states(self) -> dict[str, int]:
        return {
            str(state): int(str(count)) for state, count in self.all("SELECT state, count(*) FROM parts GROUP BY 1")
        }


@contextmanager
def air(modems: int = 1, policy: str = "hold", **conditions: object) -> Iterator[Air]:
    survey = SurveySection.model_validate(
        {"delay_s": 0, "window": "always", "once_per_phone_s": 0, "texts": {"invite": LONG}}
    )
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        centre = Centre(Path(folder), modems, seed=7, survey=survey, policies=(policy,))  # type: ignore[arg-type]
        with centre:
            made = Air(centre)
            made.set(**{"latency_ms": 1500, "report_latency_ms": 4000, **conditions})
            centre.start()
            yield made


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


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


def test_operator_that_needs_23_seconds_is_waited_for() -> None:
    with air(latency_ms=23_000) as sky:
        sky.invite(PHONES[:2], 240)
        assert sky.states() == {"delivered": 6}
        assert sky.all("SELECT DISTINCT attempts FROM parts") == [(1,)]


@pytest.mark.parametrize(("policy", "submits"), [("hold", 3), ("resend", 4)])
def test_part_in_doubt_without_a_report_is_held_or_sent_again(policy: str, submits: int) -> None:
    with air(policy=policy, report_loss_rate=1.0) as sky:
        sky.fault("lost_answer")
        sky.invite(PHONES[:1], 1000)
        assert len(sky.lines()) == submits
        assert sky.states() == ({"unknown": 1, "submitted": 2} if policy == "hold" else {"submitted": 3})


def test_modem_that_says_it_failed_is_brought_back_and_the_part_goes_with_its_first_try() -> None:
    with air() as sky:
        sky.fault("error", code=300)
        sky.invite(PHONES[:1], 120)
        assert sky.states() == {"delivered": 3}
        assert sky.all("SELECT DISTINCT attempts FROM parts") == [(1,)]


def test_barred_sim_is_tried_again_and_the_message_goes_out_whole_and_once() -> None:
    with air() as sky:
        sky.fault("error", code=10, skip=1)
        sky.invite(PHONES[:1], 20)
        assert sky.states() == {"delivered": 1, "queued": 2}
        assert sky.all("SELECT kind FROM alarms WHERE cleared_at IS NULL") == [("sending stopped",)]
        sky.centre.let_pass(240)
        assert sky.states() == {"delivered": 3}
        assert sky.all("SELECT count(*) FROM alarms WHERE cleared_at IS NULL") == [(0,)]
        assert len(sky.lines()) == 3
