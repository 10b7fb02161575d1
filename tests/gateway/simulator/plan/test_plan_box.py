"""One box in planning mode, from the first visit to the last reply."""

from datetime import date
from pathlib import Path
from threading import Event

import pytest

from gateway.errors import SimulationError
from gateway.model import InvitationState
from gateway.simulator.measures.measures import Measures
from gateway.simulator.plan.run import plan_box
from gateway.simulator.plan.sending import Sending
from gateway.simulator.plan.talks import Talk
from gateway.simulator.running.boxes import boxes_of
from gateway.simulator.scenario.model import Scenario
from gateway.survey import ENDS

ALTAI = Path(__file__).parents[4] / "examples/altai"
SMALL = {
    "name": "small",
    "about": "A few people.",
    "first_day": date(2017, 9, 11),
    "days": 2,
    "offices": ALTAI / "offices.csv",
    "services": ALTAI / "services.csv",
    "visits": {"per_day": 250},
}


def scenario(**sections):
    return Scenario.model_validate(SMALL | sections)


def planned(scenario, tell=lambda progress: None, stop=None):
    region, box, _ = boxes_of(scenario)[0]
    return plan_box(scenario, region, box, tell, stop or Event())


def test_a_box_does_what_it_is_to_do():
    found = planned(scenario())
    counts = found.counts
    assert 350 < counts["visits"] < 650
    assert counts["visits"] == counts["no_consent"] + counts["invited"] + counts["barred"]
    assert 0.93 * counts["invited"] < counts["delivered"] < counts["invited"]
    assert counts["delivered"] > counts["replied"] >= counts["rated"] > 10
    declined = counts["opted_out"] + found.replies["wrong_recipient"]
    assert counts["invited"] - declined <= counts["expired"] + counts["rated"] <= counts["invited"]
    assert counts["parts"] > counts["invited"]
    assert sum(found.waits_s.values()) == sum(found.invited.values()) == counts["invited"]
    assert sum(found.sent.values()) == sum(found.sent_by_hour.values()) == counts["parts"]
    assert sum(sum(marks.values()) for marks in found.marks.values()) == counts["rated"]
    assert found.modems["box1/m1"].parts == found.sent_by_hour
    assert found.messages == 0
    assert Measures.from_json(found.as_json()) == found


def test_a_seed_repeats_exactly_and_another_differs():
    first, again, other = (planned(scenario(seed=seed)).as_json() for seed in ("1", "1", "2"))
    assert first == again
    assert first != other


def test_nobody_is_written_to_at_night():
    found = planned(scenario(citizens={"response": 0}))
    hours = {hour % 24 for hour in found.sent}
    assert hours <= set(range(9, 21))


def test_a_modem_that_is_too_slow_makes_people_wait():
    quick, slow = (planned(scenario(modems={"submit": {"median_s": s}})) for s in (2, 200))
    assert max(quick.waits_s) < 600 < max(slow.waits_s)
    assert slow.queue_area_s > 100 * quick.queue_area_s
    assert slow.at_utilisation[10]


def test_a_cap_holds():
    found = planned(scenario(modems={"count": 2, "limits": {"per_hour": 5}}, box={"survey": {"invite_within_s": None}}))
    for modem in ("box1/m1", "box1/m2"):
        parts = found.modems[modem].parts
        assert all(parts[hour] + parts[hour + 1] <= 10 for hour in range(24 * 30))
    assert found.counts["invited"] > 150


def test_what_waits_too_long_is_not_sent():
    found = planned(scenario(modems={"limits": {"per_day": 20}}, box={"survey": {"invite_within_s": 86400}}))
    assert found.counts["barred"] + found.counts["expired"] > 0
    assert max(found.sent_by_hour.values()) <= 20


def test_people_who_are_reminded_get_another_message():
    plain, reminded = (planned(scenario(box={"survey": {"reminder_s": after_s}})) for after_s in (None, 86_400.0))
    assert reminded.counts["parts"] > 1.5 * plain.counts["parts"]


def test_who_has_blocked_us_is_not_reminded_and_who_is_off_for_days_is():
    remind = {"survey": {"reminder_s": 86_400.0}}
    blocked = planned(scenario(box=remind, network={"blocked": 1}))
    off = planned(scenario(box=remind, network={"blocked": 0, "off": 1, "off_for": {"median_s": 8_000_000}}))
    assert blocked.counts["parts"] == blocked.counts["expired"] == blocked.counts["invited"] > 100
    assert off.counts["parts"] == 2 * off.counts["invited"]


def test_long_texts_need_more_parts():
    found = planned(scenario(box={"survey": {"script": "criteria"}}))
    assert found.counts["parts"] > 1.8 * found.counts["texts"]
    assert found.counts["rated"] > 10


def test_the_desk_calls_those_who_were_discontent():
    found = planned(scenario(desk={"operators": 1}, citizens={"scores": [0, 0, 0, 0, 1], "response": 0.5}))
    assert found.calls["opened"] > 20
    assert found.calls["reached"] > 10


def test_a_run_is_stopped_after_the_day_that_is_lived():
    stop, told = Event(), []

    def tell(progress):
        told.append((progress.day, progress.days))
        stop.set()

    found = planned(scenario(days=5), tell, stop)
    assert told == [(1, 5)]
    assert found.days == 1
    assert found.counts["invited"] > 50


def test_a_message_that_is_forgotten_is_seen(monkeypatch):
    monkeypatch.setattr(Sending, "again", lambda self, message: None)
    with pytest.raises(SimulationError, match="do not balance"):
        planned(scenario(modems={"submit": {"median_s": 900}}))


def outage(hours, lasts_s):
    return {"every_h": hours, "lasts": {"median_s": lasts_s}}


def test_a_modem_that_is_away_leaves_its_work_to_the_other():
    found = planned(scenario(modems={"count": 2, "hangs": outage(4, 7200)}, network={"reports_lost": 0.5}))
    counts = found.counts
    assert counts["visits"] == counts["no_consent"] + counts["invited"] + counts["barred"]
    for modem in ("box1/m1", "box1/m2"):
        away = found.modems[modem].away
        assert away
        for hour, parts in found.modems[modem].parts.items():
            begins, ends = hour * 3600, (hour + 1) * 3600
            assert not parts or not any(begin < begins and ends < end for begin, end in away)


def test_what_is_written_to_a_modem_that_is_away_is_heard_when_it_is_back():
    always, sometimes = (planned(scenario(modems=modems)) for modems in ({}, {"no_network": outage(3, 3600)}))
    assert sometimes.counts["replied"] == pytest.approx(always.counts["replied"], rel=0.1)
    assert max(sometimes.waits_s) > max(always.waits_s) + 600


def test_a_network_that_is_away_makes_everybody_wait():
    found = planned(scenario(modems={"count": 3}, network={"away": outage(24, 3 * 3600)}))
    assert found.modems["box1/m1"].away == found.modems["box1/m3"].away != []


def test_refused_parts_are_tried_again():
    found = planned(scenario(network={"refused": 0.3}))
    counts = found.counts
    assert counts["visits"] == counts["no_consent"] + counts["invited"] + counts["barred"]
    assert sum(found.waits_s.values()) == counts["invited"]


def test_telephones_that_are_blocked_or_off_for_long_get_nothing():
    found = planned(scenario(network={"blocked": 0.3, "off": 0.3, "off_for": {"median_s": 1e6}}))
    assert found.counts["delivered"] == pytest.approx(0.49 * found.counts["invited"], rel=0.15)


def test_every_conversation_comes_to_an_end(monkeypatch):
    begun = []
    begin = Talk.__init__

    def remembered(talk, *about):
        begin(talk, *about)
        begun.append(talk)

    monkeypatch.setattr(Talk, "__init__", remembered)
    found = planned(scenario(citizens={"response": 0.6}))
    assert {talk.state for talk in begun} <= ENDS
    assert sum(talk.state is InvitationState.EXPIRED for talk in begun) == found.counts["expired"]
    assert not any(message.left and not message.gone for talk in begun for message in talk.messages)
