"""`otklik simulate`: a telephone centre in virtual time."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from gateway.cli import WORDS
from gateway.cli.options import json_option, print_json
from gateway.cli.progressline import ProgressLine
from gateway.simulator.running.interrupts import listening
from gateway.simulator.running.simulating import Order, Outcome, cores
from gateway.simulator.running.simulating import simulate as run
from gateway.simulator.scenario import files
from gateway.simulator.scenario.model import Scenario
from scheduler.clock import SystemClock

_STAGES = ("visits", "invited", "delivered", "replied", "rated", "exported")


def _list(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        for name, path in files.packaged().items():
            click.echo(f"{name:18} {files.load(path).about}")
        context.exit()


@click.command(short_help="A telephone centre in virtual time.")
@click.argument("scenario", metavar="SCENARIO")
@click.option("--seed", help="Who comes and what they answer; default as in the scenario.")
@click.option(
    "--out", "folder", type=click.Path(path_type=Path, file_okay=False), help="Default: ./NAME of the scenario."
)
@click.option(
    "--plan/--full", "plan", default=None, help="Without the AT dialogue, or with it; default as in the scenario."
)
@click.option("--processes", type=click.IntRange(1, 1024), help="Boxes at work at once; default as many as cores.")
@click.option("--resume", is_flag=True, help="Go on with the run in the folder: what is finished is not run again.")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="The scenarios there are."
)
@json_option
def simulate(
    scenario: str,
    seed: str | None,
    folder: Path | None,
    plan: bool | None,
    processes: int | None,
    resume: bool,
    as_json: bool,
) -> None:
    """A telephone centre in virtual time: months in minutes.

    SCENARIO is a file, or the name of one that comes with the program (--list). The same scenario and seed give the
    same ratings and the same report, on any machine and in any number of processes.
    """
    chosen = _chosen(scenario, seed, plan)
    order = Order(chosen, folder or Path(chosen.name), processes or cores(), resume, _command())
    clock = SystemClock()
    with listening() as interrupts, ProgressLine(clock) as line:
        outcome = run(order, clock, line.show, interrupts)
    _tell(outcome, order)
    if as_json:
        print_json(outcome.summary())
    if outcome.interrupted or not outcome.measures.balanced:
        raise SystemExit(1)


def _chosen(name: str, seed: str | None, plan: bool | None) -> Scenario:
    """The scenario with what the command line says differently."""
    scenario = files.load(name)
    changed: dict[str, object] = {}
    if seed is not None:
        changed["seed"] = seed
    if plan is not None:
        changed["mode"] = "plan" if plan else "full"
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
    click.echo(f"ledger    {'balanced' if outcome.measures.balanced else 'does not balance'}")
    if outcome.days_per_s is not None and outcome.messages_per_s is not None:
        click.echo(
            f"speed     {outcome.days_per_s:.3g} simulated days/s, {outcome.messages_per_s:,.0f} messages/s;"
            f" {outcome.elapsed_s:.1f} s, at most {outcome.memory_mb:.0f} MB in all processes"
        )
    click.echo(f"report    {outcome.report}")
