"""Every fault of the emulated network yields its own named diagnosis; no healthy modem yields one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from modem.diagnosis.catalogue import CATALOGUE, HEALTHY
from modem.diagnosis.evidence import Records
from modem.diagnosis.examination import examine_closed
from modem.diagnosis.findings import diagnose
from modem.driver import Modem
from modem.emulator.faults.kinds import AnyArmed, AnyEvent, Sim
from modem.emulator.profiles import catalogue as profiles
from modem.emulator.testing import EmulatedNetwork
from scheduler.clock import SystemClock
from tests.modem.diagnosis.clinic import Clinic, clinic
from tests.modem.listdesk import wait

ON_AND_ON: dict[str, Any] = {"times": None}
ONCE: dict[str, Any] = {"times": 1, "skip": 3}
"""In the middle of the examination, when some answers have been as they should be."""

AT_THE_PORT = [
    ("split", ON_AND_ON, "answer-split"),
    ("split", ONCE, "answer-split"),
    ("late", ON_AND_ON, "line-late"),
    ("late", ONCE, "line-late"),
    ("garble", ON_AND_ON, "line-garbled"),
    ("garble", ONCE, "line-garbled"),
    ("garble", ONCE | {"way": "to_modem"}, "line-garbled"),
    ("drop", ON_AND_ON, "octets-lost"),
    ("drop", ONCE, "octets-lost"),
    ("drop", ONCE | {"octets": 100, "at": 0}, "octets-lost"),
    ("drop", ONCE | {"way": "to_modem"}, "octets-lost"),
    ("noise", ON_AND_ON, "line-noise"),
    ("noise", ONCE, "line-noise"),
    ("noise", ONCE | {"hex": "41", "at": 5}, "line-noise"),
    ("echo", ON_AND_ON, "echo-stuck"),
    ("echo", ONCE, "echo-stuck"),
    ("blanks", ON_AND_ON, "blanks-odd"),
    ("blanks", ONCE, "blanks-odd"),
    ("blanks", ON_AND_ON | {"form": "double"}, "blanks-odd"),
    ("blanks", ON_AND_ON | {"form": "trailing"}, "blanks-odd"),
    ("late_answer", ON_AND_ON, "answer-late"),
    ("late_answer", ONCE, "answer-late"),
    ("late_answer", {"on": "+CSQ", "by_s": 8}, "answer-late"),
    ("lost_answer", {"on": "+CSQ"}, "answer-lost"),
    ("lost_answer", {"on": "+CSQ", "information": True}, "answer-lost"),
    ("late_prompt", {}, "prompt-late"),
    ("bare_prompt", {}, "prompt-bare"),
    ("no_prompt", {}, "prompt-missing"),
    ("error", {"at_once": True}, "refuses-retry-soon"),
    ("error", {"at_once": True, "code": 38}, "refuses-retry-later"),
    ("error", {"at_once": True, "code": 69}, "refuses-permanent"),
    ("error", {"on": "+CPMS", "family": "cms", "code": 320}, "refuses-reset-modem"),
    ("error", {"on": "+COPS", "family": "cme", "code": 103}, "refuses-sim-trouble"),
    ("notice", ON_AND_ON | {"text": "^RSSI: 17"}, "notice-in-answer"),
    ("notice", ONCE | {"text": "^RSSI: 17", "where": "before_final"}, "notice-in-answer"),
    ("notice", {"on": "+CMGS", "text": "^RSSI: 17", "where": "after_prompt"}, "notice-in-answer"),
    ("hang", {"on": "+CSQ"}, "hangs-at-command"),
    ("hang", {"on": "+CSQ", "deaf": True}, "hangs-at-command"),
    ("hang", {"on": "+CSQ", "echo": True}, "hangs-at-command"),
    ("freeze", {}, "frozen"),
    ("freeze", {"deaf": True}, "frozen"),
    ("freeze", {"echo": True}, "frozen"),
    ("flood", {}, "notice-flood"),
    ("flood", {"every_s": 0.1}, "notice-flood"),
    ("reset", {}, "restarted"),
    ("sim", {"what": "remove"}, "sim-missing"),
    ("sim", {"what": "change"}, "sim-changed"),
    ("sim", {"what": "pin"}, "sim-pin"),
    ("sim", {"what": "puk"}, "sim-puk"),
    ("sim", {"what": "busy", "for_s": 30}, "sim-busy"),
    ("sim", {"what": "failed"}, "sim-failed"),
    ("fill", {}, "memory-full"),
    ("fill", {"memory": "ME"}, "memory-full"),
    ("registration", {}, "not-registered"),
    ("registration", {"stat": 3}, "not-registered"),
    ("signal", {}, "signal-weak"),
    ("signal", {"rssi": 99}, "signal-weak"),
]
"""Kind, its fields, and the diagnosis that comes first."""


@pytest.mark.parametrize(("kind", "fields", "name"), AT_THE_PORT)
def test_fault_yields_its_own_diagnosis_first(kind: str, fields: dict[str, Any], name: str) -> None:
    with clinic() as run:
        run.inflict(kind, **fields)
        assert run.names()[0] == name


@pytest.mark.parametrize("profile", ["huawei-e173", "siemens-tc35"])
def test_fault_of_a_model_with_ways_of_its_own_is_named_too(profile: str) -> None:
    for kind, fields, name in AT_THE_PORT:
        with clinic(profile) as run:
            run.inflict(kind, **fields)
            assert (kind, fields, run.names()[0]) == (kind, fields, name)


@pytest.mark.parametrize("profile", profiles.names())
def test_healthy_modem_of_every_profile_is_healthy(profile: str) -> None:
    with clinic(profile) as run:
        assert run.names() == [HEALTHY]
        assert run.names(run.examine_closed()) == [HEALTHY]


@pytest.mark.parametrize("baud", [1200, 9600, 57600])
def test_healthy_modem_on_a_slow_line_is_healthy(baud: int) -> None:
    with clinic(baud=baud) as run:
        assert run.names() == [HEALTHY]


def test_modem_with_half_a_message_in_its_memory_is_healthy() -> None:
    with clinic("huawei-e173") as run:
        run.server.deliver(0, "+79131234567", "Пять. Спасибо! " * 8)
        run.let_pass(30)
        assert run.names() == [HEALTHY]


def test_modem_that_slept_and_lost_the_first_command_is_healthy() -> None:
    with clinic() as run:
        run.inflict("drop", octets=100, at=0, way="to_modem")
        assert run.names() == [HEALTHY]


def test_modem_that_was_left_in_a_text_is_examined_all_the_same() -> None:
    with clinic() as run:
        assert run.modem.ask_prompt("AT+CMGS=20", 5) is None
        assert run.names(run.examine_closed()) == [HEALTHY]


def test_modem_goes_on_after_its_examination_as_before() -> None:
    with clinic() as run:
        run.examine()
        assert run.modem.exchange("AT+CMEE?").lines == ("+CMEE: 1",)
        assert run.modem.exchange("AT").lines == ()
        run.let_pass(1)
        before = len(_said(run))
        run.modem.exchange("AT+CSQ")
        assert _said(run)[before:] == b"AT+CSQ\r"
        assert run.server.call(lambda world, now: world.modems[0].device.settings.echo) == 0


def test_modem_that_goes_away_while_it_is_examined_has_lost_its_port() -> None:
    with clinic() as run:
        run.inflict("unplug", for_s=None)
        assert run.names() == ["port-lost"]


@pytest.mark.parametrize(("rename", "name"), [(False, "port-missing"), (True, "port-renamed")])
def test_unplugged_modem_is_looked_for_beside_its_port(tmp_path: Path, rename: bool, name: str) -> None:
    with EmulatedNetwork(directory=tmp_path) as network:
        port, emulated = tmp_path / "modem0", network.modems[0]
        modem = Modem(str(port), clock=SystemClock())
        imei = modem.open().imei
        modem.close()
        emulated.fault("unplug", for_s=0 if rename else None, rename=rename)
        wait(lambda: not port.is_symlink() and (not rename or (tmp_path / "modem1").is_symlink()))
        (found,) = diagnose(examine_closed(modem, "m0", imei), Records(imei))
        assert found.name == name
        assert not rename or found.seen == f"it is at {tmp_path / 'modem1'} now"


def test_port_that_another_program_has_names_it() -> None:
    with EmulatedNetwork() as network:
        first, second = (Modem(network.modems[0].path, clock=SystemClock()) for _ in range(2))
        first.find_port()
        try:
            (found,) = diagnose(examine_closed(second, "m0"), Records())
        finally:
            first.close()
        assert found.name == "port-held"
        assert "this program itself" in found.seen


def test_swapped_modem_is_told_by_its_imei() -> None:
    with clinic() as run:
        run.inflict("swap", other="1", for_s=1)
        run.let_pass(30)
        assert run.names(run.examine_closed())[0] == "modem-swapped"


def test_message_that_came_twice_stands_in_the_memory_twice() -> None:
    with clinic() as run:
        run.inflict("duplicate")
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(5)
        assert run.names() == ["delivered-twice"]


def test_modem_nobody_ever_saw_is_silent_and_not_frozen() -> None:
    with clinic() as run:
        run.inflict("freeze", for_s=60)
        evidence = run.examine_closed()
        assert run.names(evidence)[0] == "frozen"
        assert run.names(replace(evidence, set_up=False), replace(run.records, imei=None))[0] == "silent"


def test_card_that_was_put_back_is_told_from_the_records() -> None:
    with clinic() as run:
        run.inflict("sim", what="remove")
        run.inflict("sim", what="insert")
        run.let_pass(10)
        assert run.names(records=replace(run.records, troubles={"sim": 1})) == ["sim-loose"]


def test_every_kind_of_fault_is_diagnosed() -> None:
    kinds = {kind.model_fields["kind"].default for union in (AnyArmed, AnyEvent) for kind in get_args(union)}
    shown = {kind for kind, _, _ in AT_THE_PORT} | {"unplug", "swap", "duplicate"}
    assert shown == kinds
    whats = {fields["what"] for kind, fields, _ in AT_THE_PORT if kind == "sim"} | {"insert"}
    assert whats == set(get_args(Sim.model_fields["what"].annotation))
    assert {name for _, _, name in AT_THE_PORT} <= set(CATALOGUE)


def test_examination_sends_nothing_deletes_nothing_and_gives_no_pin() -> None:
    with clinic() as run:
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(5)
        before = _said(run)
        run.examine()
        said = _said(run)[len(before) :]
        assert b"AT+CMGS=20\r" in said
        assert b"\x1a" not in said
        for word in (b"+CMGD", b"+CPIN=", b"+CMGW", b"+CMSS", b"D+", b"+CFUN"):
            assert word not in said
        assert run.server.submits()[0] == []
        run.modem.exchange("AT")
        assert sum(len(run.modem.memories.stored(name)) for name in run.modem.memories.names) == 1


def _said(run: Clinic) -> bytes:
    lines = run.server.call(lambda world, now: world.journal.events_after(0)[0])
    said = (line for line in lines if line["event"] == "at" and line["modem"] == "modem0" and line["way"] == "rx")
    return "".join(str(line["data"]) for line in said).encode("latin-1")


@pytest.mark.parametrize("kind", ["late", "late_answer", "garble", "drop", "freeze"])
def test_examination_of_the_worst_modem_ends_in_time(kind: str) -> None:
    with clinic() as run:
        run.inflict(kind, **({} if kind == "freeze" else ON_AND_ON))
        before = run.clock.monotonic()
        run.examine()
        assert run.clock.monotonic() - before < 11
