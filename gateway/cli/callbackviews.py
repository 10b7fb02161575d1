"""What `otklik callbacks` says of a task: as plain values, and for a person's eyes.

Times for a person are those of the office. A citizen's words are printed without what could command a terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from tabulate import tabulate

from gateway.callbacks import is_overdue
from gateway.cli.options import printable
from gateway.store.callbacks import TaskRow
from gateway.store.database import from_text, to_text

_COLUMNS = ("id", "due", "state", "reason", "office", "phone", "rating", "comment", "whose", "calls")
_COMMENT_WIDTH = 50


def values(row: TaskRow, now: datetime) -> dict[str, Any]:
    """A task and what it is about; times in UTC, the phone masked."""
    task = row.task
    about = asdict(row.about)
    return {
        "id": row.id,
        "reason": row.reason.value,
        "state": task.state.value,
        "overdue": is_overdue(task, now),
        "opened_at": to_text(task.opened_at),
        "due_at": to_text(task.due_at),
        "assignee": task.assignee,
        "calls": task.calls,
        "answered": task.answered,
        "cause": None if task.cause is None else task.cause.value,
        "outcome": None if task.outcome is None else task.outcome.value,
        "closed_at": None if task.closed_at is None else to_text(task.closed_at),
        **about,
        "received_at": to_text(row.about.received_at),
    }


def print_list(tasks: Sequence[TaskRow], now: datetime) -> None:
    """Tasks as a table, those that are overdue marked."""
    click.echo(tabulate([_line(row, now) for row in tasks], headers=_COLUMNS, disable_numparse=True))
    late = sum(is_overdue(row.task, now) for row in tasks)
    if late:
        click.echo(f"\noverdue: {late}")


def print_one(row: TaskRow, now: datetime, phone: str | None, log: Sequence[dict[str, Any]]) -> None:
    """A task with everything that is known of it, and the phone to dial."""
    about, task = row.about, row.task
    click.echo(f"{row.id}: {row.reason.value}, {sentence(row, now)}")
    click.echo(
        f"visit: {about.foreign_id}, {about.office_name} ({about.office}), {_local(about.received_at, row.zone)}"
    )
    click.echo(f"service: {about.service}")
    click.echo(f"rating: {_rating(row) or 'none'}")
    if about.comment:
        click.echo(f"comment: {printable(about.comment)}")
    click.echo(f"phone: {phone or _why_no_phone(row)}")
    if task.outcome is not None:
        click.echo(f"outcome: {task.outcome.value}" + ("" if task.cause is None else f", cause: {task.cause.value}"))
    for event in log:
        said = ", ".join(filter(None, (event["verb"], event["value"])))
        words = f' "{printable(event["words"])}"' if event["words"] else ""
        click.echo(f"  {_local(from_text(event['happened_at']), row.zone)} {event['by']}: {said}{words}")


def print_silent(people: Sequence[dict[str, Any]]) -> None:
    """Who may be asked by telephone; no phone is shown before one of them is taken."""
    lines = [
        (one["foreign_id"], one["office"], one["service"], _local(from_text(one["closed_at"]), one["zone"]))
        for one in people
    ]
    click.echo(tabulate(lines, headers=("visit", "office", "service", "silent to the end on"), disable_numparse=True))


def sentence(row: TaskRow, now: datetime) -> str:
    """How a task stands, in a few words."""
    task = row.task
    if task.outcome is not None:
        return f"closed: {task.outcome.value}"
    whose = "nobody's" if task.assignee is None else f"{task.assignee}'s"
    calls = f", calls: {task.calls}" if task.calls else ""
    return f"{task.state.value}, {whose}{calls}, {_due(row, now)}"


def _line(row: TaskRow, now: datetime) -> list[Any]:
    about, task = row.about, row.task
    comment = printable(about.comment)
    return [
        row.id,
        _due(row, now),
        task.state.value if task.outcome is None else f"closed: {task.outcome.value}",
        row.reason.value,
        about.office,
        "opted out" if about.opted_out else about.phone,
        _rating(row),
        comment if len(comment) <= _COMMENT_WIDTH else comment[: _COMMENT_WIDTH - 1] + "…",
        task.assignee,
        task.calls,
    ]


def _due(row: TaskRow, now: datetime) -> str:
    due = _local(row.task.due_at, row.zone)
    return f"OVERDUE since {due}" if is_overdue(row.task, now) else f"due {due}"


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _rating(row: TaskRow) -> str:
    overall = [] if row.about.overall is None else [str(row.about.overall)]
    return ", ".join(overall + [f"{key} {mark}" for key, mark in row.about.criteria.items()])


def _why_no_phone(row: TaskRow) -> str:
    if row.task.closed_at is not None:
        return "not shown, the task is closed"
    return "not shown, he wants to hear from us no more" if row.about.opted_out else "deleted, its time has passed"
