"""`otklik run`: the daemon."""

from __future__ import annotations

from pathlib import Path

import click

from gateway import config as configuration
from gateway.cli.options import config_option
from gateway.daemon import serve
from gateway.logs import set_up
from gateway.settings import Settings


@click.command()
@config_option
def run(config: Path | None) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reads the configuration again."""

    def load() -> Settings:
        settings = configuration.load(config)
        set_up(settings.log)
        return settings

    serve(load)
