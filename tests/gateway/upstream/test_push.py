"""The whole way up against an upstream that fails in every way: each rating is there once."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.store import batches, upstreams
from gateway.store.database import transaction
from gateway.upstream.deciding import Standing
from gateway.upstream.freezing import AT_ONCE
from gateway.upstream.locking import turn
from tests.gateway.upstream.box import START, Box, box
from tests.gateway.upstream.wire import replied

Before = Callable[[httpx2.Request], httpx2.Response | None]


def losing(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadTimeout("late", request=request)


def lose(_: httpx2.Response) -> httpx2.Response:
    raise httpx2.ReadTimeout("late")


def refusing(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("nobody there", request=request)


def resume(of: Box) -> None:
    with transaction(of.db):
        upstreams.put_standing(of.db, "up", Standing(), of.clock.now())


def test_ratings_go_up_in_batches_of_a_vendor_and_a_day(tmp_path: Path) -> None:
    with box(tmp_path, batch=2) as of:
        of.rate(3)
        of.later(hours=20)  # the next day in Moscow
        of.rate(2)
        pushed = of.run()
        assert (pushed.posted, pushed.accepted, pushed.why_not) == (5, 5, None)
        assert of.all('SELECT vendor, day, "rows", state, body FROM batches ORDER BY id') == [
            ("9901", "2017-09-13", 2, "accepted", None),
            ("9901", "2017-09-13", 1, "accepted", None),
            ("9901", "2017-09-14", 2, "accepted", None),
        ]
        assert of.states() == {"accepted": 5}
        assert of.run().posted == 0
        assert sorted(of.fake.took.items()) == [(f"v{k}", 1) for k in range(1, 6)]


def test_rating_of_a_source_that_is_not_wanted_stays_here(tmp_path: Path) -> None:
    with box(tmp_path, sources=["sms"]) as of:
        of.rate(source="portal")
        of.rate()
        of.run()
        assert of.states() == {"accepted": 1, "unwanted": 1}
        assert of.fake.took == {"v2": 1}


def test_log_tells_when_an_upstream_hinders_us_and_when_it_goes_on(tmp_path: Path) -> None:
    with box(tmp_path) as of, capture_logs() as logs:
        of.rate()
        of.fake.before = refusing
        of.run()
        of.fake.before = lambda _: None
        of.later(hours=1)
        of.run()
    told = [(line["event"], line.get("reason")) for line in logs]
    assert told == [
        ("an upstream is in trouble", "not reached: nobody there"),
        ("an upstream takes ratings again", None),
    ]


def test_correction_that_comes_before_a_rating_went_up_goes_instead(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        visit = of.visit()
        of.rate(visit=visit, mark=2)
        of.later(seconds=1)
        of.rate(visit=visit, mark=5)
        of.rate(visit=visit, source="paper", mark=3)
        of.run()
        assert of.states() == {"accepted": 2, "superseded": 1}
        assert of.fake.took == {"v1": 2}  # one of each channel


def test_upstream_that_wants_corrections_gets_each(tmp_path: Path) -> None:
    with box(tmp_path, corrections="send") as of:
        visit = of.visit()
        of.rate(visit=visit, mark=2)
        of.later(seconds=1)
        of.rate(visit=visit, mark=5)
        of.run()
        assert of.states() == {"accepted": 2}


def test_lost_answer_is_asked_for_again_under_the_same_key(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(3)
        of.fake.after = lose
        assert "the answer was lost" in str(of.run().why_not)
        assert of.all("SELECT state, posting_at IS NOT NULL, doubted FROM batches") == [("frozen", 1, 1)]
        of.fake.after = lambda response: response
        assert of.run().posted == 0  # not before its time
        of.later(minutes=2)
        assert of.run().accepted == 3
        assert (of.fake.posts, set(of.fake.took.values())) == (2, {1})


def test_answer_that_cannot_be_read_is_no_success(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate()
        of.fake.after = lambda _: replied(200, b"<html>proxy</html>")
        assert "cannot be read" in str(of.run().why_not)
        assert of.states() == {"batched": 1}


def test_batch_in_doubt_waits_for_a_person_where_that_is_wanted(tmp_path: Path) -> None:
    with box(tmp_path, on_unknown="hold") as of:
        of.rate()
        of.fake.after = lose
        of.run()
        of.fake.after = lambda response: response
        of.through(48)
        assert (of.fake.posts, of.all("SELECT state FROM batches")) == (1, [("held",)])
        with transaction(of.db):
            assert batches.release_held(of.db, "up", of.clock.now()) == 1
        of.run()
        assert (of.states(), of.fake.took) == ({"accepted": 1}, {"v1": 1})


def test_conflict_after_a_lost_answer_is_not_taken_for_a_bad_batch(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(4)
        of.fake.after = lose
        of.run()
        of.fake.before = lambda _: replied(409, b"known already")
        of.later(hours=1)
        of.run()
        assert of.all("SELECT state FROM batches") == [("held",)]
        assert of.rejected() == set()


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 415])
def test_fault_that_is_not_the_batchs_keeps_it_and_is_told(tmp_path: Path, status: int) -> None:
    with box(tmp_path) as of:
        of.rate(4)
        of.fake.before = lambda _: replied(status)
        of.run()
        assert of.states() == {"batched": 4}
        assert of.all("SELECT place, text FROM alarms WHERE cleared_at IS NULL") == [
            ("upstream up", f"upstream answers {status}")
        ]
        of.fake.before = lambda _: None
        of.later(hours=1)
        of.run()
        assert of.states() == {"accepted": 4}
        assert of.all("SELECT place FROM alarms WHERE cleared_at IS NULL") == []


def test_upstream_that_asks_for_time_gets_it(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate()
        of.fake.before = lambda _: replied(503, headers={"Retry-After": "7200"})
        of.run()
        assert of.all("SELECT posting_at, doubted FROM batches") == [(None, 0)]  # it says that it has not taken it
        of.fake.before = lambda _: None
        of.through(1.9)
        assert of.fake.posts == 1
        of.through(0.5)
        assert (of.fake.posts, of.states()) == (2, {"accepted": 1})


def test_upstream_that_asks_for_time_is_not_asked_about_packets_either(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={}) as of:
        of.rate()
        of.run()
        of.later(minutes=2)
        of.rate()

        def later(request: httpx2.Request) -> httpx2.Response | None:
            return replied(503, headers={"Retry-After": "7200"}) if request.method == "POST" else None

        of.fake.before = later
        of.run()
        of.through(1.9)
        assert (of.fake.posts, of.fake.looks) == (2, 0)
        of.fake.before = lambda _: None
        of.through(1)
        assert of.states() == {"accepted": 2}


def test_week_without_upstream_costs_few_posts_and_no_rating(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.fake.before = refusing
        for _ in range(7):
            of.rate(20)
            of.through(24, step_s=3600)
        assert of.fake.posts < 45
        assert sum(of.states().values()) == 140
        of.fake.before = lambda _: None
        of.through(12, step_s=3600)
        assert of.states() == {"accepted": 140}
        assert set(of.fake.took.values()) == {1}
        assert of.fake.posts < 60


def test_thousands_of_ratings_arrive_once_while_one_answer_in_twenty_is_lost(tmp_path: Path) -> None:
    dice = random.Random(919)

    def sometimes(response: httpx2.Response) -> httpx2.Response:
        if dice.random() < 0.05:
            raise httpx2.ReadTimeout("late")
        return response

    with box(tmp_path, batch=10) as of:
        with transaction(of.db):
            _many(of, 2000)
        of.fake.after = sometimes
        of.through(24)
        assert of.states() == {"accepted": 2000}
        assert (len(of.fake.took), set(of.fake.took.values())) == (2000, {1})
        assert of.fake.posts > 200


def test_batch_may_be_larger_than_what_is_taken_in_at_once(tmp_path: Path) -> None:
    with box(tmp_path, batch=AT_ONCE + 1) as of:
        with transaction(of.db):
            _many(of, AT_ONCE + 2)
        of.run()
        assert of.all('SELECT "rows" FROM batches ORDER BY id') == [(AT_ONCE + 1,), (1,)]


def _many(of: Box, count: int) -> None:
    """Ratings by the thousand."""
    of.db.execute(
        "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ?)"
        " INSERT INTO visits (source, foreign_id, stage, office, service, received_at, consent, accepted_at)"
        " SELECT 'test', 'm' || k, '', 'BRN1', 'REG', ?2, 0, ?2 FROM n",
        (count, START.strftime("%Y-%m-%dT%H:%M:%S.000Z")),
    )
    of.db.execute(
        "INSERT INTO ratings (visit, source, mode, overall, time, queue, staff, comfort, info, expanded, comment,"
        " form_version, corrected, rated_at, rating_id)"
        " SELECT id, 'sms', 'overall', 5, 5, 5, 5, 5, 5, 1, '', 'overall', 0, received_at, 'r-' || id FROM visits"
    )


def test_poisoned_ratings_are_isolated_and_the_others_arrive_once(tmp_path: Path) -> None:
    with box(tmp_path, batch=8) as of:

        @settings(max_examples=20)
        @given(st.lists(st.booleans(), min_size=1, max_size=20))
        def isolates(poisoned: list[bool]) -> None:
            names = [f"v{of.visits + k + 1}" for k in range(len(poisoned))]
            of.fake.poisoned |= {name for name, bad in zip(names, poisoned, strict=True) if bad}
            of.rate(len(poisoned))
            while of.run().why_not is not None:
                resume(of)  # many in a row: a person has looked
            assert of.rejected() == of.fake.poisoned
            known = {f"v{k + 1}" for k in range(of.visits)}
            assert of.fake.took == dict.fromkeys(known - of.fake.poisoned, 1)

        isolates()


def test_rating_at_which_upstream_breaks_down_is_isolated_while_others_come(tmp_path: Path) -> None:
    with box(tmp_path, batch=2) as of:
        of.rate(2)
        of.fake.before = lambda request: (
            replied(500) if request.method == "POST" and b'"v1"' in request.read() else None
        )
        for _ in range(72):
            of.rate()
            of.through(1, step_s=1800)
        assert of.rejected() == {"v1"}
        assert of.fake.took == {f"v{k}": 1 for k in range(2, 75)}


def test_end_of_the_program_lets_the_run_end_and_blames_nobody(tmp_path: Path) -> None:
    with box(tmp_path, batch=1) as of:
        of.rate(3)

        def end(request: httpx2.Request) -> httpx2.Response:
            of.push.hang_up()
            raise httpx2.ReadError("hung up", request=request)

        of.fake.before = end
        of.run()
        assert (of.fake.posts, of.standing()["failures"]) == (1, 0)
        of.fake.before = lambda _: None
        of.reopen()
        of.later(minutes=5)
        assert of.run().accepted == 3


def test_rating_that_the_format_cannot_say_is_a_dead_letter_and_keeps_no_other(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(2)
        of.rate(mark=None)
        of.run()
        assert (of.rejected(), of.fake.took) == ({"v3"}, {"v1": 1, "v2": 1})
        assert "has no mark" in of.all("SELECT reason FROM deliveries WHERE state = 'rejected'")[0][0]
        assert of.standing()["refusals"] == 0


def test_upstream_that_refuses_everything_is_stopped_before_all_are_dead(tmp_path: Path) -> None:
    with box(tmp_path, batch=50) as of:
        of.rate(200)
        of.fake.before = lambda _: replied(422, "форма устарела".encode())
        of.through(24, step_s=3600)
        assert of.states() == {"batched": 192, "rejected": 8}
        assert "форма устарела" in of.standing()["stopped_why"]
        assert of.standing()["stopped_at"] == "2017-09-13T05:00:00.000Z"
        assert "форма устарела" in str(of.run().why_not)
        of.fake.before = lambda _: None
        resume(of)
        of.run()
        assert of.states() == {"accepted": 192, "rejected": 8}


class Crash(Exception):
    """The process is gone."""


@pytest.mark.parametrize("answer_lost", [False, True])
@pytest.mark.parametrize("boundary", range(1, 13))
def test_crash_at_any_boundary_loses_and_doubles_nothing(tmp_path: Path, boundary: int, answer_lost: bool) -> None:
    with box(tmp_path, batch=3, status_codes={"accepted": [2]}) as of:
        of.rate(5)
        steps = iter(range(1, 100))

        def crash() -> None:
            if next(steps) == boundary:
                raise Crash

        of.boundary = crash
        if answer_lost:
            of.fake.after = lambda response: (crash(), response)[1]
        with pytest.raises(Crash):
            of.through(1)
        of.reopen()
        of.fake.after = lambda response: response
        of.through(2)
        assert of.states() == {"accepted": 5}
        assert of.fake.took == {f"v{k}": 1 for k in range(1, 6)}


def test_crash_while_posting_waits_for_a_person_where_that_is_wanted(tmp_path: Path) -> None:
    with box(tmp_path, on_unknown="hold") as of:
        of.rate()

        def crash(_: httpx2.Request) -> None:
            raise Crash

        of.fake.before = crash
        with pytest.raises(Crash):
            of.run()
        of.reopen()
        of.fake.before = lambda _: None
        of.through(2)
        assert of.all("SELECT state FROM batches") == [("held",)]
        assert of.fake.took == {}


def test_status_that_comes_late_is_waited_for_and_kept_as_it_came(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={"accepted": [7], "rejected": [8]}) as of:
        of.rate(2)
        of.fake.statuses["1"] = {"status": 4}
        of.through(24)
        assert of.all("SELECT state, status, packet FROM batches") == [("posted", "4", "1")]
        assert of.fake.looks < 15
        of.fake.statuses["1"] = {"status": 7}
        of.through(12)
        assert of.all("SELECT state, status FROM batches") == [("accepted", "7")]
        assert of.states() == {"accepted": 2}


def test_ratings_that_upstream_names_are_dead_letters_and_the_others_are_not(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={}) as of:
        of.rate(3)
        ids = [row[0] for row in of.all("SELECT rating_id FROM ratings ORDER BY cursor")]
        rejected = [{"rating_id": ids[1], "reason": "двойник"}, {"rating_id": "r-other", "reason": "?"}]
        of.fake.statuses["1"] = {"status": 2, "rejected": rejected}
        of.through(1)
        assert of.rejected() == {"v2"}
        assert of.all("SELECT state, reason FROM deliveries") == [
            ("accepted", ""),
            ("rejected", "двойник"),
            ("accepted", ""),
        ]


def test_packet_that_waits_for_its_status_is_with_upstream_and_does_not_wait_here(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={}) as of:
        of.rate(2)
        of.run()
        (row,) = upstreams.overview(of.db)
        assert (row["waiting"], row["posted"], row["oldest_waiting_at"]) == (0, 2, None)
        assert row["next_at"] == "2017-09-13T05:01:00.000Z"


def test_packet_that_is_rejected_without_names_is_halved(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={}) as of:
        of.rate(3)
        of.fake.statuses["1"] = {"status": 3}
        of.fake.statuses["2"] = {"status": 3}
        of.through(2)
        assert of.all('SELECT "rows", state, status FROM batches ORDER BY id') == [
            (3, "halved", "3"),
            (2, "accepted", "2"),
            (1, "rejected", "3"),
        ]


def test_upstream_that_rejects_all_it_has_taken_is_stopped(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={}, batch=4) as of:
        of.rate(100)
        of.fake.status = 3
        of.through(48)
        assert of.standing()["stopped_why"]
        assert len(of.rejected()) < 20


def test_packet_that_upstream_does_not_know_holds_up_nothing_else(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={}) as of:
        of.rate()
        of.run()
        of.fake.before = lambda request: replied(404) if request.url.path == "/packets/1" else None
        of.later(minutes=5)
        of.rate()
        of.through(1)
        assert of.states() == {"batched": 1, "accepted": 1}


def test_push_beside_another_does_nothing(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate()
        with turn(of.path, "up") as is_ours:
            assert is_ours
            assert of.run().why_not == "another program pushes to it now"
        assert of.fake.posts == 0
        assert of.run().accepted == 1


def test_files_that_cannot_be_used_are_a_trouble_of_the_upstream(tmp_path: Path) -> None:
    with box(tmp_path, secret_file=tmp_path / "no") as of:
        of.rate()
        assert "secret file" in str(of.run().why_not)
        assert of.states() == {"waiting": 1}


def test_spool_has_each_batch_as_a_file_under_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with box(tmp_path, url=None, spool=folder, format="rates-xml") as of:
        of.rate(2)
        of.run()
        (key,) = of.all("SELECT key FROM batches")[0]
        assert [path.name for path in folder.iterdir()] == [f"{key}.xml"]
        assert b"RatesRequest" in (folder / f"{key}.xml").read_bytes()
        assert of.states() == {"accepted": 2}


def test_spool_that_cannot_be_written_keeps_the_batch(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with box(tmp_path, url=None, spool=tmp_path / "out") as of:
        of.rate()
        assert "cannot be written" in str(of.run().why_not)
        assert of.states() == {"batched": 1}
