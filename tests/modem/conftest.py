"""Peers that say what a test has written down, and one worker at one emulated modem."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from modem.driver import Modem
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from modem.link import Link
from scheduler.clock import SystemClock
from tests.modem.bench import Bench
from tests.modem.scripted import Peers, Script, ScriptedModem


@pytest.fixture
def peers() -> Iterator[Peers]:
    with ExitStack() as stack:

        def open_link(script: Script) -> Link:
            link = Link(stack.enter_context(ScriptedModem(script)).port, clock=SystemClock())
            stack.callback(link.close)
            link.connect()
            return link

        yield open_link


@pytest.fixture
def emulated() -> Iterator[EmulatedNetwork]:
    with EmulatedNetwork() as running:
        yield running


@pytest.fixture
def emulated_modem(emulated: EmulatedNetwork) -> EmulatedModem:
    return emulated.modems[0]


@pytest.fixture
def modem(emulated_modem: EmulatedModem) -> Iterator[Modem]:
    """The driver on `emulated_modem`, opened."""
    opened = Modem(emulated_modem.path, clock=SystemClock())
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def served(emulated: EmulatedNetwork) -> Iterator[Bench]:
    with Bench(emulated.modems[0]) as running:
        yield running
