"""`otklik review`: replies that no rule could read or attribute, and what people decide about them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database
from tabulate import tabulate

from gateway import config as configuration
from gateway import review as deciding
from gateway.cli.conversing import conversations_of
from gateway.cli.options import ROW, ListByDefault, config_option, json_option, marks_of, print_json, printable
from gateway.errors import ReviewError
from gateway.model import Conversation, Meaning
from gateway.phones import mask
from gateway.settings import Settings
from gateway.store import invitations, reviews
from gateway.store.database import from_text, transaction
from gateway.store.opening import readable, writable
from gateway.survey.hearing import standing
from gateway.testimony import DECIDED, marked, rated
from scheduler.clock import SystemClock

_COLUMNS = ("reply", "hours", "office", "phone", "text", "asked", "reason", "invitations")


@click.group(cls=ListByDefault)
def review() -> None:
    """Replies that a person has to decide about: list, show, decide. Works beside the daemon."""


@review.command("list")
@click.option("--all", "decided", is_flag=True, help="With those that were decided.")
@config_option
@json_option
def list_(decided: bool, config: Path | None, as_json: bool) -> None:
    """What waits, the longest waiting first."""
    settings, now = configuration.load(config), SystemClock().now()
    with readable(settings.database) as db:
        found = [_summary(db, row, now) for row in reviews.listed(db, decided=decided)]
    if found:
        click.echo(tabulate([_line(row) for row in found], headers=_COLUMNS, disable_numparse=True))
    else:
        click.echo("No reply waits for a decision.")
    if as_json:
        print_json({"reviews": found})


@review.command()
@click.argument("reply", type=ROW)
@config_option
@json_option
def show(reply: int, config: Path | None, as_json: bool) -> None:
    """One reply with the whole conversation, or each that it may be about."""
    settings, now = configuration.load(config), SystemClock().now()
    with readable(settings.database) as db:
        row = reviews.one(db, reply)
        if row is None:
            raise ReviewError(f"Reply {reply} was never put before a person; otklik review list --all shows all.")
        found = _summary(db, row, now)
        for each in found["about"]:
            each["said"] = reviews.said_in(db, each["invitation"])
    _show(found)
    if as_json:
        print_json(found)


@review.command()
@click.argument("reply", type=ROW)
@click.option("--rating", type=click.IntRange(1, 5), help="One mark for the whole, or for the one thing asked.")
@click.option("--marks", metavar="T,Q,S,C,I", help="Marks for time, queue, staff, comfort, information; - for none.")
@click.option("--comment", is_flag=True, help="It rates nothing.")
@click.option("--opt-out", is_flag=True, help="It wants no more messages.")
@click.option("--wrong-recipient", is_flag=True, help="It is not from who was in the office.")
@click.option("--noise", is_flag=True, help="It is from a machine, or about no visit.")
@click.option("--invitation", type=ROW, metavar="ID", help="Which one it is about, where it may be about several.")
@click.option("--by", required=True, metavar="NAME", help="Who decides; kept.")
@click.option("--note", default="", metavar="TEXT", help="Why; kept.")
@config_option
@json_option
def decide(
    reply: int,
    rating: int | None,
    marks: str | None,
    comment: bool,
    opt_out: bool,
    wrong_recipient: bool,
    noise: bool,
    invitation: int | None,
    by: str,
    note: str,
    config: Path | None,
    as_json: bool,
) -> None:
    """Say what REPLY means: exactly one of the options from --rating to --noise. It counts from when it was sent."""
    given = [
        None if rating is None else rated(rating, DECIDED),
        None if marks is None else marked(marks_of(marks), DECIDED),
        deciding.COMMENT if comment else None,
        deciding.OPT_OUT if opt_out else None,
        deciding.WRONG_RECIPIENT if wrong_recipient else None,
        deciding.NOISE if noise else None,
    ]
    meanings = [meaning for meaning in given if meaning is not None]
    if len(meanings) != 1:
        raise click.UsageError(
            "Say what it means: one of --rating, --marks, --comment, --opt-out, --wrong-recipient, --noise."
        )
    if not by.strip():
        raise click.UsageError("Say who decides: --by NAME.")
    settings = configuration.load(config)
    after = _decide(settings, reply, meanings[0], invitation, by.strip(), note.strip())
    stands = {} if after is None else {"state": after.state.value, "answers": after.marks}
    if after is None:
        click.echo(f"Reply {reply} is about no visit.")
    else:
        answers = ", ".join(f"{key} {mark}" for key, mark in after.answers) or "no answer"
        click.echo(f"Reply {reply} is decided; its conversation is {after.state.value}, with {answers}.")
    if as_json:
        print_json({"reply": reply, **stands})


def _decide(
    settings: Settings, reply: int, meaning: Meaning, invitation: int | None, by: str, note: str
) -> Conversation | None:
    """What it queues waits for the SIM that the citizen wrote to; the daemon sees it within a second."""
    now = SystemClock().now()
    conversations = conversations_of(settings, now)
    with writable(settings.database) as db, transaction(db):
        return deciding.decide(db, conversations, reply, meaning, invitation=invitation, by=by, note=note, now=now)


def _summary(db: Database, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A reply of the queue with the visits it may be about, the phone masked."""
    about = reviews.about(db, row["reply"])
    for each in about:
        conversation = invitations.by_id(db, each["invitation"]).conversation
        each["asked"] = list(standing(conversation, from_text(row["sent_at"])))
    waits_s = None if row["decided_at"] else (now - from_text(row["opened_at"])).total_seconds()
    return {**row, "phone": mask(row["phone"] or ""), "waits_s": waits_s, "about": about}


def _line(row: dict[str, Any]) -> list[Any]:
    about = row["about"]
    asked = dict.fromkeys(", ".join(each["asked"]) for each in about)
    return [
        row["reply"],
        "decided" if row["waits_s"] is None else f"{row['waits_s'] / 3600:.1f}",
        ", ".join(dict.fromkeys(each["office"] for each in about)),
        row["phone"],
        printable(row["text"]),
        " / ".join(asked),
        row["reason"],
        ", ".join(str(each["invitation"]) for each in about),
    ]


def _show(found: dict[str, Any]) -> None:
    click.echo(f"reply {found['reply']} of {found['phone']}, sent {found['sent_at']}: {printable(found['text'])}")
    click.echo(
        f"read as {found['class']} ({found['rule']}); for a person since {found['opened_at']}: {found['reason']}"
    )
    if found["decided_by"] is not None:
        note = f" ({printable(found['note'])})" if found["note"] else ""
        meant = _meaning(found["decision"])
        click.echo(f"decided {found['decided_at']} by {printable(found['decided_by'])}: {meant}{note}")
    elif found["decided_at"] is not None:
        click.echo(f"made clear {found['decided_at']} by what came after it")
    for each in found["about"]:
        click.echo(
            f"\ninvitation {each['invitation']}, {each['state']} until {each['closes_at']}: {each['service']},"
            f" {each['office_name']}, {each['received_at']}{' ' + each['stage'] if each['stage'] else ''};"
            f" survey {each['survey']}, asked when it was sent: {', '.join(each['asked']) or 'nothing'}"
        )
        for said in each["said"]:
            decided = "" if said["decision"] is None else f", decided: {_meaning(said['decision'])}"
            click.echo(
                f"  {said['at']} {said['who']}: {printable(said['text'])}  [{said['what']}, {said['rule']}{decided}]"
            )


def _meaning(decision: dict[str, Any]) -> str:
    rating = [] if decision["rating"] is None else [str(decision["rating"])]
    return " ".join([decision["class"], *rating, *(f"{key} {mark}" for key, mark in decision["criteria"].items())])
