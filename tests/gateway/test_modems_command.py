"""`otklik modems`: what it shows, what it asks for, and what it says when nobody answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main, modems
from gateway.dispatch import Dispatch
from gateway.settings import RoutingSection
from gateway.store import fleet
from gateway.store import wishes as rows
from gateway.store.database import InstanceLock, transaction
from gateway.wishes import Answer, Wishes, drain, resume, ussd
from modem.errors import UssdFailed
from tests.gateway.conftest import MODEMS, NOON, SIM, Centre

CONFIG = """
modems:
  - {name: m1, port: /dev/ttyUSB0, limits: {per_day: 500}}
  - {name: m2, port: /dev/ttyUSB1}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def _call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["modems", *arguments, "-c", str(folder / "config.yaml")])


def _seen(centre: Centre) -> None:
    """m1 has been seen with everything there is to see."""
    centre.db.execute(
        "INSERT INTO ports (name, state, imei, sim, model, make, operator, signal, hold, drained, changed_at)"
        f" VALUES ('m1', 'serving', '356938035643809', '{SIM}', 'SIM800', 'simcom', 'MTS', 17, 'no network', 1, '')"
    )
    centre.db.execute(
        "INSERT INTO sims (iccid, number, balance, balance_text, balance_at)"
        f" VALUES ('{SIM}', '+79130000001', 12.5, 'x', 'y')"
    )
    fleet.count_cure(centre.db, model="SIM800", trouble="silence", step="reopen", now=NOON)
    fleet.raise_alarm(centre.db, place="modem m1", kind="balance", text="Pay for the SIM.", now=NOON)
    fleet.raise_alarm(centre.db, place=f"SIM {SIM}", kind="silent", text="Nothing arrives.", now=NOON)


def test_list_shows_each_modem_with_its_counts_alarms_and_cures(folder: Path, centre: Centre) -> None:
    _seen(centre)
    shown = _call(folder, "--json")
    one, two = json.loads(shown.stdout.splitlines()[-1])["modems"]
    assert one["sent"] == {"today": 0, "per_day": 500, "month": 0, "per_month": None}
    assert (one["drained"], one["hold"], one["unknown"], one["balance"]["amount"]) == (True, "no network", 0, 12.5)
    assert (one["make"], one["number"]) == ("simcom", "+79130000001")
    assert [alarm["text"] for alarm in one["alarms"]] == ["Pay for the SIM.", "Nothing arrives."]
    assert [(cure["step"], cure["count"]) for cure in one["cures"]] == [("reopen", 1)]
    assert (two["name"], two["state"], two["alarms"]) == ("m2", None, [])
    for words in ("serving (drained, no network)", "0 of 500", "356938035643809", "ALARM m1", "reopen cured silence"):
        assert words in shown.stdout
    assert "not seen" in _call(folder, "list", "m2").stdout
    assert "m1" not in _call(folder, "list", "m2").stdout


def test_status_shows_the_alarms(folder: Path, centre: Centre) -> None:
    _seen(centre)
    shown = CliRunner().invoke(main, ["status", "-c", str(folder / "config.yaml"), "--json"])
    assert [alarm["kind"] for alarm in json.loads(shown.stdout.splitlines()[-1])["alarms"]] == ["balance", "silent"]
    assert "modem m1: Pay for the SIM." in shown.stdout


def test_part_no_modem_takes_is_a_fault_with_its_cure(folder: Path, centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.db.execute("UPDATE parts SET lane = '>'")
    centre.db.conn.commit()
    checked = CliRunner().invoke(main, ["check", "-c", str(folder / "config.yaml")])
    assert "1 parts wait that no configured modem takes; widen takes of a modem" in checked.stdout
    shown = CliRunner().invoke(main, ["status", "-c", str(folder / "config.yaml")])
    assert "no configured modem takes: 1" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("drain",), "Say which modem to drain: otklik modems drain NAME."),
        (("resume", "m9"), "There is no modem m9 in the configuration; there are: m1, m2."),
        (("explode", "m1"), "'explode' is not one of"),
        (("drain", "m1", "now"), "Nothing can follow otklik modems drain NAME."),
        (("ussd", "m1"), "Say which code"),
        (("ussd", "m1", "100"), "Say which code"),
        (("ussd", "m1", "*100#", "yes"), "Say which code"),
    ],
)
def test_wrong_call_says_what_was_meant(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = _call(folder, *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_daemon_that_does_not_answer_is_told_of(folder: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modems, "_WAIT_S", 0.0)
    lock = InstanceLock(folder / "otklik.db")
    lock.take()
    try:
        done = _call(folder, "drain", "m1", "--json")
    finally:
        lock.release()
    assert done.exit_code == 1
    assert "has not answered" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["ok"] is False
    assert [(wish.modem, wish.verb) for wish in rows.unfinished(centre.db)] == [("m1", "drain")]


def _wishes(centre: Centre, call: Callable[[str], None] = lambda modem: None) -> Wishes:
    return Wishes({"m1"}, {"drain": drain(centre.dispatch), "resume": resume(centre.dispatch, call)})


def _wish(centre: Centre, wishes: Wishes, verb: str, modem: str = "m1", words: str = "") -> tuple[str, bool]:
    """The answer after one look at the wish."""
    centre.db.conn.commit()
    with transaction(centre.db):
        wish = rows.add(centre.db, modem=modem, verb=verb, words=words, now=centre.now)
    with transaction(centre.db):
        wishes.carry_out(centre.db, centre.now)
    result, done = rows.result_of(centre.db, wish)
    return json.loads(result or "{}")["text"], done


def test_drain_is_done_when_the_part_in_hand_has_come_to_its_end(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    _seen(centre)
    assert len(centre.claim()) == 1
    wishes = _wishes(centre)
    text, done = _wish(centre, wishes, "drain")
    assert (text, done) == ("m1 takes nothing more; it still has 1 in hand.", False)
    assert wishes.carry_out(centre.db, centre.now) == 0
    centre.later(minutes=16)
    centre.outbox.end_waiting(centre.db, centre.now)
    assert centre.parts() == ["unknown"], "whoever has it hangs"
    assert wishes.carry_out(centre.db, centre.now) == 1
    assert rows.unfinished(centre.db) == []
    assert centre.all("SELECT name, drained FROM ports") == [("m1", 1)]


def test_drained_modem_is_drained_in_the_next_run_too_until_it_is_resumed(centre: Centre) -> None:
    wishes = _wishes(centre)
    _wish(centre, wishes, "drain")
    centre.dispatch = Dispatch(MODEMS, RoutingSection(), centre.now, lambda: 0.5)
    centre.dispatch.prepare(centre.db, centre.now)
    centre.dispatch.seat(centre.db, "m1", SIM, centre.now)
    centre.dispatch.up("m1")
    centre.visit()
    centre.invite()
    assert centre.claim() == []
    called: list[str] = []
    assert _wish(centre, _wishes(centre, called.append), "resume") == ("m1 takes parts again.", True)
    assert called == ["m1"]  # it need not wait for the end of its quarantine
    assert len(centre.claim()) == 1


@pytest.mark.parametrize(
    ("verb", "modem", "words"),
    [("fly", "m1", "cannot fly; restart it"), ("drain", "m9", "no modem m9; send it SIGHUP")],
)
def test_wish_that_cannot_be_is_answered(centre: Centre, verb: str, modem: str, words: str) -> None:
    text, done = _wish(centre, _wishes(centre), verb, modem)
    assert words in text
    assert done


def test_ussd_waits_for_no_daemon(folder: Path, centre: Centre) -> None:
    done = _call(folder, "ussd", "m1", "*100#")
    assert (done.exit_code, done.stderr) == (
        1,
        "No daemon runs that could ask the network; start it with otklik run.\n",
    )
    assert rows.unfinished(centre.db) == []


def test_ussd_is_sent_once_and_its_answer_is_the_networks(centre: Centre) -> None:
    asked: list[tuple[str, ...]] = []
    answer: Future[str] = Future()

    def ask(*words: str) -> Future[str]:
        asked.append(words)
        return answer

    wishes = Wishes({"m1"}, {"ussd": ussd(ask)})
    assert _wish(centre, wishes, "ussd", words="*100# 1") == ("m1 has not had an answer to *100# 1 yet.", False)
    assert asked == [], "not before it is committed that it will be"
    for _ in range(2):
        wishes.carry_out(centre.db, centre.now)
        assert asked == [("m1", "*100#", "1")]
    answer.set_result("Баланс: 5 р.")
    for _ in range(2):
        centre.db.execute("BEGIN")
        assert wishes.carry_out(centre.db, centre.now) == 1
        assert centre.all("SELECT json_extract(result, '$.text') FROM wishes") == [("Баланс: 5 р.",)]
        centre.db.execute("ROLLBACK")  # another operation of the group failed: it is run again
    assert asked == [("m1", "*100#", "1")]


def test_ussd_that_the_daemon_may_have_sent_before_it_ended_is_not_sent_again(centre: Centre) -> None:
    _wish(centre, Wishes({"m1"}, {"ussd": ussd(_nobody)}), "ussd", words="*100#")
    assert Wishes({"m1"}, {"ussd": ussd(_nobody)}).carry_out(centre.db, centre.now) == 1
    assert "may have been sent" in str(centre.all("SELECT result FROM wishes"))


def test_wish_that_breaks_its_handler_ends_and_holds_up_no_other(centre: Centre) -> None:
    def broken(db: object, wish: object, now: object) -> Answer:
        raise LookupError("no such thing")

    wishes = Wishes({"m1"}, {"probe": broken, "resume": resume(centre.dispatch, lambda modem: None)})
    rows.add(centre.db, modem="m1", verb="probe", now=centre.now)
    assert _wish(centre, wishes, "resume") == ("m1 takes parts again.", True)
    assert rows.unfinished(centre.db) == []
    assert "LookupError: no such thing" in str(centre.all("SELECT result FROM wishes WHERE verb = 'probe'"))


def test_ussd_that_fails_says_why(centre: Centre) -> None:
    answer: Future[str] = Future()
    answer.set_exception(UssdFailed("*100#: the network does not know it."))
    wishes = Wishes({"m1"}, {"ussd": ussd(lambda *words: answer)})
    _wish(centre, wishes, "ussd", words="*100#")
    assert wishes.carry_out(centre.db, centre.now) == 1
    assert "the network does not know it" in str(centre.all("SELECT result FROM wishes"))


def test_ussd_that_nobody_waits_for_any_more_is_not_sent(centre: Centre) -> None:
    centre.db.conn.commit()
    with transaction(centre.db):
        rows.add(centre.db, modem="m1", verb="ussd", words="*100#", now=centre.now - timedelta(minutes=2))
        assert Wishes({"m1"}, {"ussd": ussd(_nobody)}).carry_out(centre.db, centre.now) == 1


def _nobody(*words: str) -> Future[str]:
    raise AssertionError("it was sent")


def test_handler_may_take_its_time_and_answers_with_more_than_a_sentence(centre: Centre) -> None:
    answers = [Answer("asking", done=False), Answer("asked", more={"signal": 17})]
    wishes = Wishes({"m1"}, {"probe": lambda db, modem, now: answers.pop(0)})
    assert _wish(centre, wishes, "probe") == ("asking", False)
    wishes.carry_out(centre.db, centre.now)
    (result,) = centre.all("SELECT result FROM wishes")
    assert json.loads(str(result[0])) == {"ok": True, "text": "asked", "signal": 17}
