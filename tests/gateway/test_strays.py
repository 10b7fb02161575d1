"""What comes in and is no citizen's text is filed by its kind; nothing that comes in stops what is behind it."""

from __future__ import annotations

import pytest

from gateway import listening
from gateway.errors import StoreError
from gateway.replies.context import Context
from gateway.store import inbox as inbox_rows
from tests.gateway.conftest import SIM, Centre

HEAD = "07919731899655F4"
PERSON = "0B919731020000F1"  # +79132000001, nobody we know


def deliver(dcs: str, data: str, *, length: int, first: str = "04", pid: str = "00") -> str:
    return f"{HEAD}{first}{PERSON}{pid}{dcs}71903130200000{length:02X}{data}"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (deliver("04", "0605040B8423F0DC0603BEAF84", length=13, first="44"), "mms"),  # pains 28
        (deliver("04", "0605040B8423F00106", length=9, first="44"), "wap push"),
        (deliver("04", "FFFE00", length=3), "binary"),
        (deliver("C8", "", length=0), "message waiting"),
        (deliver("00", "", length=0, pid="40"), "type 0"),
        (deliver("20", "35", length=1), "undecodable"),  # compressed
        ("07ZZ", "undecodable"),
        ("", "undecodable"),
        ("FF" * 4000, "undecodable"),
        ("RING RING", "undecodable"),
    ],
)
def test_what_is_no_text_is_filed_by_its_kind_and_answered_by_nobody(centre: Centre, raw: str, kind: str) -> None:
    centre.keep(raw)
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT unseal(sealed, digest), state, kind FROM inbox") == [(raw, "stray", kind)]
    assert centre.all("SELECT count(*) FROM replies") == [(0,)]
    assert centre.claim() == []


def test_broadcast_page_is_filed_as_one(centre: Centre) -> None:
    inbox_rows.keep(centre.db, sim=SIM, found=[("BM", 0, "00" * 88)], now=centre.now)
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT state, kind FROM inbox") == [("stray", "broadcast")]


def test_flash_message_of_a_citizen_is_a_reply(centre: Centre) -> None:
    centre.invited()
    centre.keep(*centre.pdus("5", message_class=0))
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT kind FROM inbox") == [("flash",)]
    assert centre.all("SELECT overall FROM ratings") == [(5,)]


def test_message_delivered_twice_is_one_row(centre: Centre) -> None:  # pains 12
    pdus = centre.pdus("5")
    centre.keep(*pdus, *pdus)
    assert centre.all("SELECT count(*) FROM inbox") == [(1,)]


def test_poison_message_does_not_stop_those_behind_it(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    centre.invited()
    understand = listening.interpret

    def stumbling(text: str, *context: Context) -> object:
        if text == "poison":
            centre.db.execute(
                "INSERT INTO opt_outs SELECT pseudonym, 'x', '', 'x' FROM persons"
            )  # half done, then broken
            raise RecursionError("too deep")
        return understand(text, *context)

    monkeypatch.setattr(listening, "interpret", stumbling)
    centre.keep(*centre.pdus("poison", "+79130200009"), *centre.pdus("5"))
    assert centre.inbox.handle(centre.db, centre.now)[0] == 2
    assert centre.inbox.handle(centre.db, centre.now)[0] == 0
    assert centre.all("SELECT kind, problem FROM inbox ORDER BY id") == [
        ("not handled", "RecursionError: too deep"),
        ("reply", None),
    ]
    assert centre.all("SELECT overall FROM ratings") == [(5,)]
    assert centre.all("SELECT count(*) FROM opt_outs") == [(0,)]


def test_database_at_fault_is_not_blamed_on_the_message(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    centre.keep(*centre.pdus("5"))

    def broken(*_: object, **__: object) -> None:
        centre.db.execute("SELECT * FROM no_such_table")

    monkeypatch.setattr(inbox_rows, "add_reply", broken)
    with pytest.raises(StoreError):
        centre.inbox.handle(centre.db, centre.now)
    monkeypatch.undo()
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT kind FROM inbox") == [("reply",)]


def test_thousand_messages_of_one_stranger_are_each_filed(centre: Centre) -> None:
    for number in range(300):
        centre.keep(*centre.pdus(f"спам {number}", "+79999999999"))
    while centre.inbox.handle(centre.db, centre.now)[0]:
        continue
    assert centre.all("SELECT state, kind, count(*) FROM inbox GROUP BY 1, 2") == [("stray", "reply", 300)]
    assert centre.claim() == []
