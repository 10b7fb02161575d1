"""`otklik …`: one module per command, imported when it is called, so that `--help` is quick.

Errors a person can cause go to standard error, one sentence each. Exit: 0 done; 1 it failed or refused; 2 the call or
the configuration is wrong.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import click

from gateway.errors import ConfigError, GatewayError
from modem.errors import ModemError

_COMMANDS = {
    "demo": ("gateway.cli.demo", "The whole centre, emulated: a day of visits to an exported rating."),
    "run": ("gateway.cli.run", "The daemon."),
    "check": ("gateway.cli.check", "Names every fault of configuration, database, ports, clock and disk."),
    "status": ("gateway.cli.status", "Queue, modems, jobs, last errors."),
    "modems": ("gateway.cli.modems", "The fleet: list, drain, resume."),
    "surveys": ("gateway.cli.surveys", "What is asked: the surveys there are, their faults, texts and cost."),
    "callbacks": ("gateway.cli.callbacks", "The desk that calls people back, and takes the survey by telephone."),
    "visits": ("gateway.cli.visits", "Takes visits in."),
    "ratings": ("gateway.cli.ratings", "Takes ratings of other channels in; all channels of a visit side by side."),
    "people": ("gateway.cli.people", "Who wants no more messages; what is known of one phone."),
    "review": ("gateway.cli.review", "Replies that a person has to decide about."),
    "export": ("gateway.cli.export", "Hands ratings out."),
    "push": ("gateway.cli.push", "Sends what is due upstream now."),
    "upstream": ("gateway.cli.upstream", "Those ratings go up to: list, dead, requeue, resume, settle."),
    "report": ("gateway.cli.report", "Shares, means, response, ranks and trends, with how sure they are."),
    "webhooks": ("gateway.cli.webhooks", "Who is told what happens: how far that is, what was given up, again."),
    "ledger": ("gateway.cli.ledger", "Every visit in exactly one disposition."),
    "keys": ("gateway.cli.keys", "The keys that seal phones: their age, and a new one."),
    "backup": ("gateway.cli.backup", "Copies the database, beside a running daemon too."),
    "purge": ("gateway.cli.purge", "Takes away personal data past its time."),
    "interpret": ("gateway.cli.interpret", "What a reply means."),
    "emulate": ("gateway.cli.emulate", "Emulated modems for other programs."),
    "simulate": ("gateway.cli.simulate", "A telephone centre in virtual time: months in minutes, and what if."),
    "simulate-upstream": ("gateway.cli.simulate_upstream", "The federal system made up: takes ratings, shows results."),
}


WORDS = "gateway.cli.words"
"""Where a context keeps the words it was called with."""


class _Otklik(click.Group):
    """Finds commands by name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[WORDS] = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            with _interruptible():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted: nothing is left half done; the same command may be given again.", err=True)
            ctx.exit(1)
        except (GatewayError, ModemError) as problem:
            click.echo(str(problem), err=True)
            ctx.exit(2 if isinstance(problem, ConfigError) else 1)
        except UnicodeEncodeError as problem:
            # A name of a file may be any octets; what is kept or looked for must be text.
            if not any(problem.object in word for word in ctx.meta[WORDS]):
                raise
            raise click.UsageError(f"{problem.object!r} is no text: its octets are not UTF-8.") from problem


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that it takes away what it has half written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@click.group(cls=_Otklik, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="otklik")
def main() -> None:
    """SMS survey centre on one box: visits in, invitations out over AT modems, replies understood, ratings out."""
