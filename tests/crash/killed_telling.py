"""Kills the telling of one hook at every boundary there is (see `boundaries`): a program of its own, see `main`."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import httpx2

from gateway.store import tellings
from gateway.store.database import open_writer, transaction
from gateway.store.writer import Writer
from gateway.upstreamsettings import WebhookSettings
from gateway.webhooks.teller import Teller
from scheduler.clock import SystemClock
from tests.crash.boundaries import Boundaries, in_a_child, passed
from tests.gateway.upstream.box import Box, Fake


def prepare(folder: Path) -> None:
    """Two visits with three events each, one after the other in turn."""
    folder.mkdir()
    of = Box(folder / "otklik.db", Fake())
    try:
        with transaction(of.db):
            tellings.configure(of.db, {"crm": ["rating.created"]})
        of_visits = [of.visit(), of.visit()]
        for mark in (1, 2, 3):
            for visit in of_visits:
                of.later(seconds=1)
                of.rate(visit=visit, mark=mark, corrected=mark > 1)
    finally:
        of.close()
    (folder / "secret").write_bytes(b"s3cret")


def copied(template: Path, folder: Path) -> None:
    """A copy whose events have keys of their own."""
    shutil.copytree(template, folder)
    db = sqlite3.connect(folder / "otklik.db")
    try:
        db.execute("UPDATE events SET key = ? || '-' || id", (folder.name,))
        db.commit()
    finally:
        db.close()


def tell(folder: Path, url: str) -> None:
    database = folder / "otklik.db"
    hook = WebhookSettings(name="crm", url=url, secret_file=folder / "secret")
    with closing(Writer(open_writer(database, checkpoints=True), database)) as writer:
        Teller(hook, writer, SystemClock(), lambda: 0.5).run()


def tell_and_die(folder: Path, url: str, last: int) -> None:
    with Boundaries(folder, last).watching():
        tell(folder, url)


def main(arguments: Sequence[str]) -> None:
    """`python -m tests.crash.killed_telling FOLDER URL STEP`: a line of JSON for each kill, its folder and boundary.

    Of the boundaries every STEP-th is taken.
    """
    folder, url, step = Path(arguments[0]), arguments[1], int(arguments[2])
    httpx2.Client().close()  # what that imports, each child would
    prepare(folder / "template")
    last, ended = 1, False
    while not ended:
        copy = folder / f"k{last}"
        copied(folder / "template", copy)
        ended = in_a_child(copy, lambda copy=copy, last=last: tell_and_die(copy, url, last))
        in_a_child(copy, lambda copy=copy: tell(copy, url))
        print(json.dumps({"folder": str(copy), "boundary": None if ended else passed(copy)[-1]}), flush=True)
        last += step


if __name__ == "__main__":
    main(sys.argv[1:])
