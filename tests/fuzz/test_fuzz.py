"""A short run of the byte fuzzer, always the same, and proof that it sees what it looks for; `make fuzz` goes on."""

from __future__ import annotations

import pytest

from modem.emulator.device import dialogue
from modem.emulator.device.memory import Entry, Slots, State
from tests.fuzz.subject import Broken, Subject


@pytest.mark.parametrize("world", range(6))
def test_any_bytes_leave_the_modem_alive_and_in_form(world: int) -> None:
    subject = Subject(f"make test:{world}")
    for burst in range(100):
        try:
            subject.fire()
        except Exception as wrong:
            raise AssertionError(f"burst {burst}: {subject.last!r}") from wrong


def _fire(bursts: int) -> None:
    for world in range(10):
        subject = Subject(f"proof:{world}")
        for _ in range(bursts):
            subject.fire()


def test_fuzzer_sees_a_frame_without_its_carriage_return(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "_PROMPT", b"\n> ")
    with pytest.raises(Broken, match="illegal frames"):
        _fire(100)


def test_fuzzer_sees_a_memory_that_forgets_to_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slots, "used", property(lambda self: 0))
    subject = Subject("proof")
    subject.modem.device.memories["SM"].put(Entry(State.REC_READ, b""))
    with pytest.raises(Broken, match="SM counts 0"):
        subject.fire()
