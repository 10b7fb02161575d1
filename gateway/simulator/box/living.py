"""The life of a box, week after week, until there is nothing left to come."""

from __future__ import annotations

from collections.abc import Callable

from gateway.simulator.box.lists import Lists
from gateway.simulator.box.memory import Memory
from gateway.simulator.box.operators import Operators
from gateway.simulator.box.premises import Premises
from gateway.simulator.box.week import Week
from gateway.simulator.running.progress import Progress

_DAY_S = 86_400.0
_LOOK_S = 6 * 3600.0
_SETTLES_WITHIN_S = 60 * _DAY_S
"""What has not settled by so long after the last day never will, and the ledger shows it."""
_MONDAY = 0
_NIGHT_S = 3 * 3600.0
_NIGHT_LASTS_S = 3 * 3600.0
_STEP_S = 60.0


class Life:
    """A box that lives: `is_over` tells when it has lived to its end. `tell` hears of each day that is over."""

    def __init__(self, premises: Premises, memory: Memory, tell: Callable[[Progress], None]) -> None:
        scenario = premises.scenario
        self._premises = premises
        self._memory = memory
        self._tell = tell
        self._lists = Lists(
            premises.visits(), premises.offices, scenario.visits.lists_at, premises.folder, memory.sheet
        )
        if memory.operators is None and (scenario.desk.operators or scenario.desk.shifts):
            memory.operators = Operators(
                scenario.desk,
                premises.settings.callbacks,
                scenario.seed,
                premises.zone.key,
                premises.start.timestamp(),
                premises.end.timestamp() + _SETTLES_WITHIN_S,
            )
        self.is_over = False

    def live_a_week(self) -> None:
        """Live until a Monday's night in which nothing is on the way; in the last week until all is settled."""
        premises, memory, days = self._premises, self._memory, self._premises.scenario.days
        with Week(premises, memory, self._lists) as week:
            for day in range(1, days + 1):
                midnight = premises.midnight(day)
                if midnight.timestamp() <= memory.now:
                    continue
                week.live_until(midnight.timestamp())
                self._tell(Progress(premises.name, day, days, memory.seen.messages))
                if day < days and midnight.weekday() == _MONDAY and self._falls_quiet(week, midnight.timestamp()):
                    return
            week.centre.wait_until(week.is_settled, _SETTLES_WITHIN_S, every_s=_LOOK_S)
            self.is_over = True

    def _falls_quiet(self, week: Week, midnight: float) -> bool:
        """Whether there is a minute of this night in which nothing is on the way; it is that minute then."""
        moment, morning = midnight + _NIGHT_S, midnight + _NIGHT_S + _NIGHT_LASTS_S
        while moment < morning:
            week.live_until(moment)
            if week.is_quiet():
                return True
            moment += _STEP_S
        return False
