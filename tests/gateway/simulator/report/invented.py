"""Measures as a run of 243 days in two boxes might leave them, without a run: plausible in size and shape."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from gateway import directory
from gateway.simulator.measures.measures import Measures, ModemMeasures
from gateway.simulator.scenario.model import Scenario

_ALTAI = Path(__file__).parents[4] / "examples" / "altai"

PUBLISHED = {
    "response": (0.15, 0.16),
    "positive": (0.97, 0.98),
    "within_29_min": (0.45, 0.55),
    "ratings": (100_000, 1_000_000),
    "mean": (4.9, 5.0),
    "queue_min": (10, 20),
}


def scenario(**changes: Any) -> Scenario:
    values = {
        "name": "altai-2017",
        "about": "The region from 1 January to 31 August 2017, all offices, two boxes.",
        "first_day": date(2017, 1, 1),
        "days": 243,
        "boxes": 2,
        "published": PUBLISHED,
        "desk": {"operators": 2},
    }
    return Scenario.model_validate(values | changes)


def measures(days: int = 243, scale: float = 1.0, seed: int = 1) -> Measures:
    """Two boxes, one modem each, some 2,700 invitations a day."""
    chance = Random(seed)
    found = Measures(days=days, boxes=2, balanced=True)
    for day in range(days):
        _a_day(found, day, scale, chance)
    invited = found.sent_by_hour.total()
    found.counts = Counter(
        visits=int(invited * 1.9), refused=int(invited * 0.03), no_consent=int(invited * 0.86),
        barred=int(invited * 0.03), invited=invited, delivered=int(invited * 0.951),
        replied=int(invited * 0.171), rated=int(invited * 0.1553),
        exported=int(invited * 0.1553), opted_out=int(invited * 0.0018), late=int(invited * 0.001), unknown=7,
        parts=int(invited * 1.16), texts=int(invited * 1.16), inbound=int(invited * 0.176), expired=3,
    )  # fmt: skip
    _of_people(found, chance)
    calls = int(found.counts["rated"] * 0.03)
    found.calls = Counter(
        opened=calls, reached=int(calls * 0.83), gave_up=int(calls * 0.12), within=int(calls * 0.71),
        tries=int(calls * 1.6), talk_s=calls * 260, busy_s=calls * 280, staffed_s=2 * 2 * 170 * 9 * 3600,
    )  # fmt: skip
    for _ in range(int(calls * 0.83)):
        found.call_waits_s[int(chance.lognormvariate(math.log(2400), 1.1))] += 1
    found.messages = found.counts["parts"] * 3
    return found


def _a_day(found: Measures, day: int, scale: float, chance: Random) -> None:
    weekday = (date(2017, 1, 1) + timedelta(days=day)).weekday()
    invitations = int(scale * chance.gauss(1, 0.1) * (3300, 3900, 3200, 3100, 3100, 1500, 300)[weekday])
    queue = [0, 0]
    for hour in range(9, 21):
        share = 0.35 if hour == 9 else 0.3 if hour == 18 else 0.035
        for box in (1, 2):
            name = f"box{box}/m1"
            modem = found.modems.setdefault(name, ModemMeasures())
            free = int(invitations * share * (0.53 if box == 1 else 0.47))
            queue[box - 1] += free
            sent = min(queue[box - 1], 820)
            queue[box - 1] -= sent
            at = day * 24 + hour
            found.may_send_by_hour[at] += free
            found.sent_by_hour[at] += sent
            found.sent[weekday * 24 + hour] += sent
            found.queue_most[at] += queue[box - 1] + sent
            modem.parts[at] += sent
            modem.busy_s[at] += min(3600, int(sent * 4.25))
            for _ in range(sent):
                wait = int(chance.expovariate(1 / (1 + 600 * sent / 820)))
                found.waits_s[wait] += 1
                found.queue_area_s += wait
    if chance.random() < 0.08:
        begin = day * 86_400 + chance.randrange(9, 18) * 3600
        found.modems["box1/m1"].away.append((begin, begin + chance.randrange(300, 9000)))


def _of_people(found: Measures, chance: Random) -> None:
    names = list(office_names())
    weights = [1 / (1 + index) for index in range(len(names))]
    rated = found.counts["rated"]
    for code, share in zip(names, weights, strict=True):
        found.invited[code] = int(found.counts["invited"] * share / sum(weights))
        given = int(rated * share / sum(weights)) if code != names[-1] else 12
        good = chance.uniform(0.955, 0.99)
        rest = given - int(given * good)
        low = Counter({3: rest // 2, 2: rest // 6, 1: rest - rest // 2 - rest // 6})
        fives = int(given * good * 0.93)
        found.marks[code] = Counter({5: fives, 4: given - rest - fives}) + low
        found.truth[code] = found.marks[code] + Counter({5: given // 12, 1: given // 800})
    kinds = {"rating": 0.925, "comment": 0.025, "noise": 0.016, "help": 0.012, "vector": 0.009, "ambiguous": 0.006,
             "optout": 0.004, "wrong_recipient": 0.002, "out_of_range": 0.001}  # fmt: skip
    found.replies = Counter({kind: int(share * found.counts["inbound"]) for kind, share in kinds.items()})
    for _ in range(found.counts["replied"]):
        late = chance.random() < 0.15
        delay = chance.uniform(720, 1440) if late else min(4320.0, chance.lognormvariate(math.log(25), 1.6))
        found.delays_min[int(delay)] += 1


def office_names() -> dict[str, str]:
    """The offices of the example, by code."""
    known = directory.load(_ALTAI / "offices.csv", _ALTAI / "services.csv")
    return {code: office.name for code, office in known.offices.items()}
