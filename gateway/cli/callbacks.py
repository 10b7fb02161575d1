"""`otklik callbacks`: the desk that calls people back, and takes the survey by telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway import config as configuration
from gateway import voice
from gateway.callbackdesk import CallbackDesk
from gateway.callbacks import Assigned, Called, Cause, Closed, Event, Outcome, Reason, Shown
from gateway.cli import callbackviews as views
from gateway.cli.conversing import conversations_of
from gateway.cli.options import ROW, ListByDefault, config_option, json_option, marks_of, print_json
from gateway.settings import Settings
from gateway.store import callbacks as rows
from gateway.store.database import transaction
from gateway.store.opening import readable, writable
from gateway.testimony import TOLD, marked, rated
from scheduler.clock import SystemClock

F = TypeVar("F", bound=Callable[..., Any])
_BY_ANSWER = (Outcome.TAKEN, Outcome.OPTED_OUT)
"""What a citizen says of the survey is told by `answer`, which hands it on."""
_OUTCOMES = [outcome.value for outcome in Outcome if outcome not in _BY_ANSWER]
_LONGEST_NAME = 64


def _name(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    name = value.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise click.BadParameter(f"a name has 1 to {_LONGEST_NAME} letters")
    return name


def _by(required: bool) -> Callable[[F], F]:
    return click.option("--by", required=required, callback=_name, metavar="NAME", help="Who you are; it is kept.")


_words = click.option("--words", default="", help="Whatever else should be kept; long numbers are masked.")
_task = click.argument("task", type=ROW, metavar="ID")


@click.group(cls=ListByDefault)
def callbacks() -> None:
    """The call-back desk: who is to be called and why, what was done, and the survey by telephone.

    A task goes from open to assigned to called to closed, and only who has it calls and closes. Works beside the
    daemon.
    """


@callbacks.command("list")
@click.option("--all", "closed", is_flag=True, help="With those that are closed.")
@config_option
@json_option
def list_(closed: bool, config: Path | None, as_json: bool) -> None:
    """Show what is to be done, what is due first.

    Phones are masked: `show` has the one to dial.
    """
    now = SystemClock().now()
    with readable(configuration.load(config).database) as db:
        found = rows.listed(db, closed=closed)
    views.print_list(found, now)
    if as_json:
        print_json({"callbacks": [views.values(row, now) for row in found]})


@callbacks.command()
@_task
@_by(True)
@config_option
@json_option
def show(task: int, by: str, config: Path | None, as_json: bool) -> None:
    """Show one task with the phone to dial.

    The phone is in full, for somebody has to dial it; who asked for it is kept. That of a closed task is not shown,
    nor that of somebody who has opted out.
    """
    now = SystemClock().now()
    settings = configuration.load(config)
    with writable(settings.database) as db, transaction(db):
        row = rows.by_id(db, task)
        phone = None if row.task.closed_at is not None else rows.phone_of(db, row.visit)
        if phone is not None:
            CallbackDesk(settings.callbacks).do(db, task, Shown(), by, "", now)
        log = rows.log_of(db, task)
    views.print_one(row, now, phone, log)
    if as_json:
        print_json({**views.values(row, now), "phone": phone, "log": log})


@callbacks.command()
@_task
@click.option("--to", required=True, callback=_name, metavar="NAME", help="Whose it is from now on.")
@_by(True)
@_words
@config_option
@json_option
def assign(task: int, to: str, by: str, words: str, config: Path | None, as_json: bool) -> None:
    """Give a task to somebody, or take it yourself."""
    _do(config, task, Assigned(to), by, words, as_json)


@callbacks.command()
@_task
@click.option("--answered/--no-answer", required=True, help="Whether somebody took the call.")
@_by(True)
@_words
@config_option
@json_option
def called(task: int, answered: bool, by: str, words: str, config: Path | None, as_json: bool) -> None:
    """Note a call."""
    _do(config, task, Called(answered), by, words, as_json)


@callbacks.command()
@_task
@click.option("--outcome", type=click.Choice(_OUTCOMES), required=True, help="What came of it.")
@click.option("--cause", type=click.Choice([cause.value for cause in Cause]), help="What was wrong, if it was told.")
@_by(True)
@_words
@config_option
@json_option
def close(task: int, outcome: str, cause: str | None, by: str, words: str, config: Path | None, as_json: bool) -> None:
    """End a task with its outcome."""
    _do(config, task, Closed(Outcome(outcome), None if cause is None else Cause(cause)), by, words, as_json)


@callbacks.command()
@_task
@_by(True)
@click.option("--words", required=True, help="Why; long numbers are masked.")
@config_option
@json_option
def reopen(task: int, by: str, words: str, config: Path | None, as_json: bool) -> None:
    """Begin a closed task again, with a new deadline."""
    settings = configuration.load(config)
    now = SystemClock().now()
    with writable(settings.database) as db, transaction(db):
        row = CallbackDesk(settings.callbacks).reopen(db, task, by, words, now)
    _tell(row, now, as_json)


@callbacks.command()
@click.option("--take", type=click.IntRange(1, 100), help="Take so many of them: a task each, for --by.")
@_by(False)
@config_option
@json_option
def survey(take: int | None, by: str | None, config: Path | None, as_json: bool) -> None:
    """Find whom to ask by telephone.

    Those who agreed to be asked and stayed silent to the end, for callbacks.voice_days after it; --take makes tasks of
    the next ones, where it is working time now.
    """
    if (take is None) is not (by is None):
        raise click.UsageError("--take and --by go together: who takes them calls them.")
    now = SystemClock().now()
    settings = configuration.load(config)
    if take is None or by is None:
        with readable(settings.database) as db:
            silent = _voice(settings, now).silent(db, now)
        views.print_silent(silent)
        if as_json:
            print_json({"silent": silent})
        return
    with writable(settings.database) as db, transaction(db):
        taken = _voice(settings, now).take(db, take, by, now)
    click.echo(f"taken: {', '.join(map(str, taken)) or 'none, nobody may be called now'}")
    if as_json:
        print_json({"taken": taken})


@callbacks.command()
@_task
@click.option("--overall", type=click.IntRange(1, 5), help="One mark for the whole.")
@click.option("--marks", metavar="T,Q,S,C,I", help="Marks for time, queue, staff, comfort, information; - for none.")
@click.option("--refused", is_flag=True, help="Does not want to be asked.")
@click.option("--opt-out", is_flag=True, help="Does not want to hear from us again.")
@click.option("--wrong-number", is_flag=True, help="Is not who was in the office.")
@click.option("--no-answer", is_flag=True, help="Nobody took the call.")
@_by(True)
@_words
@config_option
@json_option
def answer(
    task: int,
    overall: int | None,
    marks: str | None,
    refused: bool,
    opt_out: bool,
    wrong_number: bool,
    no_answer: bool,
    by: str,
    words: str,
    config: Path | None,
    as_json: bool,
) -> None:
    """Note a call and what was said for the survey.

    It takes exactly one of the options up to --no-answer. Marks count as a reply would; the task ends, unless nobody
    took the call.
    """
    given = [
        None if overall is None else voice.taken(rated(overall, TOLD)),
        None if marks is None else voice.taken(marked(marks_of(marks), TOLD)),
        voice.REFUSED if refused else None,
        voice.OPTED_OUT if opt_out else None,
        voice.WRONG_NUMBER if wrong_number else None,
        voice.NO_ANSWER if no_answer else None,
    ]
    said = [one for one in given if one is not None]
    if len(said) != 1:
        raise click.UsageError(
            "Say what came of the call: one of --overall, --marks, --refused, --opt-out, --wrong-number, --no-answer."
        )
    now = SystemClock().now()
    settings = configuration.load(config)
    with writable(settings.database) as db, transaction(db):
        row = _voice(settings, now).answer(db, task, said[0], by, words, now)
        low = rows.open_of(db, row.visit, Reason.LOW_RATING)
    if low is not None and row.reason is not Reason.LOW_RATING:
        click.echo(f"The rating is low: note what was wrong under call-back {low}.")
    _tell(row, now, as_json)


def _voice(settings: Settings, now: datetime) -> voice.VoiceSurvey:
    return voice.VoiceSurvey(CallbackDesk(settings.callbacks), conversations_of(settings, now))


def _do(config: Path | None, task: int, event: Event, by: str, words: str, as_json: bool) -> None:
    now = SystemClock().now()
    settings = configuration.load(config)
    with writable(settings.database) as db, transaction(db):
        row = CallbackDesk(settings.callbacks).do(db, task, event, by, words, now)
    _tell(row, now, as_json)


def _tell(row: rows.TaskRow, now: datetime, as_json: bool) -> None:
    click.echo(f"{row.id}: {views.sentence(row, now)}")
    if as_json:
        print_json(views.values(row, now))
