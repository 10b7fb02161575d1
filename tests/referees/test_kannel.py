"""Kannel: bearerbox and smsbox with an AT modem; what comes in is answered, +CMT both ways."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.referees.conftest import Daemon
from tests.referees.emulator import Emulator
from tests.referees.watch import Watch

pytestmark = pytest.mark.referee


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _configure(folder: Path, port: str) -> Path:
    config = folder / "kannel.conf"
    config.write_text(f"""
group = core
admin-port = {_free_port()}
admin-password = x
smsbox-port = {_free_port()}
log-file = {folder}/bearerbox.log
log-level = 0

group = smsc
smsc = at
modemtype = auto
device = {port}
speed = 115200
my-number = 1234
validityperiod = 167

group = modems
id = generic
name = "Generic"

group = smsbox
bearerbox-host = 127.0.0.1
log-file = {folder}/smsbox.log

group = sms-service
keyword = default
text = "Thank you"
""")
    return config


def test_kannel_answers_what_comes_in(tmp_path: Path, emulator: Emulator, daemon: Daemon) -> None:
    config = str(_configure(tmp_path, emulator.link()))
    senders = [f"+7923123000{number}" for number in range(3)]

    with Watch(tmp_path, emulator.directory) as watch, daemon("bearerbox", config):
        log = tmp_path / "bearerbox.log"
        assert watch.until(lambda: log.exists() and "AT SMSC successfully opened" in log.read_text(), 60)
        with daemon("smsbox", config):
            for sender in senders:
                emulator.deliver(sender, "Привет, Kannel")
            # one message every two seconds, by its own waits
            assert watch.until(lambda: len(emulator.events("submit")) >= len(senders), 60), log.read_text()

    emulator.stop()
    assert sorted(emulator.sent()) == [(sender, "Thank you") for sender in senders]
    assert [line["from"] for line in emulator.events("deliver")] == senders
