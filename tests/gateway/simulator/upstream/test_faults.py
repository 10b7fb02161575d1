"""Each fault by its name, and what the sender hears of it."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.gateway.simulator.upstream.conftest import NOW, Make, Slept
from tests.gateway.simulator.upstream.messages import FORMS, RATES, RATING, batch, rates, rating


def arm(client: TestClient, kind: str, **fault: Any) -> int:
    answer = client.post("/control/faults", json={"kind": kind, **fault})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def post(client: TestClient) -> httpx2.Response:
    return client.post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"})


def counts(client: TestClient) -> tuple[int, int]:
    told = client.get("/control/counts").json()
    return told["packets"], told["counted"]


def test_http_answers_with_the_status_and_takes_nothing(client: TestClient) -> None:
    arm(client, "http", status=502, times=1)
    assert post(client).status_code == 502
    assert counts(client) == (0, 0)
    assert post(client).status_code == 200


def test_http_can_take_what_it_complains_about(client: TestClient) -> None:
    arm(client, "http", status=504, applied=True, times=1)
    assert post(client).status_code == 504
    assert counts(client) == (1, 1)
    assert "<id>1</id>" in post(client).text


def test_an_error_of_the_json_dialect_is_a_problem(client: TestClient) -> None:
    arm(client, "http", status=500)
    answer = client.post("/ratings", json=batch(RATING))
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Internal Server Error"


def test_timeout_takes_nothing_and_says_nothing(client: TestClient) -> None:
    arm(client, "timeout", times=1)
    with pytest.raises(httpx2.ReadTimeout):
        post(client)
    assert counts(client) == (0, 0)


def test_timeout_can_take_what_it_does_not_answer(client: TestClient) -> None:
    arm(client, "timeout", applied=True)
    with pytest.raises(httpx2.ReadTimeout):
        post(client)
    assert counts(client) == (1, 1)


def test_answer_lost_takes_the_packet_and_the_same_again_is_the_same(client: TestClient) -> None:
    arm(client, "answer_lost", times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        post(client)
    assert counts(client) == (1, 1)
    assert "<id>1</id>" in post(client).text
    assert counts(client) == (1, 1)


def test_a_refusal_can_be_lost_too(client: TestClient) -> None:
    arm(client, "answer_lost")
    with pytest.raises(httpx2.RemoteProtocolError):
        client.post("/rates", content="<a/>")


def test_duplicate_takes_it_once_by_its_key(client: TestClient) -> None:
    arm(client, "duplicate", times=1)
    assert "<id>1</id>" in post(client).text
    assert counts(client) == (1, 1)


def test_duplicate_without_dedupe_takes_it_twice(client: TestClient) -> None:
    client.post("/control/settings", json={"dedupe": False})
    arm(client, "duplicate", times=1)
    assert "<id>2</id>" in post(client).text
    assert counts(client) == (2, 2)


def test_slow_answers_after_a_while(client: TestClient, slept: Slept) -> None:
    arm(client, "slow", seconds=7.5)
    assert post(client).status_code == 200
    assert slept.seconds == [7.5]


def test_down_for_a_week_is_down_at_every_door_until_a_week_has_passed(client: TestClient) -> None:
    arm(client, "down", for_s=7 * 86_400)
    client.post("/control/clock", json={"advance_s": 7 * 86_400 - 1})
    answers = [post(client), client.post("/forms", content=FORMS), client.get("/packets/1"), client.get("/form")]
    assert [one.status_code for one in answers] == [503] * 4
    client.post("/control/clock", json={"advance_s": 1})
    assert post(client).status_code == 200
    assert client.get("/control/faults").json() == {"faults": []}


def test_down_until_it_is_lifted(client: TestClient) -> None:
    number = arm(client, "down")
    assert post(client).status_code == 503
    assert client.delete(f"/control/faults/{number}").json() == {"lifted": 1}
    assert post(client).status_code == 200
    assert client.delete(f"/control/faults/{number}").status_code == 404


def test_retry_after_says_when(client: TestClient) -> None:
    arm(client, "retry_after", seconds=90, times=1)
    arm(client, "retry_after", seconds=90, status=503, http_date=True)
    first, second = post(client), post(client)
    assert (first.status_code, first.headers["retry-after"]) == (429, "90")
    assert second.status_code == 503
    assert (parsedate_to_datetime(second.headers["retry-after"]) - NOW).total_seconds() == 90


@pytest.mark.parametrize(("path", "body"), [("/rates", RATES), ("/ratings", json.dumps(batch(RATING)))])
def test_garbage_takes_it_and_answers_what_nobody_can_read(client: TestClient, path: str, body: str) -> None:
    arm(client, "garbage", times=1)
    answer = client.post(path, content=body)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()
    assert counts(client) == (1, 1)


def test_garbage_can_take_nothing(client: TestClient) -> None:
    arm(client, "garbage", applied=False)
    assert post(client).status_code == 200
    assert counts(client) == (0, 0)


def test_a_poisoned_rating_refuses_each_packet_that_has_it(client: TestClient) -> None:
    arm(client, "reject_rating", foreign_id="r-2")
    answers = [client.post("/rates", content=rates(*ids)) for ids in (("r-1", "r-2"), ("r-1",), ("r-2",))]
    assert [one.status_code for one in answers] == [422, 200, 422]
    assert "r-2" not in answers[0].text
    assert counts(client) == (1, 1)


def test_the_nth_rating_is_poisoned_and_stays_so(client: TestClient) -> None:
    arm(client, "reject_rating", nth=2)
    halves = (("r-1", "r-2", "r-3"), ("r-1",), ("r-2", "r-3"), ("r-2",), ("r-3",))
    assert [client.post("/rates", content=rates(*ids)).status_code for ids in halves] == [422, 200, 422, 422, 200]


def test_a_poisoned_rating_can_be_named_in_the_later_status(client: TestClient) -> None:
    arm(client, "reject_rating", foreign_id="r-2", how="status")
    client.post("/ratings", json=batch(rating("r-1"), rating("r-2")))
    assert client.get("/packets/1").json() == {
        "packet": 1,
        "status": 3,
        "rejected": [{"rating_id": "r-2", "reason": "the rating cannot be taken"}],
    }
    assert counts(client) == (1, 1)


def test_change_form_counts_by_the_new_one_until_it_is_lifted(client: TestClient) -> None:
    number = arm(client, "change_form", form={"version": "0.0.5", "shift": 100})
    assert client.get("/form").json()["criteria"]["time"]["values"]["5"] == 145
    post(client)
    assert client.get("/packets/1").json()["status"] == 3
    client.delete(f"/control/faults/{number}")
    assert client.get("/form").json()["version"] == "0.0.4"
    client.post("/rates", content=RATES)
    assert client.get("/packets/2").json()["status"] == 2


def test_change_form_takes_a_whole_form(client: TestClient) -> None:
    form = client.get("/form").json()
    form["criteria"]["time"]["values"]["5"] = 99
    arm(client, "change_form", form=form)
    assert client.get("/form").json() == form
    client.post("/rates", content=RATES.replace('value-id="45"', 'value-id="99"'))
    assert client.get("/packets/1").json()["status"] == 2


@pytest.mark.parametrize("key", ["time", "indicator", "titles", "criteria"])
def test_a_form_that_is_not_whole_is_refused(client: TestClient, key: str) -> None:
    form = client.get("/form").json()
    if key == "indicator":
        form["criteria"]["time"]["indicator"] = 10
    else:
        del {"time": form["criteria"]["time"]["values"], "titles": form["titles"], "criteria": form["criteria"]}[key][
            "queue" if key == "criteria" else "5"
        ]
    assert client.post("/control/faults", json={"kind": "change_form", "form": form}).status_code == 422


def test_rate_strikes_the_same_requests_with_the_same_seed(make: Make) -> None:
    def statuses(seed: str) -> list[int]:
        client = make(seed=seed)
        arm(client, "http", rate=0.3, on="form")
        return [client.get("/form").status_code for _ in range(25)]

    first = statuses("a")
    assert first == statuses("a")
    assert first != statuses("b")
    assert 3 <= first.count(500) <= 13


def test_a_fault_stands_at_the_door_it_was_given(client: TestClient) -> None:
    arm(client, "http", on="status")
    assert post(client).status_code == 200
    assert client.get("/packets/1").status_code == 500
    assert client.get("/form").status_code == 200


def test_faults_are_listed_with_how_often_they_struck(client: TestClient) -> None:
    arm(client, "http", times=3)
    post(client)
    told = client.get("/control/faults").json()["faults"]
    assert [(one["kind"], one["times"], one["asked"], one["struck"]) for one in told] == [("http", 3, 1, 1)]
    assert client.delete("/control/faults").json() == {"lifted": 1}
    assert post(client).status_code == 200


def test_what_struck_is_in_the_log(make: Make, log: Path) -> None:
    client = make(log=log)
    arm(client, "answer_lost", times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        post(client)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["event"] for one in lines] == ["fault", "packet", "form"]
    assert (lines[0]["kind"], lines[0]["door"]) == ("answer_lost", "ratings")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake"}, {}, [], {"kind": "http", "rate": 2}, {"kind": "http", "times": 0},
        {"kind": "http", "status": 499},
        {"kind": "http", "colour": "red"}, {"kind": "change_form"}, {"kind": "change_form", "form": {}},
        {"kind": "change_form", "form": {"shift": "x"}}, {"kind": "reject_rating", "nth": 1, "foreign_id": "r-1"},
    ],
)  # fmt: skip
def test_what_is_no_fault_is_refused(client: TestClient, fault: object) -> None:
    answer = client.post("/control/faults", json=fault)
    assert answer.status_code == 422
    assert client.get("/control/faults").json() == {"faults": []}


@pytest.mark.parametrize("settings", [{"dedup": False}, [], {"status_after_s": -1}, {"dedupe": "no"}])
def test_what_is_no_setting_is_refused(client: TestClient, settings: object) -> None:
    assert client.post("/control/settings", json=settings).status_code == 422
    assert client.get("/control/settings").json() == {"dedupe": True, "status_after_s": 0}


@pytest.mark.parametrize("step", [{}, {"advance_s": -1}, {"advance_s": "1"}, {"advance_s": True}, {"advance_s": 1e12}])
def test_what_is_no_step_is_refused(client: TestClient, step: object) -> None:
    assert client.post("/control/clock", json=step).status_code == 422
    assert client.get("/control/clock").json() == {"now": NOW.isoformat()}


def test_the_control_describes_itself(client: TestClient) -> None:
    index = client.get("/control").json()
    assert index["kinds"] == [
        "http", "timeout", "answer_lost", "duplicate", "slow", "down", "reject_rating", "retry_after", "garbage",
        "change_form",
    ]  # fmt: skip
    for name in ("faults", "settings", "clock", "forms", "counts"):
        assert client.get(f"/control/{name}").status_code == 200


def test_a_log_that_cannot_be_written_is_said(make: Make, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be written"):
        make(log=tmp_path / "none" / "log")
