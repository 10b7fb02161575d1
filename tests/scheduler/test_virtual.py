"""Simulated time: who has the turn, when time moves, and what cannot go on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.clock import Life
from scheduler.onethread import OneThreadClock
from scheduler.runner import Job, Ticker
from scheduler.virtual import TimeStandsStill, VirtualClock

START = datetime(2017, 9, 12, 3, tzinfo=UTC)


class Bell:
    """A pipe: what a thread waits for."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def fileno(self) -> int:
        return self._read

    def ring(self) -> None:
        os.write(self._write, b"!")

    def clear(self) -> None:
        os.read(self._read, 100)

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


class Agenda:
    """A world that does things at given moments."""

    def __init__(self, **moments: float) -> None:
        self.due = sorted((START.timestamp() + after_s, name) for name, after_s in moments.items())
        self.done: list[tuple[str, float]] = []
        self.act: Callable[[str], None] = lambda name: None

    def next_at(self) -> float | None:
        return self.due[0][0] if self.due else None

    def advance(self, to: float) -> None:
        while self.due and self.due[0][0] <= to:
            at, name = self.due.pop(0)
            self.done.append((name, at - START.timestamp()))
            self.act(name)


@pytest.fixture
def bell() -> Iterator[Bell]:
    made = Bell()
    yield made
    made.close()


def _passed(clock: VirtualClock) -> float:
    return clock.monotonic() - START.timestamp()


def _start(clock: VirtualClock, *lives: Callable[[], None]) -> list[Life]:
    def live(function: Callable[[], None]) -> None:
        with clock.taking_part():
            function()

    started = [clock.life(f"life-{k}", partial(live, life)) for k, life in enumerate(lives)]
    with clock.starting(len(started)):
        for life in started:
            life.start()
    return started


both = pytest.mark.parametrize("make", [VirtualClock, OneThreadClock])
Make = Callable[[datetime], VirtualClock]


@both
def test_year_alone_passes_at_once(make: Make) -> None:
    clock = make(START)
    with clock.taking_part():
        assert not clock.wait((), clock.monotonic() + 365 * 86400)
    assert clock.now() == datetime(2018, 9, 12, 3, tzinfo=UTC)
    assert _passed(clock) == 365 * 86400


@both
def test_source_that_can_be_read_ends_a_wait_before_its_deadline(bell: Bell, make: Make) -> None:
    clock, heard = make(START), []

    def listen() -> None:
        heard.append((clock.wait((bell,), clock.monotonic() + 60), _passed(clock)))

    with clock.taking_part():
        _start(clock, listen)
        clock.wait((), clock.monotonic() + 7)
        bell.ring()
        clock.wait((), clock.monotonic() + 100)
    assert heard == [(True, 7)]


@both
def test_wait_whose_deadline_has_passed_looks_and_keeps_the_turn(bell: Bell, make: Make) -> None:
    clock, order = make(START), []
    with clock.taking_part():
        _start(clock, lambda: order.append("other"))
        assert not clock.wait((bell,), clock.monotonic())
        bell.ring()
        assert clock.wait((bell,), clock.monotonic() - 5)
        order.append("self")
        clock.wait((), clock.monotonic() + 1)
    assert order == ["self", "other"]


@both
def test_only_one_thread_runs_at_a_time(make: Make) -> None:
    clock, running = make(START), 0

    def work() -> None:
        nonlocal running
        for _ in range(50):
            running += 1
            assert running == 1
            running -= 1
            clock.wait((), clock.monotonic() + 0.001)

    with clock.taking_part():
        _start(clock, *[work] * 4)
        clock.wait((), clock.monotonic() + 1)
    assert running == 0


@both
@given(seed=st.integers(0, 999))
def test_the_same_work_is_done_in_the_same_order(seed: int, make: Make) -> None:
    def run() -> list[tuple[int, float]]:
        clock, steps = make(START), []

        def life(number: int) -> Callable[[], None]:
            random = Random(seed * 10 + number)

            def live() -> None:
                for _ in range(20):
                    clock.wait((), clock.monotonic() + random.choice((0.0, 0.5, 1.0)))
                    steps.append((number, _passed(clock)))

            return live

        with clock.taking_part():
            threads = _start(clock, *map(life, range(4)))
            clock.wait((), clock.monotonic() + 30)
        for thread in threads:
            thread.join()
        return steps

    assert run() == run()


@both
def test_those_due_together_go_in_the_order_in_which_they_began_to_wait(make: Make) -> None:
    clock, order = make(START), []

    def sleep(name: str, until_s: float) -> Callable[[], None]:
        def live() -> None:
            clock.wait((), START.timestamp() + until_s)
            order.append(name)

        return live

    with clock.taking_part():
        _start(clock, sleep("first", 5), sleep("second", 5), sleep("early", 4))
        clock.wait((), START.timestamp() + 9)
    assert order == ["early", "first", "second"]


@both
def test_world_acts_at_its_own_moment_and_wakes_who_waits_for_it(bell: Bell, make: Make) -> None:
    clock, world = make(START), Agenda(rings=3, later=90)
    world.act = lambda name: bell.ring() if name == "rings" else None
    clock.add(world)
    with clock.taking_part():
        assert clock.wait((bell,), None)
        assert _passed(clock) == 3
    assert world.done == [("rings", 3)]


@both
def test_turn_is_not_given_away_before_everybody_behind_it_is_quiet(bell: Bell, make: Make) -> None:
    clock, jobs, order = make(START), SimpleQueue[Callable[[], None] | None](), []

    def write() -> None:  # as a database writer: it takes no part
        while (job := jobs.get()) is not None:
            job()

    def quiet() -> None:
        done = threading.Event()
        jobs.put(done.set)
        assert done.wait(10)

    def listen() -> None:
        clock.wait((bell,), None)
        order.append(("listener", _passed(clock)))

    writer = threading.Thread(target=write)
    writer.start()
    clock.on_quiet(quiet)
    with clock.taking_part():
        _start(clock, listen)
        clock.wait((), clock.monotonic() + 1)
        jobs.put(bell.ring)
        clock.wait((), clock.monotonic())
        order.append(("self", _passed(clock)))
        clock.wait((), clock.monotonic() + 1)
    jobs.put(None)
    writer.join()
    assert order == [("self", 1), ("listener", 1)]


def test_wait_for_what_never_happens_is_an_error_and_not_a_hang(bell: Bell) -> None:
    clock, told = VirtualClock(START), []

    def listen() -> None:
        try:
            clock.wait((bell,), None)
        except TimeStandsStill as problem:
            told.append(str(problem))

    with pytest.raises(TimeStandsStill, match="nothing is left to happen"), clock.taking_part():
        (thread,) = _start(clock, listen)
        clock.wait((bell,), clock.monotonic() + 1)
        clock.wait((), None)
    thread.join()
    assert told == ["the simulation has broken down in another thread"]


@both
def test_world_that_never_gets_on_is_an_error_and_not_a_hang(monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    class Stuck:
        def next_at(self) -> float:
            return START.timestamp()

        def advance(self, to: float) -> None:
            pass

    monkeypatch.setattr("scheduler.virtual._MOST_TURNS", 1000)
    clock = make(START)
    clock.add(Stuck())
    with pytest.raises(TimeStandsStill, match="turns were taken at 2017-09-12"), clock.taking_part():
        clock.wait((), clock.monotonic() + 1)


def test_thread_that_fails_to_come_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.virtual._JOIN_WITHIN_S", 0.01)
    clock = VirtualClock(START)
    with pytest.raises(TimeStandsStill, match="0 of 1 threads"), clock.taking_part(), clock.starting(1):
        pass


@both
def test_thread_that_takes_no_part_may_not_wait(make: Make) -> None:
    with pytest.raises(RuntimeError, match="without taking part"):
        make(START).wait((), 0)


def test_jobs_run_when_their_interval_has_passed_and_a_missed_run_is_made_up_for_once() -> None:
    clock, runs = VirtualClock(START), []

    def run(name: str) -> Callable[[], None]:
        return lambda: runs.append((name, _passed(clock)))

    ticker = Ticker([Job("a", 1, run("a"), "Runs."), Job("b", 2, run("b"), "Runs.")], clock)
    with clock.taking_part():
        assert ticker.next_at() is None
        ticker.start()
        clock.add(ticker)
        clock.wait((), clock.monotonic() + 2.5)
    assert runs == [("a", 1), ("a", 2), ("b", 2)]
    ticker.advance(START.timestamp() + 9.5)
    assert [name for name, _ in runs[3:]] == ["a", "b"]
    assert ticker.next_at() == START.timestamp() + 10
    ticker.stop()
    assert ticker.next_at() is None


# -- in one thread ----------------------------------------------------------------------------------------------


def test_breakdown_is_told_to_him_who_came_first_and_ends_the_others(bell: Bell) -> None:
    clock, ended = OneThreadClock(START), []

    def listen() -> None:
        try:
            clock.wait((bell,), None)
        finally:
            ended.append("listener")

    with pytest.raises(TimeStandsStill, match="nothing is left"), clock.taking_part():
        (life,) = _start(clock, listen)
        clock.wait((), clock.monotonic() + 1)
        assert life.is_alive()
        clock.wait((bell,), None)
    assert ended == ["listener"]
    assert not life.is_alive()


def test_breakdown_in_another_s_turn_is_told_to_him_who_came_first(bell: Bell) -> None:
    clock, went_on = OneThreadClock(START), []

    def wait_for_nothing() -> None:
        try:
            clock.wait((), clock.monotonic() + 5)
            clock.wait((bell,), None)
        except Exception:
            went_on.append("with a time that is broken")

    with pytest.raises(TimeStandsStill, match="has broken down"), clock.taking_part():
        _start(clock, wait_for_nothing)
        clock.wait((bell,), None)
    assert went_on == []


def test_life_that_dies_of_an_error_leaves_the_others_alive(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = OneThreadClock(START), []
    monkeypatch.setattr(threading, "excepthook", told.append)

    def die() -> None:
        clock.wait((), clock.monotonic() + 1)
        raise ValueError("of this")

    def listen() -> None:
        clock.wait((bell,), None)

    with clock.taking_part():
        dying, listening = _start(clock, die, listen)
        clock.wait((), clock.monotonic() + 5)
        assert (dying.is_alive(), listening.is_alive()) == (False, True)
        bell.ring()
        clock.wait((), clock.monotonic() + 1)
        assert not listening.is_alive()
    assert [str(args.exc_value) for args in told] == ["of this"]


def test_life_begins_with_its_start_and_is_over_when_it_has_left() -> None:
    clock = OneThreadClock(START)
    with clock.taking_part():
        life = clock.life("one", lambda: None)
        assert not life.is_alive()
        life.start()
        assert life.is_alive()
        clock.wait((), clock.monotonic() + 1)
        assert not life.is_alive()
        life.join()


def test_another_thread_may_not_come() -> None:
    clock, told = OneThreadClock(START), []

    def come() -> None:
        try:
            with clock.taking_part():
                pass
        except RuntimeError as problem:
            told.append(str(problem))

    with clock.taking_part():
        thread = threading.Thread(target=come, name="stranger")
        thread.start()
        thread.join()
    assert told == ["stranger is no life of this clock"]
