"""docs/centre.md is true: its commands print what it shows, and every scenario, key, option and name on it exists.

In output `…` stands for any text. Commands that take longer are read, not run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.cli.simulate import simulate
from gateway.simulator.measures.measures import Measures
from gateway.simulator.report import peoplesections, sections
from gateway.simulator.report.published import FIGURES
from gateway.simulator.running.folder import RunFolder
from gateway.simulator.running.simulating import Outcome
from gateway.simulator.scenario import files, vary
from gateway.simulator.scenario.model import CostSection, Scenario
from gateway.simulator.whatif import goals, tables
from gateway.simulator.whatif.figures import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "centre.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RUN = re.compile(r"^<!-- run: (\w+) -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTIONS = ("modems.", "visits.", "citizens.", "network.", "box.", "cost.", "upstream.", "desk.")


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of a table by the first cell of its heading."""
    table = PAGE.split(f"\n| {heading} |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.split("|")[1:-1]]


def quoted(text: str) -> list[str]:
    """What stands in backquotes outside of blocks."""
    return re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text))


def commands() -> list[list[str]]:
    return [
        shlex.split(line[2:]) for kind, text in _BLOCK.findall(PAGE) for line in text.splitlines() if line[:2] == "$ "
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scenarios of the page, with the files they name, in the current folder."""
    for kind, text in _BLOCK.findall(PAGE):
        if kind == "yaml":
            (tmp_path / text.partition("\n")[0].removeprefix("# ")).write_text(text, encoding="utf-8")
    (tmp_path / "visits.csv").write_text("foreign_id,office,service,received_at,phone,consent\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("scene", "console"), _RUN.findall(PAGE), ids=[name for name, _ in _RUN.findall(PAGE)])
def test_commands_print_what_the_page_shows(
    scene: str, console: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.cli.simulate.cores", lambda: 1)  # what a process costs is its start
    for piece in console.split("$ ")[1:]:
        command, _, expected = piece.partition("\n")
        result = CliRunner().invoke(main, command.split()[1:])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        pattern = ".*".join(re.escape(text) for text in expected.split("…"))
        assert re.fullmatch(pattern, result.output, re.DOTALL), f"$ {command}\n{result.output}"


def test_every_command_can_be_given(folder: Path) -> None:
    (folder / "otklik.db").touch()
    (folder / "config.yaml").touch()
    for program, name, *words in commands():
        assert (program, name) == ("otklik", "simulate")
        if "--list" in words:
            continue
        given = simulate.make_context("simulate", list(words)).params
        scenario = None if given["scenario"] is None else files.load(given["scenario"])
        axes = [vary.axis(text) for text in given["axes"] if text != "modem=1..3"]  # the one that is misspelt
        for point in vary.grid(axes) if scenario is not None else ():
            vary.varied(scenario, point)
        if given["aim"]:
            goals.goal(given["aim"])


def test_scenarios_of_the_page_are_ones(folder: Path) -> None:
    region, replay = (files.load(name) for name in ("our-region.yaml", "replay.yaml"))
    assert replay.visits.replay == folder / "visits.csv"
    assert goals.told(region.goal) == goals.told(goals.goal("95%/30m"))


def test_every_option_on_the_page_is_one() -> None:
    ours = [text for text in quoted(PAGE) if not text.startswith("python ")]
    named = {word for text in ours for word in re.findall(r"--[a-z]+", text)}
    options = {
        name for one in simulate.params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)
    }
    assert named
    assert named <= options


def test_every_key_on_the_page_is_one() -> None:
    keys = {key for key in quoted(PAGE) if key.startswith(_SECTIONS) and re.fullmatch(r"[a-z_.]+", key)}
    assert len(keys) > 15
    for key in keys:
        assert vary.full_key(key) == key
    for name in vary.SHORT:
        assert f"`{name}`" in PAGE


def test_ten_keys_have_the_defaults_that_are_told() -> None:
    document = Scenario(name="a", about="a", first_day=date(2017, 9, 12)).model_dump(mode="json")
    table = list(rows("key"))
    assert len(table) == 10
    for name, default, _ in table:
        value: object = document
        for step in quoted(name)[0].split("."):
            assert isinstance(value, dict)
            value = value[step]
        assert said(value) == default, name


def said(value: object) -> str:
    """A default as the page tells it."""
    if isinstance(value, dict) and set(value) == {"from", "to"}:
        return f"{value['from']} to {value['to']}"
    if isinstance(value, dict):
        assert not any(any(one) if isinstance(one, list | tuple) else one for one in value.values())
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_every_scenario_that_comes_with_the_program_is_listed() -> None:
    listed = dict(_RUN.findall(PAGE))["list"].splitlines()[1:]
    assert [line.split()[0] for line in listed] == list(files.packaged())


def test_what_is_said_of_the_altai_is_in_its_scenario() -> None:
    altai = files.load("altai-2017")
    for said in ("6,900 visits", "a fifth more", "55 % consent", "97 % valid phones", "16.5 % of those", "13 minutes"):
        assert said in PAGE
    assert (altai.visits.per_day, altai.visits.growth_per_year, altai.visits.consent) == (6900, 0.2, 0.55)
    assert (altai.visits.valid_phone, altai.citizens.response, altai.citizens.median_s) == (0.97, 0.165, 780)
    assert (altai.boxes, altai.modems.count, altai.desk.operators) == (2, 1, 1)
    assert set(altai.published) <= set(FIGURES)


def test_every_published_name_is_described_as_the_report_does() -> None:
    told = {name.strip("`"): words.removesuffix(", in minutes") for name, words in rows("name")}
    assert told == {name: figure.says for name, figure in FIGURES.items()}


def test_sections_of_a_report_are_those_that_are_described() -> None:
    described = [title for title, _ in rows("section")]
    code = "".join(
        Path(module.__file__ or "").read_text(encoding="utf-8")
        for module in (sections, peoplesections, sections.loadsections)
    )
    assert len(described) == 15
    assert [title for title in described if f'"{title}"' not in code] == []


def test_columns_of_a_grid_are_those_that_are_described() -> None:
    shown = [kind.title for kind in KINDS if kind.key in tables.SHOWN]
    assert [title for title, _ in rows("column")] == shown


def test_files_of_a_run_lie_where_the_page_says() -> None:
    there = RunFolder(Path("a"))
    named = {there.scenario.name, there.ratings.name, there.report.name, there.result("b").name}
    assert named <= set(quoted(PAGE))


def test_names_of_the_last_line_are_in_it() -> None:
    (sentence,) = re.findall(r"`--json` prints one object as the last line of standard output: ([^.]*) and more", PAGE)
    summary = Outcome(files.load("altai-day"), Measures(), [], 1, False, 1.0, None, None, 1.0, 1.0, Path("a")).summary()
    assert set(quoted(sentence)) <= set(summary)


def test_a_modem_costs_what_the_page_says() -> None:
    prices = CostSection()
    month = prices.sim_month + prices.modem / 36
    assert f"{month:.0f} roubles a month" in PAGE
    assert f"some {round(month / prices.part, -1):.0f} parts" in PAGE


def test_every_link_leads_to_a_heading() -> None:
    headings = re.findall(r"^##+ (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    linked = set(re.findall(r"\(#([^)]*)\)", PAGE))
    assert linked
    assert linked <= anchors
