"""Who is called when by whom, and that no call-back is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.calendarsettings import CallbackSettings
from gateway.callbacks import Cause, Outcome
from gateway.simulator.desk.decisions import Called, Decision, Dropped, Taken
from gateway.simulator.desk.desk import Desk
from gateway.simulator.desk.people import Citizens, People, Try
from gateway.simulator.measures.measures import Measures
from gateway.simulator.scenario.model import DeskSection, ShiftSection
from scheduler.windows import Holidays, Hours

ZONE = "Asia/Barnaul"
CALLBACKS = CallbackSettings(within_s=7200, holidays=Holidays())
RESOLVED = Try(300.0, Outcome.RESOLVED, Cause.QUEUE)
MINUTE, HOUR, DAY = 60, 3600, 86_400


def at(day: int, hour: int, minute: int = 0) -> float:
    """A moment of September 2017, whose first Monday is the 4th."""
    return datetime(2017, 9, day, hour, minute, tzinfo=ZoneInfo(ZONE)).timestamp()


class Told:
    """People who do as the test says: for each call-back the tries in turn; all others talk for five minutes."""

    def __init__(self, patience_s: float = 30 * DAY, **tries: list[Try]) -> None:
        self._patience_s = patience_s
        self._tries = tries
        self.interested: list[bool] = []

    def patience_s(self, key: str) -> float:
        return self._patience_s

    def answers(self, key: str, number: int, interested: bool) -> Try:
        self.interested.append(interested)
        tries = self._tries.get(key, [RESOLVED])
        return tries[min(number, len(tries)) - 1]


def section(operators: int, **more: Any) -> DeskSection:
    return DeskSection(**{"operators": operators, "look_s": 1, **more})


def desk_of(people: People, desk: DeskSection, may_call: Callable[[str], bool] = lambda key: True) -> Desk:
    return Desk(desk, CALLBACKS, people, ZONE, at(4, 0), at(30, 0), may_call)


def measured(desk: Desk, until: float = 0) -> Measures:
    measures = Measures()
    desk.measure(measures, until)
    return measures


def begun(decided: list[Decision]) -> list[tuple[str, float]]:
    return [(one.key, one.at) for one in decided if isinstance(one, Taken)]


def test_call_back_opened_at_night_is_taken_when_the_shift_begins() -> None:
    desk = desk_of(Told(), section(operators=1))
    desk.open("a", at(5, 21), ZONE)
    assert desk.advance(at(6, 9) - 1) == []
    assert desk.next_at() == at(6, 9)
    assert desk.advance(at(6, 10)) == [
        Taken(at(6, 9), "a", "shift1-1"),
        Called(at(6, 9, 5), "a", "shift1-1", True, Outcome.RESOLVED, Cause.QUEUE),
    ]
    assert desk.next_at() is None
    measures = measured(desk, at(6, 10))
    assert measures.call_waits_s == {0: 1}
    assert (measures.calls["reached"], measures.calls["within"], measures.calls["talk_s"]) == (1, 1, 300)
    assert measures.calls["staffed_s"] == (9 + 9 + 1) * HOUR


def test_one_operator_has_one_call_at_a_time_and_takes_what_is_due_first() -> None:
    desk = desk_of(Told(), section(operators=1))
    for key, minute in (("a", 0), ("b", 1), ("c", 2)):
        desk.advance(at(5, 10, minute))
        desk.open(key, at(5, 10, minute), ZONE)
    assert begun(desk.advance(at(5, 12))) == [("b", at(5, 10, 5)), ("c", at(5, 10, 10))]
    assert measured(desk).call_waits_s == {0: 1, 240: 1, 480: 1}


def test_who_does_not_answer_is_tried_again_so_often_and_then_given_up() -> None:
    nobody = Try(40.0)
    desk = desk_of(Told(a=[nobody]), section(operators=1, redial_s=HOUR, tries=3))
    desk.open("a", at(5, 16), ZONE)
    decided = desk.advance(at(8, 0))
    # The third try is due after the shift.
    first, second = at(5, 16), at(5, 17) + 40
    assert begun(decided) == [("a", first), ("a", second), ("a", at(6, 9))]
    assert decided[-1] == Called(at(6, 9) + 40, "a", "shift1-1", False, Outcome.NOT_REACHED)
    calls = measured(desk).calls
    assert (calls["tries"], calls["gave_up"], calls["reached"], calls["talk_s"]) == (3, 1, 0, 0)
    assert calls["busy_s"] == 120


def test_redialled_call_back_goes_before_newer_ones() -> None:
    desk = desk_of(Told(a=[Try(60.0), RESOLVED]), section(operators=1, redial_s=8 * MINUTE))
    desk.open("a", at(5, 10), ZONE)
    for key in "bcd":
        desk.open(key, at(5, 10, 1), ZONE)
    assert [key for key, _ in begun(desk.advance(at(5, 18)))] == ["a", "b", "c", "a", "d"]


def test_who_is_reached_after_his_patience_is_asked_as_one_who_has_none() -> None:
    people = Told(patience_s=HOUR)
    desk = desk_of(people, section(operators=1))
    desk.open("late", at(5, 20), ZONE)
    desk.advance(at(6, 12))
    desk.open("soon", at(6, 12), ZONE)
    desk.advance(at(6, 13))
    assert people.interested == [False, True]


def test_no_call_begins_in_a_break_and_one_begun_before_it_goes_on() -> None:
    desk = desk_of(Told(), section(operators=1, breaks=(Hours(time(13), time(14)),)))
    desk.advance(at(5, 12, 58))
    for key in "ab":
        desk.open(key, at(5, 12, 58), ZONE)
    decided = desk.advance(at(5, 18))
    assert begun(decided) == [("a", at(5, 12, 58)), ("b", at(5, 14))]
    assert decided[1].at == at(5, 13, 3)
    assert measured(desk, at(5, 18)).calls["staffed_s"] == 16 * HOUR


def test_late_shift_calls_only_while_the_desk_calls() -> None:
    late = ShiftSection(operators=1, hours=Hours(time(16), time(22)))
    desk = desk_of(Told(), section(operators=0, shifts=(late,)))
    desk.open("a", at(5, 17, 58), ZONE)
    desk.open("b", at(5, 17, 58), ZONE)
    assert begun(desk.advance(at(7, 0))) == [("a", at(5, 17, 58)), ("b", at(6, 16))]


def test_people_further_east_are_called_only_by_their_own_clock() -> None:
    desk = desk_of(Told(), section(operators=1))
    desk.advance(at(5, 15))
    desk.open("irkutsk", at(5, 17, 30), "Asia/Irkutsk")
    desk.open("barnaul", at(5, 17, 31), ZONE)
    # In Irkutsk it is 18:30 already.
    assert begun(desk.advance(at(6, 12))) == [("barnaul", at(5, 17, 31)), ("irkutsk", at(6, 9))]


def test_who_opted_out_meanwhile_is_not_called() -> None:
    gone: set[str] = set()
    desk = desk_of(Told(b=[Try(60.0)]), section(operators=1), lambda key: key not in gone)
    desk.open("a", at(5, 8), ZONE)
    desk.open("b", at(5, 8), ZONE)
    gone.add("a")
    assert desk.advance(at(5, 9)) == [
        Dropped(at(5, 9), "a", "shift1-1", Outcome.NOT_CALLED),
        Taken(at(5, 9), "b", "shift1-1"),
    ]
    gone.add("b")
    assert desk.advance(at(5, 12))[1:] == [Dropped(at(5, 10, 1), "b", "shift1-1", Outcome.NOT_REACHED)]
    calls = measured(desk).calls
    assert (calls["tries"], calls["not called"], calls["not reached"], calls["open"]) == (1, 1, 1, 0)


def test_what_came_is_seen_at_the_next_look() -> None:
    desk = desk_of(Told(), section(operators=1, look_s=300, hours=Hours(time(9, 2), time(12))))
    looks = [at(5, 0)]
    while looks[-1] < at(6, 0):
        looks.append(desk.looks_at(looks[-1]) or 0)
    assert looks[1:4] == [at(5, 9, 2), at(5, 9, 5), at(5, 9, 10)]
    assert looks[-2:] == [at(5, 11, 55), at(6, 9, 2)]
    desk.advance(at(5, 10, 1))
    desk.open("a", at(5, 10, 1), ZONE)
    assert begun(desk.advance(at(5, 12))) == [("a", at(5, 10, 5))]
    assert desk.looks_at(at(29, 23)) is None


def test_desk_without_operators_calls_nobody() -> None:
    desk = desk_of(Told(), section(operators=0))
    desk.open("a", at(5, 10), ZONE)
    assert desk.advance(at(29, 0)) == []
    assert desk.next_at() is None
    assert measured(desk).calls["open"] == 1


def test_call_back_that_is_open_cannot_be_opened_again() -> None:
    desk = desk_of(Told(), section(operators=0))
    desk.open("a", at(5, 10), ZONE)
    with pytest.raises(ValueError, match="open already"):
        desk.open("a", at(5, 11), ZONE)


OPENINGS = st.lists(st.tuples(st.integers(0, 5 * 24 * 60), st.booleans()), max_size=25)
"""Minutes, and whether the person may be called."""
DESKS = st.builds(
    DeskSection,
    operators=st.integers(0, 3),
    tries=st.integers(1, 4),
    redial_s=st.sampled_from([0.0, 600.0, 90_000.0]),
    answers=st.floats(0, 1),
    shifts=st.lists(st.builds(ShiftSection, operators=st.integers(0, 2)), max_size=1).map(tuple),
)


@settings(max_examples=30)
@given(OPENINGS, DESKS, st.integers(0, 9))
def test_every_call_back_has_ended_in_one_way_or_is_open(
    opened: list[tuple[int, bool]], staffed: DeskSection, seed: int
) -> None:
    opened = sorted(opened)
    desk = desk_of(Citizens(staffed, str(seed)), staffed, lambda key: opened[int(key)][1])
    decided: list[Decision] = []
    for number, (minute, _) in enumerate(opened):
        moment = at(4, 0) + minute * MINUTE
        decided += desk.advance(moment)
        desk.open(str(number), moment, ZONE)
    decided += desk.advance(at(12, 12))
    _check_calls(decided, staffed)
    calls = measured(desk).calls
    ends = Counter(one.key for one in decided if isinstance(one, Called | Dropped) and one.outcome is not None)
    assert set(ends.values()) <= {1}
    assert calls["opened"] == len(opened) == len(ends) + calls["open"]
    assert sum(calls[outcome.value] for outcome in Outcome) == len(ends)
    assert sum(measured(desk).call_waits_s.values()) == calls["reached"] >= calls["within"]


def _check_calls(decided: list[Decision], staffed: DeskSection) -> None:
    """In order of time, begun in working hours, nobody in two calls, and none tried too often."""
    assert [one.at for one in decided] == sorted(one.at for one in decided)
    talking: dict[str, str] = {}
    tries: Counter[str] = Counter()
    for one in decided:
        match one:
            case Taken(key=key, operator=operator, at=moment):
                local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(ZONE))
                assert time(9) <= local.time() < time(18)
                assert local.weekday() < 5
                assert operator not in talking
                talking[operator] = key
                tries[key] += 1
            case Called(key=key, operator=operator):
                assert talking.pop(operator) == key
    assert max(tries.values(), default=0) <= staffed.tries
