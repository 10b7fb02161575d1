"""Everything that can go wrong with a modem, at a rate: every kind of fault the emulator has, in turn.

A fault comes after so many messages on average, so a fleet that stands still is not tormented further. What a person
would have to mend (a card that is out, locked or dead) is mended after a minute or two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from modem.dialogues.submit import SUBMIT_S
from modem.emulator.device.sim import Secret
from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from modem.emulator.journal import Delivered, Faulted, Record, Submitted
from modem.emulator.modem import Modem
from modem.emulator.world import World

_TEXTS = (
    "^RSSI: 17",
    "RING",
    '+CMTI: "SM",3',
    "+CREG: 2",
    "OK",
    "> ",
    "*PSUTTZ: 17,9,12,3,0,0",
    "ü",
)
_COMMANDS = ("+CMGS", "+CMGS", "+CMGL", "+CMGR", "+CMGD", "+CPMS", "+CSQ", None)
_CODES = (10, 17, 21, 27, 28, 38, 41, 42, 47, 69, 96, 111, 301, 302, 310, 314, 320, 322, 330, 331, 332, 350, 500, 512)
_WHERE = ("before", "inside", "before_final", "after_prompt", "after")
_MEND_S = (20.0, 120.0)

Fields = dict[str, Any]


def _hang(dice: Random) -> Fields:
    return {
        "for_s": dice.choice((None, dice.uniform(1, 90))),
        "deaf": dice.random() < 0.5,
        "echo": dice.random() < 0.3,
    }


KINDS: dict[str, Callable[[Random], Fields]] = {
    "split": lambda dice: {"size": dice.randint(1, 20), "pause_ms": dice.uniform(1, 60), "times": dice.randint(1, 8)},
    "late": lambda dice: {"by_ms": dice.uniform(100, 4000), "times": dice.randint(1, 4)},
    "garble": lambda dice: {"octets": dice.randint(1, 3), "way": dice.choice(("from_modem", "to_modem"))},
    "drop": lambda dice: {"octets": dice.randint(1, 12), "way": dice.choice(("from_modem", "to_modem"))},
    "noise": lambda dice: {"hex": dice.randbytes(dice.randint(1, 9)).hex(), "at": dice.randint(0, 9)},
    "echo": lambda dice: {"times": dice.randint(1, 10)},
    "blanks": lambda dice: {"form": dice.choice(("none", "double", "trailing")), "times": dice.randint(1, 9)},
    "late_answer": lambda dice: {"on": dice.choice(_COMMANDS), "by_s": dice.choice((2.0, 12.0, 70.0, 140.0))},
    "lost_answer": lambda dice: {"on": dice.choice(_COMMANDS), "information": dice.random() < 0.3},
    "late_prompt": lambda dice: {"by_s": dice.uniform(1, 30)},
    "bare_prompt": lambda dice: {"times": dice.randint(1, 9)},
    "no_prompt": lambda dice: {},
    "error": lambda dice: {
        "on": dice.choice(_COMMANDS),
        "code": dice.choice(_CODES),
        "family": dice.choice(("cms", "cms", "cme")),
        "form": dice.choice((None, "numeric", "verbose")),
        "text": dice.choice((None, None, None, "ERROR")),
        "at_once": dice.random() < 0.3,
        "taken": dice.random() < 0.1,
    },
    "notice": lambda dice: {
        "on": dice.choice(_COMMANDS),
        "text": dice.choice((None, *_TEXTS)),
        "where": dice.choice(_WHERE),
        "count": dice.choice((1, 1, 10)),
        "times": dice.randint(1, 4),
    },
    "hang": lambda dice: {"on": dice.choice(_COMMANDS), **_hang(dice)},
    "duplicate": lambda dice: {},
    "freeze": _hang,
    "flood": lambda dice: {"count": dice.randint(10, 200), "every_s": dice.choice((0, 0.02, 0.5))},
    "reset": lambda dice: {},
    "sim": lambda dice: {
        "what": dice.choice(("remove", "busy", "failed", "pin", "puk", "change")),
        "for_s": dice.uniform(1, 40),
    },
    "fill": lambda dice: {"memory": dice.choice(("SM", "ME", "SR")), "leave": dice.randint(0, 2)},
    "registration": lambda dice: {"stat": dice.choice((0, 2, 3)), "for_s": dice.uniform(1, 90)},
    "signal": lambda dice: {"rssi": dice.choice((0, 3, 31, 99))},
    "unplug": lambda dice: {"for_s": dice.uniform(0.5, 60), "rename": False},
    "swap": lambda dice: {"for_s": dice.uniform(0.5, 30)},
}
"""Every kind of fault, each with fields drawn anew."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault that struck, and when it was over."""

    at: float
    modem: str
    kind: str
    way: str
    over_at: float
    lies: bool
    """The modem said that it had not sent what it had sent."""


class Trouble:
    """Torments the modems of a world. `rate` is the probability that a message is followed by a fault."""

    def __init__(self, world: World, dice: Random, rate: float) -> None:
        self._world = world
        self._dice = dice
        self._rate = rate
        self._deck: list[str] = []
        self._going = True
        self.strikes: list[Strike] = []
        self.cards = {modem.device.sim.iccid: modem.name for modem in world.modems}
        """Every card there ever was, and the modem it was in."""
        self.gone_with_a_card: set[bytes] = set()
        """Messages on cards that were taken away for good before anybody read them."""
        world.journal.observe(self._hear)

    def stop(self, now: float) -> float:
        """Let no new fault come and disarm those that wait; when the last one is over by itself."""
        self._going = False
        for modem in self._world.modems:
            modem.device.faults.clear()
            self._world.touch(modem)
            if modem.device.identity.signal in (0, 99):
                inflict(self._world, modem, FAULT.validate_python({"kind": "signal", "rssi": 20}), now)
        return max([now, *(strike.over_at for strike in self.strikes)])

    # -- inside -------------------------------------------------------------------------------------------------

    def _hear(self, record: Record) -> None:
        match record:
            case Submitted() | Delivered() if self._going and self._dice.random() < self._rate:
                self._world.agenda.at(record.at + self._dice.uniform(0, 5), self._strike)
            case Faulted(at=at, modem=modem, what=what):
                kind = str(what["kind"])
                way, over_at = str(what.get("way", "from_modem")), at + _lasting_s(kind, what)
                struck = [modem]
                if kind == "swap":
                    struck.append(self._world.modem(str(what["other"])).name)
                self.strikes += [Strike(at, name, kind, way, over_at, bool(what.get("taken"))) for name in struck]

    def _strike(self, now: float) -> None:
        if not self._going:
            return
        if not self._deck:
            self._deck = sorted(KINDS)
            self._dice.shuffle(self._deck)
        plugged = [modem for modem in self._world.modems if modem.device.powered]
        if len(plugged) < 2:
            return  # enough is going on
        modem, other = self._dice.sample(plugged, 2)
        kind = self._deck.pop()
        fields = KINDS[kind](self._dice)
        if kind == "swap":
            fields["other"] = other.name
        if kind == "sim":
            self._before_card_trouble(modem, fields["what"], now)
        inflict(self._world, modem, FAULT.validate_python({"kind": kind, **fields}), now)
        self.cards[modem.device.sim.iccid] = modem.name

    def _before_card_trouble(self, modem: Modem, what: str, now: float) -> None:
        if what == "change":
            self.gone_with_a_card.update(entry.pdu for _, entry in modem.device.sim.messages.items())
        elif what != "busy":
            self._world.agenda.at(now + self._dice.uniform(*_MEND_S), lambda then: self._mend(modem))

    def _mend(self, modem: Modem) -> None:
        """A person comes, unlocks the card and puts it in again."""
        modem.device.slot.card.pin = Secret("1234", "12345678", enabled=False)
        modem.device.slot.insert()
        self._world.touch(modem)


def _lasting_s(kind: str, what: Fields) -> float:
    """How long a fault lasts once it has struck; one that swallows an answer, for as long as a submit waits for its."""
    match kind:
        case "hang" | "freeze":
            return max(what.get("for_s") or 0.0, SUBMIT_S)
        case "drop" | "garble" | "noise" | "lost_answer" | "reset":
            return SUBMIT_S
        case "late_answer" | "late_prompt":
            return float(what.get("by_s", 5))
        case "sim":
            return float(what.get("for_s", 5)) if what["what"] == "busy" else _MEND_S[1]
        case "registration" | "swap" | "unplug":
            return float(what.get("for_s", 2))
        case "flood":
            return float(what.get("every_s", 0)) * int(what.get("count", 10))
        case _:
            return 0.0
