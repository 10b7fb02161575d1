"""Ratings as they are read for upstream."""

from __future__ import annotations

from gateway.store import ratings
from tests.gateway.conftest import NOON, PHONE, Centre


def _rated(centre: Centre, count: int) -> None:
    for number in range(1, count + 1):
        centre.visit(f"v{number}")
        ratings.add(
            centre.db,
            visit=number,
            invitation=None,
            reply=None,
            source="paper",
            mode="criteria",
            overall=None,
            criteria={"queue": 3},
            expanded=False,
            comment="",
            form_version="1",
            corrected=False,
            now=NOON,
        )


def test_ratings_for_upstream_have_the_zone_of_their_office_too(centre: Centre) -> None:
    _rated(centre, 2)
    exported = list(ratings.after(centre.db, 0, 9))
    assert [{**rating, "time_zone": "Asia/Barnaul"} for rating in exported] == list(ratings.wire(centre.db, 0, 9))
    assert [rating["cursor"] for rating in ratings.wire(centre.db, 1, 2)] == [2]
    assert PHONE not in str(exported)


def test_ratings_of_a_batch_are_read_in_their_order(centre: Centre) -> None:
    _rated(centre, 4)
    centre.db.execute("INSERT INTO upstreams (name) VALUES ('u')")
    centre.db.execute(
        "INSERT INTO batches (id, upstream, key, vendor, day, format, state, rows, frozen_at)"
        " VALUES (7, 'u', 'k', '9901', '2017-09-13', 'json', 'frozen', 2, '')"
    )
    for cursor in (4, 2):
        centre.db.execute("INSERT INTO deliveries (upstream, rating, batch, state) VALUES ('u', ?, 7, '')", (cursor,))
    found = ratings.wire_of(centre.db, 7)
    assert [(rating["cursor"], rating["queue"], rating["time_zone"]) for rating in found] == [
        (2, 3, "Asia/Barnaul"),
        (4, 3, "Asia/Barnaul"),
    ]
    assert ratings.wire_of(centre.db, 8) == []
