"""The public page: its figures, its filters, and what strangers' texts do to it, which is nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from starlette.testclient import TestClient

from gateway.simulator.upstream.taken import masked, plain
from tests.gateway.simulator.upstream.conftest import Make
from tests.gateway.simulator.upstream.messages import RATES, batch, rates, rating


def rated(client: TestClient, prefix: str, marks: str, **changes: Any) -> None:
    """One rating for each digit of `marks`."""
    ratings = [
        rating(f"{prefix}-{index}", **{**dict.fromkeys(("overall", "time"), int(mark)), **changes})
        for index, mark in enumerate(marks)
    ]
    answer = client.post("/ratings", json=batch(*ratings, key=prefix))
    assert answer.status_code == 200, answer.text


def page(client: TestClient, query: str = "") -> str:
    answer = client.get(f"/{query}")
    assert answer.status_code == 200
    return answer.text


def seen(text: str) -> str:
    """The page as it is read, without breaks."""
    return " ".join(html.fromstring(text).text_content().split())


def test_an_empty_page_says_that_there_is_nothing(client: TestClient) -> None:
    text = seen(page(client))
    assert "Оценок нет." in text
    assert "Комментариев нет." in text


def test_share_and_mean_stand_there_with_their_number(client: TestClient) -> None:
    rated(client, "a", "5" * 30 + "4" * 5 + "3" * 3 + "2" + "1")
    text = seen(page(client))
    assert "Довольны (4 и 5) 87,5 % 95-процентный интервал: от 73,9 % до 94,5 %" in text
    assert "Средняя оценка 4,55 из 5" in text
    assert "Оценок 40 с комментарием 40" in text
    assert "5 · Отлично 30 75,0 %" in text
    assert "1 · Очень плохо 1 2,5 %" in text
    assert "Время предоставления услуги 40 · средняя 4,55 · 87,5 %" in text


@pytest.mark.parametrize(("count", "few"), [(29, True), (30, False)])
def test_below_thirty_ratings_there_is_no_share(client: TestClient, count: int, few: bool) -> None:
    rated(client, "a", "5" * count, comment=None)
    text = seen(page(client))
    assert ("Меньше 30 оценок: доля была бы случайной и не показана." in text) is few
    assert ("100,0 %" in text) is not few
    assert ("мало оценок" in text) is few
    whole = client.get("/api/results").json()["whole"]
    assert (whole["share"], whole["share_95"] is None) == (None if few else 1.0, few)


def test_groups_are_ranked_by_share_and_small_ones_stand_behind(client: TestClient) -> None:
    rated(client, "a", "5" * 20 + "1" * 10, office="A", office_name="Альфа")
    rated(client, "b", "5" * 25 + "1" * 5, office="B", office_name="Бета")
    rated(client, "c", "5" * 29, office="C", office_name="Гамма")
    groups = client.get("/api/results").json()["groups"]["office"]
    assert [(one["key"], one["name"], one["share"]) for one in groups] == [
        ("9901/B", "Бета", 25 / 30),
        ("9901/A", "Альфа", 20 / 30),
        ("9901/C", "Гамма", None),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "region=50", "office=9901/NSK1", "service=77", "authority=88", "source=paper", "first=2018-02-01",
        "first=2018-01-01&last=2018-12-31&region=50",
    ],
)  # fmt: skip
def test_each_filter_leaves_what_it_names(client: TestClient, query: str) -> None:
    rated(client, "a", "55")
    rated(
        client, "b", "1", okato="50401000000", office="NSK1", office_name="МФЦ", service_id="77",
        authority_id="88", source="paper", received_at="2018-03-01T10:00:00+07:00",
        rated_at="2018-03-02T10:00:00+07:00",
    )  # fmt: skip
    whole = client.get(f"/api/results?{query}").json()["whole"]
    assert (whole["ratings"], whole["mean"]) == (1, 1.0)
    assert "Средняя оценка 1,00 из 5 " in seen(page(client, f"?{query}"))
    assert client.get("/api/results?last=2018-01-01").json()["whole"]["ratings"] == 2


def test_regions_have_their_names(client: TestClient) -> None:
    rated(client, "a", "5")
    rated(client, "b", "5", okato="02000000000")
    names = {one["key"]: one["name"] for one in client.get("/api/results").json()["groups"]["region"]}
    assert names == {"01": "Алтайский край", "02": "регион не указан (ОКАТО 02…)"}


def test_a_link_of_a_group_shows_that_group(client: TestClient) -> None:
    rated(client, "a", "55", office="A/1 &x", office_name="Альфа")
    rated(client, "b", "1", office="B", office_name="Бета")
    links = [a for a in html.fromstring(page(client)).iterfind(".//a") if a.text_content() == "Альфа"]
    assert client.get(links[0].get("href", "").replace("/?", "/api/results?")).json()["whole"]["ratings"] == 2


def test_a_date_that_is_none_is_said_and_left_out(client: TestClient) -> None:
    rated(client, "a", "5")
    text = seen(page(client, "?first=<b>&last=2017-12-31"))
    assert "Дата «<b>» не распознана и не учтена" in text
    assert "Оценок 1 " in text
    assert "даты переставлены" in seen(page(client, "?first=2017-12-31&last=2017-01-01"))


def test_days_are_shown_and_longer_times_by_month(client: TestClient) -> None:
    rated(client, "a", "55", received_at="2017-09-01T00:00:00Z", rated_at="2017-09-12T23:30:00+07:00")
    rated(client, "b", "5", received_at="2017-09-01T00:00:00Z", rated_at="2017-09-14T00:10:00+07:00")
    told = client.get("/api/results").json()["trend"]
    assert [(one["key"], one["ratings"]) for one in told] == [("2017-09-12", 2), ("2017-09-14", 1)]
    assert "по дням" in page(client)
    rated(client, "c", "5", rated_at="2017-12-14T00:10:00+07:00")
    told = client.get("/api/results").json()["trend"]
    assert [(one["key"], one["ratings"]) for one in told] == [("2017-09", 3), ("2017-12", 1)]
    assert "по месяцам" in page(client)


def test_days_of_few_ratings_are_shown_by_month_if_that_tells_more(client: TestClient) -> None:
    for month, letter in (("09", "a"), ("10", "b")):
        for day in (10, 20):
            rated(client, f"{letter}{day}", "5" * 20, rated_at=f"2017-{month}-{day}T10:00:00+07:00")
    told = client.get("/api/results").json()["trend"]
    assert [(one["key"], one["ratings"]) for one in told] == [("2017-09", 40), ("2017-10", 40)]


@pytest.mark.parametrize("written", ["20170912T101010+0700", "2017-W37-2T10:10:10+07:00", "2017-09-12 10:10:10"])
def test_a_day_is_the_same_however_it_is_written(client: TestClient, written: str) -> None:
    rated(client, "a", "5", rated_at=written)
    assert [one["key"] for one in client.get("/api/results").json()["trend"]] == ["2017-09-12"]
    assert "12.09.2017" in seen(page(client))


def test_what_xml_does_not_carry_is_absent_and_said_so(client: TestClient) -> None:
    client.post("/rates", content=RATES)
    text = seen(page(client))
    assert "офис не указан (поставщик 9901)" in text
    assert "канал не указан" in text
    assert "1 из 1 оценок пришли в формате, в котором нет названия офиса, канала и комментария" in text
    assert "Комментариев нет. Формат, в котором пришли эти оценки, их не передаёт." in text
    assert "Росреестр" in text
    assert client.get("/api/results?source=-").json()["whole"]["ratings"] == 1


def test_a_rating_without_an_overall_mark_counts_by_the_mean_of_its_criteria(client: TestClient) -> None:
    client.post("/rates", content=RATES)  # 5 3 5 4 5
    told = client.get("/api/results").json()
    assert (told["whole"]["mean"], told["marks"]) == (4.4, {"5": 0, "4": 1, "3": 0, "2": 0, "1": 0})


def test_refused_and_repeated_ratings_do_not_count(client: TestClient) -> None:
    for _ in range(2):
        client.post("/rates", content=rates("r-1"))
    client.post("/ratings", json=batch(rating("r-2", rated_at="?")))
    assert client.get("/api/results").json()["whole"]["ratings"] == 1


def test_results_are_those_of_now(client: TestClient) -> None:
    for count in (1, 2):
        client.post("/rates", content=rates(f"r-{count}"))
        assert client.get("/api/results").json()["whole"]["ratings"] == count


def test_comments_come_by_page_the_latest_first(client: TestClient) -> None:
    for number in range(45):
        rated(client, f"a{number:02}", "5", comment=f"отзыв {number}.", rated_at=f"2017-09-14T04:{number:02}:00+00:00")
    first, last = client.get("/api/comments").json(), client.get("/api/comments?page=99").json()
    assert [one["text"] for one in first["comments"]] == [f"отзыв {number}." for number in range(44, 24, -1)]
    assert (last["page"], last["pages"], len(last["comments"])) == (3, 3, 5)
    text = page(client, "?page=2&region=01")
    assert "Страница 2 из 3" in seen(text)
    assert 'href="/?region=01&amp;page=3#comments"' in text
    assert client.get("/api/comments?page=-1").json()["page"] == 1
    assert client.get("/api/comments?page=²").json()["page"] == 1


HOSTILE = [
    "<script>alert(1)</script>", "</q><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "\u202eнаоборот", "\u2066x\u2069",
    '" onmouseover="x', "&lt;b&gt;", "нуль\x00байт", "две\nстроки", "😀",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_is_only_text(client: TestClient, text: str) -> None:
    names = {"office_name": text, "authority": text, "service_name": text}
    rated(client, "a", "5", comment=text, office=text, source=text, **names)
    shown = page(client)
    document = html.fromstring(shown)
    assert [q.text_content() for q in document.iterfind(".//q")] == [plain(text)]
    assert not document.findall(".//script") + document.findall(".//img") + document.findall(".//b")
    assert not any(name.startswith("on") for element in document.iter() for name in element.attrib)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", shown)


def test_a_strangers_query_is_only_text(client: TestClient) -> None:
    shown = page(client, "?region=<script>alert(1)</script>&office=%22onload=x&page=<b>&tables=<i>")
    assert "<script" not in shown
    assert "<b>" not in shown


def test_long_numbers_in_comments_are_masked_before_they_are_kept(client: TestClient) -> None:
    rated(client, "a", "5", comment="паспорт 0101 123456, тел. +7 (913) 020-00-01, окно 12, оценки 5 4 3 5 5")
    told = client.get("/api/comments").json()["comments"][0]["text"]
    assert told == "паспорт ***, тел. ***, окно 12, оценки 5 4 3 5 5"


@given(st.text(alphabet="0123456789 -()+.a", max_size=40))
def test_no_number_of_five_digits_survives_the_mask(text: str) -> None:
    assert not re.search(r"\d{5}", masked(text))


@given(st.text(alphabet="a1<\u202e\u2066\u200f\ufeff\x00\x1f\x85\n\t\u2028\ud800 я", max_size=40))
def test_plain_text_stands_on_one_line_and_turns_nothing(text: str) -> None:
    assert not re.search("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800]", plain(text))


def test_the_page_runs_nothing_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    rated(client, "a", "5" * 40)
    answer = client.get("/")
    document = html.fromstring(answer.text)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "//" not in style
    places = [
        value for element in document.iter() for name in ("href", "src", "action") if (value := element.get(name))
    ]
    assert places
    assert all(re.match(r"(/(?!/)|#|data:,$)", place) for place in places), places


def test_every_chart_has_a_name_and_every_field_a_label(client: TestClient) -> None:
    rated(client, "a", "5" * 40)
    document = html.fromstring(page(client))
    ids = {element.get("id") for element in document.iter() if element.get("id")}
    charts = [svg for svg in document.iter("svg") if svg.get("aria-hidden") is None]
    assert len(charts) == 1  # what bars show stands beside them
    assert all(svg.get("role") == "img" and svg.get("aria-labelledby") in ids for svg in charts)
    fields = [*document.iter("select"), *document.iter("input")]
    assert all(field.getparent().tag == "label" for field in fields)
    assert document.get("lang") == "ru"


def test_a_long_table_is_cut_and_shown_whole_when_asked(client: TestClient) -> None:
    for number in range(18):
        rated(client, f"a{number}", "5", office=f"O{number}", office_name=f"Офис {number}.", comment=None)

    def rows(text: str) -> int:
        return sum(th.text_content().startswith("Офис ") for th in html.fromstring(text).iterfind(".//tbody//th"))

    assert rows(page(client)) == 15
    assert "Показать и остальные: 3" in page(client)
    assert rows(page(client, "?tables=all")) == 18


def test_without_dedupe_a_rating_stands_twice(make: Make) -> None:
    client = make()
    client.post("/control/settings", json={"dedupe": False})
    for _ in range(2):
        client.post("/rates", content=RATES)
    assert client.get("/api/results").json()["whole"]["ratings"] == 2


@pytest.mark.parametrize("switched", [False, True])
def test_the_visit_is_the_earlier_date_whichever_is_called_received(client: TestClient, switched: bool) -> None:
    visit, rated = "2017-09-12T15:40:00+07:00", "2017-09-14T11:02:31+07:00"
    text = RATES.replace(visit, "?").replace(rated, visit).replace("?", rated) if switched else RATES
    client.post("/rates", content=text)
    result = client.get("/api/results").json()
    assert [one["name"] for one in result["trend"]] == ["2017-09-14"]
