"""Work for a port's thread, asked for by others."""

from __future__ import annotations

import pytest

from modem.dialogues import network
from modem.driver import Modem
from modem.emulator.testing import EmulatedModem
from modem.errors import CommandRefused, PortLost
from modem.worker.errands import Errands
from tests.modem.virtualbench import bench


def test_errand_is_done_between_dialogues_and_its_answer_comes_back() -> None:
    with bench(1) as run:
        run.let_pass(1)
        signal = run.fleet.ask("m0", network.signal)
        run.let_pass(1)
        assert signal.result(0) == 26


def test_errand_for_a_modem_that_is_gone_waits_until_it_is_back() -> None:
    with bench(1) as run:
        run.let_pass(1)
        run.fault(0, "unplug", for_s=20)
        run.let_pass(1)
        signal = run.fleet.ask("m0", network.signal)
        run.let_pass(10)
        assert not signal.done()
        run.let_pass(60)
        assert signal.result(0) == 26


def test_errand_that_waits_is_cancelled_when_the_worker_ends() -> None:
    with bench(1) as run:
        run.let_pass(1)
        run.fault(0, "unplug", for_s=None)
        run.let_pass(1)
        signal = run.fleet.ask("m0", network.signal)
    assert signal.cancelled()


def test_refusal_is_the_askers_business_alone(modem: Modem) -> None:
    errands = Errands(lambda: None)
    answer = errands.ask(lambda modem: modem.ask("AT+NONE"))
    assert errands.do_one(modem)
    assert isinstance(answer.exception(0), CommandRefused)
    assert not errands.do_one(modem)


def test_modem_that_goes_away_in_an_errand_is_the_workers_business_too(
    emulated_modem: EmulatedModem, modem: Modem
) -> None:
    errands = Errands(lambda: None)
    answer = errands.ask(network.signal)
    emulated_modem.fault("unplug", for_s=None)
    with pytest.raises(PortLost):
        errands.do_one(modem)
    assert isinstance(answer.exception(0), PortLost)


def test_errand_taken_back_is_not_done(emulated_modem: EmulatedModem, modem: Modem) -> None:
    errands = Errands(lambda: None)
    answer = errands.ask(lambda modem: modem.ask("AT+CSQ"))
    assert answer.cancel()
    before = emulated_modem.commands()
    assert errands.do_one(modem)
    assert emulated_modem.commands() == before


def test_errand_for_a_worker_that_has_ended_is_cancelled_at_once() -> None:
    errands = Errands(lambda: None)
    errands.close()
    assert errands.ask(network.signal).cancelled()
