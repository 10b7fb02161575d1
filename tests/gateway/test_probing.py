"""`otklik modems probe`: what the box remembers, what it asks of the daemon, what it prints."""

from __future__ import annotations

import json
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main, probes
from gateway.probing import probe, records_of
from gateway.store import inbox, sims, state
from gateway.store import wishes as rows
from gateway.store.database import InstanceLock, transaction
from gateway.store.opening import writable
from gateway.wishes import Wishes
from modem.diagnosis import examination
from modem.diagnosis.catalogue import HEALTHY
from modem.diagnosis.evidence import LOST, OTHER_MODEM, Evidence, PortFault, Records
from modem.emulator.testing import EmulatedNetwork
from modem.outcomes import Refused, Unknown
from modem.tables import CMS_CAUSES, CauseClass
from tests.gateway.air import PHONES, Air, air
from tests.gateway.conftest import NOON, SIM, Centre

IMEI = "356938035643809"


def _probe(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["modems", "probe", *arguments, "-c", str(folder / "config.yaml")])


def _config(folder: Path, *ports: str) -> None:
    modems = "".join(f"  - {{name: m{number}, port: '{port}'}}\n" for number, port in enumerate(ports, 1))
    (folder / "config.yaml").write_text(f"modems:\n{modems}", encoding="utf-8")


def _seated(centre: Centre) -> None:
    centre.db.execute(
        "INSERT INTO ports (name, state, imei, sim, changed_at) VALUES ('m1', 'serving', ?, ?, '')"
        " ON CONFLICT DO UPDATE SET imei = excluded.imei, sim = excluded.sim",
        (IMEI, SIM),
    )


def test_nothing_is_remembered_of_a_modem_nobody_saw(centre: Centre) -> None:
    assert records_of(centre.db, "m2", NOON) == Records()


def test_part_without_an_answer_is_remembered_for_a_day(centre: Centre) -> None:
    _seated(centre)
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    assert records_of(centre.db, "m1", NOON) == Records(IMEI, SIM, unknown=1)
    assert records_of(centre.db, "m1", NOON + timedelta(days=2)).unknown == 0


@pytest.mark.parametrize(
    ("code", "refused"), [(38, {CauseClass.RETRY_LATER: 1}), (1, {})], ids=["the network's fault", "the number's"]
)
def test_refusals_are_counted_by_the_class_of_their_cause(
    centre: Centre, code: int, refused: dict[CauseClass, int]
) -> None:
    _seated(centre)
    centre.visit()
    centre.invite()
    centre.send(Refused(CMS_CAUSES[code]))
    assert records_of(centre.db, "m1", NOON).refused == refused


def test_stopped_card_counts_as_refused(centre: Centre) -> None:
    _seated(centre)
    sims.stop(centre.db, SIM, why=CMS_CAUSES[10].plain, until=NOON)
    assert records_of(centre.db, "m1", NOON).refused == {CauseClass.SIM_TROUBLE: 1}


def test_message_that_stood_in_two_slots_came_twice(centre: Centre) -> None:
    _seated(centre)
    (raw,) = centre.pdus("5")
    for slot in (1, 1, 2):  # read again before its slot was emptied, and delivered again
        inbox.keep(centre.db, sim=SIM, found=[("SM", slot, raw)], now=NOON)
    assert records_of(centre.db, "m1", NOON).duplicates == 1


def test_troubles_are_counted_by_kind(centre: Centre) -> None:
    for kind in (LOST, LOST, OTHER_MODEM, ""):
        state.add_trouble(centre.db, place="modem m1", text="x", now=NOON, kind=kind)
    state.add_trouble(centre.db, place="modem m2", text="x", now=NOON, kind=LOST)
    assert records_of(centre.db, "m1", NOON).troubles == {LOST: 2, OTHER_MODEM: 1}


def test_wish_is_done_when_the_worker_has_looked(centre: Centre) -> None:
    seen: Future[Evidence] = Future()
    wishes = Wishes({"m1"}, {"probe": probe(lambda name: seen)})
    centre.db.conn.commit()
    with transaction(centre.db):
        wish = rows.add(centre.db, modem="m1", verb="probe", now=NOON)
        assert wishes.carry_out(centre.db, NOON) == 0
        seen.set_result(Evidence(fault=(PortFault.MISSING, "Port /dev/ttyUSB0 does not exist.")))
        assert wishes.carry_out(centre.db, NOON) == 1
    answer = json.loads(rows.result_of(centre.db, wish)[0] or "")
    assert (answer["ok"], answer["text"], answer["healthy"]) == (True, "m1: port-missing.", False)
    (found,) = answer["diagnoses"]
    assert found["name"] == "port-missing"
    assert found["seen"] == "Port /dev/ttyUSB0 does not exist."


def test_wish_that_nobody_waits_for_is_not_carried_out(centre: Centre) -> None:
    asked: list[str] = []

    def ask(name: str) -> Future[Evidence]:
        asked.append(name)
        return Future()

    wishes = Wishes({"m1"}, {"probe": probe(ask)})
    centre.db.conn.commit()
    with transaction(centre.db):
        rows.add(centre.db, modem="m1", verb="probe", now=NOON - timedelta(hours=1))
        assert wishes.carry_out(centre.db, NOON) == 1
    assert asked == []


@pytest.mark.parametrize(("problem", "words"), [(None, "stopped serving"), (KeyError("x"), "a fault of the program")])
def test_examination_that_did_not_end_is_told_of(centre: Centre, problem: Exception | None, words: str) -> None:
    seen: Future[Evidence] = Future()
    if problem is None:
        seen.cancel()
    else:
        seen.set_exception(problem)
    centre.db.conn.commit()
    with transaction(centre.db):
        wish = rows.add(centre.db, modem="m1", verb="probe", now=NOON)
        assert Wishes({"m1"}, {"probe": probe(lambda name: seen)}).carry_out(centre.db, NOON) == 1
    answer = json.loads(rows.result_of(centre.db, wish)[0] or "")
    assert not answer["ok"]
    assert words in answer["text"]


def test_daemon_that_does_not_answer_is_told_of(
    tmp_path: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "_WAIT_S", 0.0)
    (tmp_path / "config.yaml").write_text("modems: [{name: m1, port: /dev/ttyUSB0}]\n", encoding="utf-8")
    lock = InstanceLock(tmp_path / "otklik.db")
    lock.take()
    try:
        done = _probe(tmp_path, "--json")
    finally:
        lock.release()
    assert done.exit_code == 1
    assert "has not answered" in done.stdout
    assert [(wish.modem, wish.verb) for wish in rows.unfinished(centre.db)] == [("m1", "probe")]


def _probed(run: Air) -> str:
    """What the running daemon says of its first modem."""
    with writable(run.centre.settings.database) as db, transaction(db):
        wish = rows.add(db, modem="m0", verb="probe", now=run.centre.clock.now())
    run.centre.let_pass(30)
    ((text,),) = run.all(f"SELECT json_extract(result, '$.text') FROM wishes WHERE id = {wish} AND done_at > ''")
    return str(text)


def test_running_daemon_probes_by_the_modems_own_worker() -> None:
    with air() as run:
        run.invite(PHONES[:2])
        assert _probed(run) == f"m0: {HEALTHY}."


@pytest.mark.parametrize(
    ("kind", "fields", "name"),
    [
        ("lost_answer", {}, "answer-lost"),
        ("error", {"times": None}, "refuses-reset-modem"),
        ("error", {"code": 38, "times": None}, "refuses-retry-later"),
        ("duplicate", {}, "delivered-twice"),
        ("swap", {"other": "1"}, "modem-swapped"),
        ("unplug", {"for_s": 20}, "port-unsteady"),
        ("sim", {"what": "change"}, "sim-changed"),
    ],
)
def test_fault_that_no_question_shows_is_told_from_what_was_noted(kind: str, fields: dict[str, Any], name: str) -> None:
    with air(2 if kind == "swap" else 1, text="Оцените услугу") as run:
        run.centre.let_pass(5)
        run.fault(kind, **fields)
        run.centre.world.centre.deliver(run.centre.modem(0), PHONES[0], "5", run.centre.clock.monotonic())
        run.invite(PHONES[:2], within_s=250)
        assert _probed(run).startswith(f"m0: {name}")


def test_without_a_daemon_the_port_is_opened_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "_LISTEN_S", 0.0)
    with EmulatedNetwork(2) as network:
        _config(tmp_path, network.modems[0].path, network.modems[1].path)
        network.modems[1].fault("sim", what="remove")
        done = _probe(tmp_path, "--json")
        assert done.exit_code == 1
        one, two = json.loads(done.stdout.splitlines()[-1])["modems"]
        assert (one["modem"], one["healthy"], one["text"]) == ("m1", True, "m1: healthy.")
        assert (two["modem"], two["healthy"], two["text"]) == ("m2", False, "m2: sim-missing.")
        assert "clean its contacts" in done.stdout
        assert _probe(tmp_path, "m1").exit_code == 0


def test_emulated_modem_is_the_daemons_own(tmp_path: Path) -> None:
    _config(tmp_path, "emu://")
    done = _probe(tmp_path)
    assert done.exit_code == 1
    assert "start it with" in done.stdout
