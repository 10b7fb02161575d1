"""Ratings by other channels: what is taken, kept apart, counted once, and shown side by side."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from gateway import directory as directories
from gateway import ledger
from gateway.calendarsettings import CallbackSettings
from gateway.callbackdesk import CallbackDesk
from gateway.channels import CHANNELS, Known
from gateway.cli import main
from gateway.config import packaged_config
from gateway.directory import Directory
from gateway.intake import importing
from gateway.intake.cells import Refused
from gateway.intake.channeldoor import ChannelDoor
from gateway.intake.ratingchecks import COLUMNS, SAID, check
from gateway.model import CRITERIA
from gateway.numbers import plain
from gateway.numbers.figures import GROUPINGS, draw_up
from gateway.numbers.page import as_text
from gateway.store import callbacks, channels, deliveries, optouts, ratings, upstreams
from gateway.store.numbers import Selection
from tests.gateway.conftest import NOON, PHONE, Centre
from tests.gateway.surveyed import Surveyed

CELLS = {"outside_id": "t-1", "foreign_id": "v1", "rated_at": "2017-09-13T11:00", "overall": "5"}
UNREPORTED = {"foreign_id": "", "office": "BRN1", "service": "REG", "received_at": "2017-09-13T10:40"}
LATER = NOON + timedelta(days=1)
ALL = Selection()


@pytest.fixture(scope="module")
def directory() -> Directory:
    base = packaged_config().parent / "examples/altai"
    return directories.load(base / "offices.csv", base / "services.csv")


def _find(sender: str, foreign_id: str, stage: str) -> Known | None:
    known = {("test", "v1", ""): Known(7, "Asia/Barnaul", datetime(2017, 9, 13, 4, tzinfo=UTC))}
    return known.get((sender, foreign_id, stage))


def _take(centre: Centre, source: str = "terminal", now: datetime = LATER, **cells: str) -> bool:
    door = ChannelDoor(centre.known, centre.callbacks)
    return door.take(centre.db, {**CELLS, **cells}, now, source=source, sender="test")


def _overall(db: Database) -> list[int]:
    """How often each mark counts, 1 to 5."""
    return list(draw_up(db, "office", ALL).whole.given.counts.values())


# -- the check -------------------------------------------------------------------------------------------------------


@given(
    st.dictionaries(st.sampled_from([*COLUMNS, *SAID, "rating_id"]), st.text(max_size=30) | st.sampled_from("12345"))
)
def test_any_cells_are_a_rating_or_a_refusal(directory: Directory, cells: dict[str, str]) -> None:
    try:
        rating = check({**CELLS, **cells}, directory, _find, LATER, source="paper", sender="test")
    except Refused as reason:
        assert str(reason)
    else:
        assert rating.source in CHANNELS
        assert rating.rated_at <= LATER + timedelta(minutes=5)
        assert rating.criteria
        assert {rating.overall, *rating.criteria.values()} <= {None, 1, 2, 3, 4, 5}
        assert rating.visit == 7 or rating.visit.consent is False


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"outside_id": " "}, "outside_id is empty: without"),
        ({"outside_id": "x" * 201}, "outside_id is longer than 200 characters"),
        ({"source": "sms"}, "source «sms» is none of portal terminal paper phone"),
        ({"foreign_id": "v2"}, "foreign_id «v2»: test has sent no such visit"),
        ({"stage": "2"}, "foreign_id «v1», stage «2»: test has sent no such visit"),
        ({"sender": "other"}, "foreign_id «v1»: other has sent no such visit"),
        ({"foreign_id": ""}, r"foreign_id is empty, and office \(empty\) is not in the offices file"),
        ({**UNREPORTED, "service": "XXX"}, "foreign_id is empty, and service «XXX» is not in the services file"),
        ({**UNREPORTED, "received_at": ""}, "received_at «» is not a date and time"),
        ({"rated_at": "вчера"}, "rated_at «вчера» is not a date and time"),
        ({"rated_at": "2099-01-01"}, "rated_at «2099-01-01» is in the future"),
        ({"rated_at": "2017-09-12T23:59"}, "rated_at «2017-09-12T23:59» is before the day of the visit, 2017-09-13"),
        ({"overall": ""}, "there is no mark: give overall, or any of time queue staff comfort info"),
        ({"overall": "6"}, "overall «6» is no mark from 1 to 5"),
        ({"staff": "4.5"}, "staff «4.5» is no mark from 1 to 5"),
        ({"comment": "x" * 4001}, "comment is longer than 4000 characters"),
    ],
)
def test_row_is_refused_with_its_reason(directory: Directory, cells: dict[str, str], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check({**CELLS, **cells}, directory, _find, LATER, source="terminal", sender="test")


def test_channel_that_nobody_names_is_refused(directory: Directory) -> None:
    with pytest.raises(Refused, match=r"source \(empty\) is none of"):
        check(CELLS, directory, _find, LATER, source=None, sender="test")


@pytest.mark.parametrize(
    ("marks", "overall", "criteria", "expanded", "mode"),
    [
        ({"overall": "4"}, 4, [4, 4, 4, 4, 4], True, "overall"),
        ({"queue": "2"}, None, [None, 2, None, None, None], False, "criteria"),
        ({"overall": "4", "queue": "2"}, 4, [None, 2, None, None, None], False, "overall"),
        (dict.fromkeys(CRITERIA, "5"), 5, [5, 5, 5, 5, 5], False, "criteria"),
        ({**dict.fromkeys(CRITERIA, "5"), "info": "1"}, None, [5, 5, 5, 5, 1], False, "criteria"),
    ],
)
def test_marks_are_kept_as_given(
    centre: Centre, marks: dict[str, str], overall: int | None, criteria: list[int | None], expanded: bool, mode: str
) -> None:
    centre.visit()
    assert _take(centre, **{"overall": "", **marks}, comment="Звоните +7 913 020-00-01, окно 5")
    (rating,) = ratings.after(centre.db, 0, 9)
    assert (rating["overall"], [rating[key] for key in CRITERIA]) == (overall, criteria)
    assert (rating["expanded"], rating["mode"], rating["source"]) == (expanded, mode, "terminal")
    assert (rating["comment"], rating["rated_at"]) == ("Звоните ***, окно 5", "2017-09-13T04:00:00.000Z")
    said = channels.said(centre.db, "terminal", "t-1")
    assert said is not None
    assert said.given == {key: int(mark) for key, mark in marks.items() if mark}


# -- taken once, kept apart ------------------------------------------------------------------------------------------


def test_rating_that_comes_again_is_a_duplicate_and_another_under_its_id_is_refused(centre: Centre) -> None:
    centre.visit()
    centre.visit("v2", "+79130200002")
    assert _take(centre, comment="5 баллов")
    assert not _take(centre, comment="5 баллов")
    for cells, what in (
        ({"comment": "5 баллов", "overall": "1"}, "with other marks"),
        ({"comment": "5 баллов", "rated_at": "2017-09-13T11:01"}, "with another time, 2017-09-13T04:00:00.000Z"),
        ({"comment": "5 баллов", "foreign_id": "v2"}, "about another visit"),
        ({"comment": "5 баллов", **UNREPORTED}, "about another visit"),
        ({"comment": "1 балл"}, "with another comment"),
    ):
        with pytest.raises(Refused, match=f"«t-1» was taken before {what}"):
            _take(centre, **cells)
    assert _take(centre, "paper", overall="1")  # an id is its channel's
    assert centre.all("SELECT count(*) FROM visits") == [(2,)]


def test_later_rating_of_a_channel_corrects_its_own_and_no_other(centre: Centre) -> None:
    centre.visit()
    assert _take(centre)
    assert _take(centre, "portal", outside_id="p-1", rated_at="2017-09-13T11:10", overall="2")
    assert _take(centre, outside_id="t-2", rated_at="2017-09-13T11:20", overall="4")
    assert centre.all("SELECT source, overall, corrected, counts, latest FROM words ORDER BY cursor") == [
        *(("terminal", 5, 0, 0, 0), ("portal", 2, 0, 0, 1), ("terminal", 4, 1, 1, 1))
    ]
    assert _overall(centre.db) == [0, 0, 0, 1, 0]
    assert ledger.draw_up(centre.db).balanced


def test_two_that_are_alike_but_for_the_id_have_an_id_each(centre: Centre) -> None:
    centre.visit()
    assert _take(centre)
    assert _take(centre, outside_id="t-2")
    assert len({row["rating_id"] for row in ratings.after(centre.db, 0, 9)}) == 2


def test_visit_that_nobody_reported_counts_with_its_marks_and_as_no_case(centre: Centre) -> None:
    centre.visit()
    assert _take(centre, **UNREPORTED, overall="3")
    assert not _take(centre, **UNREPORTED, overall="3")
    with pytest.raises(Refused, match="about another visit"):
        _take(centre, **{**UNREPORTED, "office": "BSK1"}, overall="3")
    whole = draw_up(centre.db, "office", ALL).whole
    assert (whole.given.total, whole.response and whole.response.visits) == (1, 1)
    assert centre.all("SELECT source, foreign_id, person, consent FROM visits WHERE reported = 0") == [
        ("terminal (unreported)", "t-1", None, 0)
    ]
    assert ledger.draw_up(centre.db).balanced
    # The citizen corrects it under the name that the visit has by now.
    assert _take(centre, outside_id="t-2", foreign_id="t-1", sender="terminal (unreported)")
    assert _overall(centre.db) == [0, 0, 0, 0, 1]


def test_id_that_a_sender_has_given_to_a_visit_is_not_taken_for_an_unreported_one(centre: Centre) -> None:
    centre.visit("t-1")
    centre.db.execute("UPDATE visits SET source = 'terminal (unreported)'")
    with pytest.raises(Refused, match="«t-1» is that of another visit"):
        _take(centre, **UNREPORTED)


def test_correction_that_comes_before_what_it_corrects_is_what_goes_up(centre: Centre) -> None:
    centre.visit()
    assert _take(centre, rated_at="2017-09-13T11:30", overall="4")
    assert _take(centre, outside_id="t-0", rated_at="2017-09-13T11:00")
    upstreams.put(centre.db, "u")
    seen = deliveries.unseen(centre.db, "u", 9)
    deliveries.take_in(centre.db, "u", [(one, LATER) for one in seen], LATER)
    deliveries.supersede(centre.db, "u", seen[-1], LATER)
    assert centre.all("SELECT rating, state FROM deliveries ORDER BY 1") == [(1, "waiting"), (2, "superseded")]


# -- what it means for the conversation ------------------------------------------------------------------------------


def test_visit_that_is_rated_elsewhere_is_not_invited(centre: Centre) -> None:
    centre.visit()
    _take(centre)
    centre.invite()
    assert centre.all("SELECT state, reason FROM invitations") == [("barred", "rated elsewhere")]
    assert ledger.draw_up(centre.db).summary()["barred"] == {"rated elsewhere": 1}
    assert centre.all("SELECT disposition, course FROM dispositions") == [("rated", "barred")]


def test_invitation_that_is_queued_and_not_sent_is_withdrawn_and_one_that_was_sent_is_not(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.visit("v2", "+79130200002")
    centre.invite()
    assert len(centre.claim()) == 2
    centre.visit("v3", "+79130200003")
    centre.invite()
    for number in (1, 2, 3):
        _take(centre, outside_id=f"t-{number}", foreign_id=f"v{number}")
    assert centre.all("SELECT state, reason, closes_at IS NULL FROM invitations ORDER BY id") == [
        *[("open", "", 0)] * 2,
        ("barred", "rated elsewhere", 1),
    ]
    assert centre.all("SELECT state FROM parts ORDER BY id") == [("claimed",), ("claimed",), ("failed",)]
    assert centre.claim() == []
    assert centre.all("SELECT disposition, course FROM dispositions WHERE id = 3") == [("rated", "barred")]
    assert ledger.draw_up(centre.db).balanced


def test_conversation_goes_on_beside_another_channel_and_is_not_reminded(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db", reminder_s=3600)
    centre.invited()
    _take(centre, overall="4")
    assert centre.all("SELECT disposition, course, invited FROM dispositions") == [("rated", "open", 1)]
    centre.later(hours=2)
    centre.outbox.remind_silent(centre.db, centre.now)
    assert centre.all("SELECT kind FROM messages") == [("invite",)]
    centre.hear("5")
    assert centre.all("SELECT disposition, course FROM dispositions") == [("rated", "rated")]
    assert centre.all("SELECT source, overall, corrected, counts FROM words ORDER BY cursor") == [
        *(("terminal", 4, 0, 0), ("sms", 5, 0, 1))
    ]
    assert ledger.draw_up(centre.db).balanced
    centre.db.close()


def test_silence_stays_silence_in_the_response_though_the_visit_is_rated(centre: Centre) -> None:
    centre.invited()
    _take(centre)
    centre.later(days=9)
    centre.outbox.expire_silent(centre.db, centre.now)
    response = draw_up(centre.db, "office", ALL).whole.response
    assert response is not None
    assert {outcome.value: count for outcome, count in response.outcomes.items() if count} == {"silent": 1}


def test_low_rating_of_any_channel_opens_one_call_back(centre: Centre) -> None:
    centre.visit()
    assert _take(centre, overall="", queue="2")
    assert _take(centre, outside_id="t-2", rated_at="2017-09-13T11:20", overall="1")  # no better: nothing new to ask
    assert _take(centre, "portal", outside_id="p-1", rated_at="2017-09-13T11:30", overall="3")  # the same task
    assert centre.all("SELECT reason, state FROM callbacks") == [("low rating", "open")]
    assert [row.about.overall for row in callbacks.listed(centre.db)] == [3]


def test_low_rating_that_is_not_the_last_word_opens_no_call_back(centre: Centre) -> None:
    centre.visit()
    assert _take(centre, rated_at="2017-09-13T11:30")
    assert _take(centre, "paper", outside_id="f-1", rated_at="2017-09-13", overall="1")
    assert centre.all("SELECT count(*) FROM callbacks") == [(0,)]


def test_correction_that_makes_a_rating_low_opens_a_call_back_and_an_older_one_does_not(centre: Centre) -> None:
    centre.visit()
    assert _take(centre, rated_at="2017-09-13T11:30")
    assert _take(centre, outside_id="t-0", rated_at="2017-09-13T11:00", overall="1")
    assert centre.all("SELECT count(*) FROM callbacks") == [(0,)]
    assert _take(centre, outside_id="t-2", rated_at="2017-09-13T11:40", overall="1")
    assert centre.all("SELECT count(*) FROM callbacks") == [(1,)]


def test_nobody_is_called_who_has_left_or_never_agreed(centre: Centre) -> None:
    centre.visit()
    centre.visit("v2", consent=False)
    optouts.opt_out(centre.db, centre.pseudonyms.of(PHONE), way="desk", by="", at=NOON, now=NOON)
    assert _take(centre, overall="1")
    assert _take(centre, outside_id="t-2", foreign_id="v2", overall="1")
    assert _take(centre, outside_id="t-3", **UNREPORTED, overall="1")
    assert centre.all("SELECT count(*) FROM callbacks") == [(0,)]


# -- counted once, in whatever order ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surveyed]:
    opened = Surveyed(tmp_path_factory.mktemp("channels") / "otklik.db")
    for _ in range(2):
        opened.visit()
    yield opened
    opened.db.close()


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["v1", "v2", ""]),
        st.sampled_from([*CHANNELS, "sms"]),
        st.integers(0, 3),
        st.sampled_from(["overall", "queue"]),
        st.integers(1, 5),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda event: event[1:3] if event[1] == "sms" else event,
).flatmap(lambda events: st.tuples(st.just(list(enumerate(events))), st.permutations(list(enumerate(events)))))


def _count(surveyed: Surveyed, directory: Directory, events: Sequence[tuple[int, Any]]) -> dict[str, Any]:
    """What is counted after these events; the database is then as it was."""
    door, db = ChannelDoor(directory, CallbackDesk(CallbackSettings())), surveyed.db
    db.execute("BEGIN")
    for number, (visit, source, minute, key, mark) in events:
        if source == "sms":
            _rate_by_sms(db, 2 if visit == "v2" else 1, NOON + timedelta(minutes=minute), mark)
            continue
        cells = {**UNREPORTED, "received_at": "2017-09-13T11:00"} if not visit else {"foreign_id": visit}
        rated_at = (NOON + timedelta(minutes=minute)).isoformat()
        row = {**cells, "outside_id": f"{number}", "rated_at": rated_at, key: str(mark)}
        assert door.take(db, row, LATER, source=source, sender="test")
        assert not door.take(db, row, LATER, source=source, sender="test")
    figures = {by: plain.as_json(draw_up(db, by, ALL)) for by in GROUPINGS}
    visits = [channels.side_by_side(db, name) for name in ("v1", "v2")]
    counted = {
        rating["rating_id"] for visit in visits for one in visit for rating in one["ratings"] if rating["counts"]
    }
    found = ledger.draw_up(db)
    rated = db.execute("SELECT count(*) FROM dispositions WHERE disposition = 'rated'").fetchone()[0]
    whole = draw_up(db, "office", ALL).whole
    db.execute("ROLLBACK")
    assert found.balanced, found
    assert rated == found.funnel["rated"] == whole.given.total + whole.other
    return {"figures": figures, "counted": counted, "ledger": found.summary()}


def _rate_by_sms(db: Database, visit: int, at: datetime, mark: int, source: str = "sms") -> None:
    ratings.add(
        db,
        visit=visit,
        invitation=visit,
        reply=None,
        source=source,
        mode="overall",
        overall=mark,
        criteria=dict.fromkeys(CRITERIA, mark),
        expanded=True,
        comment="",
        form_version="f",
        corrected=bool(channels.latest(db, visit, "sms")),
        now=at,
    )


@settings(max_examples=25, deadline=None)
@given(_EVENTS)
def test_same_ratings_count_alike_in_whatever_order_they_come(
    surveyed: Surveyed, directory: Directory, orders: tuple[Sequence[tuple[int, Any]], Sequence[tuple[int, Any]]]
) -> None:
    first, second = orders
    assert _count(surveyed, directory, first) == _count(surveyed, directory, second)


def test_of_two_words_of_one_minute_the_same_counts_whichever_came_first(centre: Centre) -> None:
    for visit, order in (("v1", "ab"), ("v2", "ba")):
        centre.visit(visit, f"+791302000{visit[1:]}0")
        for name in order:
            _take(centre, outside_id=f"{name}-{visit}", foreign_id=visit, overall="5" if name == "a" else "4")
    assert centre.all("SELECT outside_id, counts, latest FROM words WHERE counts OR latest ORDER BY outside_id") == [
        ("b-v1", 1, 1),
        ("b-v2", 1, 1),
    ]


def test_of_two_words_of_ours_of_one_moment_the_one_that_was_heard_last_counts(centre: Centre) -> None:
    centre.visit()
    for mark in (2, 5):
        _rate_by_sms(centre.db, 1, centre.now, mark)
    assert centre.all("SELECT overall, counts, latest, by_us FROM words ORDER BY cursor") == [
        (2, 0, 0, 0),
        (5, 1, 1, 1),
    ]


def test_survey_by_telephone_is_a_word_of_our_own_conversation(centre: Centre) -> None:
    centre.visit()
    _rate_by_sms(centre.db, 1, centre.now, 2, source="voice")
    _take(centre, rated_at="2017-09-13T12:30")
    assert centre.all("SELECT source, counts, by_us FROM words ORDER BY cursor") == [
        ("voice", 0, 1),
        ("terminal", 1, 0),
    ]
    assert centre.all("SELECT disposition, course FROM dispositions") == [("rated", "rated")]


def test_who_was_called_is_not_called_again_for_a_correction_that_is_low_too(centre: Centre) -> None:
    centre.visit()
    _take(centre, overall="2")
    centre.db.execute("UPDATE callbacks SET closed_at = opened_at, state = 'closed'")
    _take(centre, outside_id="t-2", rated_at="2017-09-13T11:30", overall="1")
    assert centre.all("SELECT count(*) FROM callbacks") == [(1,)]


def test_report_by_channel_has_each_channel_and_the_whole_once(centre: Centre) -> None:
    for name, phone in (("v1", PHONE), ("v2", "+79130200002")):
        centre.visit(name, phone)
    _take(centre)
    _take(centre, "portal", outside_id="p-1", rated_at="2017-09-13T11:30", overall="2")
    _take(centre, outside_id="t-2", foreign_id="v2", overall="4")
    _take(centre, "paper", outside_id="f-1", foreign_id="v2", rated_at="2017-09-13", **dict.fromkeys(CRITERIA, "5"))
    figures = draw_up(centre.db, "channel", ALL)
    assert [(group.key, group.given.total, group.given.mean) for group in figures.groups] == [
        *(("paper", 1, 5.0), ("portal", 1, 2.0), ("terminal", 2, 4.5))
    ]
    assert (figures.whole.given.total, figures.whole.given.mean, figures.several) == (2, 3.0, 2)
    text = as_text(figures)
    assert "rated by several channels: 2 visits" in text
    assert [line.split()[:2] for line in text.splitlines() if line.startswith(("terminal", "all "))] == [
        *(["terminal", "2"], ["all", "2"])
    ]


def test_five_equal_criteria_of_a_channel_are_no_overall_rating_of_the_report(centre: Centre) -> None:
    centre.visit()
    _take(centre, **{"overall": "", **dict.fromkeys(CRITERIA, "5")})
    whole = draw_up(centre.db, "channel", ALL).whole
    assert (whole.given.total, whole.other) == (0, 1)
    assert draw_up(centre.db, "criterion", ALL).groups[0].given.total == 1


# -- the commands ----------------------------------------------------------------------------------------------------


def _call(centre: Centre, *arguments: str) -> Result:
    centre.db.conn.commit()
    config = centre.path.with_name("config.yaml")
    config.write_text("modems: []\ndatabase: otklik.db\n", encoding="utf-8")
    return CliRunner().invoke(main, ["ratings", *arguments, "-c", str(config)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_file_of_any_program_is_taken_once_and_its_refused_rows_again(
    centre: Centre, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    centre.visit()
    path = tmp_path / "ratings.csv"
    lines = ["comment,Overall,rated_at,foreign_id,rating_id", "Хорошо,5,2017-09-13T11:00,v1,t-1", "x,5"]
    lines.append("Плохо,1,2017-09-13T11:00,v9,t-2")
    path.write_bytes("\r\n".join(lines).replace(",", delimiter).encode(encoding))
    arguments = ("import", str(path), "--source", "terminal", "--sender", "test", "--json")
    done = _call(centre, *arguments)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1]) == {"accepted": 1, "duplicates": 0, "refused": 2}
    refused_path = path.with_name("ratings.csv.refused.csv")
    with refused_path.open(encoding="utf-8-sig", newline="") as file:
        refused = list(csv.DictReader(file))
    assert [(row["line"], row["outside_id"]) for row in refused] == [("3", ""), ("4", "t-2")]
    assert refused_path.stat().st_mode & 0o077 == 0
    assert centre.all("SELECT kind, source, foreign_id FROM refusals") == [
        *([("rating", "terminal", "")]),
        ("rating", "terminal", "v9"),
    ]
    assert ledger.draw_up(centre.db).funnel["refused"] == 0
    # The visit comes later: the refused rows are taken as they are.
    centre.visit("v9", "+79130200009")
    again = _call(centre, "import", str(refused_path), "--source", "terminal", "--sender", "test", "--json")
    assert json.loads(again.stdout.splitlines()[-1]) == {"accepted": 1, "duplicates": 0, "refused": 1}
    assert _call(centre, *arguments).stdout.startswith("accepted 0, duplicates 2, refused 1\n")


def test_file_of_visits_is_no_file_of_ratings(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "events.xml"
    path.write_text("<request/>", encoding="utf-8")
    told = _call(centre, "import", str(path))
    assert (told.exit_code, "say --format csv or --format jsonl" in told.stderr) == (1, True)
    assert _call(centre, "import", str(path), "--format", "events-xml").exit_code == 2


def test_word_of_the_call_that_is_no_text_is_told(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("outside_id,foreign_id,rated_at,overall\nt-1,v1,2017-09-13,5\n", encoding="utf-8")
    arguments = ("import", str(path), "--source", "paper", "--sender", "m\udcff")
    assert _call(centre, *arguments).exit_code == 2
    assert "'m\\udcff' is no text: its octets are not UTF-8." in _call(centre, *arguments).stderr


def test_of_many_refused_ratings_one_row_stands_for_the_rest(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_LISTED", 3)
    monkeypatch.setattr(importing, "MOST_RECORDED", 2)
    path = tmp_path / "ratings.csv"
    path.write_text("outside_id,rated_at\n" + "".join(f"t{n},2017\n" for n in range(5)), encoding="utf-8")
    for _ in range(2):
        done = _call(centre, "import", str(path), "--source", "paper")
        assert done.stdout.startswith("accepted 0, duplicates 0, refused 5\n")
        assert centre.all("SELECT kind, source, line, rows FROM refusals ORDER BY rows, line") == [
            *([("rating", "paper", line, 1) for line in (2, 3)]),
            ("rating", "paper", 0, 3),
        ]
    assert len(path.with_name("ratings.csv.refused.csv").read_text(encoding="utf-8").splitlines()) == 4


def test_jsonl_goes_through_the_same_door(centre: Centre, tmp_path: Path) -> None:
    centre.visit()
    path = tmp_path / "ratings.jsonl"
    row = {"outside_id": 7, "source": "portal", "foreign_id": "v1", "sender": "test", "rated_at": "2017-09-14"}
    rows = [{**row, "staff": 4, "comment": "😀"}, {**row, "staff": True}, {**row, "outside_id": "\ud83d", "staff": 4}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert _call(centre, "import", str(path)).stdout.startswith("accepted 1, duplicates 0, refused 2\n")


def test_channels_of_a_visit_are_shown_side_by_side(centre: Centre) -> None:
    centre.visit()
    _take(centre, comment="Спасибо")
    _take(centre, outside_id="t-2", rated_at="2017-09-13T11:20", overall="4")
    _take(centre, "portal", outside_id="p-1", rated_at="2017-09-13T11:30", overall="", queue="2")
    done = _call(centre, "show", "v1", "--json")
    assert done.exit_code == 0, done.output
    text, found = done.stdout.rsplit("\n", 2)[0], json.loads(done.stdout.splitlines()[-1])
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "Visit v1, sent by test: МФЦ Барнаул, Государственная регистрация прав на недвижимость,"
        " 2017-09-13 05:00; rated",
        "channel rated at overall time queue staff comfort info comment",
        "--------- ---------------- --------- ------ ------- ------- --------- ------ --------------- ---------",
        "portal 2017-09-13 04:30 2 counts",
        "terminal 2017-09-13 04:00 5 corrected since Спасибо",
        "terminal 2017-09-13 04:20 4",
    ]
    (visit,) = found["visits"]
    assert [(rating["source"], rating["overall"], rating["counts"]) for rating in visit["ratings"]] == [
        *(("portal", None, True), ("terminal", 5, False), ("terminal", 4, False))
    ]


def test_visit_without_a_rating_and_one_that_nobody_knows_are_told_apart(centre: Centre) -> None:
    centre.visit()
    assert _call(centre, "show", "v1").stdout.rstrip().endswith("waiting")
    done = _call(centre, "show", "v7")
    assert (done.exit_code, done.stderr) == (1, "There is no visit v7; it is the id that its sender gave it.\n")
