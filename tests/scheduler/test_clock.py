"""The system's clock."""

from __future__ import annotations

import os

from scheduler.clock import SystemClock


class _Pipe:
    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()

    def fileno(self) -> int:
        return self.reading

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


def test_wait_ends_at_the_deadline_and_not_before() -> None:
    clock = SystemClock()
    until = clock.monotonic() + 0.02
    assert not clock.wait((), until)
    assert clock.monotonic() >= until


def test_wait_without_time_left_does_not_block() -> None:
    clock, pipe = SystemClock(), _Pipe()
    started = clock.monotonic()
    for _ in range(100):
        assert not clock.wait((pipe,), started)
    assert clock.monotonic() - started < 0.1
    pipe.close()


def test_wait_ends_when_a_source_can_be_read() -> None:
    clock, pipe = SystemClock(), _Pipe()
    os.write(pipe.writing, b"!")
    assert clock.wait((pipe,), None)
    pipe.close()


def test_time_is_aware_and_in_utc() -> None:
    offset = SystemClock().now().utcoffset()
    assert offset is not None
    assert not offset
