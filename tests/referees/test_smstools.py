"""smsd of smstools3: spool directories both ways, with delivery reports."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.referees.conftest import Daemon
from tests.referees.emulator import Emulator
from tests.referees.texts import texts
from tests.referees.watch import Watch

pytestmark = pytest.mark.referee

SPOOL = ("outgoing", "checked", "incoming", "failed", "sent", "report", "stats", "phonecalls", "saved")


def _configure(folder: Path, port: str) -> Path:
    for name in SPOOL:
        (folder / name).mkdir()
    config = folder / "smsd.conf"
    spool = "\n".join(f"{name} = {folder}/{name}" for name in SPOOL)
    config.write_text(f"""
devices = GSM1
{spool}
logfile = {folder}/smsd.log
infofile = {folder}/running
pidfile = {folder}/pid
loglevel = 7
delaytime = 1
delaytime_mainprocess = 1
decode_unicode_text = yes
incoming_utf8 = yes
internal_combine = yes
autosplit = 3
[GSM1]
device = {port}
init = AT+CNMI=2,1,0,2,0
incoming = yes
report = yes
primary_memory = SM
secondary_memory = SR
send_delay = 0
poll_faster = 50
""")
    return config


def _read(path: Path) -> tuple[dict[str, str], str]:
    """Header and text of a spool file."""
    head, _, text = path.read_text("utf-8").partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines() if ": " in line), text


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if not path.name.endswith(".LOCK")]


def test_smstools_both_ways_with_reports_loses_and_doubles_nothing(
    tmp_path: Path, emulator: Emulator, daemon: Daemon, messages: int
) -> None:
    config = _configure(tmp_path, emulator.link())
    outgoing = [(f"+7913123{number:04d}", text) for number, text in enumerate(texts(messages))]
    incoming = [(f"+7923123{number:04d}", text) for number, text in enumerate(texts(messages))]
    for number, (to, text) in enumerate(outgoing):
        draft = tmp_path / "checked" / f"message{number}.LOCK"
        draft.write_text(f"To: {to[1:]}\nAlphabet: UTF-8\nReport: yes\n\n{text}", "utf-8")
        draft.rename(tmp_path / "outgoing" / f"message{number}")

    with (
        Watch(emulator.directory, *(tmp_path / name for name in ("incoming", "sent", "failed", "report"))) as watch,
        daemon("smsd", "-t", "-c", str(config)),
    ):
        for sender, text in incoming:
            emulator.deliver(sender, text)

        def done() -> bool:
            sent, failed, came, reports = (
                len(_files(tmp_path / name)) for name in ("sent", "failed", "incoming", "report")
            )
            parts = len(emulator.events("submit"))
            return sent + failed == messages and came >= messages and reports >= parts

        assert watch.until(done, 30 + 2 * messages), (tmp_path / "smsd.log").read_text("utf-8", "replace")

    emulator.stop()
    assert list((tmp_path / "failed").iterdir()) == []
    assert Counter(emulator.sent()) == Counter(outgoing)
    received = [_read(path) for path in _files(tmp_path / "incoming")]
    assert Counter(("+" + head["From"], text) for head, text in received) == Counter(incoming)
    reports = [_read(path) for path in _files(tmp_path / "report")]
    assert len(reports) == len(emulator.events("submit")) == len(emulator.events("report"))
