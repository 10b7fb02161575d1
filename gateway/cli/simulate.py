"""`otklik simulate`: a telephone centre in virtual time."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tabulate import tabulate

from gateway import config as configuration
from gateway.cli import WORDS
from gateway.cli.options import config_option, json_option, print_json
from gateway.cli.progressline import ProgressLine
from gateway.simulator.running.folder import LIKE, run_in
from gateway.simulator.running.interrupts import listening
from gateway.simulator.running.pool import WORKER
from gateway.simulator.running.simulating import Order, Outcome, cores
from gateway.simulator.running.simulating import simulate as run
from gateway.simulator.scenario import files, vary
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.whatif import goals, tables
from gateway.simulator.whatif.question import PAGE, Question
from scheduler.clock import SystemClock

_FOLDER = click.Path(path_type=Path, file_okay=False)
_DATABASE = click.Path(path_type=Path, dir_okay=False, exists=True)
_RUNS = 5
"""Replications of each point, where nothing else is said."""
_STAGES = ("visits", "invited", "delivered", "replied", "rated", "exported")


def _list(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        for name, path in files.packaged().items():
            click.echo(f"{name:18} {files.load(path).about}")
        context.exit()


@click.command(short_help="A telephone centre in virtual time.")
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option("--like", type=_DATABASE, help="Instead of SCENARIO: a box's own history, out of its database.")
@click.option("--seed", help="Who comes and what they answer; default as in the scenario.")
@click.option("--out", "folder", type=_FOLDER, help="Where to; default ./NAME of the scenario.")
@click.option("--plan/--full", default=None, help="Without the AT dialogue, or with it; default as in the scenario.")
@click.option("--processes", type=click.IntRange(1, 1024), help="Boxes at work at once; default as many as cores.")
@click.option("--resume", is_flag=True, help="Go on with what is in the folder: what is finished is not run again.")
@click.option(
    "--vary",
    "axes",
    multiple=True,
    metavar="KEY=VALUES",
    help="What if: modems=1..8, text=overall,criteria, or any key of the scenario. May be repeated.",
)
@click.option(
    "--replications",
    type=click.IntRange(1, 1000),
    help=f"Runs with seeds of their own for each point; default {_RUNS}.",
)
@click.option(
    "--goal",
    "aim",
    is_flag=False,
    flag_value="",
    metavar="[SHARE/TIME]",
    help="The fewest modems that reach it: 95%/30m; without a value, the scenario's.",
)
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="The scenarios there are."
)
@config_option
@json_option
def simulate(
    scenario: str | None,
    like: Path | None,
    seed: str | None,
    folder: Path | None,
    plan: bool | None,
    processes: int | None,
    resume: bool,
    axes: tuple[str, ...],
    replications: int | None,
    aim: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """A telephone centre in virtual time: months in minutes.

    SCENARIO is a file, or the name of one that comes with the program (--list). The same scenario and seed give the
    same ratings and the same report, on any machine and in any number of processes.

    With --vary, --replications or --goal it is asked what if: variants are planned (or run, with --full) side by side,
    each with the same people, and come out with 95 % intervals.

    With --like the scenario is drawn out of what a box has lived, and written into the folder to be read and changed;
    --config says what its database does not know, such as the survey.
    """
    loaded, folder = _loaded(scenario, like, folder, config, resume)
    if axes or replications or aim is not None:
        chosen = _changed(loaded, seed, "full" if plan is False else "plan", aim)
        varied_axes = [vary.axis(text) for text in axes]
        into = folder or Path(f"{chosen.name}-what-if")
        question = Question(
            *(chosen, varied_axes, aim is not None, replications or _RUNS, into),
            *(processes or cores(), resume, _command(), WORKER),
        )
        _what_if(question, as_json)
        return
    chosen = _changed(loaded, seed, {None: loaded.mode, True: "plan", False: "full"}[plan], None)
    _once(Order(chosen, folder or Path(chosen.name), processes or cores(), resume, _command(), WORKER), as_json)


def _loaded(
    name: str | None, like: Path | None, folder: Path | None, config: Path | None, resume: bool
) -> tuple[Scenario, Path | None]:
    """The scenario that is meant, and the folder if it has decided on it."""
    if name is not None and like is None:
        if config is not None:
            raise click.UsageError("--config is for --like: a scenario has its own configuration, in box.")
        return files.load(name), folder
    if like is None or name is not None:
        raise click.UsageError("Name a SCENARIO (--list shows what there is), or a box's database with --like.")
    from gateway.simulator.like.writing import SCENARIO, scenario_like

    folder = folder or Path(f"like-{like.stem}")
    drawn = folder / LIKE / SCENARIO
    if run_in(folder, resume) is not None and drawn.exists():
        return files.load(drawn), folder
    return scenario_like(like, folder / LIKE, configuration.load(config)), folder


def _once(order: Order, as_json: bool) -> None:
    clock = SystemClock()
    with _ending_at_once(order.command), listening() as interrupts, ProgressLine(clock) as line:
        outcome = run(order, clock, line.show, interrupts)
    _tell(outcome, order)
    if as_json:
        print_json(outcome.summary())
    if outcome.interrupted or not outcome.measures.balanced:
        raise SystemExit(1)


def _what_if(question: Question, as_json: bool) -> None:
    from gateway.simulator.whatif.seeking import ask  # here: it draws, and drawing takes long to import

    clock = SystemClock()
    with _ending_at_once(question.command), listening() as interrupts, ProgressLine(clock) as line:
        result = ask(question, clock, line.show, interrupts)
    headings, cells = tables.rows(result.points, tables.SHOWN)
    click.echo(tabulate(cells, headers=headings, disable_numparse=True, stralign="right"))
    for answer in result.answers:
        click.echo("\n" + answer.told)
    if result.interrupted:
        click.echo(f"\ninterrupted: this is what there was; go on with {question.command} --resume")
    click.echo(f"\ntables    {question.folder / 'grid.csv'}, grid.json\npage      {question.folder / PAGE}")
    if as_json:
        print_json(result.summary())
    if result.interrupted or not result.balanced:
        raise SystemExit(1)


@contextmanager
def _ending_at_once(command: str) -> Iterator[None]:
    """Who insists does not wait for the next stopping place."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"Ended at once; what was finished is kept: go on with {command} --resume", err=True)
        raise SystemExit(1) from None


def _changed(scenario: Scenario, seed: str | None, mode: str, aim: str | None) -> Scenario:
    """The scenario with what the command line says differently."""
    changed: dict[str, object] = {"mode": mode}
    if seed is not None:
        changed["seed"] = seed
    if aim:
        changed["goal"] = goals.goal(aim)
    return scenario.model_copy(update=changed)


def _command() -> str:
    """What called, without what has no meaning for another time."""
    words = click.get_current_context().find_root().meta[WORDS]
    return shlex.join(["otklik", *(word for word in words if word != "--resume")])


def _tell(outcome: Outcome, order: Order) -> None:
    counts = outcome.measures.counts
    click.echo("  →  ".join(f"{stage} {counts[stage]}" for stage in _STAGES))
    if outcome.interrupted:
        click.echo(f"interrupted: this is what there was; go on with {order.command} --resume")
    faults = f"does not balance in {', '.join(outcome.unbalanced)}"
    click.echo(f"ledger    {faults if outcome.unbalanced else 'balanced'}")
    if outcome.days_per_s is not None and outcome.messages_per_s is not None:
        messages = f", {outcome.messages_per_s:,.0f} messages/s" if outcome.messages_per_s else ""
        click.echo(
            f"speed     {outcome.days_per_s:.3g} simulated days/s{messages}; {outcome.elapsed_s:.1f} s,"
            f" {outcome.cpu_s:.1f} s of CPU; at most {outcome.memory_mb:.0f} MB in all processes"
        )
    click.echo(f"report    {outcome.report}")
