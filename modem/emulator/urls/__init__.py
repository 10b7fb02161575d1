"""pyserial URL handlers: `emu://NAME` opens a modem of an emulated network inside this process.

pyserial looks for `protocol_emu` in every package of `serial.protocol_handler_packages`; `register` adds this one.
The network is made at first use and lives until `close_network`, so a modem that is closed and opened again still
has its SIM and its messages. One thread serves it, whatever the number of modems.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import serial

from modem.emulator.serving.server import Server

_lock = threading.Lock()
_server: Server | None = None


def register() -> None:
    """Let `serial.serial_for_url` find emu://; more than once does no harm."""
    if __name__ not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(__name__)


def network() -> Server:
    """The network of this process, started if it does not run."""
    global _server
    with _lock:
        if _server is None:
            _server = Server(0, pty=False).__enter__()
        return _server


def close_network() -> None:
    """Stop the network of this process and forget its modems; the next use starts an empty one."""
    global _server
    with _lock:
        server, _server = _server, None
    if server is not None:
        server.__exit__(None, None, None)


@contextmanager
def leading_to(server: Server) -> Iterator[None]:
    """Let emu:// lead into another network, which the caller runs, until the end of the block."""
    global _server
    with _lock:
        before, _server = _server, server
    try:
        yield
    finally:
        with _lock:
            _server = before
