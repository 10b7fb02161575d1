"""What the driver knows of makes of modems: each is recognised, told what it needs, and started anew its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.dialogues import device, revive, sim
from modem.dialogues.indications import Indications
from modem.documents import DocumentError
from modem.driver import Modem
from modem.emulator.profiles import catalogue as profiles
from modem.emulator.serving.loop import SteppedLoop
from modem.emulator.serving.server import Server
from modem.emulator.urls import leading_to
from modem.errors import CommandRefused, NotRestarted, SettingsLost
from modem.makes import catalogue
from modem.makes.make import GENERIC, Make, Restart, recognise
from modem.worker.desk import PortSettings, PortState
from modem.worker.recovery import Step
from modem.worker.repair import Repair
from scheduler.virtual import VirtualClock
from tests.modem.listdesk import QueueDesk, order
from tests.modem.scripted import Peers, Script
from tests.modem.talk import linked
from tests.modem.virtualbench import START, bench

MAKES = {
    "generic": ("generic", []),
    "aithinker-a6": ("ai-thinker", []),
    "huawei-e1550": ("huawei", ["AT^CURC=0"]),
    "huawei-e173": ("huawei", ["AT^CURC=0"]),
    "quectel-ec25": ("quectel", []),
    "quectel-ep06": ("quectel", []),
    "quectel-m35": ("quectel", []),
    "siemens-tc35": ("siemens", ["AT^SMGO=1"]),
    "sim800": ("simcom", []),
    "wavecom": ("wavecom", ["AT+WIND=0"]),
    "zte-mf180": ("zte", []),
}
_BOOT_S = 60.0


class Patient:
    """A modem of a profile in simulated time, and the driver's half of it."""

    def __init__(self, server: Server, clock: VirtualClock, makes: Sequence[Make] | None) -> None:
        self.server = server
        self.clock = clock
        self.modem = Modem("emu://modem0", clock=clock, makes=makes)

    def let_pass(self, seconds: float) -> None:
        self.clock.wait((), self.clock.monotonic() + seconds)

    def said(self) -> list[str]:
        """The command lines so far."""
        lines = self.server.call(lambda world, now: world.journal.events_after(0)[0])
        sent = "".join(str(line["data"]) for line in lines if line["event"] == "at" and line["way"] == "rx")
        return sent.split("\r")

    def notices(self) -> set[str]:
        """Names of what the modem has said by itself since they were last asked for."""
        self.modem.poll()
        names = {notice.name for notice in self.modem.notices}
        self.modem.notices.clear()
        return names


@contextmanager
def patient(profile: str, makes: Sequence[Make] | None = None) -> Iterator[Patient]:
    clock = VirtualClock(START)
    loop = SteppedLoop(clock.monotonic())
    server = Server(1, pty=False, loop=loop, trace=True, profiles=[profiles.load(profile)])
    clock.add(loop)
    with server, leading_to(server), clock.taking_part():
        made = Patient(server, clock, makes)
        made.let_pass(_BOOT_S)
        try:
            yield made
        finally:
            made.modem.close()


def test_every_profile_of_the_emulator_has_its_make_here() -> None:
    assert set(MAKES) == set(profiles.names())


@pytest.mark.parametrize("profile", MAKES)
def test_modem_is_recognised_and_told_what_its_make_needs_at_each_start(profile: str) -> None:
    name, init = MAKES[profile]
    with patient(profile) as case:
        assert case.modem.open().make == name
        assert case.modem.refused == ()
        assert [said for said in case.said() if said in init] == init
        setting = revive.setting(case.modem)
        revive.restart(case.modem, case.modem.make.restart.say or "")
        case.let_pass(_BOOT_S)
        with pytest.raises(SettingsLost):
            revive.check_setting(case.modem, setting)
        assert case.modem.start_up().make == name
        revive.check_setting(case.modem, setting)
        assert [said for said in case.said() if said in init] == 2 * init


@pytest.mark.parametrize(("makes", "floods"), [(None, False), ((), True)])
def test_flood_of_a_huawei_ends_with_its_start_up(makes: Sequence[Make] | None, *, floods: bool) -> None:
    with patient("huawei-e173", makes) as case:
        case.modem.open()
        case.let_pass(1)
        case.notices()
        case.let_pass(600)
        assert ({"^RSSI", "^BOOT", "^MODE"} <= case.notices()) is floods


@pytest.mark.parametrize(("makes", "tells"), [(None, True), ((), False)])
def test_siemens_tells_of_a_full_memory_once_it_is_asked_to(makes: Sequence[Make] | None, *, tells: bool) -> None:
    with patient("siemens-tc35", makes) as case:
        case.modem.open()
        for number in range(20):
            case.server.deliver(0, "+79131234567", f"{number}")
            case.let_pass(10)
        assert ("^SMGO" in case.notices()) is tells


@pytest.mark.parametrize(("text", "full"), [("^SMGO: 1", True), ("^SMGO: 2", True), ("^SMGO: 0", False)])
def test_overflow_of_a_siemens_is_a_full_memory_until_there_is_space(peers: Peers, text: str, *, full: bool) -> None:
    assert Indications(peers(Script({}))).tells_full("^SMGO", text) is full


def test_command_that_is_refused_is_told_of_once_and_the_modem_is_served() -> None:
    with bench(init=("AT^CURC=0", "AT+CSQ")) as running:
        running.let_pass(5)
        running.fault(0, "reset")
        running.let_pass(300)
        assert running.commands().count("AT^CURC=0") >= 2
        assert [text for _, text, _ in running.desk.troubles if "AT^CURC" in text] == [
            "The modem refused AT^CURC=***: The modem answered ERROR without a reason."
            " It is said after each start-up, and is left out."
        ]
        assert running.desk.statuses[-1].state is PortState.SERVING


def test_modem_that_would_not_come_back_is_not_restarted() -> None:
    with patient("generic") as case:
        case.modem.open()
        case.modem.make = recognise(catalogue.packaged(), "QUALCOMM INCORPORATED", "")
        before = case.said()
        repair = Repair(case.modem, PortSettings("m1", "emu://modem0"), case.clock, case.let_pass, lambda: False)
        with pytest.raises(NotRestarted, match="qualcomm"):
            repair.take(Step.RESTART, None)
        assert case.said() == before


@pytest.mark.parametrize(
    ("profile", "makes", "restarts"),
    [
        ("generic", None, {"AT+CFUN=1,1"}),
        ("aithinker-a6", None, {"AT+RST=1"}),
        ("generic", (Make(name="lost", title="x", maker="otklik", restart=Restart(say=None)),), set()),
    ],
)
def test_ladder_restarts_a_modem_in_the_way_of_its_make(
    profile: str, makes: tuple[Make, ...] | None, restarts: set[str]
) -> None:
    with bench(1, QueueDesk([order(1)]), profile=profile, makes=makes) as running:
        running.fault(0, "error", on="+CMGS", family="cms", code=300, at_once=True, times=None)
        running.let_pass(1800)
        assert restarts == {"AT+CFUN=1,1", "AT+RST=1"} & set(running.commands())
        assert running.desk.statuses[-1].state is PortState.QUARANTINED
        told = running.desk.alarms[-1][2] or ""
        assert ("A modem of the make lost is not restarted by command." in told) is (not restarts)


def test_restart_without_an_answer_is_one_and_a_refused_one_is_none(peers: Peers) -> None:
    with linked({"AT+RST=1": ""}) as (link, talk):
        revive.restart(link, "AT+RST=1")
        assert talk.commands == ["AT+RST=1"]
    with pytest.raises(CommandRefused):
        revive.restart(peers(Script({"AT+CRESET": "ERROR"})), "AT+CRESET")


@pytest.mark.parametrize(
    ("maker", "model", "name"),
    [
        (" WAVECOM MODEM", " MULTIBAND  900E  1800 ", "wavecom"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "simcom-sim7600"),
        ("SIMCOM_Ltd", "SIMCOM_SIM800L", "simcom"),
        ("Cinterion", "MC55i", "siemens"),
        ("Ai Thinker Co.LTD", "A7", "ai-thinker"),
        ("QUALCOMM INCORPORATED", "4108", "qualcomm"),
        ("Telit", "GL865-QUAD", "generic"),
        ("", "", "generic"),
    ],
)
def test_make_is_told_by_what_a_modem_says_of_itself(maker: str, model: str, name: str) -> None:
    assert recognise(catalogue.packaged(), maker, model).name == name


@settings(max_examples=40)
@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_modem_says_of_itself_it_is_of_some_make(maker: str, model: str) -> None:
    assert recognise(catalogue.packaged(), maker, model) in (GENERIC, *catalogue.packaged())


@pytest.mark.parametrize("answer", ["SIMCOM_Ltd", '+CGMI: "SIMCOM_Ltd"', "+CGMI: SIMCOM_Ltd"])
def test_name_is_read_with_and_without_the_command_before_it(peers: Peers, answer: str) -> None:
    assert device.maker(peers(Script({"AT+CGMI": f"{answer}\r\n\r\nOK"}))) == "SIMCOM_Ltd"


def test_modem_that_does_not_tell_its_name_is_served_all_the_same(peers: Peers) -> None:
    link = peers(Script({"AT+CGMM": "ERROR", "AT+CGMI": "ERROR"}))
    assert (device.maker(link), device.model(link)) == ("", "")


def test_packaged_facts_name_their_sources() -> None:
    for make in catalogue.packaged():
        assert make.restart.source
        for extra in make.init:
            assert extra.source
            assert extra.why.endswith(".")


def test_makes_of_a_file_go_before_the_packaged_ones(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("makes:\n  - {name: k3715, title: ours, maker: huawei, model: K3715, restart: {say: ~}}\n")
    makes = catalogue.load(mine)
    assert recognise(makes, "huawei", "K3715").restart.say is None
    assert recognise(makes, "huawei", "E173").name == "huawei"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{name: x, title: x, makr: a}", "mine.yaml:2:25: makes.0.makr: unknown key, did you mean 'maker'?"),
        ("{name: x, title: x}", "mine.yaml:2:5: makes.0: give maker, model or both"),
        ("{name: x, title: x, maker: '('}", "mine.yaml:2:25: makes.0.maker: '(' is no regular expression"),
        (
            "{name: x, title: x, maker: a, init: [{say: AT+CMEE=0, why: x.}]}",
            "mine.yaml:2:43: makes.0.init.0.say: AT+CMEE is the driver's own business",
        ),
        (
            "{name: x, title: x, maker: a, init: [{say: AT^A=1;+CMEE=0, why: x.}]}",
            "mine.yaml:2:43: makes.0.init.0.say: 'AT^A=1;+CMEE=0' is not one command",
        ),
    ],
)
def test_fault_of_a_file_is_told_with_its_line(tmp_path: Path, line: str, fault: str) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"makes:\n  - {line}\n")
    with pytest.raises(DocumentError) as problem:
        catalogue.load(mine)
    assert fault in str(problem.value)


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ('+CNUM: "Own","+79130000001",145', "+79130000001"),
        ('+CNUM: ,"79130000001",145', "+79130000001"),
        ('+CNUM: "","89130000001",129,7,4', "89130000001"),
        ('+CNUM: "0041","002B00370039003100330030003000300030003000300031",145', "+79130000001"),
        ('+CNUM: "","",129\r\n+CNUM: "Line 2","+79130000002",145', "+79130000002"),
        ('+CNUM: "",,', None),
    ],
)
def test_own_number_is_read_where_it_is_stored(peers: Peers, answer: str, number: str | None) -> None:
    assert sim.own_number(peers(Script({"AT+CNUM": f"{answer}\r\n\r\nOK"}))) == number


@pytest.mark.parametrize("answer", ["OK", "ERROR", "+CME ERROR: 22"])
def test_card_without_a_number_has_none(peers: Peers, answer: str) -> None:
    assert sim.own_number(peers(Script({"AT+CNUM": answer}))) is None
