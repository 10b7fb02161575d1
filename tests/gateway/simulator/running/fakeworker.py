"""What a worker looks like from outside, in plain JSON: its boxes do what the scenario's `about` says; otherwise each
day brings messages by the seed. It knows nothing of scenarios, so that it starts in no time."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.results import Result, keep


def main() -> None:
    for line in sys.stdin:
        task = json.loads(line)
        if task != "stop":
            _do(task, task["box"], task["scenario"])


def _do(task: dict[str, Any], box: tuple[int, int, str], scenario: dict[str, Any]) -> None:
    _, number, name = box
    days, seed, about = scenario.get("days", 1), scenario.get("seed", "1"), scenario["about"]
    found = Measures(days=days, boxes=1)
    if about == "fails":
        _say({"Failed": {"box": name, "sentence": "The weather is too bad.", "trace": ""}})
        return
    _end(about)
    if about == f"box {number} waits":
        _say({"Progress": {"box": name, "day": 1, "days": days, "messages": 5}})
        assert json.loads(sys.stdin.readline()) == "stop"
        found.days = 1
        keep(Result(False, 0.5, 1000, found), Path(task["result"]))
        _say({"Lived": {"box": name, "whole": False, "peak_kb": 1000}})
        return
    for day in range(1, days + 1):
        found.messages += len(seed) * number
        _say({"Progress": {"box": name, "day": day, "days": days, "messages": found.messages}})
    found.balanced = about != "no balance" or number != 2
    found.counts.update(visits=found.messages, rated=number, parts=found.messages)
    found.marks[f"OFFICE{number}"] = Counter({5: number})
    if about == "A queue.":
        in_time = min(1000, 220 * int(scenario.get("modems", {}).get("count", 1)) + len(seed))
        found.may_send_by_hour[9] = 1000
        found.waits_s.update({60: in_time, 7200: 1000 - in_time})
    keep(Result(True, 0.5, 1000, found), Path(task["result"]))
    _say({"Lived": {"box": name, "whole": True, "peak_kb": 1000}})


def _end(about: str) -> None:
    match about:
        case "leaves":
            print("The disk is away.", file=sys.stderr, flush=True)
            sys.exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)


def _say(word: dict[str, Any]) -> None:
    print(json.dumps(word), flush=True)


if __name__ == "__main__":
    main()
