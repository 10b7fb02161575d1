"""What an answer means, and what becomes of a batch and its upstream by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.upstream.answers import Status
from gateway.upstream.deciding import BREAKS_AFTER, Posted, Standing, after_look, after_post, outdated
from gateway.upstream.grouping import STILL_COMING, Group, Seen, Waiting, due_at, group, halves, key_of
from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.verdicts import Doubtful, Later, Refused, Taken, Troubled, Verdict, verdict
from gateway.upstreamsettings import StatusCodes

NOW = datetime(2017, 9, 13, 5, tzinfo=UTC)
PACKET = b'{"packet": 7}'
MANY, ONE = Posted(rows=5, attempts=1), Posted(rows=1, attempts=1)
CODES = StatusCodes()


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Answered(200, PACKET), Taken),
        (Answered(202, PACKET), Taken),
        (Answered(200, b""), Doubtful),
        (Answered(204, b""), Doubtful),
        (Answered(200, PACKET, whole=False), Doubtful),
        (Lost("cut"), Doubtful),
        (Answered(502, b""), Doubtful),
        (Answered(504, b""), Doubtful),
        *((Answered(status, b"no"), Refused) for status in (400, 409, 413, 422)),
        *((Answered(status, b""), Troubled) for status in (301, 307, 401, 403, 404, 405, 406, 410, 415, 418)),
        (Distrusted("unknown ca"), Troubled),
        *((Answered(status, b""), Later) for status in (408, 425, 429, 500, 501, 503, 507, 599)),
        (Unsent("nobody"), Later),
    ],
)
def test_answer_means(outcome: Outcome, kind: type[Verdict]) -> None:
    assert isinstance(verdict(outcome, "json", NOW), kind)


def test_answer_that_asks_for_time_says_how_long() -> None:
    assert verdict(Answered(429, b"slow", "30"), "json", NOW) == Later("upstream answers 429: slow", 30)


@pytest.mark.parametrize(
    ("batch", "said", "holds", "state", "doubtful"),
    [
        (MANY, Taken("7"), False, "posted", False),
        (MANY, Refused("no"), False, "halved", False),
        (ONE, Refused("no"), False, "rejected", False),
        (ONE, Refused("no", known=True), False, "rejected", False),
        (replace(ONE, doubted=True), Refused("no", known=True), False, "held", True),
        (replace(ONE, doubted=True), Refused("no"), False, "rejected", False),
        (ONE, Troubled("no key"), True, "frozen", False),
        (ONE, Later("busy"), True, "frozen", False),
        (ONE, Doubtful("cut"), False, "frozen", True),
        (ONE, Doubtful("cut"), True, "held", True),
    ],
)
def test_batch_becomes(batch: Posted, said: Verdict, holds: bool, state: str, doubtful: bool) -> None:
    decided = after_post(batch, said, Standing(), CODES, NOW, 0.5, holds=holds)
    assert (decided.state, decided.is_doubtful) == (state, doubtful)


def test_taken_batch_is_accepted_where_nobody_is_asked_later() -> None:
    assert after_post(MANY, Taken("7"), Standing(), None, NOW, 0.5, holds=False).state == "accepted"


def test_upstream_is_left_alone_longer_each_time_and_found_well_by_an_answer() -> None:
    standing, waits = Standing(), []
    for _ in range(12):
        standing = after_post(MANY, Later("busy"), standing, CODES, NOW, 0.5, holds=False).standing
        assert standing.next_at is not None
        waits.append(standing.next_at - NOW)
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=45)
    assert waits[-1] == timedelta(hours=4.5)
    assert after_post(MANY, Taken("7"), standing, CODES, NOW, 0.5, holds=False).standing == Standing()
    assert after_post(MANY, Refused("no"), standing, CODES, NOW, 0.5, holds=False).standing == Standing()


@pytest.mark.parametrize(
    ("batch", "said", "standing", "state"),
    [
        (Posted(5, 6), Later("500", failed=True), Standing(), "halved"),
        (Posted(1, 6), Later("500", failed=True), Standing(), "rejected"),
        (Posted(5, 5), Later("500", failed=True), Standing(), "frozen"),
        (Posted(5, 6), Later("500", failed=True), Standing(failures=1), "frozen"),
        (Posted(5, 99), Later("busy"), Standing(), "frozen"),
    ],
)
def test_batch_at_which_upstream_fails_while_it_takes_others_is_halved(
    batch: Posted, said: Verdict, standing: Standing, state: str
) -> None:
    assert after_post(batch, said, standing, CODES, NOW, 0.5, holds=False).state == state


def test_single_refusals_in_a_row_stop_the_upstream_and_one_that_is_taken_begins_anew() -> None:
    standing = Standing()
    for _ in range(BREAKS_AFTER - 1):
        standing = after_post(ONE, Refused("no"), standing, CODES, NOW, 0.5, holds=False).standing
    assert standing.stopped_why is None
    assert after_post(ONE, Taken("7"), standing, CODES, NOW, 0.5, holds=False).standing.refusals == 0
    stopped = after_post(ONE, Refused("no form 3"), standing, CODES, NOW, 0.5, holds=False).standing
    assert "no form 3" in str(stopped.stopped_why)


@pytest.mark.parametrize(
    ("batch", "status", "state", "rejections"),
    [
        (MANY, Status(1), "posted", 2),
        (MANY, Status(9), "posted", 2),
        (MANY, Status(2), "accepted", 0),
        (MANY, Status(2, (("r-1", ""),)), "accepted", 0),
        (MANY, Status(3, (("r-1", ""),)), "accepted", 0),
        (MANY, Status(3, tuple((f"r-{k}", "") for k in range(5))), "accepted", 7),
        (MANY, Status(3), "halved", 2),
        (ONE, Status(3), "rejected", 3),
    ],
)
def test_packet_becomes(batch: Posted, status: Status, state: str, rejections: int) -> None:
    decided = after_look(batch, status, Standing(rejections=2), CODES, NOW, 0.5)
    assert (decided.state, decided.standing.rejections, decided.status) == (state, rejections, str(status.number))


def test_upstream_that_rejects_whole_packets_by_name_is_stopped() -> None:
    named = tuple((f"r-{k}", "old form") for k in range(BREAKS_AFTER))
    standing = after_look(Posted(BREAKS_AFTER, 1), Status(3, named), Standing(), CODES, NOW, 0.5).standing
    assert "old form" in str(standing.stopped_why)


@pytest.mark.parametrize(
    ("source", "closes_at", "waits", "due"),
    [
        ("sms", NOW + timedelta(days=1), True, NOW + timedelta(days=1) + STILL_COMING),
        ("sms", NOW + timedelta(days=1), False, NOW),
        ("sms", NOW - timedelta(minutes=5), True, NOW - timedelta(minutes=5) + STILL_COMING),
        ("sms", NOW - timedelta(days=5), True, NOW),
        ("paper", None, True, NOW),
        ("portal", None, True, None),
    ],
)
def test_rating_is_due(source: str, closes_at: datetime | None, waits: bool, due: datetime | None) -> None:
    assert due_at(Seen(1, 1, source, closes_at), {"sms", "paper"}, NOW, waits=waits) == due


def test_groups_are_of_one_vendor_and_one_day_in_the_operators_zone() -> None:
    midnight = datetime(2017, 9, 13, 21, tzinfo=UTC)
    ratings = [
        Waiting(4, "BRN1", midnight),
        Waiting(1, "BRN1", midnight - timedelta(seconds=1)),
        Waiting(2, "BSK1", midnight),
        Waiting(3, "BRN1", midnight),
        Waiting(5, "BRN1", midnight),
    ]
    assert group(ratings, "9901", {"BSK1": "1417"}, ZoneInfo("Europe/Moscow"), 2) == [
        Group("1417", "2017-09-14", (2,)),
        Group("9901", "2017-09-13", (1,)),
        Group("9901", "2017-09-14", (3, 4)),
        Group("9901", "2017-09-14", (5,)),
    ]


def test_halves_are_the_whole_and_have_keys_of_their_own() -> None:
    assert halves((1, 2, 3)) == ((1, 2), (3,))
    keys = {key_of("up", part, parent, NOW) for part in halves((1, 2)) for parent in ("", "b-1")}
    keys.add(key_of("up", (1,), "", NOW + timedelta(seconds=1)))
    assert len(keys) == 5


def test_ratings_rejected_in_a_row_stop_it_and_the_last_reason_is_told() -> None:
    standing = Standing(rejections=BREAKS_AFTER - 2)
    status = Status(2, (("r-1", "first"), ("r-2", "last")))
    decided = after_look(replace(MANY, rows=2), status, standing, CODES, NOW, 0.5)
    assert decided.standing.stopped_why == "8 ratings were refused in a row and none accepted; the last: last"
    one_less = Standing(rejections=BREAKS_AFTER - 3)
    assert after_look(replace(MANY, rows=2), status, one_less, CODES, NOW, 0.5).standing.stopped_why is None
    assert after_look(ONE, Status(3), standing, CODES, NOW, 0.5).standing.stopped_why is None


def test_packet_without_a_last_word_is_asked_about_later_each_time() -> None:
    waits = [
        after_look(replace(MANY, looks=looks), Status(1), Standing(), CODES, NOW, 1.0).next_at for looks in range(3)
    ]
    assert waits == [NOW + timedelta(minutes=minutes) for minutes in (1, 2, 4)]


@pytest.mark.parametrize("said", [Doubtful("cut"), Later("broke down", failed=True)])
def test_batch_in_doubt_waits_longer_than_the_upstream(said: Verdict) -> None:
    decided = after_post(MANY, said, Standing(), CODES, NOW, 0.5, holds=False)
    assert decided.next_at is not None
    assert decided.standing.next_at is not None
    assert decided.next_at > decided.standing.next_at


@pytest.mark.parametrize(
    ("batch", "is_same_format", "state"),
    [
        (MANY, True, "remade"),
        (MANY, False, "remade"),
        (replace(MANY, doubted=True), True, None),
        (replace(MANY, doubted=True), False, "held"),
    ],
)
def test_batch_sealed_for_another_configuration_becomes(batch: Posted, is_same_format: bool, state: str | None) -> None:
    decided = outdated(batch, Standing(), is_same_format)
    assert (decided and decided.state) == state
