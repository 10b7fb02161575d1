"""`otklik emulate`: emulated modems for other programs. Serves until SIGTERM or SIGINT."""

import json
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from modem.emulator.serving.server import Server


@click.command()
@click.option("--modems", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many modems.")
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="Put symlinks modem0… to the ptys here.")
@click.option("--tcp", type=click.IntRange(1, 65535), help="Modem k also listens on this port + k, on 127.0.0.1.")
@click.option("--control", type=click.IntRange(0, 65535), help="HTTP control port on 127.0.0.1; 0 takes a free one.")
@click.option("--latency-ms", type=click.FloatRange(0), default=0, help="Time the network takes for a submit.")
@click.option("--baud", type=click.IntRange(50), help="Pace of the ports; without it they are as fast as they can.")
@click.option("--seed", default="0", show_default=True, help="Everything random comes from it.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Append what happens, as JSON lines.")
@click.option("--trace", is_flag=True, help="Log the bytes of every port too.")
def emulate(
    modems: int,
    directory: Path | None,
    tcp: int | None,
    control: int | None,
    latency_ms: float,
    baud: int | None,
    seed: str,
    log: Path | None,
    trace: bool,
) -> None:
    """Emulated GSM modems with a network behind them, for any program that speaks AT."""
    if trace and log is None:
        raise click.UsageError("--trace writes to the log: give --log FILE too.")
    try:
        server = Server(
            modems,
            directory,
            tcp=tcp,
            control=control,
            latency_ms=latency_ms,
            baud=baud,
            seed=seed,
            log=log,
            trace=trace,
        )
    except OSError as error:
        click.echo(f"The emulator cannot start: {error}. Choose another port or directory.", err=True)
        sys.exit(1)

    def stop(signum: int, frame: FrameType | None) -> None:
        server.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ready = {"modems": [port.describe() for port in server.modems], "control": server.control_url}
    click.echo(json.dumps(ready))
    sys.stdout.flush()
    server.run()
