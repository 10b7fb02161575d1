"""`otklik status` and what led to the last errors."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main
from gateway.store import state
from tests.gateway.conftest import NOON, Centre

LINES = "-0.200 > AT+CMGS=27\n+0.000 < ERROR"


def test_status_shows_a_line_per_trouble_and_its_dialogue_on_demand_pain_29(centre: Centre, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("modems: []\n", encoding="utf-8")
    state.add_trouble(centre.db, place="modem m1", text="The modem did not answer AT.", now=NOON, lines=LINES)

    def call(*arguments: str) -> tuple[str, dict[str, object]]:
        shown = CliRunner().invoke(main, ["status", "-c", str(tmp_path / "config.yaml"), "--json", *arguments])
        (trouble,) = json.loads(shown.stdout.splitlines()[-1])["troubles"]
        return shown.stdout, trouble

    short, trouble = call()
    assert "modem m1: The modem did not answer AT." in short
    assert "AT+CMGS" not in short
    assert "lines" not in trouble
    whole, trouble = call("--troubles")
    assert "    -0.200 > AT+CMGS=27\n    +0.000 < ERROR\n" in whole
    assert trouble["lines"] == LINES
