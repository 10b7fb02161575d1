"""The question: a grid of variants, the fewest modems for a goal, or both. What comes of it goes into the folder."""

from __future__ import annotations

from collections.abc import Callable

from gateway.errors import ScenarioError
from gateway.simulator.running.folder import held, writing
from gateway.simulator.running.interrupts import Interrupts
from gateway.simulator.running.pool import Pool
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.vary import grid
from gateway.simulator.whatif.answers import MODEMS, MOST, Answer
from gateway.simulator.whatif.exploring import Explorer, Interrupted
from gateway.simulator.whatif.figures import GOAL, estimates
from gateway.simulator.whatif.points import Point
from gateway.simulator.whatif.question import Question, Result
from gateway.simulator.whatif.search import fewest
from gateway.simulator.whatif.writing import write
from gateway.statistics.student import Estimate
from scheduler.clock import Clock


def ask(question: Question, clock: Clock, show: Callable[[str], None], interrupts: Interrupts) -> Result:
    """Look at all points, and look for the answers; `show` gets a line on how far it is.

    Raises ScenarioError for what cannot be varied so, SimulationError for what cannot be run.
    """
    combinations = _combinations(question)
    began = clock.monotonic()
    answers: list[Answer] = []
    with (
        held(question.folder, question.scenario, question.resume) as folder,
        Pool(question.processes, last=question.scenario.mode == "plan", program=question.program) as pool,
    ):
        explorer = Explorer(question.scenario, question.replications, folder, pool, clock, show, interrupts)
        interrupted = False
        try:
            if question.seeks:
                answers += (_answer(explorer, question.scenario, changes) for changes in combinations)
            else:
                explorer.look(combinations)
        except Interrupted:
            interrupted = True
        seen = [point for point in explorer.seen() if point.replications]
        if question.seeks:
            seen.sort(key=lambda point: (combinations.index(_without_modems(point)), int(point.changes[MODEMS])))
        result = Result(question, seen, answers, interrupted, clock.monotonic() - began)
        with writing(folder.path):
            write(result, folder.path)
    return result


def _combinations(question: Question) -> list[dict[str, str]]:
    if question.seeks and any(axis.key == MODEMS for axis in question.axes):
        raise ScenarioError(f"--goal looks for {MODEMS} itself; leave it out of --vary.")
    if question.seeks and question.replications < 2:
        raise ScenarioError("A goal is reached by the lower end of an interval: give --replications 2 or more.")
    return grid(question.axes)


def _without_modems(point: Point) -> dict[str, str]:
    return {key: value for key, value in point.changes.items() if key != MODEMS}


def _answer(explorer: Explorer, scenario: Scenario, changes: dict[str, str]) -> Answer:
    shares: dict[int, Estimate] = {}
    aim = explorer.variant(Point(changes)).goal

    def reaches(count: int) -> bool:
        (point,) = explorer.look([{**changes, MODEMS: str(count)}])
        found = estimates(list(point.figures))[GOAL.key]
        if found is None:
            raise ScenarioError("Nobody is invited in this scenario, so that there is nothing to be in time.")
        shares[count] = found
        return found.low is not None and found.low >= aim.share

    return Answer(changes, aim, fewest(reaches, MOST), shares)
