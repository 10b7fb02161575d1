"""The log: one JSON object per line, phones masked, whoever wrote the line.

structlog and the standard library's loggers (base library, scheduler) end in the same handler.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog

from gateway.errors import ConfigError
from gateway.settings import LogSettings

# The scheduler says at info level what runs each second. The client of HTTP says each address with its query, where
# others put their keys, and stamina what an other side answered, where they put what was sent to them.
_LIBRARIES = {
    "apscheduler": logging.WARNING,
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "stamina": logging.ERROR,
}
_PHONE = re.compile(r"(\+?\d{4})\d{2,7}(\d{4})")


class _LogFile(logging.FileHandler):
    """A log file that may be on a full disk: what does not fit is said on standard error, once each line."""

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record) + self.terminator
        try:
            if self.stream is None:
                self.stream = self._open()
            self.stream.write(line)
            self.flush()
        except OSError:
            sys.stderr.write(line)

    def close(self) -> None:
        with suppress(OSError):  # what is in its buffer was said on standard error
            super().close()


def set_up(settings: LogSettings) -> None:
    """Send everything that is logged to `settings.file`, or to standard error. Raises ConfigError."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        mask_phones,
    ]
    handler: logging.Handler
    if settings.file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            handler = _LogFile(settings.file, encoding="utf-8")
        except OSError as problem:
            raise ConfigError(f"The log file {settings.file} cannot be opened: {problem.strerror}.") from problem
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for name, level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def set_up_for_a_command() -> None:
    """A command tells by itself what a person should know; of the log only errors come, on standard error."""
    structlog.configure(
        processors=[_errors_only, mask_phones, structlog.processors.KeyValueRenderer(key_order=["event"])],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _errors_only(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if method not in ("error", "critical", "exception"):
        raise structlog.DropEvent
    return event


def mask_phones(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask whatever could be a phone in every text of a log line: all but its first four and last four digits."""
    for key, value in event.items():
        if isinstance(value, str) and key not in ("at", "sim"):
            event[key] = _PHONE.sub(r"\1***\2", value)
    return event
