"""The way up while things change: the configuration, the form upstream, the clock, what a person says meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from lxml import etree

from gateway.errors import UpstreamError
from gateway.exchange.form import Form
from gateway.simulator.upstream import form as their_forms
from gateway.store import upstreams
from gateway.store.database import transaction
from gateway.upstream import desk
from gateway.upstreamsettings import UpstreamSettings
from tests.gateway.upstream.box import Box, box
from tests.gateway.upstream.wire import replied


def lose(_: httpx2.Response) -> httpx2.Response:
    raise httpx2.ReadTimeout("late")


def reconfigured(of: Box, **settings: Any) -> None:
    """What a reload of the daemon with another configuration does."""
    of.settings = UpstreamSettings.model_validate({**of.settings.model_dump(exclude_unset=True), **settings})
    of.reopen()


def alarms(of: Box) -> dict[str, str]:
    return dict(of.all("SELECT kind, text FROM alarms WHERE cleared_at IS NULL"))


class Federal:
    """An upstream of the XML dialect with a form that may change; it counts whatever it gets."""

    def __init__(self) -> None:
        self.form = their_forms.published()
        self.bodies: list[bytes] = []
        self.keys: list[str] = []
        self.forms = 0
        self.says: Callable[[], httpx2.Response | None] = lambda: None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/forms":
            self.forms += 1
            return self.says() or replied(200, etree.tostring(self.form.as_xml()))
        self.bodies.append(request.read())
        self.keys.append(request.headers["Idempotency-Key"])
        return replied(200, b"<RatesResponse><packet><id>%d</id></packet></RatesResponse>" % len(self.bodies))

    def change(self) -> None:
        """Each indicator takes the id of the next, so that what is sent would be counted for another criterion."""
        self.form = their_forms.changed(self.form, {"version": "0.0.5", "shift": 1})


def new_form() -> str:
    """The form file that a person writes after that."""
    ours = Form.model_validate(their_forms.changed(their_forms.published(), {"version": "0.0.5", "shift": 1}).as_json())
    return json.dumps(ours.model_dump(mode="json"), ensure_ascii=False)


def test_form_that_changes_upstream_keeps_ratings_here_until_ours_is_changed_too(tmp_path: Path) -> None:
    federal = Federal()
    with box(tmp_path, format="rates-xml") as of:
        of.fake.before = federal
        of.rate()
        assert of.run().accepted == 1
        federal.change()
        of.rate()
        of.later(hours=1)
        assert "the form has changed: the criterion time has the indicator 10 upstream, 9 here" in str(of.run().why_not)
        of.through(12)
        assert federal.forms < 15
        assert (len(federal.bodies), of.states()) == (1, {"accepted": 1, "batched": 1})
        assert "otklik check" in alarms(of)["trouble"]
        (tmp_path / "new.yaml").write_text(new_form(), encoding="utf-8")
        reconfigured(of, form=str(tmp_path / "new.yaml"))
        of.through(7)
        assert of.states() == {"accepted": 2}
        assert b'indicator-id="14"' in federal.bodies[1]
        assert alarms(of) == {}


def test_form_is_asked_for_once_an_hour_and_not_where_marks_have_no_ids(tmp_path: Path) -> None:
    federal = Federal()
    with box(tmp_path, format="rates-xml") as of:
        of.fake.before = federal
        of.through(5)
        assert federal.forms == 5
        reconfigured(of, format="json")
        of.through(5)
        assert federal.forms == 5


@pytest.mark.parametrize(
    ("answer", "asked"), [((404, b""), 1), ((500, b""), 2), ((200, b"<html/>"), 1), ((200, b"no XML"), 1)]
)
def test_upstream_that_tells_no_form_holds_up_nothing(tmp_path: Path, answer: tuple[int, bytes], asked: int) -> None:
    federal = Federal()
    federal.says = lambda: replied(*answer)
    with box(tmp_path, format="rates-xml") as of:
        of.fake.before = federal
        for _ in range(2):
            of.rate()
            assert of.run().accepted == 1
        assert federal.forms == asked


def test_upstream_that_is_not_reached_for_its_form_is_asked_for_nothing_else(tmp_path: Path) -> None:
    with box(tmp_path, format="rates-xml") as of:

        def refuse(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("nobody there", request=request)

        of.fake.before = refuse
        of.rate()
        assert "not reached" in str(of.run().why_not)
        assert (of.fake.posts, of.states()) == (1, {"batched": 1})


def test_batch_sealed_with_ids_that_count_no_more_is_made_anew_under_another_key(tmp_path: Path) -> None:
    federal = Federal()
    with box(tmp_path, format="rates-xml") as of:
        of.fake.before = lambda request: federal(request) if request.url.path == "/forms" else replied(503)
        of.rate(2)
        of.run()
        (old,) = of.all("SELECT key FROM batches")[0]
        federal.change()
        of.fake.before = federal
        (tmp_path / "new.yaml").write_text(new_form(), encoding="utf-8")
        reconfigured(of, form=str(tmp_path / "new.yaml"))
        of.through(1)
        assert of.all("SELECT state FROM batches ORDER BY id") == [("remade",), ("accepted",)]
        assert old not in federal.keys
        assert len(federal.bodies) == 1
        assert b'indicator-id="14"' in federal.bodies[0]
        assert of.states() == {"accepted": 2}


def test_batch_whose_answer_was_lost_keeps_its_octets_whatever_the_form_is_now(tmp_path: Path) -> None:
    federal = Federal()
    with box(tmp_path, format="rates-xml") as of:

        def take_and_lose(request: httpx2.Request) -> httpx2.Response:
            federal(request)
            raise httpx2.ReadTimeout("late", request=request)

        of.fake.before = lambda request: federal(request) if request.url.path == "/forms" else take_and_lose(request)
        of.rate()
        of.run()
        of.fake.before = federal
        federal.change()
        (tmp_path / "new.yaml").write_text(new_form(), encoding="utf-8")
        reconfigured(of, form=str(tmp_path / "new.yaml"))
        of.through(1)
        assert len(federal.bodies) == 2
        assert len(set(federal.bodies)) == len(set(federal.keys)) == 1


def test_batch_of_another_format_than_now_is_made_anew_or_waits_for_a_person(tmp_path: Path) -> None:
    federal = Federal()
    with box(tmp_path, batch=1) as of:
        of.rate(2)
        of.fake.after = lose
        of.run()
        of.fake.before = lambda _: replied(503)
        of.later(seconds=70)  # the first one is not due yet
        of.run()
        of.fake.before = federal
        reconfigured(of, format="rates-xml")
        of.through(1)
        assert of.all("SELECT state, format FROM batches ORDER BY id") == [
            ("held", "json"),
            ("remade", "json"),
            ("accepted", "rates-xml"),
        ]
        assert "the format has changed" in of.all("SELECT reason FROM batches WHERE state = 'held'")[0][0]


@pytest.mark.parametrize("change", [{"status_codes": None}, {"url": None, "spool": "out"}])
def test_packet_nobody_is_asked_about_any_more_is_at_its_end(tmp_path: Path, change: dict[str, Any]) -> None:
    with box(tmp_path, status_codes={}) as of:
        of.rate(3)
        of.run()
        assert of.all("SELECT state FROM batches") == [("posted",)]
        if "spool" in change:
            change = {**change, "spool": str(tmp_path / "out")}
        reconfigured(of, **change)
        assert of.run().accepted == 3
        assert of.states() == {"accepted": 3}


def test_source_that_is_wanted_later_goes_up_from_its_first_rating(tmp_path: Path) -> None:
    with box(tmp_path, sources=["sms"]) as of:
        of.rate(source="portal")
        of.rate()
        of.run()
        reconfigured(of, sources=["sms", "portal"])
        of.run()
        assert of.states() == {"accepted": 2}
        assert of.fake.took == {"v1": 1, "v2": 1}


def test_source_that_is_not_wanted_any_more_does_not_go_up_though_it_waited(tmp_path: Path) -> None:
    with box(tmp_path, secret_file=tmp_path / "no") as of:
        of.rate(source="paper")
        of.rate()
        of.run()
        assert of.states() == {"waiting": 2}
        (tmp_path / "no").write_text("secret")
        of.later(hours=1)
        reconfigured(of, sources=["sms"])
        of.run()
        assert of.states() == {"unwanted": 1, "accepted": 1}
        assert of.fake.took == {"v2": 1}


def test_other_wishes_send_nothing_twice_and_bring_nothing_back(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        visit = of.visit()
        of.rate(visit=visit, mark=2)
        of.later(seconds=1)
        of.rate(visit=visit, mark=5)
        of.run()
        reconfigured(of, corrections="send")
        of.run()
        assert of.states() == {"accepted": 1, "superseded": 1}
        (row,) = upstreams.overview(of.db)
        assert row["waiting"] == 0


def test_ratings_that_are_looked_at_again_are_not_said_to_wait(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(3)
        of.run()
        with transaction(of.db):
            upstreams.begin_run(of.db, "up", "something else", of.clock.now())
        (row,) = upstreams.overview(of.db)
        assert (row["waiting"], row["accepted"], row["oldest_waiting_at"]) == (0, 3, None)


@pytest.mark.parametrize("codes", [None, {}])
def test_clock_that_was_a_year_ahead_puts_off_nothing_for_a_year(tmp_path: Path, codes: object) -> None:
    with box(tmp_path, status_codes=codes) as of:
        of.rate()
        if codes is None:
            of.fake.before = lambda _: replied(503)
        of.later(days=365)
        of.run()
        of.fake.before = lambda _: None
        of.later(days=-365)
        of.run()
        of.through(30, step_s=3600)
        assert of.states() == {"accepted": 1}


def test_rating_taken_in_by_a_clock_that_was_ahead_is_due_by_the_clock_of_now(tmp_path: Path) -> None:
    with box(tmp_path, secret_file=tmp_path / "no") as of:
        of.rate()
        of.later(days=365)
        of.run()
        assert of.states() == {"waiting": 1}
        (tmp_path / "no").write_text("secret")
        of.later(days=-365)
        of.run()
        assert of.states() == {"accepted": 1}


def test_batch_that_upstream_broke_down_at_may_be_there(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(4)
        of.fake.after = lambda _: replied(500)  # it has taken it, and breaks down after that
        of.run()
        of.fake.before = lambda _: replied(409, b"known already")
        of.later(hours=1)
        of.run()
        assert (of.all("SELECT state FROM batches"), of.rejected()) == ([("held",)], set())
        assert of.standing()["failures"] == 0  # it answers


def test_batch_that_upstream_broke_down_at_waits_for_a_person_where_that_is_wanted(tmp_path: Path) -> None:
    with box(tmp_path, on_unknown="hold") as of:
        of.rate()
        of.fake.after = lambda _: replied(500)
        of.through(24)
        assert (of.fake.posts, of.all("SELECT state FROM batches")) == (1, [("held",)])
        assert "1 batches are in doubt" in alarms(of)["batches"]
        with transaction(of.db):
            (key,) = of.all("SELECT key FROM batches")[0]
            assert desk.settle(of.db, "up", key, None, of.clock.now()) == 1
        assert (of.states(), alarms(of).get("batches")) == ({"accepted": 1}, None)


def test_halves_of_a_batch_in_doubt_are_in_doubt(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(2)
        of.fake.after = lose
        of.run()
        answers = iter([replied(422)])
        of.fake.before = lambda _: next(answers, None) or replied(409, b"known already")
        of.later(hours=1)
        of.run()
        assert of.all('SELECT "rows", state, doubted FROM batches ORDER BY id') == [
            (2, "halved", 1),
            (1, "held", 1),
            (1, "held", 1),
        ]
        (row,) = upstreams.overview(of.db)
        assert (row["in_doubt"], row["held"], row["rejected"]) == (2, 2, 0)


def test_doubt_outlives_an_answer_that_says_later(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(3)
        of.fake.after = lose
        of.run()
        of.fake.before = lambda _: replied(503)
        of.later(hours=1)
        of.run()
        assert upstreams.overview(of.db)[0]["in_doubt"] == 3


def test_packet_without_a_last_word_is_told_and_can_be_settled_by_a_person(tmp_path: Path) -> None:
    with box(tmp_path, status_codes={}) as of:
        of.rate(2)
        of.fake.status = 7
        of.through(12)
        assert alarms(of) == {}
        of.through(48, step_s=3600)
        assert "1 batches have no last word" in alarms(of)["batches"]
        (key,) = of.all("SELECT key FROM batches")[0]
        with transaction(of.db):
            assert desk.settle(of.db, "up", key, None, of.clock.now()) == 2
        assert (of.states(), alarms(of)) == ({"accepted": 2}, {})
        with transaction(of.db), pytest.raises(UpstreamError, match="no batch"):
            desk.settle(of.db, "up", key, None, of.clock.now())


def test_batch_at_which_upstream_falls_silent_lets_others_by_and_is_told(tmp_path: Path) -> None:
    with box(tmp_path, batch=2) as of:
        of.rate(2)
        of.fake.poisoned = {"v3"}

        def silent(request: httpx2.Request) -> httpx2.Response | None:
            if request.method == "POST" and b'"v1"' in request.read():
                raise httpx2.ReadTimeout("late", request=request)
            return None

        of.fake.before = silent
        for _ in range(96):
            of.rate()
            of.through(1, step_s=1800)
        assert of.states() == {"accepted": 95, "batched": 2, "rejected": 1}
        assert "1 batches have no last word" in alarms(of)["batches"]


def test_word_of_a_person_during_a_post_is_not_undone_by_its_answer(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate(2)
        of.fake.after = lose
        of.run()
        (key,) = of.all("SELECT key FROM batches")[0]

        def meanwhile(request: httpx2.Request) -> httpx2.Response:
            with transaction(of.db):
                desk.settle(of.db, "up", key, None, of.clock.now())
            return replied(422)

        of.fake.before = meanwhile
        of.later(hours=1)
        of.run()
        assert of.all("SELECT state, body FROM batches") == [("accepted", None)]
        assert of.states() == {"accepted": 2}
