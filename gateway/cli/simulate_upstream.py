"""`otklik simulate-upstream`: the upstream double, a program of its own. Serves until SIGTERM or SIGINT."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import click

from gateway.simulator.upstream.app import make_app
from gateway.simulator.upstream.double import Behaviour, Double
from gateway.simulator.upstream.errors import UpstreamDoubleError
from gateway.simulator.upstream.form import Form, whole
from gateway.simulator.upstream.serving import Server, Tls
from scheduler.clock import SystemClock

_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("simulate-upstream")
@click.option("--listen", default="127.0.0.1:0", show_default=True, help="HOST:PORT; port 0 takes a free one.")
@click.option("--database", type=_FILE, help="What was taken is kept here; without it in memory.")
@click.option("--log", type=_FILE, help="Append what happens, as JSON lines.")
@click.option("--form", type=_THERE, help="The form that counts, as GET /form tells it (JSON).")
@click.option("--secret-file", type=_THERE, help="Requests must be signed with what is in it (HMAC).")
@click.option("--cert", type=_THERE, help="Our certificate (PEM): serve HTTPS.")
@click.option("--key", type=_THERE, help="The key of --cert.")
@click.option("--client-ca", type=_THERE, help="Clients must show a certificate of this authority.")
@click.option("--seed", default="0", show_default=True, help="Everything random comes from it.")
@click.option("--status-after-s", type=click.FloatRange(0, 31_622_400), default=0, help="When a packet is settled.")
@click.option("--dedupe/--no-dedupe", default=True, help="Without: the same packet is taken twice, as by the real one.")
def simulate_upstream(
    listen: str,
    database: Path | None,
    log: Path | None,
    form: Path | None,
    secret_file: Path | None,
    cert: Path | None,
    key: Path | None,
    client_ca: Path | None,
    seed: str,
    status_after_s: float,
    dedupe: bool,
) -> None:
    """A federal rating system made up: takes ratings, fails on command, shows the results."""
    host, port = _address(listen)
    tls = _tls(cert, key, client_ca)
    double = Double(
        SystemClock(),
        database=database,
        log=log,
        form=None if form is None else _form(form),
        secret=None if secret_file is None else _secret(secret_file),
        seed=seed,
        behaviour=Behaviour(dedupe, status_after_s),
    )
    try:
        server = Server(make_app(double), host, port, tls)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda signum, frame: server.stop())
        ready = {"url": server.url, "page": f"{server.url}/", "control": f"{server.url}/control"}
        click.echo(json.dumps(ready))
        server.run()
    finally:
        double.close()


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"{listen} is no HOST:PORT such as 127.0.0.1:0.", param_hint="--listen")
    return host.strip("[]"), int(port)


def _tls(cert: Path | None, key: Path | None, client_ca: Path | None) -> Tls | None:
    if cert is not None and key is not None:
        return Tls(cert, key, client_ca)
    if cert is not None or key is not None or client_ca is not None:
        raise click.UsageError("Give --cert and --key together; --client-ca needs both.")
    return None


def _form(path: Path) -> Form:
    try:
        return whole(json.loads(path.read_bytes()))
    except OSError as problem:
        raise UpstreamDoubleError(f"The form {path} cannot be read: {problem.strerror}.") from None
    except (ValueError, UpstreamDoubleError) as problem:
        raise UpstreamDoubleError(f"{path} is no form: {str(problem).rstrip('.')}.") from None


def _secret(path: Path) -> bytes:
    try:
        secret = path.read_bytes().strip()
    except OSError as problem:
        raise UpstreamDoubleError(f"The secret in {path} cannot be read: {problem.strerror}.") from None
    if not secret:
        raise UpstreamDoubleError(f"There is no secret in {path}: the file is empty.")
    return secret
