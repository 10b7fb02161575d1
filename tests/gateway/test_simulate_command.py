"""`otklik simulate` as people call it: output, exit codes, one sentence per error."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.gateway.simulator.running.test_pool import FAKE

VISITS = """foreign_id,office,service,received_at,phone,consent
v1,BRN1,REG,2017-09-12T15:40,+79130200001,1
v2,BRN2,REG,2017-09-12T15:41,+79130200002,1
"""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boxes are made up."""
    monkeypatch.setattr("gateway.cli.simulate.WORKER", FAKE)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "s.yaml"
    path.write_text("{name: s, about: A queue., first_day: 2017-09-12, boxes: 2, mode: plan}", encoding="utf-8")
    return path


def _call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["simulate", *map(str, arguments)])


@pytest.mark.usefixtures("fake")
def test_run_prints_what_it_came_to_and_goes_into_its_folder(scenario: Path, tmp_path: Path) -> None:
    done = _call(scenario, "--seed", "seven", "--out", tmp_path / "run", "--processes", 1, "--json")
    assert done.exit_code == 0, done.output
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["visits"], last["rated"], last["seed"], last["balanced"]) == (15, 3, "seven", True)
    assert "visits 15  →  invited 0" in done.stdout
    assert "seed: seven" in (tmp_path / "run" / "scenario.yaml").read_text(encoding="utf-8")
    run = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))["run"]
    assert run["command"] == f"otklik simulate {scenario} --seed seven --out {tmp_path / 'run'} --processes 1 --json"
    again = _call(scenario, "--seed", "seven", "--out", tmp_path / "run")
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1) and "go on with it with --resume" in again.stderr


def test_box_is_planned_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("{name: s, about: A day., first_day: 2017-09-12, visits: {per_day: 30}}", encoding="utf-8")
    done = _call(path, "--plan", "--out", tmp_path / "run", "--json")
    assert done.exit_code == 0, done.output
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["balanced"] and last["visits"] > last["invited"] > 0 and last["mode"] == "plan"


@pytest.mark.usefixtures("fake")
def test_what_if_prints_a_table_and_an_answer(scenario: Path, tmp_path: Path) -> None:
    call = (scenario, "--vary", "text=overall,criteria", "--replications", 2, "--out", tmp_path / "w", "--json")
    done = _call(*call, "--goal", "80%/30m")
    assert done.exit_code == 0, done.output
    assert "With survey criteria: 4 modems per box are enough" in done.stdout
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["points"] == 10 and [answer["fewest"] for answer in last["answers"]] == [4, 4]
    assert last["rated"] == 60 and last["balanced"] and Path(last["report"]).exists()


@pytest.mark.usefixtures("fake")
def test_box_that_has_lived_is_what_the_scenario_is_like(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("modems: []\nsurvey: {delay_s: 5}\n", encoding="utf-8")
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    taken = CliRunner().invoke(main, ["visits", "import", "-c", str(config), str(tmp_path / "visits.csv")])
    assert taken.exit_code == 0, taken.output
    call = ("--like", tmp_path / "otklik.db", "--out", tmp_path / "run", "-c", config, "--plan", "--processes", 1)
    done = _call(*call)
    assert done.exit_code == 0, done.output
    assert "delay_s: 5" in (tmp_path / "run" / "scenario.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "run" / "like" / "offices.csv").exists()
    assert "go on with it with --resume" in _call(*call).stderr
    assert _call(*call, "--resume").exit_code == 0


@pytest.mark.usefixtures("fake")
def test_ledger_that_does_not_balance_ends_with_one(scenario: Path, tmp_path: Path) -> None:
    scenario.write_text(scenario.read_text(encoding="utf-8").replace("A queue.", "no balance"), encoding="utf-8")
    done = _call(scenario, "--out", tmp_path / "run", "--json")
    assert done.exit_code == 1 and "does not balance in box2" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["balanced"] is False


@pytest.mark.usefixtures("fake")
def test_who_insists_is_told_how_to_go_on(scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def insist(line: object, text: str) -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("gateway.cli.progressline.ProgressLine.show", insist)
    done = _call(scenario, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert done.stderr.startswith("Ended at once; what was finished is kept: go on with otklik simulate ")
    assert done.stderr.endswith(" --resume\n")


def test_packaged_scenarios_are_listed() -> None:
    done = _call("--list")
    assert done.exit_code == 0
    assert any(line.startswith("altai-day ") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "Name a SCENARIO (--list shows what there is), or a box's database with --like."),
        (("nothing-like-it",), 2, "There is no scenario nothing-like-it; choose altai-"),
        (("altai-day", "-c", "config.yaml"), 2, "--config is for --like"),
        (("altai-day", "--vary", "modem=1"), 2, "A scenario has no key modem, did you mean modems?"),
        (("altai-day", "--vary", "modems=0"), 2, "modems.count=0: Input should be greater than or equal to 1."),
        (("altai-day", "--goal", "95%"), 2, "'95%' is no goal"),
        (("altai-day", "--goal", "--replications", "1"), 2, "give --replications 2 or more"),
        (("altai-day", "--out", "/dev/null/run"), 1, "The run cannot be written to /dev/null/run: Not a directory"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: tuple[str, ...], code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = _call(*arguments)
    assert done.exit_code == code and told in done.stderr, done.output
    assert "Traceback" not in done.output
