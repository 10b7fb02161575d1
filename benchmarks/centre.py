"""The box that benchmarks and tests run in simulated time, and the people who visit it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import structlog

from benchmarks.rig import ROOT
from gateway.modemsettings import ModemSettings
from gateway.settings import Settings, SurveySection
from gateway.simulator.box import centre
from scheduler.onethread import OneThreadClock

START = datetime(2017, 9, 12, 3, tzinfo=UTC)


class Centre(centre.Centre):
    """`modems` modems m0, m1… on emu://, each with its `policies` entry in turn as its `on_unknown`."""

    def __init__(
        self,
        folder: Path,
        modems: int,
        *,
        seed: int,
        survey: SurveySection,
        policies: tuple[Literal["hold", "resend"], ...] = ("hold",),
        log: Path | None = None,
    ) -> None:
        settings = Settings(
            database=folder / "otklik.db",
            offices=ROOT / "examples/altai/offices.csv",
            services=ROOT / "examples/altai/services.csv",
            modems=tuple(
                ModemSettings(name=f"m{k}", port=f"emu://modem{k}", on_unknown=policies[k % len(policies)])
                for k in range(modems)
            ),
            survey=survey,
            http=None,
        )
        super().__init__(settings, OneThreadClock(START), seed, log=log)
        self._visits = 0

    def visit(self, phones: Iterable[str]) -> None:
        """Offices report a visit of each of these citizens, just now."""
        path = self.settings.database.with_name("visits.csv")
        with path.open("w", encoding="utf-8") as file:
            file.write("foreign_id,office,service,received_at,phone,consent\n")
            for phone in phones:
                self._visits += 1
                file.write(f"v-{self._visits},BRN1,REG,{self.clock.now().isoformat()},{phone},1\n")
        tally = self.take_visits(path, "benchmark")
        assert not tally.refused and not tally.duplicates, tally


def fast_folder() -> str | None:
    """Where a database costs no disk: what a power cut leaves is no question here. None if there is no such place."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() and os.access(shared, os.W_OK) else None


def quiet_log() -> None:
    """Only errors: a run in which everything goes wrong on purpose says so at length."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.basicConfig(level=logging.ERROR)
