"""People who call: remembered by who they are, and linked to the survey they may call about."""

from __future__ import annotations

import pytest

from gateway.store import fleet as fleet_rows
from tests.gateway.conftest import PHONE, SIM, Centre


def _call(centre: Centre, phone: str | None, call_back: bool = True) -> None:
    fleet_rows.add_call(centre.db, sim=SIM, phone=phone, call_back=call_back, at=centre.now)


def test_call_of_somebody_with_an_open_invitation_asks_to_be_called_back(centre: Centre) -> None:
    centre.invited()
    _call(centre, PHONE)
    assert fleet_rows.calls(centre.db) == {"all": 1, "from people we know": 1, "call me back": 1}
    assert centre.all("SELECT c.invitation = i.id FROM calls c, invitations i") == [(1,)]


def test_call_after_the_survey_has_ended_asks_for_nothing(centre: Centre) -> None:
    centre.invited()
    centre.hear("5")
    _call(centre, PHONE)
    assert fleet_rows.calls(centre.db) == {"all": 1, "from people we know": 1, "call me back": 0}


@pytest.mark.parametrize("phone", [None, "+79130209999"])
def test_call_of_a_stranger_is_counted_and_no_number_is_kept(centre: Centre, phone: str | None) -> None:
    centre.invited()
    _call(centre, phone)
    assert fleet_rows.calls(centre.db) == {"all": 1, "from people we know": 0, "call me back": 0}


def test_call_asks_for_nothing_where_the_configuration_says_so(centre: Centre) -> None:
    centre.invited()
    _call(centre, PHONE, call_back=False)
    assert fleet_rows.calls(centre.db) == {"all": 1, "from people we know": 1, "call me back": 0}
