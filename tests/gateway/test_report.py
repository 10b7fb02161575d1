"""The report: what counts, on which day, in which group, and how it is printed."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.model import CRITERIA
from gateway.numbers.figures import OUTCOMES, Figures, ReportError, draw_up
from gateway.numbers.operator import general
from gateway.numbers.page import overview
from gateway.statistics.response import Outcome
from gateway.statistics.summary import summarise_counts
from gateway.store.ledger import DISPOSITIONS
from gateway.store.numbers import Selection
from tests.gateway.surveyed import NOON, Surveyed

ALL = Selection()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with offices and services and no visit, made once."""
    path = tmp_path_factory.mktemp("empty") / "otklik.db"
    Surveyed(path).db.close()
    return path


@pytest.fixture
def surveyed(empty: Path, tmp_path: Path) -> Iterator[Surveyed]:
    opened = Surveyed(shutil.copy(empty, tmp_path / "otklik.db"))
    yield opened
    opened.db.close()


def _call(tmp_path: Path, *arguments: str) -> Result:
    config = tmp_path / "config.yaml"
    config.write_text("modems: []\ndatabase: otklik.db\n", encoding="utf-8")
    return CliRunner().invoke(main, ["report", *arguments, "-c", str(config)])


def _shares(figures: Figures) -> dict[str, tuple[int, float | None]]:
    return {group.key: (group.ratings.total, group.ratings.share) for group in figures.groups}


# -- what counts -----------------------------------------------------------------------------------------------------


def test_last_rating_of_a_visit_counts_and_no_other(surveyed: Surveyed) -> None:
    visit = surveyed.rate(surveyed.visit(), 1)
    surveyed.rate(visit, 5)
    found = draw_up(surveyed.db, "office", ALL)
    assert found.whole.ratings == summarise_counts({5: 1})
    assert found.whole.response is not None
    assert found.whole.response.rated == 1


def test_every_visit_is_in_the_outcome_it_came_to(surveyed: Surveyed) -> None:
    surveyed.rate(surveyed.visit(), 5)
    surveyed.rate(surveyed.visit(), None, dict.fromkeys(CRITERIA, 4))
    surveyed.rate(surveyed.visit(), None, {"queue": 2})
    surveyed.visit(state="declined")
    surveyed.reply(surveyed.visit(state="declined"), "wrong_recipient")
    surveyed.visit(part="failed")
    surveyed.reply(surveyed.visit(), "ambiguous")
    surveyed.visit()
    surveyed.visit(part="unknown")
    surveyed.visit(state="open")
    surveyed.visit(state="due", part=None)
    surveyed.visit(state="barred", part=None)
    surveyed.visit(consent=False)
    response = draw_up(surveyed.db, "office", ALL).whole.response
    assert response is not None
    expected = dict.fromkeys(Outcome, 1) | {Outcome.COMPLETE: 2, Outcome.LOST: 0}
    assert response.outcomes == expected
    assert (response.visits, response.asked, response.rated, response.delivered) == (13, 10, 3, 8)


def test_every_disposition_of_the_ledger_is_an_outcome() -> None:
    assert set(DISPOSITIONS) <= set(OUTCOMES)


def test_criteria_count_with_the_marks_that_repeat_an_overall_rating_told_apart(surveyed: Surveyed) -> None:
    surveyed.rate(surveyed.visit(), 5)
    surveyed.rate(surveyed.visit(), None, {"time": 5, "queue": 2, "staff": 5, "comfort": 4, "info": 4})
    found = draw_up(surveyed.db, "criterion", ALL)
    assert [group.key for group in found.groups] == list(CRITERIA)
    queue = found.groups[1]
    assert (queue.ratings.counts[5], queue.ratings.counts[2], queue.expanded) == (1, 1, 1)
    assert queue.given == summarise_counts({2: 1})
    assert found.whole.ratings == summarise_counts({5: 1})
    assert _shares(draw_up(surveyed.db, "office", ALL, "queue")) == {"BRN1": (2, 0.5)}


def test_equal_criteria_are_no_overall_rating_as_unequal_ones_cannot_be(surveyed: Surveyed) -> None:
    surveyed.rate(surveyed.visit(), None, dict.fromkeys(CRITERIA, 5))
    surveyed.rate(surveyed.visit(), None, {**dict.fromkeys(CRITERIA, 5), "queue": 1})
    surveyed.rate(surveyed.visit(), 3, dict.fromkeys(CRITERIA, 5))
    found = draw_up(surveyed.db, "office", ALL)
    assert found.whole.ratings == summarise_counts({3: 1})
    assert found.whole.other == 2


# -- which visits ----------------------------------------------------------------------------------------------------


def test_day_of_a_visit_is_that_of_its_office(surveyed: Surveyed) -> None:
    """17:30 UTC on the 12th is half past midnight on the 13th in Barnaul, UTC+7, and still the 12th in Moscow."""
    late = datetime(2017, 9, 12, 17, 30, tzinfo=UTC)
    surveyed.db.execute("UPDATE offices SET time_zone = 'Europe/Moscow' WHERE code = 'BSK1'")
    surveyed.visit("BRN1", at=late)
    surveyed.visit("BSK1", at=late)
    for day, office in ((12, "BSK1"), (13, "BRN1")):
        on = date(2017, 9, day)
        assert [group.key for group in draw_up(surveyed.db, "office", Selection(on, on)).groups] == [office]


def test_week_begins_on_monday_where_the_office_is(surveyed: Surveyed) -> None:
    """Sunday the 10th, 17:30 UTC, is Monday the 11th in Barnaul."""
    surveyed.rate(surveyed.visit("BRN1", at=datetime(2017, 9, 10, 17, 30, tzinfo=UTC)), 5)
    surveyed.rate(surveyed.visit("BRN1", at=datetime(2017, 9, 10, 16, 59, tzinfo=UTC)), 4)
    surveyed.rate(surveyed.visit("BRN1", at=datetime(2017, 9, 25, 5, tzinfo=UTC)), 3)
    counts = {group.key: group.ratings.total for group in draw_up(surveyed.db, "week", ALL).groups}
    assert counts == {"2017-09-04": 1, "2017-09-11": 1, "2017-09-18": 0, "2017-09-25": 1}


def test_offices_services_and_sources_narrow_the_report(surveyed: Surveyed) -> None:
    surveyed.rate(surveyed.visit("BRN1", service="REG", source="a"), 5)
    surveyed.rate(surveyed.visit("BSK1", service="EGRN", source="b"), 4)
    for selection in (Selection(offices=("BSK1",)), Selection(services=("EGRN",)), Selection(sources=("b",))):
        assert _shares(draw_up(surveyed.db, "office", selection)) == {"BSK1": (1, 1.0)}
    assert _shares(draw_up(surveyed.db, "service", ALL)) == {"REG": (1, 1.0), "EGRN": (1, 1.0)}
    assert _shares(draw_up(surveyed.db, "region", ALL)) == {"01": (2, 1.0)}


@pytest.mark.parametrize(
    ("selection", "sentence"),
    [
        (Selection(offices=("NOPE",)), "There is no office NOPE; there are: ALR1, ALS1"),
        (Selection(services=("NOPE",)), "There is no service NOPE"),
        (Selection(sources=("NOPE",)), "There is no source NOPE; there are: none."),
    ],
)
def test_name_the_database_does_not_have_is_refused(surveyed: Surveyed, selection: Selection, sentence: str) -> None:
    with pytest.raises(ReportError, match=sentence):
        draw_up(surveyed.db, "office", selection)


def test_small_office_comes_last_without_a_rank(surveyed: Surveyed) -> None:
    surveyed.ratings("BRN1", {5: 28, 1: 4})
    surveyed.ratings("BSK1", {5: 3})
    found = draw_up(surveyed.db, "office", ALL)
    assert [(group.key, group.standing and group.standing.rank) for group in found.groups] == [
        ("BRN1", 1),
        ("BSK1", None),
    ]


def test_week_that_falls_is_named(surveyed: Surveyed) -> None:
    for week in range(9):
        good = 4 if week == 8 else 12
        surveyed.ratings("BRN1", {5: good, 2: 12 - good}, NOON + timedelta(weeks=week))
    last = draw_up(surveyed.db, "week", ALL).groups[-1]
    assert last.point is not None
    assert last.point.signals == ("below",)


# -- the operator's table --------------------------------------------------------------------------------------------


def test_operator_sees_the_columns_of_upstream(surveyed: Surveyed) -> None:
    surveyed.rate(surveyed.visit("BRN1", person=77), 5)
    surveyed.rate(surveyed.visit("BRN1", person=77), 4)
    surveyed.visit("BRN1")
    surveyed.visit("BRN1", consent=False)
    surveyed.visit("BSK1", consent=False)
    first, second = general(surveyed.db, ALL)
    assert first == {
        "branch name": "МФЦ г. Барнаул, Центральный",
        "count_phone_numbers": 2,
        "count_factors": 4,
        "all_scores": 2,
        "score_1": 0,
        "score_2": 0,
        "score_3": 0,
        "score_4": 1,
        "score_5": 1,
        "rating": 4.5,
    }
    assert (second["count_phone_numbers"], second["count_factors"], second["rating"]) == (0, 1, None)


# -- the command -----------------------------------------------------------------------------------------------------


def test_table_has_ranks_response_and_remarks(surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.ratings("BRN1", {5: 30, 4: 1, 1: 2})
    surveyed.ratings("BSK1", {5: 3})
    surveyed.visit(state="open")
    done = _call(tmp_path)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "By office, overall ratings: visits received at any time"
    assert lines[4].split()[:3] == ["1", "1–1", "МФЦ"]
    assert lines[5].split()[-1] == "few"
    assert any("RR2" in line and "36 / 37" in line and "97.3 %" in line for line in lines)
    assert "37 visits: 36 complete, 1 open" in lines
    assert lines[-1].startswith("open visits (1) count as not answered")


def test_overview_shows_the_largest_and_says_how_many_are_left(surveyed: Surveyed) -> None:
    for office, visits in (("BSK1", 1), ("BRN1", 3), ("ALS1", 2)):
        for _ in range(visits):
            surveyed.visit(office)
    lines = overview(draw_up(surveyed.db, "office", ALL), 2).splitlines()
    assert [line.split("  ")[0] for line in lines[2:]] == [
        "МФЦ г. Барнаул, Центральный",
        "МФЦ г. Алейск",
        "… and 1 smaller offices",
    ]


def test_lines_of_small_samples_are_grey_where_the_terminal_can(surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.ratings("BRN1", {5: 30})
    surveyed.ratings("BSK1", {5: 3})
    config = tmp_path / "config.yaml"
    config.write_text("modems: []\ndatabase: otklik.db\n", encoding="utf-8")
    lines = CliRunner().invoke(main, ["report", "-c", str(config)], color=True).stdout.splitlines()
    grey = [line for line in lines if "\x1b[2m" in line]
    assert len(grey) == 1
    assert "МФЦ г. Бийск" in grey[0]


@pytest.mark.parametrize("by", ["office", "region", "service", "criterion", "week"])
def test_json_and_csv_have_the_same_numbers(surveyed: Surveyed, tmp_path: Path, by: str) -> None:
    surveyed.ratings("BRN1", {5: 30, 1: 2})
    surveyed.ratings("BSK1", {4: 3})
    found = json.loads(_call(tmp_path, "--by", by, "--format", "json").stdout)
    assert (found["by"], found["whole"]["ratings"], found["whole"]["small"]) == (by, 35, False)
    rows = list(csv.DictReader(io.StringIO(_call(tmp_path, "--by", by, "--format", "csv").stdout)))
    assert [row["key"] for row in rows] == [*(group["key"] for group in found["groups"]), found["whole"]["key"]]
    whole = rows[-1]
    assert (whole["ratings"], whole["rr2"], whole["rr2_of"], whole["small"]) == ("35", "1.0", "35", "0")
    line = _call(tmp_path, "--by", by, "--json").stdout.splitlines()[-1]
    assert json.loads(line) == found


def test_json_marks_small_samples_and_leaves_them_without_a_rank(surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.ratings("BSK1", {4: 3})
    (office,) = json.loads(_call(tmp_path, "--format", "json").stdout)["groups"]
    assert (office["key"], office["small"], office["rank"]) == ("BSK1", True, None)
    assert {"name": "response", "symbol": "RR2", "numerator": 3, "denominator": 3}.items() <= (
        office["response"]["rates"][3].items()
    )


def test_cell_that_looks_like_a_formula_is_disarmed(surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.db.execute("UPDATE offices SET name = '=1+1' WHERE code = 'BRN1'")
    surveyed.visit("BRN1")
    for by in ("office", "general"):
        assert "'=1+1" in _call(tmp_path, "--by", by, "--format", "csv").stdout
        assert '"=1+1"' in _call(tmp_path, "--by", by, "--format", "json").stdout


def test_empty_database_gives_an_empty_report(surveyed: Surveyed, tmp_path: Path) -> None:
    for by in ("office", "region", "service", "criterion", "week", "general"):
        for form in ("table", "csv", "json"):
            assert _call(tmp_path, "--by", by, "--format", form).exit_code == 0, (by, form)
    assert _call(tmp_path, "--by", "general", "--format", "csv").stdout.startswith("branch name,count_phone_numbers,")


def test_report_goes_to_a_file_without_colours(surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.ratings("BSK1", {4: 3})
    path = tmp_path / "report.txt"
    done = _call(tmp_path, "-o", str(path), "--json")
    assert done.stdout.splitlines()[0] == f"report written to {path}"
    assert json.loads(done.stdout.splitlines()[-1])["whole"]["ratings"] == 3
    assert path.read_text(encoding="utf-8").startswith("By office")
    assert "\x1b" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--from", "2017-09-13", "--to", "2017-09-12"), 2, "--from 2017-09-13 is after --to 2017-09-12."),
        (("--from", "13.09.2017"), 2, "does not match the format"),
        (("--by", "criterion", "--mark", "queue"), 2, "--mark does not go with --by criterion"),
        (("--format", "csv", "--json"), 2, "--json needs -o FILE"),
        (("--office", "NOPE"), 1, "There is no office NOPE"),
    ],
)
def test_call_that_cannot_be_served_says_why(
    surveyed: Surveyed, tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = _call(tmp_path, *arguments)
    assert done.exit_code == code
    assert sentence in done.stderr


def test_days_and_filters_are_said_in_the_heading(surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.visit("BRN1")
    arguments = ("--from", "2017-09-13", "--to", "2017-09-13", "--office", "BRN1", "--mark", "queue")
    heading = _call(tmp_path, *arguments).stdout.splitlines()[0]
    assert heading == "By office, ratings of queue: visits received from 2017-09-13 to 2017-09-13; only BRN1"


def test_name_with_a_line_end_is_one_cell_of_the_sheet(surveyed: Surveyed, tmp_path: Path) -> None:
    surveyed.ratings("BRN1", {5: 3})
    surveyed.db.execute("UPDATE offices SET name = '=Центр' || char(13) || 'Барнаул' WHERE code = 'BRN1'")
    rows = csv.reader(io.StringIO(_call(tmp_path, "--by", "office", "--format", "csv").stdout, newline=""))
    assert "'=Центр\rБарнаул" in [cell for row in rows for cell in row]
