"""`otklik webhooks`: what a person sees of hooks, and what a wrong call is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.store import tellings
from gateway.store.database import transaction
from gateway.store.opening import writable


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "config.yaml").write_text("modems: []\nhttp: null\n", encoding="utf-8")
    with writable(tmp_path / "otklik.db") as db, transaction(db):
        tellings.configure(db, {"crm": ("rating.created",)})
    return str(tmp_path / "config.yaml")


@pytest.mark.parametrize("words", [("dead",), ("requeue", "--all")])
def test_hook_that_there_is_not_is_refused(config: str, words: tuple[str, ...]) -> None:
    refused = CliRunner().invoke(main, ["webhooks", *words, "--hook", "nosuch", "-c", config])
    assert refused.exit_code == 2
    assert "there is no hook nosuch; there are: crm." in refused.stderr
    fine = CliRunner().invoke(main, ["webhooks", *words, "--hook", "crm", "-c", config])
    assert fine.exit_code == 0


def test_event_with_a_number_that_no_row_has_is_refused(config: str) -> None:
    assert CliRunner().invoke(main, ["webhooks", "requeue", "9" * 30, "-c", config]).exit_code == 2
    refused = CliRunner().invoke(main, ["webhooks", "requeue", "7", "-c", config])
    assert (refused.exit_code, "No event 7 was given up" in refused.stderr) == (1, True)


def test_list_says_what_each_hook_waits_for(config: str) -> None:
    shown = CliRunner().invoke(main, ["webhooks", "--json", "-c", config])
    (hook,) = json.loads(shown.stdout.splitlines()[-1])["webhooks"]
    assert (hook["name"], hook["kinds"], hook["pending"], hook["dead"]) == ("crm", ["rating.created"], 0, 0)
