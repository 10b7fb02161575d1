"""What the line does to octets, as the terminal sees it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.faults.armed import ArmedFaults
from modem.emulator.faults.kinds import FAULT
from modem.emulator.faults.weather import Weather
from tests.modem.emulator.conftest import Bench

OK = b"\r\nOK\r\n"


def _weather(*faults: dict[str, object]) -> Weather:
    armed = ArmedFaults(Random(1), lambda fault, command: None)
    for fault in faults:
        armed.arm(FAULT.validate_python(fault), 0.0)
    return Weather(armed, Random(2))


def _all(weather: Weather, data: bytes) -> list[tuple[float, bytes]]:
    writes, now = [], 0.0
    piece = weather.to_terminal(data, now)
    while True:
        if piece:
            writes.append((round(now, 6), piece))
        if weather.due is None:
            return writes
        now = max(now, weather.due)
        piece = weather.to_terminal(b"", now)


@pytest.mark.parametrize("at", range(1, len(OK)))
def test_split_at_every_offset_gives_two_writes(at: int) -> None:
    assert _all(_weather({"kind": "split", "at": at, "pause_ms": 20}), OK) == [(0.0, OK[:at]), (0.02, OK[at:])]


def test_split_into_single_octets_keeps_all_of_them() -> None:
    writes = _all(_weather({"kind": "split", "pause_ms": 1}), OK)
    assert [data for _, data in writes] == [bytes([octet]) for octet in OK]
    assert [now for now, _ in writes] == [0.0, 0.001, 0.002, 0.003, 0.004, 0.005]


def test_late_output_is_overtaken_by_nothing() -> None:
    weather = _weather({"kind": "late", "by_ms": 500})
    assert weather.to_terminal(b"first", 0.0) == b""
    assert weather.to_terminal(b"second", 0.1) == b""
    assert weather.to_terminal(b"", 0.5) == b"first"
    assert weather.to_terminal(b"", 0.5) == b"second"


def test_noise_stands_at_its_offset() -> None:
    assert _all(_weather({"kind": "noise", "hex": "FF80", "at": 2}), OK) == [(0.0, b"\r\n\xff\x80OK\r\n")]


def test_drop_loses_what_it_says() -> None:
    assert _all(_weather({"kind": "drop", "octets": 2, "at": 2}), OK) == [(0.0, b"\r\n\r\n")]


def test_garble_changes_so_many_octets() -> None:
    ((_, data),) = _all(_weather({"kind": "garble", "octets": 3}), OK)
    assert len(data) == len(OK)
    assert sum(one != other for one, other in zip(data, OK, strict=True)) == 3


def test_way_to_the_modem_is_another_one() -> None:
    weather = _weather({"kind": "drop", "way": "to_modem", "at": 0, "octets": 1})
    assert weather.to_terminal(OK, 0.0) == OK
    assert weather.to_modem(b"AT\r", 0.0) == b"T\r"
    assert weather.to_modem(b"AT\r", 0.0) == b"AT\r"


@given(st.lists(st.binary(min_size=1, max_size=30), min_size=1), st.integers(1, 7), st.floats(0, 50))
def test_split_loses_and_swaps_nothing(writes: list[bytes], size: int, pause_ms: float) -> None:
    weather = _weather({"kind": "split", "size": size, "pause_ms": pause_ms, "times": None})
    out = b"".join(weather.to_terminal(data, 0.0) for data in writes)
    while weather.due is not None:
        out += weather.to_terminal(b"", weather.due)
    assert out == b"".join(writes)


def test_split_reaches_the_terminal_as_time_passes(bench: Bench) -> None:
    bench.modem.device.faults.arm(FAULT.validate_python({"kind": "split", "at": 3, "pause_ms": 10}), bench.now)
    assert bench.raw(b"AT\r") == b"\r\nO"
    due = bench.world.next_due()
    assert due is not None
    assert due - bench.now == pytest.approx(0.01, abs=1e-4)
    assert bench.wait(0.011) == b"K\r\n"


def test_closed_port_forgets_what_was_under_way(bench: Bench) -> None:
    bench.modem.device.faults.arm(FAULT.validate_python({"kind": "late", "by_ms": 100}), bench.now)
    assert bench.raw(b"AT\r") == b""
    bench.world.set_link(bench.modem, False, bench.now)
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.wait(1) == b""


def _served(bench: Bench) -> list[bytes]:
    """What a server writes that asks only the modems the world has touched, until nothing is due."""
    bench.world.touched = {}
    written = []
    while (due := bench.world.next_due()) is not None:
        bench.now = max(bench.now, due)
        bench.world.advance(bench.now)
        touched, bench.world.touched = bench.world.touched, {}
        written += [bench.world.take_output(modem, bench.now) for modem in touched]
    return [piece for piece in written if piece]


def test_what_follows_a_late_answer_comes_right_behind_it(bench: Bench) -> None:
    bench.modem.device.faults.arm(FAULT.validate_python({"kind": "late", "by_ms": 100}), bench.now)
    assert bench.raw(b"AT\r") + bench.raw(b"AT+CMEE?\r") == b""
    assert _served(bench) == [OK, b"\r\n+CMEE: 0\r\n\r\nOK\r\n"]


def test_pieces_without_a_pause_are_all_written(bench: Bench) -> None:
    bench.modem.device.faults.arm(FAULT.validate_python({"kind": "split", "size": 2, "pause_ms": 0}), bench.now)
    assert [bench.raw(b"AT\r"), *_served(bench)] == [b"\r\n", b"OK", b"\r\n"]
