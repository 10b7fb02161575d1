"""The account of PINs, as the database keeps it."""

from __future__ import annotations

from gateway.store import fleet
from tests.gateway.conftest import NOON, SIM, Centre


def _may(centre: Centre, pin: str = "1234", card: str = SIM) -> bool:
    return fleet.may_try_pin(centre.db, card=card, pin=pin, now=NOON)


def _tried(centre: Centre, accepted: bool | None) -> None:
    fleet.pin_tried(centre.db, card=SIM, pin="1234", accepted=accepted, now=NOON)


def test_pin_of_unknown_end_is_not_given_again(centre: Centre) -> None:
    assert _may(centre)
    assert not _may(centre)
    assert _may(centre, pin="4321")
    assert _may(centre, card="8970100000000000002")


def test_refused_pin_is_not_given_again(centre: Centre) -> None:
    _may(centre)
    _tried(centre, False)
    assert not _may(centre)


def test_accepted_pin_may_be_given_once_until_it_is_accepted_again(centre: Centre) -> None:
    _may(centre)
    _tried(centre, True)
    assert _may(centre)
    assert not _may(centre)
    _tried(centre, True)
    assert _may(centre)


def test_pin_that_the_card_never_saw_is_as_new(centre: Centre) -> None:
    _may(centre)
    _tried(centre, None)
    assert _may(centre)


def test_pin_is_not_in_the_database(centre: Centre) -> None:
    _may(centre, pin="987654")
    assert all("987654" not in str(row) for row in centre.all("SELECT * FROM pins"))
