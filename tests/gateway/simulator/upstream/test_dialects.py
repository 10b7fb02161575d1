"""Each dialect, with literal requests and answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway.simulator.upstream import xml
from gateway.simulator.upstream.form import published
from tests.gateway.simulator.upstream.conftest import Make
from tests.gateway.simulator.upstream.messages import (
    EVENTS,
    FORMS,
    LEGACY,
    PACKETS,
    RATES,
    RATING,
    batch,
    rates,
    rating,
)  # fmt: skip

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


def counted(client: TestClient) -> list[str]:
    return [one["foreign_id"] for one in client.get("/control/forms").json()["forms"] if one["counts"]]


def test_rates_are_answered_with_a_packet(client: TestClient) -> None:
    answer = client.post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xml"
    assert answer.text == (
        f'{DECLARATION}<RatesResponse xmlns="http://vashkontrol.ru/service/rates/1.2.0"><packet><id>1</id></packet>'
        "</RatesResponse>"
    )
    assert client.get("/control/forms").json() == {
        "forms": [
            {
                "n": 1, "t": "2017-09-15T03:00:00+00:00", "foreign_id": "r-7f3a91", "vendor": 9901, "packet": 1,
                "key": "k-1", "counts": True, "repeated": False, "refused": "",
                "overall": None, "marks": {"time": 5, "queue": 3, "staff": 5, "comfort": 4, "info": 5},
            }
        ],
        "next": 1,
    }  # fmt: skip


def test_packets_tell_the_status(client: TestClient) -> None:
    client.post("/rates", content=RATES)
    answer = client.post("/packets", content=PACKETS)
    assert answer.text == (
        f'{DECLARATION}<PacketsResponse xmlns="http://vashkontrol.ru/service/packets/1.2.0"><packet><id>1</id>'
        "<status>2</status></packet></PacketsResponse>"
    )


def test_a_packet_of_another_vendor_is_not_told(client: TestClient) -> None:
    client.post("/rates", content=RATES)
    answer = client.post("/packets", content=PACKETS.replace("9901", "9902"))
    assert (answer.status_code, answer.text) == (
        404,
        f"{DECLARATION}<rejects><reject><code>not-found</code><description>There is no packet 1 of the vendor 9902."
        "</description></reject></rejects>",
    )


def test_a_packet_no_database_could_hold_is_not_found(client: TestClient) -> None:
    assert client.get(f"/packets/{2**63}").status_code == 404


def test_a_status_comes_late(make: Make) -> None:
    client = make()
    client.post("/control/settings", json={"status_after_s": 3600})
    client.post("/rates", content=RATES)
    client.post("/control/clock", json={"advance_s": 3599})
    assert client.get("/packets/1").json() == {"packet": 1, "status": 1, "rejected": []}
    client.post("/control/clock", json={"advance_s": 1})
    assert client.get("/packets/1").json() == {"packet": 1, "status": 2, "rejected": []}


def test_the_form_of_each_dialect_is_the_published_one(client: TestClient) -> None:
    answer = client.post("/forms", content=FORMS)
    root = xml.parse(answer.content)
    xml.validate(root)
    assert answer.content == client.get("/current-form").content
    names = {"f": xml.FORMS}
    assert root.findtext("f:form/f:version", namespaces=names) == "0.0.4"
    found = {
        int(one.get("id", "")): [int(value.get("id", "")) for value in one.iterfind("f:values/f:value", names)]
        for one in root.iterfind("f:indicators/f:indicator", names)
    }
    assert found == {
        9: [41, 42, 43, 44, 45], 10: [46, 47, 48, 49, 50], 11: [51, 52, 53, 54, 55], 12: [56, 57, 58, 59, 60],
        13: [61, 62, 63, 64, 65],
    }  # fmt: skip
    assert client.get("/form").json() == published().as_json()


def test_a_form_of_another_type_is_not_found(client: TestClient) -> None:
    answer = client.post("/forms", content=FORMS.replace("DIRECT", "ELECTRONIC"))
    assert answer.status_code == 404


def test_events_are_kept_with_the_phone_masked(make: Make, log: Path) -> None:
    client = make(log=log)
    answer = client.post("/events", content=EVENTS)
    assert answer.text == (
        f'{DECLARATION}<EventsResponse xmlns="http://vashkontrol.ru/service/events/1.2.0"><packet><id>1</id></packet>'
        "</EventsResponse>"
    )
    client.post("/events", content=EVENTS)
    assert client.get("/control/counts").json()["events"] == 2
    events = [line for line in map(json.loads, log.read_text().splitlines()) if line["event"] == "event"]
    assert [(one["foreign_id"], one["repeated"]) for one in events] == [
        ("BRN1-20170912-000417", False),
        ("BRN1-20170912-000417", True),
    ]
    assert "79130200001" not in log.read_text()


def test_a_legacy_envelope_is_taken_and_asked_about(client: TestClient) -> None:
    answer = client.post("/rates", content=LEGACY.encode(), headers={"Content-Type": "application/xml"})
    assert answer.status_code == 200, answer.text
    assert "<packet><id>1</id></packet>" in answer.text
    assert "<status>2</status>" in client.get("/check-packet/1").text
    assert client.get("/control/forms").json()["forms"][0]["marks"] == {"time": 5, "staff": 2}


@pytest.mark.parametrize("vendor", [9901, "9901"])
def test_a_json_batch_is_answered_with_a_packet(client: TestClient, vendor: object) -> None:
    answer = client.post("/ratings", json=batch(RATING, vendor=vendor), headers={"Idempotency-Key": "k-1"})
    assert (answer.status_code, answer.json()) == (200, {"packet": 1, "again": False, "repeated": 0})


@pytest.mark.parametrize(
    ("document", "status", "says"),
    [
        (batch(RATING, vendor="1417-13"), 422, "vendor"),
        (batch(RATING, vendor=0), 422, "vendor"),
        (batch(RATING, vendor=10**30), 422, "vendor"),
        (batch(), 422, "ratings"),
        (batch(rating("r-\ud800")), 422, "ratings/0/rating_id"),
        (batch(rating("r-1", time=6)), 422, "ratings/0/time"),
        (batch(rating("r-1", time="5")), 422, "ratings/0/time"),
        (batch(rating("", time=5)), 422, "ratings/0/rating_id"),
        (batch(rating("r-1", okato="01401")), 422, "ratings/0/okato"),
        ([1], 422, "the batch"),
    ],
)
def test_json_against_the_schema_is_a_problem(client: TestClient, document: object, status: int, says: str) -> None:
    answer = client.post("/ratings", content=json.dumps(document))
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told == {
        "type": "urn:otklik:upstream:schema", "title": told["title"], "status": status, "detail": told["detail"],
    }  # fmt: skip
    assert says in told["detail"]
    assert answer.status_code == status
    assert client.get("/control/counts").json()["packets"] == 0


@pytest.mark.parametrize("body", ["", "{", '{"vendor": NaN}', "[" * 100_000])
def test_what_is_no_json_is_unreadable(client: TestClient, body: str) -> None:
    answer = client.post("/ratings", content=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:otklik:upstream:unreadable")


def test_a_rating_without_marks_is_named_in_the_status_and_the_rest_stands(client: TestClient) -> None:
    nothing = dict.fromkeys(("overall", "time", "queue", "staff", "comfort", "info"))
    answer = client.post("/ratings", json=batch(rating("r-1"), rating("r-2", **nothing), rating("r-3", rated_at="?")))
    assert answer.status_code == 200
    assert client.get("/packets/1").json() == {
        "packet": 1,
        "status": 3,
        "rejected": [
            {"rating_id": "r-2", "reason": "there is no mark in it"},
            {"rating_id": "r-3", "reason": "Invalid isoformat string: '?'"},
        ],
    }
    assert counted(client) == ["r-1"]


def test_a_value_of_another_form_rejects_a_packet_of_xml_whole(client: TestClient) -> None:
    wrong = rates("r-1", "r-2").replace('value-id="45"', 'value-id="46"', 1)
    assert client.post("/rates", content=wrong).status_code == 200
    assert "<status>3</status>" in client.post("/packets", content=PACKETS).text
    assert counted(client) == []
    reasons = [one["refused"] for one in client.get("/control/forms").json()["forms"]]
    assert reasons == [
        "the form 0.0.4 has no value 46 of an indicator 9",
        "another form of the packet is at fault",
    ]
    client.post("/rates", content=rates("r-2"))
    assert counted(client) == ["r-2"]


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ('indicator-id="10"', 'indicator-id="9"', "has no value 48 of an indicator 9"),
        ('indicator-id="10" value-id="48"', 'indicator-id="9" value-id="44"', "the indicator 9 stands there twice"),
        ("2017-09-12T15:40:00+07:00", "2017-09-12T15:40:00", "one date has an offset"),
    ],
)
def test_a_form_that_does_not_fit_is_rejected(client: TestClient, was: str, becomes: str, why: str) -> None:
    assert was in RATES
    assert client.post("/rates", content=RATES.replace(was, becomes)).status_code == 200
    assert why in client.get("/packets/1").json()["rejected"][0]["reason"]


def test_a_document_of_another_door_is_refused(client: TestClient) -> None:
    assert client.post("/rates", content=PACKETS).status_code == 422
    assert client.post("/packets", content=FORMS).status_code == 422


def test_the_same_key_gives_the_same_packet(client: TestClient) -> None:
    first = client.post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"})
    second = client.post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"})
    assert first.content == second.content
    assert client.get("/control/counts").json() == {
        "packets": 1, "forms": 1, "counted": 1, "repeated": 0, "refused": 0, "events": 0,
    }  # fmt: skip


def test_the_same_key_with_another_body_is_refused(client: TestClient) -> None:
    client.post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"})
    answer = client.post("/rates", content=rates("r-2"), headers={"Idempotency-Key": "k-1"})
    assert answer.status_code == 422
    assert "<code>key-reused</code>" in answer.text
    assert counted(client) == ["r-7f3a91"]


def test_two_keys_that_differ_are_refused(client: TestClient) -> None:
    answer = client.post("/ratings", json=batch(RATING, key="k-1"), headers={"Idempotency-Key": "k-2"})
    assert answer.status_code == 422


def test_a_rating_known_by_its_id_is_stored_once_per_vendor(client: TestClient) -> None:
    client.post("/rates", content=rates("r-1", "r-2"))
    client.post("/rates", content=rates("r-2", "r-3"))
    client.post("/rates", content=rates("r-2").replace("9901", "9902"))
    assert counted(client) == ["r-1", "r-2", "r-3", "r-2"]
    assert client.get("/control/counts").json()["repeated"] == 1


def test_without_dedupe_the_same_packet_stands_twice(client: TestClient, make: Make) -> None:
    client.post("/control/settings", json={"dedupe": False})
    for _ in range(2):
        client.post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"})
    assert counted(client) == ["r-7f3a91", "r-7f3a91"]


def test_the_log_is_a_witness(make: Make, log: Path) -> None:
    client = make(log=log)
    client.post("/ratings", json=batch(rating("r-1"), rating("r-2", rated_at="?")))
    client.post("/ratings", json=batch(rating("r-1"), key="k-2"))
    client.post("/ratings", content="{")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(one["event"], one.get("foreign_id"), one.get("repeated")) for one in lines] == [
        ("packet", None, 0), ("form", "r-1", False), ("refused", "r-2", False),
        ("packet", None, 1), ("form", "r-1", True), ("refused", None, None),
    ]  # fmt: skip
    assert lines[1] == {
        "t": "2017-09-15T03:00:00+00:00", "event": "form", "n": 1, "foreign_id": "r-1", "vendor": 9901, "packet": 1,
        "key": "k-1", "counts": True, "repeated": False, "refused": "", "overall": 5,
        "marks": {"time": 5, "queue": 3, "staff": 5, "comfort": 4, "info": 5},
    }  # fmt: skip


def test_what_was_taken_is_there_after_a_restart(make: Make, tmp_path: Path) -> None:
    database = tmp_path / "upstream.sqlite"
    make(database=database).post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"})
    again = make(database=database)
    assert "<id>1</id>" in again.post("/rates", content=RATES, headers={"Idempotency-Key": "k-1"}).text
    assert counted(again) == ["r-7f3a91"]


def test_forms_are_told_from_a_number_on(client: TestClient) -> None:
    client.post("/rates", content=rates("r-1", "r-2", "r-3"))
    told = client.get("/control/forms?after=1&limit=1").json()
    assert ([one["foreign_id"] for one in told["forms"]], told["next"]) == (["r-2"], 2)
    assert client.get("/control/forms?after=3").json() == {"forms": [], "next": 3}
    assert client.get("/control/forms?after=x").status_code == 422
