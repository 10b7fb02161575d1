"""How many modems are enough, in words."""

from __future__ import annotations

from gateway.simulator.scenario.model import GoalSection
from gateway.simulator.whatif.answers import Answer
from gateway.simulator.whatif.search import Found
from gateway.statistics.student import Estimate

GOAL = GoalSection(share=0.95, within_s=1800)
GOOD, BAD = Estimate(0.971, 0.9644, 0.978, 5), Estimate(0.71, 0.70, 0.72, 5)


def _told(found: Found, **shares: Estimate) -> str:
    return Answer({}, GOAL, found, {int(count[1:]): share for count, share in shares.items()}).told


def test_enough_says_what_fewer_do_and_what_one_away_does() -> None:
    assert _told(Found(3, 64), n2=BAD, n3=GOOD, n4=GOOD) == (
        "3 modems per box are enough: 97.1 % (96.4..97.8) of the invitations go out within 30 min; 2 are not:"
        " 71.0 % (70.0..72.0). While one of 3 is away all the time it is as with 2, which is not enough; with 4 one"
        " may be away."
    )
    assert _told(Found(2, 64), n1=BAD, n2=GOOD, n3=GOOD).startswith(
        "2 modems per box are enough: 97.1 % (96.4..97.8) of the invitations go out within 30 min; 1 is not: 71.0 %"
    )
    assert _told(Found(1, 64), n1=GOOD, n2=GOOD) == (
        "1 modem per box is enough: 97.1 % (96.4..97.8) of the invitations go out within 30 min. While it is away"
        " nothing goes out; with 2 one may be away."
    )
    assert _told(Found(64, 64), n63=BAD, n64=GOOD).endswith("which is not enough; a box takes no more modems.")


def test_out_of_reach_is_said_and_when_modems_are_not_what_is_missing() -> None:
    assert _told(Found(None, 64), n32=Estimate(0.5, 0.4, 0.6, 5), n64=BAD) == (
        "Not reachable with 64 modems per box: 71.0 % (70.0..72.0) go out within 30 min, the goal is 95 %."
    )
    told = _told(Found(None, 64), n32=Estimate(0.709, 0.7, 0.72, 5), n64=BAD)
    assert "With 32 it is 70.9 % (70.0..72.0): modems are not what is missing" in told


def test_contradiction_is_told() -> None:
    told = _told(Found(2, 64, 3), n1=BAD, n2=GOOD, n3=Estimate(0.96, 0.94, 0.98, 5))
    assert "But with 3 it is 96.0 % (94.0..98.0), whose lower end is below the goal" in told


def test_what_was_varied_is_named() -> None:
    answer = Answer({"box.survey.delay_s": "0"}, GOAL, Found(1, 64), {1: GOOD, 2: GOOD})
    assert answer.told.startswith("With delay 0: 1 modem per box is enough")
    assert answer.as_json()["fewest"] == 1 and list(answer.as_json()["looked_at"]) == ["1", "2"]
