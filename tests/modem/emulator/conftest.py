from collections.abc import Callable
from random import Random

import pytest

from modem.emulator.journal import Journal
from modem.emulator.modem import Modem
from modem.emulator.network.conditions import Conditions
from modem.emulator.profiles.profile import GENERIC_PROFILE, Profile
from modem.emulator.world import World

START = 1_700_000_000.0


class Bench:
    """A world without I/O: say something to a modem, let time pass, see what comes out."""

    def __init__(self, modems: int, conditions: Conditions, profile: Profile = GENERIC_PROFILE) -> None:
        self.now = START
        self.conditions = conditions
        self.journal = Journal(logged=True)
        self.world = World(lambda name: Random(f"0:{name}"), conditions, self.journal)
        for number in range(modems):
            modem = self.world.add_modem(f"modem{number}", profile, self.now)
            self.world.set_link(modem, True, self.now)

    @property
    def modem(self) -> Modem:
        return self.world.modems[0]

    def raw(self, data: bytes, number: int = 0) -> bytes:
        modem = self.world.modems[number]
        self.world.feed(modem, data, self.now)
        return self.world.take_output(modem, self.now)

    def say(self, line: str, number: int = 0) -> list[str]:
        """One command line; the non-empty lines of what comes back, echo left out."""
        out = self.raw(line.encode("latin-1") + b"\r", number).decode("latin-1")
        return [piece for piece in out.split("\r\n") if piece and piece != line + "\r"]

    def send(self, length: int, pdu: str, number: int = 0) -> list[str]:
        assert self.raw(b"AT+CMGS=%d\r" % length, number).endswith(b"\r\n> ")
        return self.raw(pdu.encode() + b"\x1a", number).decode("latin-1").split()

    def wait(self, seconds: float, number: int = 0) -> bytes:
        self.now += seconds
        self.world.advance(self.now)
        return self.world.take_output(self.world.modems[number], self.now)

    def deliver(self, text: str, sender: str = "+79131234567", number: int = 0) -> bytes:
        self.world.centre.deliver(self.world.modems[number], sender, text, self.now)
        self.world.settle_effects(self.now)
        return self.world.take_output(self.world.modems[number], self.now)


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    def make(modems: int = 1, **conditions: object) -> Bench:
        bench = Bench(modems, Conditions(**{"report_latency_s": 1.0, **conditions}))  # type: ignore[arg-type]
        for number in range(modems):
            assert bench.raw(b"ATE0\r", number) == b"ATE0\r\r\nOK\r\n"
        return bench

    return make


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
