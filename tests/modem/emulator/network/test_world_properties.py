"""Properties of a busy network: the same seed gives the same bytes, nothing gets lost uncounted, order is kept."""

from collections import Counter, defaultdict
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modem.emulator.journal import Journal
from modem.emulator.network.changes import apply
from modem.emulator.network.conditions import Conditions
from modem.emulator.world import World
from tests.modem.emulator.conftest import START
from tests.modem.emulator.network.wire import RD, SRR, submit

MODEMS = 3
PHONES = [f"+7913000000{last}" for last in range(8)]
QUIET: dict[str, object] = {
    "report_latency_ms": {"kind": "exponential", "mean_ms": 3000},
    "latency_ms": {"kind": "uniform", "min_ms": 0, "max_ms": 900},
    "retry_ms": [4000, 9000],
    "report_trying": True,
    "handsets": {
        PHONES[0]: {"state": "off", "for_ms": {"kind": "exponential", "mean_ms": 20_000}},
        PHONES[1]: {"state": "unreachable"},
        PHONES[2]: {"state": "blocked"},
        PHONES[3]: {"state": "slow"},
        PHONES[4]: {"state": "full"},
        PHONES[5]: {"state": "unknown", "cms_error": 1},
    },
    "short_codes": {"0919": "modem0", "900": {"otherwise": "You said {text}"}},
}
STORMY: dict[str, object] = QUIET | {
    "loss_rate": 0.05,
    "duplicate_rate": 0.2,
    "reorder_rate": 0.2,
    "report_early_rate": 0.2,
    "report_late_ms": {"kind": "lognormal", "median_ms": 2000, "sigma": 1},
    "report_loss_rate": 0.1,
    "report_duplicate_rate": 0.1,
    "spam": {"receivers": 6},
    "throttle": {"per_minute": 12, "answer": "delay"},
    "daily_cap": {"limit": 15, "answer": "silent"},
    "credit": {"price": 3, "answer": 10},
}
Event = tuple[float, int, bytes]


def _script(seed: int, pids: tuple[int, ...], count: int = 60) -> list[Event]:
    """What the terminals type, and when: texts to phones, to each other and to short codes; radios go off and on."""
    rng = Random(seed)
    world = World(lambda name: Random(f"{seed}:{name}"), Conditions(), Journal())
    numbers = [world.add_modem(f"modem{number}").number for number in range(MODEMS)]
    events: list[Event] = [(0.0, number, b"ATE0;+CNMI=2,2,0,1\r") for number in range(MODEMS)]
    now = 0.0
    for place in range(count):
        now += rng.choice((0.0, 0.0, 0.3, 2.0))
        modem = rng.randrange(MODEMS)
        if rng.random() < 0.1:
            events.append((now, modem, rng.choice((b"AT+CFUN=4\r", b"AT+CFUN=1\r"))))
            continue
        flags = rng.choice((0, SRR, SRR, SRR | RD))
        to = rng.choice((*PHONES, *numbers, *numbers, "0919", "900"))
        length, pdu = submit(to, flags=flags, pid=rng.choice(pids), text=rng.choice(("Buy", f"{place:03d}")))
        events.append((now, modem, b"AT+CMGS=%d\r%s\x1a" % (length, pdu.encode())))
    events += [(now + 60, number, b"AT+CFUN=1\r") for number in range(MODEMS)]
    return events


class _Run:
    """One run of a script under virtual time."""

    def __init__(
        self, seed: int, body: dict[str, object], step_s: float | None, pids: tuple[int, ...] = (0, 0, 0, 0x41)
    ) -> None:
        self.journal = Journal(logged=True)
        self.world = World(lambda name: Random(f"{seed}:{name}"), Conditions(), self.journal)
        self.heard: list[bytes] = [b""] * MODEMS
        self._now = START
        for number in range(MODEMS):
            self.world.set_link(self.world.add_modem(f"modem{number}"), True, START)
        apply(self.world.centre, body, START)
        for at, number, typed in _script(seed, pids):
            self._pass(START + at, step_s)
            self.world.feed(self.world.modems[number], typed, self._now)
            self._listen()
        self._pass(self._now + 120, step_s)
        self.log = self.journal.drain()

    def _pass(self, until: float, step_s: float | None) -> None:
        while step_s is not None and self._now + step_s < until:
            self._now += step_s
            self.world.advance(self._now)
            self._listen()
        self._now = until
        self.world.advance(until)
        self._listen()

    def _listen(self) -> None:
        for number, modem in enumerate(self.world.modems):
            self.heard[number] += self.world.take_output(modem, self._now)

    def lines(self, event: str) -> list[dict[str, object]]:
        return [line for line in self.journal.events_after(0)[0] if line["event"] == event]


_SEEDS = st.integers(0, 10**9)


@settings(max_examples=15, deadline=None)
@given(_SEEDS)
def test_same_seed_gives_the_same_log_and_the_same_bytes_however_time_passes(seed: int) -> None:
    one, again, fine = (_Run(seed, STORMY, step_s) for step_s in (None, None, 0.37))
    assert len(one.log) > 1000
    assert one.log == again.log == fine.log
    assert one.heard == again.heard == fine.heard


def test_another_seed_gives_another_log() -> None:
    assert _Run(1, STORMY, None).log != _Run(2, STORMY, None).log


@settings(max_examples=15, deadline=None)
@given(_SEEDS)
def test_every_accepted_submit_ends_in_one_way_or_still_waits(seed: int) -> None:
    run = _Run(seed, STORMY, None)
    store, submits = run.world.centre.store, run.lines("submit")
    assert len(submits) == store.accepted > 0
    assert store.accepted == store.ends.total() + len(store)
    swallowed = [line for line in run.lines("refusal") if line["cms"] is None and line["ref"] is not None]
    assert store.ends["swallowed"] == len(swallowed)
    run.world.advance(START + 10 * 86400)  # past every validity
    assert len(store) == 0
    assert store.accepted == store.ends.total()


@settings(max_examples=15, deadline=None)
@given(_SEEDS)
def test_every_wish_for_a_report_is_met_once_and_nobody_else_gets_one(seed: int) -> None:
    run = _Run(seed, QUIET, None)
    run.world.advance(START + 10 * 86400)
    wished = Counter((line["modem"], line["ref"], line["to"]) for line in run.lines("submit") if line["srr"])
    final = [line for line in run.lines("report") if not 0x20 <= int(str(line["status"])) <= 0x3F]
    assert Counter((line["modem"], line["ref"], line["to"]) for line in final) == wished


@settings(max_examples=15, deadline=None)
@given(_SEEDS)
def test_order_is_kept_from_each_sender_to_each_receiver(seed: int) -> None:
    run = _Run(seed, QUIET | {"short_codes": {}}, 0.5, pids=(0,))  # a replacement takes the place of what it replaces
    numbers: dict[object, str] = {modem.number: modem.name for modem in run.world.modems}
    sent: dict[tuple[object, object], list[object]] = defaultdict(list)
    got: dict[tuple[object, object], list[object]] = defaultdict(list)
    for line in run.lines("submit"):
        if line["to"] in numbers and line["text"] != "Buy":
            sent[line["modem"], numbers[line["to"]]].append(line["text"])
    for line in run.lines("deliver"):
        if line["text"] != "Buy":
            got[numbers[line["from"]], line["modem"]].append(line["text"])
    assume(any(got.values()))
    for pair, texts in got.items():
        assert [text for text in sent[pair] if text in texts] == texts
