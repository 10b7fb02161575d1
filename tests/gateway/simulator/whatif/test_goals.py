"""Goals as people write them."""

from __future__ import annotations

import pytest

from gateway.errors import ScenarioError
from gateway.simulator.scenario.model import GoalSection
from gateway.simulator.whatif.goals import duration, goal, told


@pytest.mark.parametrize(
    ("text", "share", "within_s"),
    [("95%/30m", 0.95, 1800), ("99.5 % / 2h", 0.995, 7200), ("100%/45s", 1, 45), ("50%/1.5d", 0.5, 129_600)],
)
def test_goal_is_a_share_and_a_time(text: str, share: float, within_s: float) -> None:
    found = goal(text)
    assert (found.share, found.within_s) == pytest.approx((share, within_s))


@pytest.mark.parametrize("text", ["", "95", "95%", "0%/30m", "101%/30m", "95%/30", "95%/30w", "altai-2017", "30m/95%"])
def test_what_is_no_goal_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ScenarioError, match="is no goal: write a share and within how long, such as 95%/30m"):
        goal(text)


def test_goal_is_told_in_the_units_of_people() -> None:
    assert told(GoalSection()) == "95 % within 30 min"
    assert [duration(seconds) for seconds in (45, 90, 7200, 86_400, 172_800)] == [
        "45 s",
        "90 s",
        "2 h",
        "1 day",
        "2 days",
    ]
