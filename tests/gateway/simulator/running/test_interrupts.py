"""Ctrl-C once, and twice."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from gateway.simulator.running.interrupts import listening


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_asks_and_second_insists(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with listening() as interrupts:
        assert (interrupts.asked, interrupts.told) == (False, "")
        os.kill(os.getpid(), number)
        assert interrupts.asked and "Ctrl-C again" in interrupts.told
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_thread_that_hears_no_signals_runs_all_the_same() -> None:
    heard: list[bool] = []

    def listen() -> None:
        with listening() as interrupts:
            heard.append(interrupts.asked)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert heard == [False]
