from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.errors import TraceError
from modem.emulator.scenario.playback import Playback
from modem.emulator.scenario.tape import Tape, cut, record
from modem.emulator.scenario.trace import read_trace
from tests.modem.emulator.conftest import Bench

OK = b"\r\nOK\r\n"
SPOKEN = [
    (10.0, "tx", b"\r\nRDY\r\n"),
    (12.0, "rx", b"AT\r"),
    (12.25, "tx", OK),
    (13.0, "rx", b"AT+CMGS=14\r"),
    (13.1, "tx", b"\r\n> "),
    (13.2, "rx", b"00"),
    (13.3, "rx", b"01\x1a"),
    (16.3, "tx", b"\r\n+CMGS: 7\r\n"),
    (16.4, "tx", OK),
    (17.0, "rx", b"AT\r"),
    (17.0, "tx", b"\r\nBUSY\r\n"),
]


def _play(*said: bytes) -> list[tuple[float, bytes]]:
    written: list[tuple[float, bytes]] = []
    tape = Tape(record(SPOKEN), lambda delay_s, data: written.append((round(delay_s, 3), data)))
    for data in said:
        tape.feed(data)
    return written


def test_terminal_that_says_the_same_gets_the_same_with_the_same_delays() -> None:
    assert _play(b"AT\r", b"AT+CMGS=14\r", b"0001\x1a", b"AT\r") == [
        (0.25, OK),
        (0.1, b"\r\n> "),
        (3.0, b"\r\n+CMGS: 7\r\n"),
        (3.1, OK),
        (0.0, b"\r\nBUSY\r\n"),
    ]


def test_terminal_that_skips_gets_the_next_place_where_it_was_said() -> None:
    assert _play(b"0001\x1a")[0] == (3.0, b"\r\n+CMGS: 7\r\n")


def test_terminal_that_repeats_gets_the_last_answer_again() -> None:
    assert _play(b"AT\r", b"AT\r", b"AT\r")[1:] == [(0.0, b"\r\nBUSY\r\n")] * 2


def test_terminal_that_says_something_new_gets_error() -> None:
    assert _play(b"AT+CSQ\r") == [(0.0, b"\r\nERROR\r\n")]


def test_what_came_unasked_comes_to_the_first_terminal() -> None:
    written: list[tuple[float, bytes]] = []
    tape = Tape(record(SPOKEN), lambda delay_s, data: written.append((delay_s, data)))
    tape.terminal_came()
    tape.terminal_came()
    assert written == [(0.0, b"\r\nRDY\r\n")]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_cutting_in_pieces_gives_what_cutting_the_whole_gives(data: bytes, places: list[int]) -> None:
    rest, units, start = b"", [], 0
    for place in [*sorted(places), len(data)]:
        more, rest = cut(rest + data[start:place])
        units += more
        start = max(start, place)
    assert (units, rest) == cut(data)


def test_playback_speaks_through_a_modem_as_time_passes(bench: Bench) -> None:
    device = bench.modem.device
    device.dialogue = Playback(device, record(SPOKEN))
    assert bench.raw(b"AT\r") == b""
    assert bench.wait(0.25) == OK


def test_trace_of_a_log_is_read_by_modem() -> None:
    log = [
        '{"t": "2026-01-02T03:04:05.000Z", "modem": "modem0", "event": "at", "way": "rx", "data": "AT\\r"}\n',
        '{"t": "2026-01-02T03:04:05.500Z", "modem": "modem0", "event": "submit", "ref": 1}\n',
        '{"t": "2026-01-02T03:04:06.000Z", "modem": "modem0", "event": "at", "way": "tx", "data": "\\u00ff"}\n',
    ]
    recordings = read_trace(log, "network.log")
    (exchange,) = recordings["modem0"].exchanges
    assert (exchange.said, exchange.pieces) == (b"AT\r", [(1.0, b"\xff")])


@given(st.text())
def test_any_text_is_a_trace_or_refused_with_its_line(text: str) -> None:
    try:
        read_trace(text.splitlines(), "network.log")
    except TraceError as error:
        assert str(error).startswith("network.log:")
