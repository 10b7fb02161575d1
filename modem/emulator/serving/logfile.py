"""The log file: what the journal has gathered, written a few times a second and at the end."""

from pathlib import Path

from modem.emulator.errors import LogLost
from modem.emulator.journal import Journal

FLUSH_S = 0.04


class LogFile:
    """A task of the loop that appends log lines; OSError if the file cannot be opened, LogLost if not be written."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._journal = journal
        self._due: float | None = None

    @property
    def due(self) -> float | None:
        """When what has gathered is written."""
        return self._due

    def work(self, now: float) -> None:
        """Write, if it is time."""
        if not self._journal.has_unwritten:
            return
        if self._due is None:
            self._due = now + FLUSH_S
        elif self._due <= now:
            self._due = None
            self._write()

    def close(self) -> None:
        """Write what is left and close the file."""
        try:
            self._write()
        finally:
            self._file.close()

    def _write(self) -> None:
        rest = memoryview(self._journal.drain())
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise LogLost(
                f"The log {self._path} cannot be written: {error.strerror}. Make room and start anew."
            ) from None
