"""The daemon and its network in simulated time: what happens is seen when it happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.centre import START, Centre
from gateway.settings import SurveySection


class Writer:
    """A person who writes at a moment of his own: a `World` that comes behind the network."""

    def __init__(self, centre: Centre, at: float) -> None:
        self._centre = centre
        self._at: float | None = at

    def next_at(self) -> float | None:
        return self._at

    def advance(self, to: float) -> None:
        if self._at is not None and self._at <= to:
            self._at = None
            self._centre.world.centre.write("+79130000001", self._centre.modem(0).number, "5", to)


def test_text_is_read_when_it_comes_and_not_when_the_clock_stops_next(tmp_path: Path) -> None:
    survey = SurveySection.model_validate({"delay_s": 0, "window": "always"})
    with Centre(tmp_path, 1, seed=1, survey=survey) as centre:
        centre.start()
        centre.let_pass(600)
        moment = centre.clock.monotonic() + 10.3
        centre.clock.add(Writer(centre, moment))
        centre.let_pass(300)
        with centre.reading() as db:
            [kept_at] = [datetime.fromisoformat(row[0]) for row in db.execute("SELECT kept_at FROM inbox")]
    assert kept_at - START == timedelta(seconds=610.3)
