"""A running daemon in simulated time, and the network it writes to."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from benchmarks.centre import Centre, fast_folder
from gateway.settings import SurveySection
from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from tests.gateway.scripts import script_file

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
            "SELECT unseal(x.sealed, x.pseudonym), p.text, p.reference FROM parts p JOIN messages m ON m.id = p.message"
            " JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person"
        )
        return {(phone, text): reference for phone, text, reference in rows}

    def states(self) -> dict[str, int]:
        return {
            str(state): int(str(count)) for state, count in self.all("SELECT state, count(*) FROM parts GROUP BY 1")
        }


@contextmanager
def air(modems: int = 1, policy: str = "hold", text: str = LONG, **conditions: object) -> Iterator[Air]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        survey = SurveySection.model_validate(
            {
                "delay_s": 0,
                "window": "always",
                "once_per_phone_s": 0,
                "script": script_file(Path(folder), text),
            }
        )
        centre = Centre(Path(folder), modems, seed=7, survey=survey, policies=(policy,))  # type: ignore[arg-type]
        with centre:
            made = Air(centre)
            made.set(**{"latency_ms": 1500, "report_latency_ms": 4000, **conditions})
            centre.start()
            try:
                yield made
            finally:
                structlog.configure(**before)
