"""A worker whose network goes away: nothing is claimed, nothing is used up, everything goes out afterwards."""

from __future__ import annotations

import pytest

from modem.dialogues.registration import Domain, announce, read
from modem.emulator.testing import EmulatedNetwork
from modem.link import Link
from modem.outcomes import Accepted, Refused
from tests.modem.bench import Bench
from tests.modem.leapclock import LeapClock
from tests.modem.listdesk import ListDesk, order, wait
from tests.modem.virtualbench import bench


def test_nothing_is_claimed_without_a_network_and_all_goes_out_with_it(served: Bench) -> None:
    served.modem.fault("registration", stat=2)
    wait(lambda: "searches" in str(served.hold))
    served.queue(1, 2)
    served.modem.fault("fill", memory="SM", leave=28)
    served.leap(61)
    wait(lambda: len(served.desk.kept) == 2)  # reading goes on
    assert [part.id for part in served.desk.orders] == [1, 2]
    served.modem.fault("registration", stat=1)
    wait(lambda: served.settled() == {1, 2})
    assert all(isinstance(outcome, Accepted) for outcome in served.desk.settled.values())
    assert served.hold is None
    assert not any(command.startswith("AT+CREG?") for command in served.modem.commands()[-4:]), (
        "no question per message"
    )


def test_modem_that_is_denied_from_the_start_says_so(emulated: EmulatedNetwork) -> None:
    emulated.modems[0].fault("registration", stat=3)
    with Bench(emulated.modems[0]) as served:
        assert "denied" in str(served.hold)


def test_lost_notice_is_made_up_for_by_asking(emulated: EmulatedNetwork, served: Bench) -> None:
    served.modem.fault("registration", stat=2)
    wait(lambda: served.hold is not None)
    served.modem.fault("drop", octets=4096, at=0)  # the notice that the network is back
    served.modem.fault("registration", stat=1)
    wait(lambda: any(line["kind"] == "drop" for line in emulated.events() if line["event"] == "fault"))
    assert served.hold is not None
    served.leap(6)
    wait(lambda: served.hold is None)


def test_refusal_without_a_network_uses_up_no_try(served: Bench) -> None:
    served.modem.fault("error", on="+CMGS", family="cms", code=331, times=2)
    served.queue(1)
    wait(lambda: served.desk.released == [1])
    wait(lambda: "refused for want of a network" in str(served.hold))
    served.queue(1)  # what the application does with a part that was released
    served.leap(6)
    wait(lambda: served.desk.released == [1, 1])
    served.queue(1)
    served.leap(6)
    assert served.settled() == set(), "the second refusal holds longer than the first"
    served.leap(6)
    wait(lambda: served.settled() == {1})
    assert isinstance(served.desk.settled[1], Accepted)


def test_refusal_of_a_network_that_is_there_is_the_parts_own(served: Bench) -> None:
    served.modem.fault("error", on="+CMGS", family="cms", code=38)
    served.queue(1)
    wait(lambda: served.settled() == {1})
    assert isinstance(served.desk.settled[1], Refused)
    assert served.desk.released == []
    assert served.hold is None


def test_no_network_for_minutes_raises_one_alarm_that_ends(served: Bench) -> None:
    served.modem.fault("registration", stat=3)
    wait(lambda: served.hold is not None)
    for _ in range(3):
        served.leap(301)
    wait(lambda: any(kind == "no network" and text for _, kind, text in served.desk.alarms))
    served.modem.fault("registration", stat=1)
    wait(lambda: served.hold is None)
    told = [text is not None for _, kind, text in served.desk.alarms if kind == "no network"]
    assert told == [False, True, False]


def test_signal_that_is_gone_holds_and_one_that_is_unknown_does_not(served: Bench) -> None:
    served.modem.fault("signal", rssi=0)
    served.leap(61)
    wait(lambda: "signal" in str(served.hold))
    served.modem.fault("signal", rssi=99)
    served.leap(6)
    wait(lambda: served.hold is None)


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("quectel-ec25", {Domain.CIRCUIT: 1, Domain.PACKET: 4, Domain.EPS: 1}),
        ("siemens-tc35", {Domain.CIRCUIT: 1}),
        ("huawei-e173", {Domain.CIRCUIT: 1, Domain.PACKET: 1}),
    ],
)
def test_every_model_tells_of_the_domains_it_knows(profile: str, told: dict[Domain, int]) -> None:
    with EmulatedNetwork(profile=profile) as emulated:
        link = Link(emulated.modems[0].path, clock=LeapClock())
        link.connect()
        found = {domain: read(link, domain) for domain in Domain if announce(link, domain)}
        link.close()
    assert {domain: registration.stat for domain, registration in found.items() if registration} == told


def test_network_that_comes_and_goes_is_damped_and_told_of_once() -> None:
    with bench() as run:
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
    with bench(1, ListDesk([order(k) for k in range(30)])) as run:
        run.fault(0, "registration", stat=0, for_s=3600)
        run.let_pass(3500)
        assert run.desk.settled == {}
        run.let_pass(200)
        assert len(run.desk.settled) == 30
        assert all(isinstance(outcome, Accepted) for outcome in run.desk.settled.values())
