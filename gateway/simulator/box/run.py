"""One box of a scenario, from the first visit to the last report: visits, messages, answers, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gateway.simulator.box import memory as memories
from gateway.simulator.box.judging import judge
from gateway.simulator.box.living import Life
from gateway.simulator.box.memory import Memory
from gateway.simulator.box.premises import Premises
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.progress import Progress
from gateway.simulator.scenario.model import Scenario


class Stop(Protocol):
    """Tells that a run is to end before its time."""

    def is_set(self) -> bool: ...


def run_box(
    scenario: Scenario, region: int, box: int, folder: Path, tell: Callable[[Progress], None], stop: Stop
) -> Measures:
    """Live through the scenario in one box, whose database is made in `folder`; regions and boxes count from 1.

    `tell` hears of every day that is over. After `stop` the box lives on until the night after which it can be put
    aside (Monday's, or the end), and what it came to until then is told; `is_begun` of `memory` says then that the next
    run in this folder goes on from there, and comes to what it would have come to without. Otherwise a run begins anew.

    The ratings are in `ratings.jsonl` beside the database. Raises GatewayError if the box cannot be built.
    """
    premises = Premises(scenario, region, box, folder)
    if memories.is_begun(folder):
        memory = memories.take_up(scenario, folder)
    else:
        premises.clear()
        memory = Memory(premises.start.timestamp())
    life = Life(premises, memory, tell)
    while not life.is_over:
        if memory.week and stop.is_set():
            memories.put_aside(memory, scenario, folder)
            break
        life.live_a_week()
    return judge(premises, memory)
