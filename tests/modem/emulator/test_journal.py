import json

import pytest

from modem.emulator import journal as module
from modem.emulator.codec.userdata import UserData
from modem.emulator.journal import Delivered, Journal, Reported, Submitted, Traced, log_line

UD = UserData(bytes.fromhex("0500032A0301") + "Да".encode("utf-16-be"), 10, 8, True)
SUBMIT = Submitted(1_700_000_000.25, "modem0", 7, "+79131234567", UD, b"\x00\x01", True)


def test_submit_line_has_the_fields_of_the_interface() -> None:
    assert log_line(SUBMIT) == {
        "t": "2023-11-14T22:13:20.250Z",
        "modem": "modem0",
        "event": "submit",
        "ref": 7,
        "to": "+79131234567",
        "text": "Да",
        "pdu": "0001",
        "udh": {"ref": 42, "total": 3, "seq": 1},
        "srr": True,
    }


def test_other_lines_have_their_own_fields() -> None:
    plain = UserData(b"\x35", 1, 0, False)
    assert log_line(Delivered(0, "m", "0919", plain, b"\xff"))["from"] == "0919"
    assert log_line(Reported(0, "m", 3, "0919", 0x46))["status"] == 0x46
    assert log_line(Traced(0, "m", "rx", b"AT\xff"))["data"] == "ATÿ"


def test_submits_are_read_with_a_cursor_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_SUBMITS", 3)
    journal = Journal()
    assert journal.submits(0) == ([], 0)
    for _ in range(5):
        journal.add(SUBMIT)
    assert [len(journal.submits(after)[0]) for after in (0, 2, 3, 5, 99)] == [3, 3, 2, 0, 0]
    assert [journal.submits_after(after)[1:] for after in (0, 1, 2, 5, 99)] == [(5, 2), (5, 1), (5, 0), (5, 0), (5, 0)]


def test_events_of_every_kind_are_read_with_a_cursor() -> None:
    journal = Journal()
    journal.add(SUBMIT)
    journal.add(Reported(0, "m", 3, "0919", 0))
    lines, following, missed = journal.events_after(1)
    assert [line["event"] for line in lines] == ["report"]
    assert (following, missed) == (2, 0)
    assert len(journal.submits(0)[0]) == 1


def test_log_lines_are_written_once_and_only_if_wanted() -> None:
    journal, silent = Journal(logged=True), Journal()
    journal.add(SUBMIT)
    silent.add(SUBMIT)
    assert journal.has_unwritten
    assert json.loads(journal.drain())["event"] == "submit"
    assert journal.drain() == b""
    assert not silent.has_unwritten
