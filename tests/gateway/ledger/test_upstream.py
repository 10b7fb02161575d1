"""The box against an upstream's log: every rating there once, with the marks the citizen gave."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.ledger import draw_up
from gateway.ledger.differences import Differences
from gateway.ledger.upstream import Delivery, compare_ratings
from tests.gateway.conftest import Centre

MARKS = {"time": 5, "queue": 3}
REFUSED = {"event": "refused", "foreign_id": "r-1", "marks": MARKS}


def _delivery(state: str = "accepted", has_arrived: bool | None = True) -> Delivery:
    return Delivery("v1", "r-1", state, has_arrived, MARKS)


def _form(rating: str = "r-1", *, repeated: bool = False, **marks: int) -> dict[str, Any]:
    return {"event": "form", "foreign_id": rating, "repeated": repeated, "marks": marks or MARKS}


@pytest.mark.parametrize(
    ("state", "has_arrived", "log"),
    [
        ("accepted", True, [_form()]),
        ("accepted", True, [_form(), _form(repeated=True)]),
        ("batched", None, [_form()]),
        ("batched", None, []),
        ("batched", False, []),
        ("rejected", False, []),
        ("batched", True, [REFUSED]),  # we have not asked what became of it
        ("rejected", False, [REFUSED]),
        ("accepted", True, [REFUSED, _form()]),
        ("superseded", False, [{"event": "packet", "packet": 1}]),
    ],
)
def test_upstream_that_has_what_it_should_makes_no_difference(
    state: str, has_arrived: bool | None, log: list[dict[str, Any]]
) -> None:
    assert compare_ratings("site", [_delivery(state, has_arrived)], log) == Differences()


def test_rating_that_upstream_never_saw_is_lost() -> None:
    assert compare_ratings("site", [_delivery()], []).lost == [
        "visit v1: its rating r-1 counts as taken by site, which never saw it"
    ]


def test_rating_that_counts_as_accepted_and_was_refused_is_lost() -> None:
    assert compare_ratings("site", [_delivery()], [REFUSED, {"event": "refused", "reason": "busy"}]).lost == [
        "visit v1: its rating r-1 counts as accepted by site, which refused it"
    ]


@pytest.mark.parametrize("has_arrived", [True, None])
def test_rating_that_upstream_stored_twice_is_doubled(has_arrived: bool | None) -> None:
    assert compare_ratings("site", [_delivery("batched", has_arrived)], [_form(), _form()]).duplicated == [
        "visit v1: site counts its rating r-1 2 times"
    ]


@pytest.mark.parametrize("state", ["rejected", "superseded", "batched"])
def test_rating_that_should_not_be_there_and_is_counts_as_doubled(state: str) -> None:
    assert compare_ratings("site", [_delivery(state, has_arrived=False)], [_form()]).duplicated == [
        f"visit v1: site counts its rating r-1, which is {state} here"
    ]


def test_rating_nobody_here_knows_is_doubled() -> None:
    assert compare_ratings("site", [_delivery()], [_form(), _form("r-9")]).duplicated == [
        "site counts a rating r-9 that the box does not know"
    ]


def test_mark_that_is_another_one_upstream_is_lost() -> None:
    assert compare_ratings("site", [_delivery()], [_form(time=5, queue=4)]).lost == [
        "visit v1: site counts 5 for time, 4 for queue in r-1, the citizen gave 5 for time, 3 for queue"
    ]


@pytest.fixture
def rated(centre: Centre) -> Centre:
    """A visit with one rating, and an upstream that has not heard of it."""
    centre.visit()
    centre.invite()
    centre.send(first=1)
    centre.hear("5")
    centre.db.execute("INSERT INTO upstreams (name) VALUES ('site')")
    return centre


def _batch(centre: Centre, *, posting_at: str | None, packet: str | None, state: str) -> None:
    centre.db.execute(
        "INSERT INTO batches (id, upstream, key, vendor, day, format, state, rows, frozen_at, posting_at, packet)"
        " VALUES (1, 'site', 'k', '1', '', 'json', 'frozen', 1, '', ?, ?)",
        (posting_at, packet),
    )
    centre.db.execute("INSERT INTO deliveries (upstream, rating, batch, state) VALUES ('site', 1, 1, ?)", (state,))


def _logged(centre: Centre) -> dict[str, Any]:
    ((rating,),) = centre.all("SELECT rating_id FROM ratings")
    return _form(rating, time=5, queue=5, staff=5, comfort=5, info=5)


def test_rating_behind_the_floor_waits_and_one_before_it_was_passed_over(rated: Centre) -> None:
    found = draw_up(rated.db)
    assert (found.upstreams, found.balanced) == ({"site": {"waiting": 1}}, True)
    rated.db.execute("UPDATE upstreams SET floor = 1")
    assert draw_up(rated.db).lost == ["visit v1: its rating was passed over, site never gets it"]


@pytest.mark.parametrize(
    ("posting_at", "packet", "state", "is_there", "is_balanced"),
    [
        (None, None, "batched", False, True),
        (None, None, "batched", True, False),  # there before it was posted
        ("then", None, "batched", False, True),
        ("then", None, "batched", True, True),
        (None, "7", "batched", True, True),
        (None, "7", "batched", False, False),
        (None, "7", "accepted", True, True),
        (None, None, "rejected", True, False),
        (None, "7", "rejected", True, False),
        (None, "7", "rejected", False, True),  # its status said so
    ],
)
def test_log_is_compared_with_how_far_the_batch_has_come(
    rated: Centre, posting_at: str | None, packet: str | None, state: str, is_there: bool, is_balanced: bool
) -> None:
    _batch(rated, posting_at=posting_at, packet=packet, state=state)
    found = draw_up(rated.db, upstreams={"site": [_logged(rated)] if is_there else []})
    assert found.balanced is is_balanced, (found.lost, found.duplicated)


def test_overall_mark_alone_is_there_as_one_for_each_criterion(rated: Centre) -> None:
    rated.db.execute("UPDATE ratings SET time = NULL, queue = NULL, staff = NULL, comfort = NULL, info = NULL")
    _batch(rated, posting_at=None, packet="7", state="accepted")
    assert draw_up(rated.db, upstreams={"site": [_logged(rated)]}).balanced


def test_visit_counts_as_exported_once_it_is_accepted_or_was_handed_out(rated: Centre) -> None:
    assert draw_up(rated.db).summary()["exported"] == 0
    _batch(rated, posting_at=None, packet="7", state="accepted")
    assert draw_up(rated.db).summary()["exported"] == 1
    rated.db.execute("DELETE FROM deliveries")
    assert draw_up(rated.db).summary()["exported"] == 0
    rated.db.execute(
        'INSERT INTO exports (format, "after", until, "rows", exported_at) VALUES (?, 1, 5, 4, ?)', ("csv", "")
    )
    assert draw_up(rated.db).summary()["exported"] == 0  # only what is behind the first was handed out
    rated.db.execute(
        'INSERT INTO exports (format, "after", until, "rows", exported_at) VALUES (?, 0, 1, 1, ?)', ("csv", "")
    )
    assert draw_up(rated.db).summary()["exported"] == 1
