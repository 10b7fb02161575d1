"""`otklik demo` as a stranger runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def _demo(folder: Path, *options: str) -> tuple[int, str, dict[str, object]]:
    command = [sys.executable, "-m", "gateway", "demo", "--dir", str(folder), "--no-console", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    return done.returncode, done.stdout, json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}


def test_demo_of_a_day_balances_and_hands_up_what_was_rated(tmp_path: Path) -> None:
    for visits, form in ((1, "json"), (60, "rates-xml")):  # the second starts afresh where the first has been
        code, out, result = _demo(tmp_path, "--visits", str(visits), "--seed", "7", "--upstream", form)

        assert code == 0, out
        assert result["balanced"] is True
        assert result["visits"] == visits - int(str(result["refused"]))
        assert result["lost"] == result["duplicated"] == result["unknown"] == 0
        assert result["exported"] == result["rated"]
        ratings = [json.loads(line) for line in (tmp_path / "ratings.jsonl").read_text(encoding="utf-8").splitlines()]
        assert len({rating["visit_id"] for rating in ratings}) == result["rated"]
        assert not any("+79" in json.dumps(rating) for rating in ratings)
        assert result["upstreams"] == {"site": ({"accepted": len(ratings)} if ratings else {}) | {"waiting": 0}}
        assert "<svg" in (tmp_path / "results.html").read_text(encoding="utf-8") or not ratings
        assert not (tmp_path / "ports" / "modem0").exists()
    assert result["rated"]
