"""`otklik demo`: a day of visits, from the file to the exported ratings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway import scriptfiles
from gateway.cli.export import hand_out
from gateway.cli.ledger import show
from gateway.cli.options import json_option, print_json
from gateway.cli.visits import take
from gateway.ledger import Ledger, draw_up
from gateway.ledger.witness import read_witness
from gateway.numbers import figures, page
from gateway.simulator.demo import SCALE, UPSTREAM, Demo, Progress
from gateway.store.numbers import Selection
from gateway.store.opening import readable
from gateway.upstreamsettings import FORMATS
from scheduler.clock import SystemClock

_STAGES = ("visits", "invited", "delivered", "replied", "rated", "exported")
_OFFICES_SHOWN = 12


@click.command()
@click.option("--visits", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--modems", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Who the citizens are and what they answer.")
@click.option("--survey", default="overall", show_default=True, help="overall, criteria, five-questions, or a file.")
@click.option(
    "--upstream",
    "form",
    type=click.Choice(FORMATS),
    default="rates-xml",
    show_default=True,
    help="The format in which ratings go up.",
)
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default="demo", show_default=True)
@click.option("--no-console", is_flag=True, help="Accepted for scripts; this version has no console to leave out.")
@json_option
def demo(
    visits: int, modems: int, seed: int, survey: str, form: str, folder: Path, no_console: bool, as_json: bool
) -> None:
    """The whole centre, emulated: real serial dialogue over ptys, the real daemon, a real database."""
    clock = SystemClock()
    started = clock.monotonic()
    script = scriptfiles.load(survey)
    named = str(Path(survey).absolute()) if survey.endswith((".yaml", ".yml")) else survey
    with Demo(folder.absolute(), visits, modems, seed, named, form) as run:
        _say("survey", f"{script.version}: {script.about}")
        upstream = _live_a_day(run, modems)
        count, _ = hand_out(run.settings(), "jsonl", 0, None, run.folder / "ratings.jsonl")
        _say("ratings", f"{count} exported to {run.folder / 'ratings.jsonl'}")
        run.keep_results(upstream)
        run.stop_daemon()
        _say("daemon", "stopped")
    found = _results(run)
    if as_json:
        elapsed_s = round(clock.monotonic() - started, 1)
        print_json({**found.summary(), "seed": seed, "elapsed_s": elapsed_s})
    if not found.balanced:
        raise SystemExit(1)


def _live_a_day(run: Demo, modems: int) -> str:
    """Let the day pass; the address of the upstream, where its ratings are."""
    run.clear()
    upstream = run.start_upstream()
    file = run.prepare(upstream)
    control = run.start_network()
    _say("network", f"{modems} emulated modems on ptys in {run.folder / 'ports'}, control at {control}")
    _say("upstream", f"otklik simulate-upstream at {upstream}")
    run.switch_handsets(file)
    tally = take(run.settings(), file, "csv", "demo", lambda line: None)
    _say("visits", f"{tally.accepted} accepted, {tally.refused} refused (reasons in {file.name}.refused.csv)")
    pid = run.start_daemon()
    _say(
        "daemon", f"otklik run with {run.config}, pid {pid}; one second is {SCALE / 3600:.0f} hours of a citizen's time"
    )
    with click.progressbar(length=1000, label="conversations", file=sys.stderr, show_eta=False) as bar:

        def tell(progress: Progress) -> None:
            share = progress.closed / progress.invitations if progress.invitations else 1.0
            bar.update(int(1000 * share) - bar.pos)

        run.live(tell)
    return upstream


def _results(run: Demo) -> Ledger:
    """Print the tables; the ledger, with the logs of the network and of the upstream as its witnesses."""
    with readable(run.settings().database) as db:
        found = draw_up(db, read_witness(run.network_log), {UPSTREAM: read_witness(run.upstream_log)})
        offices = figures.draw_up(db, "office", Selection())
    summary = found.summary()
    click.echo("\n" + "  →  ".join(f"{stage} {summary[stage]}" for stage in _STAGES) + "\n")
    click.echo(page.overview(offices, _OFFICES_SHOWN))
    click.echo()
    show(found)
    click.echo(f"\ndatabase  {run.folder / 'otklik.db'}\nratings   {run.folder / 'ratings.jsonl'}")
    click.echo(f"page      {run.folder / 'results.html'}, as the upstream shows them")
    click.echo(f"logs      {run.folder / 'otklik.log'}, {run.network_log}, {run.upstream_log}")
    return found


def _say(stage: str, text: str) -> None:
    click.echo(f"{stage:9} {text}")
