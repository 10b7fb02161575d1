"""When the jobs on the database have nothing to do, for simulated time: asked once for all of them after each change.

In the field every job looks for itself at each of its moments. Simulated time would spend most of its work on that: a
night has tens of thousands of such moments, and nothing is found at any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from gateway.errors import StoreTrouble
from gateway.store.outlook import Outlook, look
from gateway.store.writer import Writer
from scheduler.clock import Clock
from scheduler.runner import Rest

_EARLY_S = 0.001
"""Times in the database are cut to a millisecond."""

Ahead = Callable[[Database, Outlook, datetime], datetime | None]
"""The first moment at which a job may change anything as things are; None: at no time."""


class Lulls:
    """What lies ahead of each job of these names; None for one that cannot tell.

    `turns` counts what is not in the database and may change it.
    """

    def __init__(
        self, writer: Writer, clock: Clock, ahead: Mapping[str, Ahead | None], turns: Callable[[], int]
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._turns = turns
        self._ahead = {name: each for name, each in ahead.items() if each is not None}
        self._changes: object = None
        self._until: dict[str, float] | None = None

    def rest_of(self, name: str) -> Rest | None:
        """For the job of this name."""
        return Rest(partial(self._until_of, name), self._stirred) if name in self._ahead else None

    def _stirred(self) -> object:
        changes = self._writer.changes(), self._turns()
        if changes != self._changes:
            self._changes, self._until = changes, None
        return changes

    def _until_of(self, name: str) -> float:
        """While nothing can be written every run may find something: what was held for instance."""
        if self._until is None:
            try:
                self._until = self._writer.look(self._ask)
            except StoreTrouble:
                self._until = {}
        return self._until.get(name, -math.inf)

    def _ask(self, db: Database) -> dict[str, float]:
        now = self._clock.now()
        offset_s = self._clock.monotonic() - now.timestamp() - _EARLY_S
        outlook = look(db)
        found = {name: ahead(db, outlook, now) for name, ahead in self._ahead.items()}
        return {name: math.inf if at is None else offset_s + at.timestamp() for name, at in found.items()}
