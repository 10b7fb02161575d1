"""A worker whose network goes away: nothing is claimed, nothing is used up, everything goes out afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modem.dialogues.registration import Domain, announce, read
from modem.emulator.testing import EmulatedNetwork
from modem.link import Link
from modem.outcomes import Accepted, Refused
from tests.modem.bench import Bench
from tests.modem.leapclock import LeapClock
from tests.modem.listdesk import ListDesk, order, wait
from tests.modem.virtualbench import bench as bench_in_simulated_time


@pytest.fixture
def network() -> Iterator[EmulatedNetwork]:
    with EmulatedNetwork() as running:
        yield running


@pytest.fixture
def bench(network: EmulatedNetwork) -> Iterator[Bench]:
    with Bench(network.modems[0]) as running:
        yield running


def test_nothing_is_claimed_without_a_network_and_all_goes_out_with_it(bench: Bench) -> None:
    bench.modem.fault("registration", stat=2)
    wait(lambda: "searches" in str(bench.hold))
    bench.queue(1, 2)
    bench.modem.fault("fill", memory="SM", leave=28)
    bench.leap(61)
    wait(lambda: len(bench.desk.kept) == 2)  # reading goes on
    assert [part.id for part in bench.desk.orders] == [1, 2]
    bench.modem.fault("registration", stat=1)
    wait(lambda: bench.settled() == {1, 2})
    assert all(isinstance(outcome, Accepted) for outcome in bench.desk.settled.values())
    assert bench.hold is None
    assert not any(command.startswith("AT+CREG?") for command in bench.modem.commands()[-4:]), "no question per message"


def test_modem_that_is_denied_from_the_start_says_so(network: EmulatedNetwork) -> None:
    network.modems[0].fault("registration", stat=3)
    with Bench(network.modems[0]) as bench:
        assert "denied" in str(bench.hold)


def test_lost_notice_is_made_up_for_by_asking(bench: Bench) -> None:
    bench.modem.fault("registration", stat=2)
    wait(lambda: bench.hold is not None)
    asked = bench.modem.commands().count("AT+CREG?")
    bench.leap(6)
    wait(lambda: bench.modem.commands().count("AT+CREG?") > asked)


def test_refusal_without_a_network_uses_up_no_try(bench: Bench) -> None:
    bench.modem.fault("error", on="+CMGS", family="cms", code=331, times=2)
    bench.queue(1)
    wait(lambda: bench.desk.released == [1])
    wait(lambda: "refused for want of a network" in str(bench.hold))
    bench.queue(1)  # what the application does with a part that was released
    bench.leap(6)
    wait(lambda: bench.desk.released == [1, 1])
    bench.queue(1)
    bench.leap(6)
    assert bench.settled() == set(), "the second refusal holds longer than the first"
    bench.leap(6)
    wait(lambda: bench.settled() == {1})
    assert isinstance(bench.desk.settled[1], Accepted)


def test_refusal_of_a_network_that_is_there_is_the_parts_own(bench: Bench) -> None:
    bench.modem.fault("error", on="+CMGS", family="cms", code=38)
    bench.queue(1)
    wait(lambda: bench.settled() == {1})
    assert isinstance(bench.desk.settled[1], Refused)
    assert bench.desk.released == []
    assert bench.hold is None


def test_no_network_for_minutes_raises_one_alarm_that_ends(bench: Bench) -> None:
    bench.modem.fault("registration", stat=3)
    wait(lambda: bench.hold is not None)
    for _ in range(3):
        bench.leap(301)
    wait(lambda: any(kind == "no network" and text for _, kind, text in bench.desk.alarms))
    bench.modem.fault("registration", stat=1)
    wait(lambda: bench.hold is None)
    told = [text is not None for _, kind, text in bench.desk.alarms if kind == "no network"]
    assert told == [False, True, False]


def test_signal_that_is_gone_holds_and_one_that_is_unknown_does_not(bench: Bench) -> None:
    bench.modem.fault("signal", rssi=0)
    bench.leap(61)
    wait(lambda: "signal" in str(bench.hold))
    bench.modem.fault("signal", rssi=99)
    bench.leap(6)
    wait(lambda: bench.hold is None)


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("quectel-ec25", {Domain.CIRCUIT: 1, Domain.PACKET: 4, Domain.EPS: 1}),
        ("siemens-tc35", {Domain.CIRCUIT: 1}),
        ("huawei-e173", {Domain.CIRCUIT: 1, Domain.PACKET: 1}),
    ],
)
def test_every_model_tells_of_the_domains_it_knows(profile: str, told: dict[Domain, int]) -> None:
    with EmulatedNetwork(profile=profile) as network:
        link = Link(network.modems[0].path, clock=LeapClock())
        link.connect()
        found = {domain: read(link, domain) for domain in Domain if announce(link, domain)}
        link.close()
    assert {domain: registration.stat for domain, registration in found.items() if registration} == told


def test_network_that_comes_and_goes_is_damped_and_told_of_once() -> None:
    with bench_in_simulated_time() as run:
        run.let_pass(1)
        for _ in range(6):
            run.fault(0, "registration", stat=2)
            run.let_pass(20)
            run.fault(0, "registration", stat=1)
            run.let_pass(20)
        assert "lost 6 times in 10 minutes" in str(run.desk.statuses[-1].hold)
        assert [(kind, text is not None) for _, kind, text in run.desk.alarms if kind == "flapping"] == [
            ("flapping", False),
            ("flapping", True),
        ]
        with run.desk.lock:
            run.desk.orders.append(order(1))
        run.fleet.ring()
        run.let_pass(9)
        assert run.desk.settled == {}, "it has to stay for 30 s before it is trusted"
        run.let_pass(10)
        assert isinstance(run.desk.settled[1], Accepted)
        run.let_pass(700)
        assert run.desk.alarms[-1][1:] == ("flapping", None)


def test_hour_without_a_network_costs_no_try_and_nothing_is_lost() -> None:
    with bench_in_simulated_time(1, ListDesk([order(k) for k in range(30)])) as run:
        run.fault(0, "registration", stat=0, for_s=3600)
        run.let_pass(3500)
        assert run.desk.settled == {}
        run.let_pass(200)
        assert len(run.desk.settled) == 30
        assert all(isinstance(outcome, Accepted) for outcome in run.desk.settled.values())
