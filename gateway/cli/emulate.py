"""`otklik emulate`: emulated modems for other programs. Serves until SIGTERM or SIGINT."""

import errno
import json
import math
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from modem import documents
from modem.emulator.errors import EmulatorError
from modem.emulator.profiles import catalogue
from modem.emulator.scenario.model import Scenario
from modem.emulator.scenario.tape import Recording
from modem.emulator.scenario.trace import read_trace
from modem.emulator.serving.screen import Screen
from modem.emulator.serving.server import Server

LAST_PORT = 65535


def _recordings(trace: Path | None) -> list[Recording]:
    """What each modem of a trace said, in the order in which they first spoke."""
    if trace is None:
        return []
    with trace.open(encoding="utf-8", errors="replace") as lines:
        return list(read_trace(lines, str(trace)).values())


@click.command()
@click.option("--modems", type=click.IntRange(1, 1000), help="How many modems: 1, or as many as --replay has.")
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="Put symlinks modem0… to the ptys here.")
@click.option("--tcp", type=click.IntRange(1, LAST_PORT), help="Modem k also listens on this port + k, on 127.0.0.1.")
@click.option("--control", type=click.IntRange(0, 65535), help="HTTP control port on 127.0.0.1; 0 takes a free one.")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    default=["generic"],
    show_default=True,
    help="What the modems are: a name, or a YAML file. Given several times, modems get them in turn.",
)
@click.option("--latency-ms", type=click.FloatRange(0, 1e12), default=0, help="Time the network takes for a submit.")
@click.option("--baud", type=click.IntRange(50), help="Pace of the ports; without it they are as fast as they can.")
@click.option("--seed", default="0", show_default=True, help="Everything random comes from it.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Append what happens, as JSON lines.")
@click.option("--watch", is_flag=True, help="Show modems and traffic on the terminal while it runs.")
@click.option("--trace", is_flag=True, help="Log the bytes of every port too.")
@click.option(
    "--scenario", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="What happens when: a YAML file."
)
@click.option(
    "--replay", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Play a log made with --trace again."
)
def emulate(
    modems: int | None,
    directory: Path | None,
    tcp: int | None,
    control: int | None,
    profiles: tuple[str, ...],
    latency_ms: float,
    baud: int | None,
    seed: str,
    log: Path | None,
    watch: bool,
    trace: bool,
    scenario: Path | None,
    replay: Path | None,
) -> None:
    """Emulated GSM modems with a network behind them, for any program that speaks AT."""
    if trace and log is None:
        raise click.UsageError("--trace writes to the log: give --log FILE too.")
    if watch and not sys.stderr.isatty():
        raise click.UsageError("--watch draws on the standard error output, which is no terminal here.")
    if math.isnan(latency_ms):
        raise click.UsageError("--latency-ms is a number of milliseconds.")
    _when_told_to_end(sys.exit)
    with _told(scenario):
        recordings = _recordings(replay)
        chosen = [catalogue.load(profile) for profile in profiles]
        count = modems or max(1, len(recordings))
        if tcp is not None and tcp + count - 1 > LAST_PORT:
            raise click.UsageError(f"--tcp {tcp} is too high for {count} modems: the last port is {LAST_PORT}.")
        server = Server(
            count,
            directory,
            tcp=tcp,
            control=control,
            latency_ms=latency_ms,
            baud=baud,
            seed=seed,
            log=log,
            trace=trace,
            scenario=None if scenario is None else documents.load(scenario, Scenario),
            recordings=recordings,
            profiles=chosen,
        )
    try:
        _when_told_to_end(server.stop)
        _announce(server)
        _serve(server, watch)
    except EmulatorError as error:
        _give_up(1, str(error))
    finally:
        server.close()


@contextmanager
def _told(scenario: Path | None) -> Iterator[None]:
    """Say in one sentence why the emulator cannot start, and end."""
    try:
        yield
    except (documents.DocumentError, EmulatorError) as error:
        _give_up(2, str(error))
    except ValueError as error:
        _give_up(2, f"{scenario}: {str(error).removesuffix('.')}.")
    except OSError as error:
        cause = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        cure = "Allow more (ulimit -n)" if error.errno == errno.EMFILE else "Give another port or path"
        _give_up(1, f"The emulator cannot start: {cause}. {cure}.")


def _when_told_to_end(end: Callable[[], object]) -> None:
    """Call `end` at SIGTERM, SIGINT and SIGHUP; the last one not if it is ignored, for nohup wants it so."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda signum, frame: end())


def _announce(server: Server) -> None:
    """Print the ready line."""
    ready = {"modems": [port.describe() for port in server.modems], "control": server.control_url}
    try:
        click.echo(json.dumps(ready))
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python tries again at its end, and fails again
        _give_up(1, f"The ready line cannot be printed: {error.strerror}. Give the standard output a reader.")


def _serve(server: Server, watch: bool) -> None:
    if not watch:
        server.run()
        return
    screen = Screen(server, sys.stderr.fileno())
    signal.signal(signal.SIGWINCH, lambda signum, frame: server.wake())
    server.add_task(screen)
    try:
        server.run()
    finally:
        screen.close()


def _give_up(status: int, sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(status)
