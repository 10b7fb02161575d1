"""What no claim takes any more, who finishes a long message, and whose word about a part counts."""

from __future__ import annotations

import pytest

from modem.outcomes import Accepted, Refused, Unknown
from modem.tables import CMS_CAUSES
from tests.gateway.conftest import PHONE, Centre
from tests.gateway.test_dispatch import LONG, Box, _fleet, _phones, box

__all__ = ["box"]
_BUSY = Refused(CMS_CAUSES[42])


# -- long messages -----------------------------------------------------------------------------------------------------


@_fleet({"name": "a"}, {"name": "b"}, texts={"invite": LONG})
@pytest.mark.parametrize("last", ["released", "refused"])
def test_rest_of_a_block_stays_with_the_sim_that_sent_the_first_part(box: Box, last: str) -> None:
    box.invite(*_phones(2))
    box.later(2)
    one, two, three = box.claim("A", 3)
    box.settle("A", [one])
    if last == "released":
        box.desk.release([two.id, three.id])
    else:
        box.desk.release([three.id])
        box.settle("A", [two], _BUSY)
    box.later(60)
    assert {part.destination for part in box.claim("B", 64)} == {_phones(2)[1]}
    assert [part.id for part in box.claim("A", 64)] == [two.id, three.id]


# -- what is not wanted any more ---------------------------------------------------------------------------------------


def test_invitation_that_waits_is_not_sent_to_who_has_opted_out_meanwhile(centre: Centre) -> None:
    centre.invited("v1")
    centre.later(days=4)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.visit("v2")
    centre.invite()
    assert centre.parts() == ["submitted", "queued"]
    centre.hear("стоп")
    assert centre.send() == []
    assert centre.parts() == ["submitted", "failed"]
    assert centre.states() == {"v1": "expired", "v2": "barred"}
    assert centre.all("SELECT disposition FROM dispositions ORDER BY id") == [("silent",), ("barred",)]


def test_part_that_comes_back_after_an_opt_out_stays_here(centre: Centre) -> None:
    centre.invited("v1")
    centre.later(days=4)
    centre.outbox.expire_silent(centre.db, centre.now)
    centre.visit("v2")
    centre.invite()
    (part,) = centre.claim()
    centre.hear("стоп")
    centre.outbox.release(centre.db, [part.id], None, centre.now)
    assert centre.send() == []
    assert centre.states()["v2"] == "barred"


def test_invitation_that_was_answered_before_it_went_again_does_not_go(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.later(minutes=10)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {"8970100000000000001": 600}) == 1
    centre.hear("5")
    assert [text for text in centre.send() if "Оцените" in text] == []
    assert centre.all("SELECT state, done_at IS NOT NULL FROM parts ORDER BY id") == [
        ("unknown", 1),
        ("submitted", 0),
    ]


def test_who_opts_out_gets_the_farewell_and_nothing_else(centre: Centre) -> None:
    centre.invited()
    centre.hear("не знаю")
    centre.hear("стоп")
    assert centre.all("SELECT kind FROM messages ORDER BY id") == [("invite",), ("reprompt",), ("farewell",)]
    assert len(centre.send()) == 1
    assert centre.parts() == ["submitted", "failed", "submitted"]
