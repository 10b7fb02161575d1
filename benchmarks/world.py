"""The simulated world by itself: how fast people come and answer, whether they are as published, and how well their
texts are understood.

    python -m benchmarks.world [--scenario altai-2017] [--texts 20000]

Time is the process's own processor time. Texts are those that are no bare digit, with all marks, abuse and machines
more frequent than people have them. Ends with 1 if more than one in a thousand is misunderstood into a wrong rating.
"""

import argparse
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from time import process_time
from zoneinfo import ZoneInfo

from gateway.replies import interpret
from gateway.simulator.citizens import Citizens, Occasion
from gateway.simulator.intents import Answer, Shape
from gateway.simulator.questions import Kind, Question
from gateway.simulator.running.boxes import boxes_of
from gateway.simulator.scenario.files import load
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world.arrivals import arrivals
from gateway.simulator.world.offices import offices_of, services_of

NOON = datetime(2017, 9, 13, 12, tzinfo=ZoneInfo("Asia/Barnaul"))
INVITE = Question(Kind.INVITE)
SILENT = 200_000
MOST_WRONG = 0.001


def come(scenario: Scenario) -> None:
    """Print who comes in a scenario, and what it costs."""
    services = services_of(scenario)
    marks: Counter[int] = Counter()
    invited, waited, begin = 0, 0.0, process_time()
    for region, box, _ in boxes_of(scenario):
        for arrival in arrivals(scenario, region, box, offices_of(scenario, region, box), services):
            marks[arrival.mark] += 1
            waited += arrival.waited_s
            invited += arrival.consent and arrival.phone is not None
    taken, visits = process_time() - begin, marks.total()
    print(f"visits     {visits}, of them {invited} to be asked; {waited / visits / 60:.2f} minutes in the queue")
    print("marks      " + ", ".join(f"{mark}: {100 * marks[mark] / visits:.2f} %" for mark in (5, 4, 3, 2, 1)))
    print(f"time       {taken:.1f} s, {1e6 * taken / visits:.1f} µs a visit")
    print(f"memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


def keep_silent() -> None:
    """Print what a citizen costs who does not answer."""
    citizens = Citizens("world", response=0)
    asked = [(f"+7913{number:07d}", Occasion(f"BRN1-20170912-{number:06d}", 5)) for number in range(SILENT)]
    begin = process_time()
    for phone, occasion in asked:
        citizens.intents(INVITE, phone, NOON, occasion)
    print(f"silence    {1e6 * (process_time() - begin) / SILENT:.1f} µs a citizen")


def texts() -> Iterator[tuple[Shape, Answer]]:
    """What citizens write who write more than a digit, without end."""
    citizens = Citizens("world", response=1, scores=(0.5, 0.2, 0.1, 0.1, 0.1), abuse=0.02, automatic=0.02)
    number = 0
    while True:
        number += 1
        for intent in citizens.intents(INVITE, f"+7913{number:07d}", NOON):
            if intent.shape is not Shape.BARE:
                yield intent.shape, citizens.say(intent)


def understand(count: int) -> float:
    """Print how many of so many texts are understood; the share of those that are taken for another mark."""
    meant: Counter[Shape] = Counter()
    understood: Counter[Shape] = Counter()
    wrong: list[tuple[Answer, int]] = []
    seen: set[str] = set()
    taken = 0.0
    for (shape, answer), _ in zip(texts(), range(count), strict=False):
        seen.add(answer.text)
        begin = process_time()
        meaning = interpret(answer.text)
        taken += process_time() - begin
        marks = {meaning.rating} if meaning.rating is not None else set(meaning.criteria.values())
        found = marks.pop() if len(marks) == 1 else None
        meant[shape] += answer.meant is not None
        understood[shape] += found is not None and found == answer.meant
        if found is not None and found != answer.meant:
            wrong.append((answer, found))
    share = understood.total() / meant.total()
    print(f"texts      {count}, {len(seen)} different; {1e6 * taken / count:.0f} µs to read one")
    print(f"understood {100 * share:.2f} % of {meant.total()} marks; {len(wrong)} taken for another")
    for shape, number in meant.most_common():
        if number:
            print(
                f"           {shape:14} {understood[shape]:6} of {number:6} = {100 * understood[shape] / number:6.2f} %"
            )
    for answer, found in wrong:
        print(f"           wrong: {answer.text!r} means {answer.meant}, read as {found}")
    return len(wrong) / count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="altai-2017")
    parser.add_argument("--texts", type=int, default=20_000)
    arguments = parser.parse_args()
    come(load(arguments.scenario))
    keep_silent()
    return int(understand(arguments.texts) > MOST_WRONG)


if __name__ == "__main__":
    sys.exit(main())
