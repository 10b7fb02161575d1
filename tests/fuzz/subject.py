"""A world under fire, and what has to hold of it after every burst.

No exception; between two command lines nothing but legal frames (V.250 §5.7.1); after ESC, CR and time enough a
plain AT is answered OK; memories count what they hold; every record of the journal can be written; and no burst
takes the processor for longer than a few seconds.
"""

from __future__ import annotations

import json
import re
import time
from random import Random

from modem.emulator.codec.octets import FieldError
from modem.emulator.journal import Journal
from modem.emulator.modem import Modem
from modem.emulator.network.conditions import Conditions
from modem.emulator.profiles import catalogue
from modem.emulator.world import World
from tests.fuzz.grammar import Input

START = 1_700_000_000.0
LONG_ENOUGH_S = 700.0  # longer than any modem waits for its network
PATIENCE_S = 5.0
LONG_BURST = 3000  # octets; such a one comes in one piece
_LINE_ENDS = re.compile(rb"(?<=[\r\x1a\x1b])")
# Prompts, and texts that stand between two ends of line; a text may have several lines.
_FRAMES = re.compile(rb"(?:\r\n> |\r\n[^\r\n]+(?:\r\n[^\r\n]+)*\r\n)*+")
_PLAIN = {"echo": 0, "quiet": 0, "verbose": 1, "cmgf": 0}


class Broken(AssertionError):
    """Something that has to hold does not."""


class Subject:
    """Two modems and a network. `last` is what was done since the last recovery, for the report of a failure."""

    def __init__(self, seed: str) -> None:
        self.rng = Random(seed)
        self.now = START
        self.last: list[object] = []
        self._journal = Journal(logged=True, traced=True)
        conditions = Conditions(latency_s=self.rng.choice((0.0, 0.0, 0.5, 30.0)), report_latency_s=1.0)
        self._world = World(lambda name: Random(f"{seed}:{name}"), conditions, self._journal)
        profile = catalogue.packaged(self.rng.choice(("generic", *catalogue.names())))
        for name in ("modem0", "modem1"):
            self._world.set_link(self._world.add_modem(name, profile, self.now), True, self.now)
        self.modem = self._world.modems[0]
        self._generic = profile is catalogue.packaged("generic")
        self._callers = 0
        self._pass(LONG_ENOUGH_S)
        self._input = Input(self.rng, sorted(self.modem.device.commands))

    def fire(self) -> int:
        """One burst with what the world does meanwhile, and everything checked after it; the octets sent."""
        burst = self._input.burst()
        self.last = []
        started = time.process_time()
        echo = self.rng.choice((0, 0, 1))
        self.modem.device.settings.echo = echo
        pieces = _LINE_ENDS.split(burst) if len(burst) < LONG_BURST and self.rng.random() < 0.7 else [burst]
        for piece in pieces:
            self._feed(piece)
            if self.rng.random() < 0.1:
                self._happen()
        self._recover()
        self._count()
        for line in self._journal.drain().splitlines():
            json.loads(line)
        if (taken := time.process_time() - started) > PATIENCE_S:
            raise Broken(f"{len(burst)} octets took {taken:.1f} s")
        return len(burst)

    def _feed(self, data: bytes) -> None:
        self.last.append(data)
        before = self._plain()
        self._world.feed(self.modem, data, self.now)
        out = self._take()
        if before and before is self._plain() and not _FRAMES.fullmatch(out):
            raise Broken(f"illegal frames: {out!r}")

    def _plain(self) -> object:
        """The settings, if with them every octet of the output is known to stand in a frame; else None."""
        settings = self.modem.device.settings
        usual = settings.registers[3] == 13 and settings.registers[4] == 10
        as_usual = usual and all(getattr(settings, name) == value for name, value in _PLAIN.items())
        return settings if as_usual and self._generic else None

    def _take(self) -> bytes:
        for other in self._world.modems[1:]:
            self._world.take_output(other, self.now)
        self._world.touched.clear()
        return self._world.take_output(self.modem, self.now)

    def _pass(self, seconds: float) -> bytes:
        self.last.append(seconds)
        self.now += seconds
        self._world.advance(self.now)
        return self._take()

    def _happen(self) -> None:
        """Something from outside: time, a message, a call, USSD, a port that is closed and opened."""
        modem: Modem = self.modem
        match self.rng.randrange(6):
            case 0:
                self._pass(self.rng.choice((0.1, 1.0, 5.0, 60.0)))
            case 1:
                self.last.append("deliver")
                text = self.rng.choice(("Hello", "Привет 😀", "{" * 200, "\r\nOK\r\n", "\x00\x1a\x1b"))
                self._world.centre.deliver(modem, self.rng.choice(("+79131234567", "0919", "Bank")), text, self.now)
            case 2:
                self.last.append("call")
                self._callers += 1  # a new one every time: a subscriber has one telephone
                number = f"+7923{self._callers:07d}"
                self._world.exchange.call(modem, self.rng.choice((number, number, "")), self.now)
            case 3:
                self.last.append("reopen")
                self._world.set_link(modem, False, self.now)
                self._world.set_link(modem, True, self.now)
            case 4:
                self.last.append("other modem")
                self._world.feed(self._world.modems[1], f"ATD{modem.number};\r".encode(), self.now)
            case _:
                self.last.append("broadcast")
                try:
                    self._world.broadcast("Storm", self.rng.randrange(1000), self.now)
                except FieldError:
                    raise Broken("a short broadcast was refused") from None
        self._world.settle_effects(self.now)

    def _recover(self) -> None:
        """What a terminal does that has lost the thread; it knows how it has set the modem."""
        self._pass(LONG_ENOUGH_S)
        self._world.feed(self.modem, b"\x1b", self.now)
        settings = self.modem.device.settings
        self._world.feed(self.modem, bytes([settings.registers[3]]), self.now)
        settings = self.modem.device.settings
        settings.registers.update({3: 13, 4: 10, 5: 8})
        settings.echo, settings.quiet, settings.verbose = 0, 0, 1
        self._world.feed(self.modem, b"\x1b\r", self.now)
        self._pass(LONG_ENOUGH_S)
        self._world.feed(self.modem, b"AT\r", self.now)
        answer = self._take() + self._pass(LONG_ENOUGH_S)
        if b"\r\nOK\r\n" not in answer:
            raise Broken(f"no OK after ESC, CR and AT, but {answer!r}")

    def _count(self) -> None:
        for memory in self.modem.device.memories.values():
            held = dict(memory.items())
            if not len(held) == memory.used <= memory.capacity:
                raise Broken(f"{memory.name} counts {memory.used} of {memory.capacity} and holds {len(held)}")
            if any(memory.get(index) is not entry for index, entry in held.items()):
                raise Broken(f"{memory.name} does not give what it lists")
