"""The id by which the world knows a rating."""

from __future__ import annotations

from gateway.ratingid import rating_id

RATING = ("altai", "BRN1-1", "", "sms", "2017-09-14T04:02:31.000Z", "[5,5,5,5,5,5]")


def test_same_rating_has_the_same_id_in_every_database() -> None:
    # A change here makes upstream take every rating a second time.
    assert rating_id(*RATING) == "r-fa2773851c08e383"


def test_whatever_differs_makes_another_id() -> None:
    ids = {rating_id(*RATING)}
    for place in range(len(RATING)):
        ids.add(rating_id(*(text + "x" if k == place else text for k, text in enumerate(RATING))))
    assert len(ids) == len(RATING) + 1


def test_texts_that_run_into_each_other_make_another_id() -> None:
    assert rating_id("a", "bc", *RATING[2:]) != rating_id("ab", "c", *RATING[2:])
