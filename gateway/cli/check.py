"""`otklik check`."""

from __future__ import annotations

from pathlib import Path

import click

from gateway import config as configuration
from gateway.cli.options import config_option, json_option, print_json
from gateway.health import examine
from scheduler.clock import SystemClock


@click.command()
@config_option
@json_option
def check(config: Path | None, as_json: bool) -> None:
    """Name each fault of configuration, database, ports, SIMs, clock and disk with its cure; exit 1 if any."""
    settings = configuration.load(config)
    findings = []
    for finding in examine(settings, SystemClock()):
        findings.append(finding)
        click.echo(f"{'FAULT' if finding.fault else 'ok':5}  {finding.what}: {finding.text}")
    faults = [finding for finding in findings if finding.fault]
    click.echo(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}" if faults else "No faults.")
    if as_json:
        print_json({"faults": [{"what": fault.what, "text": fault.text} for fault in faults]})
    if faults:
        raise SystemExit(1)
