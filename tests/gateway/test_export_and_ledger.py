"""Ratings out by cursor, and the ledger that finds what is lost or doubled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.ledger import draw_up
from gateway.ledger.witness import WitnessError, read_witness
from gateway.store import ratings
from tests.gateway.conftest import PHONE, Centre

COLUMNS = (
    "cursor foreign_id visit_id stage office office_name oktmo okato service authority_id service_id procedure_id"
    " received_at invited_at rated_at source mode overall time queue staff comfort info expanded comment person"
    " form_version corrected"
)


def _rated(centre: Centre, count: int = 3, text: str = "5") -> None:
    for k in range(1, count + 1):
        phone = f"+7913020000{k}"
        centre.visit(f"v{k}", phone)
        centre.invite()
        centre.send(first=10 * k)
        centre.hear(text, phone)
        centre.send(first=10 * k + 1)


def _witness(centre: Centre) -> list[dict[str, Any]]:
    """What an honest network saw of everything the box has done."""
    submits = centre.all(
        "SELECT unseal(x.sealed, x.pseudonym), p.text FROM parts p JOIN messages m ON m.id = p.message"
        " JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person WHERE p.submitted_at IS NOT NULL"
    )
    delivers = centre.all("SELECT unseal(sealed, digest) FROM inbox")
    return [{"event": "submit", "to": to, "text": text} for to, text in submits] + [
        {"event": "deliver", "from": PHONE, "t": "", "pdu": raw} for (raw,) in delivers
    ]


def test_exported_rating_has_the_agreed_columns_in_their_order(centre: Centre) -> None:
    _rated(centre, 1)
    (rating,) = ratings.after(centre.db, 0, 99)
    assert " ".join(rating) == f"{COLUMNS} rating_id authority service_name schema_version"
    assert (rating["overall"], rating["time"], rating["expanded"], rating["source"]) == (5, 5, True, "sms")
    assert rating["person"].startswith("p-")
    assert "+79" not in json.dumps(rating)


def test_reading_on_after_a_cursor_gives_exactly_what_is_newer(centre: Centre) -> None:
    _rated(centre, 3)
    assert [r["cursor"] for r in ratings.after(centre.db, 0, 2)] == [1, 2]
    assert [r["cursor"] for r in ratings.after(centre.db, 2, 99)] == [3]
    assert list(ratings.after(centre.db, 3, 99)) == []


def test_exports_that_follow_each_other_are_remembered_as_one(centre: Centre) -> None:
    def export(form: str, after: int, until: int) -> None:
        ratings.mark_exported(centre.db, form=form, after_cursor=after, until=until, rows=until - after, now=centre.now)

    for after, until in ((0, 2), (2, 3), (9, 11), (6, 7)):
        export("csv", after, until)
    export("jsonl", 3, 9)
    found = 'SELECT format, "after", until, "rows" FROM exports ORDER BY 1, 2'
    assert centre.all(found) == [("csv", 0, 3, 3), ("csv", 6, 7, 1), ("csv", 9, 11, 2), ("jsonl", 3, 9, 6)]
    export("csv", 1, 9)
    assert centre.all(found) == [("csv", 0, 11, 14), ("jsonl", 3, 9, 6)]


def test_day_that_went_well_balances(centre: Centre) -> None:
    _rated(centre, 2)
    centre.visit("v8", consent=False)
    centre.visit("v9", "+79130200009")
    found = draw_up(centre.db, _witness(centre))
    assert found.balanced, (found.lost, found.duplicated)
    assert {name: count for name, count in found.dispositions.items() if count} == {
        "rated": 2,
        "no consent": 1,
        "waiting": 1,
    }
    assert found.summary()["visits"] == 4


def test_submit_the_network_never_saw_is_lost(centre: Centre) -> None:
    _rated(centre, 1)
    found = draw_up(centre.db, _witness(centre)[1:])
    assert len(found.lost) == 1
    assert not found.balanced


def test_submit_the_network_saw_twice_is_doubled(centre: Centre) -> None:
    _rated(centre, 1)
    witness = _witness(centre)
    assert len(draw_up(centre.db, [witness[0], *witness]).duplicated) == 1


def test_message_of_nobody_in_the_network_is_doubled(centre: Centre) -> None:
    stray = {"event": "submit", "to": "+79130000000", "text": "?"}
    assert draw_up(centre.db, [stray]).duplicated == [
        "the network saw a message to +7913*** that the box does not know"
    ]


def test_reply_that_was_never_kept_is_lost(centre: Centre) -> None:
    deliver = {"event": "deliver", "from": PHONE, "t": "now", "pdu": "00"}
    assert draw_up(centre.db, [deliver]).lost == ["a message from +7913*** at now was never kept"]


def test_visit_without_its_invitation_is_lost(centre: Centre) -> None:
    centre.visit()
    centre.db.execute("DELETE FROM invitations")
    assert draw_up(centre.db).lost == ["visit v1 cannot be accounted for"]


def test_second_invitation_or_rating_of_a_visit_is_doubled(centre: Centre) -> None:
    _rated(centre, 1)
    centre.db.execute(
        "INSERT INTO messages (invitation, kind, text, alphabet, created_at)"
        " SELECT invitation, kind, text, alphabet, created_at FROM messages"
    )
    names = [column for column in centre.db.table("ratings").columns_dict if column != "cursor"]
    columns = ", ".join(names)
    centre.db.execute(f"INSERT INTO ratings ({columns}) SELECT {columns} FROM ratings")
    assert draw_up(centre.db).duplicated == ["visit v1 was invited twice", "visit v1 was rated twice"]


def test_network_log_may_hold_what_unicode_calls_a_line_separator(tmp_path: Path) -> None:
    path = tmp_path / "n.log"
    path.write_text('{"text": "a\u2028b\x85c"}\n', encoding="utf-8")
    assert read_witness(path) == [{"text": "a\u2028b\x85c"}]


def test_network_log_cut_off_by_a_kill_is_read_to_its_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "n.log"
    path.write_text('{"event": "submit"}\n{"eve', encoding="utf-8")
    assert read_witness(path) == [{"event": "submit"}]
    path.write_text('x\n{"event": "submit"}\n', encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(WitnessError, match="binary is no log: it is not in UTF-8"):
        read_witness(tmp_path / "binary")
    with pytest.raises(WitnessError, match="none cannot be read: No such file or directory"):
        read_witness(tmp_path / "none")
    with pytest.raises(WitnessError, match=":1: this is no line"):
        read_witness(path)
