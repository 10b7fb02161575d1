"""A fleet through any weather, at the store: whatever comes when, no part is claimed twice, a message goes by one SIM,
caps hold, and in the end everything has gone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.conversations import Conversations
from gateway.dispatch import Dispatch
from gateway.modemsettings import ModemSettings
from gateway.outbox import Outbox
from gateway.settings import RoutingSection
from gateway.store import outbox as outbox_rows
from gateway.store import parts as part_rows
from gateway.store.database import from_text, to_text
from gateway.store.parts import ReplyTime
from tests.gateway.conftest import Centre

MODEMS = [
    ModemSettings.model_validate({"name": "a", "port": "/dev/a", "limits": {"per_minute": 4}}),
    ModemSettings.model_validate({"name": "b", "port": "/dev/b", "takes": {"prefixes": ["+7913"]}}),
    ModemSettings.model_validate({"name": "c", "port": "/dev/c", "limits": {"per_day": 6}}),
]
LONG = "Вы были в {office}. " + "Оцените услугу от 1 до 5. " * 4
_SIM = st.sampled_from("ABC")
_STEP = st.one_of(
    st.tuples(st.just("invite"), st.sampled_from((913, 960)), st.integers(1, 4)),
    st.tuples(st.just("claim"), _SIM, st.integers(1, 8)),
    st.tuples(st.just("settle"), _SIM, st.just(0)),
    st.tuples(st.just("release"), _SIM, st.just(0)),
    st.tuples(st.just("lose"), _SIM, st.just(0)),
    st.tuples(st.just("serve"), _SIM, st.just(0)),
    st.tuples(st.just("later"), st.sampled_from((1, 30, 400)), st.just(0)),
)


class Walk:
    """The fleet a, b, c with the SIMs A, B, C, and what each has in hand."""

    def __init__(self, path: Path) -> None:
        self.centre = Centre(path, window="always", invite=LONG)
        self.dispatch = Dispatch(MODEMS, RoutingSection(), self.centre.now, lambda: 0.5)
        callbacks = self.centre.callbacks
        self.outbox = Outbox(Conversations(self.centre.survey, self.centre.script, self.dispatch, callbacks))
        self.hand: dict[str, list[outbox_rows.ClaimedPart]] = {sim: [] for sim in "ABC"}
        self.visits = 0
        for sim in "ABC":
            self.serve(sim)

    def invite(self, code: int, count: int) -> None:
        for _ in range(count):
            self.visits += 1
            self.centre.visit(f"v{self.visits}", f"+7{code}{self.visits:07d}")
        self.outbox.invite_due(self.centre.db, self.centre.now)

    def claim(self, sim: str, most: int) -> int:
        if self.hand[sim]:
            return 0  # a worker claims only when it has nothing left
        ticket = self.dispatch.ticket(sim, most, self.centre.now)
        parts = [] if ticket is None else outbox_rows.claim(self.centre.db, ticket, self.centre.now)
        if ticket is not None:
            self.dispatch.claimed(sim, [part.id for part in parts])
        assert len(parts) <= most
        held = {part.id for hand in self.hand.values() for part in hand}
        assert not held & {part.id for part in parts}, "a part was claimed twice"
        if sim == "B":
            assert all(part.phone.startswith("+7913") for part in parts)
        self.hand[sim] = parts
        return len(parts)

    def settle(self, sim: str) -> None:
        ids = [part.id for part in self.hand[sim]]
        part_rows.submitted(
            self.centre.db,
            [(part, 1) for part in ids],
            now=self.centre.now,
            reply_time=ReplyTime(self.centre.now, None),
        )
        self.dispatch.settled(sim, ids, len(ids), self.centre.now)
        self.hand[sim] = []

    def release(self, sim: str) -> None:
        ids = [part.id for part in self.hand[sim]]
        part_rows.release(self.centre.db, ids)
        self.dispatch.released(sim, ids)
        self.hand[sim] = []

    def lose(self, sim: str) -> None:
        self.release(sim)
        self.dispatch.down(sim.lower(), self.centre.now)

    def serve(self, sim: str) -> None:
        if not self.dispatch.is_seated(sim.lower(), sim):
            self.dispatch.seat(self.centre.db, sim.lower(), sim, self.centre.now)
        self.dispatch.up(sim.lower())

    def later(self, seconds: int) -> None:
        work_at = self.dispatch.work_at(self.centre.db, self.centre.now)
        self.centre.later(seconds=seconds)
        if work_at is None or work_at > self.centre.now:
            assert not self.dispatch.has_work(self.centre.db, self.centre.now), "simulated time would pass it by"
        self.dispatch.fail_over(self.centre.db, self.centre.now)

    def finish(self) -> None:
        """Everybody well again, until nothing is left to send."""
        for sim in "ABC":
            self.settle(sim)
            self.serve(sim)
        for _ in range(300):
            if not sum(self.claim(sim, 8) for sim in "ABC") and not self.waiting():
                break
            for sim in "ABC":
                self.settle(sim)
            self.later(400)  # in all more than a day: a cap may hold the rest of a message until midnight
        assert self.waiting() == 0, "something waits for ever"

    def waiting(self) -> int:
        return int(str(self.centre.all("SELECT count(*) FROM parts WHERE state = 'queued'")[0][0]))


@contextmanager
def _walk() -> Iterator[Walk]:
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(Path(folder) / "otklik.db")
        walk.centre.db.execute("PRAGMA synchronous = OFF")
        try:
            yield walk
        finally:
            walk.centre.db.close()


@settings(max_examples=25)
@given(st.lists(_STEP, max_size=40))
def test_whatever_happens_every_message_goes_out_once_by_one_sim(steps: list[tuple[str, object, int]]) -> None:
    with _walk() as walk:
        for verb, what, count in steps:
            getattr(walk, verb)(what, count) if verb in ("invite", "claim") else getattr(walk, verb)(what)
        walk.finish()
        rows = walk.centre.all(
            "SELECT message, count(*), count(DISTINCT sim), min(state), max(state) FROM parts GROUP BY message"
        )
        assert {row[2:] for row in rows} <= {(1, "submitted", "submitted")}
        assert len(rows) == walk.visits
        (by_day,) = walk.centre.all("SELECT count(*) FROM parts WHERE sim = 'C' AND submitted_at < '2017-09-13T21'")
        assert int(str(by_day[0])) <= 6
        for (moment,) in walk.centre.all("SELECT DISTINCT submitted_at FROM parts WHERE sim = 'A'"):
            since = to_text(from_text(str(moment)) - timedelta(minutes=1))
            (count,) = walk.centre.all(
                f"SELECT count(*) FROM parts WHERE sim = 'A' AND submitted_at > '{since}'"
                f" AND submitted_at <= '{moment}'"
            )
            assert int(str(count[0])) <= 4
