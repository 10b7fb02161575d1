"""What planning works out in plain numbers against the production code that it mirrors, on random inputs."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import caps
from gateway.attribution import Belongs, attribute
from gateway.model import InvitationState, MessageKind, Office
from gateway.replies import Context, interpret
from gateway.settings import SurveySection
from gateway.simulator import speech
from gateway.simulator.dice import Dice
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.inviting import Inviting
from gateway.simulator.plan.lists import Lists
from gateway.simulator.plan.meter import Meter
from gateway.simulator.plan.openings import Days, Openings
from gateway.simulator.plan.readings import meaning_of
from gateway.simulator.plan.talks import Person, Talk, candidates
from gateway.simulator.plan.ticks import Ticks
from gateway.simulator.plan.whose import whose
from gateway.simulator.world.arrival import Arrival
from gateway.timing import span
from scheduler import pacing
from scheduler.windows import Holidays, Hours, Window

START = datetime(2017, 3, 20, tzinfo=UTC)
OFFICE = Office("BSK1", "МФЦ г. Бийск", "МФЦ г.Бийск", "г. Бийск", "01705000", "01405000000", "Asia/Barnaul", 25)
ZONES = ("Asia/Barnaul", "Europe/Berlin", "Europe/Moscow")  # one of them puts its clocks forward in these days

moments = st.floats(0, 14 * 86400).map(lambda passed_s: START + timedelta(seconds=round(passed_s, 3)))
hours = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda both: both[0] < both[1])
times = hours.map(lambda both: tuple(time(minute // 60, minute % 60) for minute in both))
windows = st.none() | st.builds(
    lambda day, weekend, weekdays, off: Window(*day, weekend and Hours(*weekend), weekdays, Holidays(frozenset(off))),
    times,
    st.none() | times,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sets(st.integers(0, 13).map(lambda day: date(2017, 3, 20) + timedelta(days=day)), max_size=3),
)


def seconds(moment):
    return None if moment is None else moment.timestamp()


@settings(max_examples=40)
@given(windows, st.sampled_from(ZONES), st.lists(moments, min_size=1, max_size=5))
def test_openings_are_those_of_the_window(window, zone, asked):
    openings = Openings(window, ZoneInfo(zone), START.timestamp())
    for now in asked:
        opens_at = now if window is None else window.next_open(now, ZoneInfo(zone))
        assert openings.next_open(now.timestamp()) == opens_at.timestamp()
        if window is not None:
            closes_at = window.next_close(now, ZoneInfo(zone))
            assert openings.next_close(now.timestamp()) == closes_at.timestamp()
            assert (
                openings.last_open(opens_at.timestamp())
                <= opens_at.timestamp()
                < openings.next_close(opens_at.timestamp())
            )


@settings(max_examples=40)
@given(windows, st.sampled_from(MessageKind), moments, st.none() | st.floats(0, 3600))
def test_a_message_may_go_when_the_box_lets_it(window, kind, now, written_ago_s):
    zone = ZoneInfo("Asia/Barnaul")
    heard_at = None if written_ago_s is None else now - timedelta(seconds=round(written_ago_s))
    opens_at, closes_at = span(kind, now, heard_at, window, zone)
    found = Openings(window, zone, START.timestamp() - 86_400).span(kind, now.timestamp(), seconds(heard_at))
    assert found == (opens_at.timestamp(), float("inf") if closes_at is None else closes_at.timestamp())


caps_of = st.none() | st.integers(1, 12)
limits = st.builds(
    pacing.Limits, caps_of, caps_of, caps_of, caps_of, st.sampled_from([(0.0, 0.0), (5.0, 5.0), (2.0, 9.0)])
)


@settings(max_examples=40)
@given(limits, st.lists(st.tuples(st.floats(0, 20_000), st.floats(0, 1)), min_size=1, max_size=40))
def test_a_sim_may_send_what_its_meter_says(limits, sent):
    zone, now = ZoneInfo("Europe/Moscow"), START
    ours, theirs = Meter(limits, zone, now.timestamp()), pacing.Meter(limits, zone, now)
    for pause_s, draw in sent:
        now += timedelta(seconds=round(pause_s, 3))
        for reserved in (False, True):
            allowance = theirs.allowance(now, reserved=reserved)
            room = ours.room(now.timestamp(), reserved=reserved)
            assert room == allowance.room
            not_before = ours.not_before(now.timestamp(), reserved=reserved)
            assert abs(not_before - allowance.not_before.timestamp()) < 1e-5
        assert ours.today(now.timestamp()) == theirs.counts(now).today
        ours.add(now.timestamp(), draw)
        theirs.add(1, now, draw)


@settings(max_examples=40)
@given(
    st.lists(st.floats(0, 40 * 86400), max_size=6), st.sampled_from([0, 3600, 86_400]), st.none() | st.integers(1, 4)
)
def test_who_was_asked_lately_is_barred_as_by_the_box(ago_s, once_s, per_month):
    survey = SurveySection(once_per_phone_s=once_s, per_month=per_month)
    invited = [START - timedelta(seconds=round(one)) for one in ago_s]
    rules = Inviting(
        Events(0.0), survey, Ticks(0.0, 1.0), lambda zone: None, lambda talk: None, lambda talk, reason: None
    )
    found = rules.against_sending([at.timestamp() for at in invited], START.timestamp())
    assert found == caps.against_sending(invited, START, survey)


@pytest.mark.parametrize(
    ("tick_s", "ends_early", "invited_at"),
    [(1, False, 7202), (60, False, 7320), (1, True, 5400), (60, True, 5400)],
)
def test_who_is_busy_is_looked_at_every_ten_minutes_and_twice_when_he_ought_not_to_be(tick_s, ends_early, invited_at):
    begin, invited, events = START.timestamp(), [], Events(START.timestamp())
    anytime = Openings(None, ZoneInfo("UTC"), begin)
    rules = Inviting(
        events,
        SurveySection(once_per_phone_s=0),
        Ticks(begin, tick_s),
        lambda zone: anytime,
        lambda talk: invited.append((events.now - begin, talk.free_at - begin)),
        lambda talk, reason: None,
    )
    person = Person("+79130000001")
    visit = Arrival("", "", "", begin, person.phone, "", True, False, 0, 5)
    first, second = (Talk(number, visit, person, OFFICE, begin) for number in (1, 2))
    first.state, first.closes_at = InvitationState.OPEN, begin + 7200.5
    person.talks.append(first)
    rules.expect(second, begin)

    def answer(_):
        first.state = InvitationState.ANSWERED
        rules.free(person)

    if ends_early:
        events.at(begin + 5000, answer, None)
    events.run()
    [(found_at, free_at)] = invited
    assert found_at == invited_at
    assert found_at - tick_s < free_at <= found_at


def talks_of(rows):
    """Conversations of one person, each with when it began, how long it lasts, and when its invitation arrived."""
    person, begin = Person("+79130000001"), START.timestamp()
    for number, (after_s, lasts_s, arrives_s) in enumerate(rows, 1):
        begin += after_s
        talk = Talk(number, Arrival("", "", "", begin, person.phone, "", True, False, 0, 5), person, OFFICE, begin)
        talk.state, talk.handed_at, talk.invited_at = InvitationState.OPEN, begin, begin + 4
        talk.closes_at = begin + 4 + lasts_s
        talk.addresses = frozenset((number % 2,))
        if arrives_s is not None:
            talk.arrived_at = talk.reached_at = begin + 4 + arrives_s
        person.talks.append(talk)
    return person


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(0, 300_000), st.floats(1, 300_000), st.none() | st.floats(0, 90_000)),
        min_size=1,
        max_size=4,
    ),
    st.floats(0, 900_000),
)
def test_a_text_belongs_to_whom_the_box_gives_it(rows, after_s):
    person = talks_of([tuple(None if one is None else round(one) for one in row) for row in rows])
    now = START.timestamp() + round(after_s)
    moment = datetime.fromtimestamp(now, UTC)
    verdict = attribute(moment, "1", candidates(person.talks, now))
    talk, late = whose(person, now, now, 1)
    if isinstance(verdict, Belongs):
        assert (talk.number, late) == (verdict.invitation, verdict.late)
    else:
        assert talk is None


def test_replies_mean_what_they_mean_to_the_box():
    ours = (
        "Не поняли ответ. Пришлите одну цифру от 1 до 5. Ответ бесплатный.",
        "12.09.2017 Вы были в МФЦ г.Бийск. Оцените услугу от 1 до 5 (5-отлично)",
    )
    dice = Dice("replies")
    kinds = (speech.framed, speech.worded, speech.commented, speech.comment, speech.opt_out_with_rating)
    texts = [kind(dice.randrange(1, 6), dice) for kind in kinds for _ in range(60)]
    texts += [*ours, "Вы были в МФЦ г.Бийск. Ставлю 5", "Оцените услугу от 1 до 5: 4", "цифру от 1 до 5", "5-отлично"]
    for text in texts:
        assert meaning_of(text, ("overall",), ours) == interpret(text, Context(("overall",), ours)), text


def test_a_list_is_known_in_the_evening():
    zone = ZoneInfo("Asia/Barnaul")
    lists = Lists("18:00", zone)
    at = [datetime(2017, 9, 12, *clock, tzinfo=zone).timestamp() for clock in ((10, 0), (18, 0), (18, 1))]
    known = [datetime.fromtimestamp(lists.known_at(one), zone) for one in at]
    assert [(one.day, one.hour) for one in known] == [(12, 18), (12, 18), (13, 18)]
    assert Lists(None, zone).known_at(61.0) == 120.0


def test_days_begin_where_the_zone_has_its_midnight():
    days = Days(datetime(2017, 3, 25, tzinfo=ZoneInfo("Europe/Berlin")))
    assert days.midnight(2) - days.midnight(1) == 23 * 3600  # the clocks go forward on the 26th
    for day in range(5):
        assert days.day(days.midnight(day)) == day
        assert days.day(days.midnight(day + 1) - 0.001) == day
    assert days.day(days.midnight(0) - 5) == 0
