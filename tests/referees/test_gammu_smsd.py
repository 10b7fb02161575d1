"""gammu-smsd with its files backend, both ways."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.referees.conftest import Daemon, Run
from tests.referees.emulator import Emulator
from tests.referees.texts import texts
from tests.referees.watch import Watch

pytestmark = pytest.mark.referee

SECONDS_PER_PART = 3.0  # it waits 0.7 s by itself


def _configure(folder: Path, port: str) -> Path:
    config = folder / "smsdrc"
    for name in ("inbox", "outbox", "sent", "error"):
        (folder / name).mkdir()
    config.write_text(f"""
[gammu]
device = {port}
connection = at
[smsd]
service = files
logfile = {folder}/smsd.log
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
inboxformat = standard
deliveryreport = log
receivefrequency = 0
loopsleep = 0
statusfrequency = 5
""")
    return config


def _received(inbox: Path) -> Counter[tuple[str, str]]:
    """(sender, text) of what came: one file a part, INdate_time_serial_number_part.txt."""
    whole: dict[tuple[str, ...], list[str]] = {}
    for path in sorted(inbox.iterdir()):
        *key, _part = path.stem.split("_")
        whole.setdefault(tuple(key), []).append(path.read_text("utf-8"))
    return Counter((key[3], "".join(parts)) for key, parts in whole.items())


def test_gammu_smsd_both_ways_loses_and_doubles_nothing(
    tmp_path: Path, emulator: Emulator, run: Run, daemon: Daemon, messages: int
) -> None:
    config = _configure(tmp_path, emulator.link())
    outgoing = [(f"+7913123{number:04d}", text) for number, text in enumerate(texts(messages))]
    incoming = [(f"+7923123{number:04d}", text) for number, text in enumerate(texts(messages))]
    for to, text in outgoing:
        kind = ["-autolen", str(len(text))] + ([] if text.isascii() else ["-unicode"])
        run("gammu-smsd-inject", "-c", str(config), "TEXT", to, *kind, "-text", text)
    injected = len(list((tmp_path / "outbox").iterdir()))
    parts_in = 0

    with (
        Watch(tmp_path / "inbox", tmp_path / "sent", tmp_path / "error") as watch,
        daemon("gammu-smsd", "-c", str(config)),
    ):
        for sender, text in incoming:
            parts_in += emulator.deliver(sender, text)

        def done() -> bool:
            left = len(list((tmp_path / "sent").iterdir())) + len(list((tmp_path / "error").iterdir()))
            return left >= injected and len(list((tmp_path / "inbox").iterdir())) >= parts_in

        assert watch.until(done, 20 + SECONDS_PER_PART * 3 * messages), (tmp_path / "smsd.log").read_text()

    emulator.stop()
    assert injected == messages
    assert Counter(emulator.sent()) == Counter(outgoing)
    assert list((tmp_path / "outbox").iterdir()) == list((tmp_path / "error").iterdir()) == []
    assert _received(tmp_path / "inbox") == Counter(incoming)
    assert len(emulator.events("deliver")) == parts_in
    assert emulator.said().endswith("AT+CUSD=2\rAT+CUSD=0\rAT+CMMS=0\r")
