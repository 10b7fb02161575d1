"""The OpenAPI document against what the port really answers."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modem.emulator.serving.control import openapi
from modem.emulator.serving.control.dispatch import Reply, Surroundings, handle
from modem.emulator.serving.control.routes import ROUTES
from modem.emulator.serving.http1 import Request
from modem.emulator.serving.ports import Port
from tests.modem.emulator.conftest import Bench

BODIES: dict[tuple[str, str], dict[str, object]] = {
    ("POST", "/v1/modems/{k}/deliver"): {"from": "Altai", "text": "x" * 200},
    ("POST", "/v1/modems/{k}/fault"): {"kind": "lost_answer", "times": 2},
    ("POST", "/v1/modems/{k}/call"): {"from": "+79131234567", "keys": "1"},
    ("POST", "/v1/modems/{k}/call/dtmf"): {"keys": "12#"},
    ("POST", "/v1/modems/{k}/ussd"): {"text": "Hello", "wants_reply": True},
    ("POST", "/v1/network"): {"latency_ms": 0, "handsets": {"+79131234567": {"state": "off"}}},
    ("POST", "/v1/network/broadcast"): {"text": "Storm", "mid": 50},
}
"""A right body for every operation that takes one."""

FIRST = {
    "/v1/modems/{k}": ["call", "fault"],
    "/v1/modems/{k}/faults": ["fault"],
    "/v1/modems/{k}/call/answer": ["ATD+79131234567;"],
    "/v1/modems/{k}/call/hangup": ["call"],
    "/v1/modems/{k}/call/dtmf": ["call", "ATA"],
}
"""What has to happen before an operation has something to do: other operations, commands of the modem."""


@pytest.fixture
def ask(make_bench: Callable[..., Bench]) -> Callable[..., tuple[int, Any]]:
    """Ask a world in which everything has happened that can be shown."""
    bench = make_bench(2)
    bench.send(14, "0001000B919731214365F700000135")
    bench.send(14, "0021000B919731214365F700000135")
    bench.deliver("5")
    bench.wait(2)

    def happen(step: str) -> None:
        if step.startswith("AT"):
            bench.say(step)
            bench.wait(1.5)
        else:
            assert send("POST", f"/v1/modems/0/{step}", BODIES["POST", f"/v1/modems/{{k}}/{step}"])[0] == 200

    def send(method: str, target: str, body: object = None) -> tuple[int, Any]:
        for step in FIRST.get(target.replace("modem0", "{k}"), []):
            happen(step)
        around = Surroundings(bench.world, [Port(modem) for modem in bench.world.modems], lambda: bench.now)
        reply = handle(Request(method, target, json.dumps(body).encode(), True), around)
        assert isinstance(reply, Reply)
        return reply.status.value, json.loads(reply.body)

    return send


def _validator(document: dict[str, Any], response: dict[str, Any]) -> Draft202012Validator:
    (content,) = response["content"].values()
    return Draft202012Validator({**content["schema"], "components": document["components"]})


def test_document_has_every_operation_and_schemas_that_are_schemas(ask: Callable[..., tuple[int, Any]]) -> None:
    status, document = ask("GET", "/openapi.json")
    assert (status, document["openapi"]) == (200, "3.1.0")
    described = {(method.upper(), path) for path, found in document["paths"].items() for method in found}
    assert described == {(route.method, route.path) for route in ROUTES} | {("GET", "/openapi.json")}
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])
    names = [found["operationId"] for path in document["paths"].values() for found in path.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("method", "path"), [(route.method, route.path) for route in ROUTES])
def test_real_answers_are_as_described(ask: Callable[..., tuple[int, Any]], method: str, path: str) -> None:
    document = ask("GET", "/openapi.json")[1]
    responses = document["paths"][path][method.lower()]["responses"]
    target = path.replace("{k}", "modem0")
    status, answer = ask(method, target, BODIES.get((method, path)))
    assert status == 200, answer
    assert answer or path.endswith("/ussd")
    assert not list(_validator(document, responses["200"]).iter_errors(answer))
    status, problem = ask(method, target + "?nobody=1", {})
    assert status == 400
    assert not list(_validator(document, responses["default"]).iter_errors(problem))


def test_answer_that_is_not_as_described_is_found(ask: Callable[..., tuple[int, Any]]) -> None:
    document = ask("GET", "/openapi.json")[1]
    validator = _validator(document, document["paths"]["/v1/submits"]["get"]["responses"]["200"])
    answer = ask("GET", "/v1/submits")[1]
    assert len(answer["submits"]) == 2
    del answer["submits"][1]["pdu"]
    assert [list(error.path) for error in validator.iter_errors(answer)] == [["submits", 1]]


def test_schemas_say_which_keys_and_which_kind(ask: Callable[..., tuple[int, Any]]) -> None:
    document = ask("GET", "/openapi.json")[1]
    schemas = document["components"]["schemas"]
    fault = Draft202012Validator({"$ref": "#/components/schemas/FaultBody", "components": document["components"]})
    assert fault.is_valid({"kind": "lost_answer"})
    assert not fault.is_valid({"information": True})
    assert schemas["CallFrom"]["properties"]["replies"]["additionalProperties"] is False


def test_every_time_has_its_unit_and_every_schema_a_plain_name() -> None:
    document = openapi.document(ROUTES)
    schemas = document["components"]["schemas"]
    fields = {
        (name, key): field for name, schema in schemas.items() for key, field in schema.get("properties", {}).items()
    }
    times = {key: field for key, field in fields.items() if key[1].endswith(("_s", "_ms"))}
    assert len(times) > 20
    assert [key for key, field in times.items() if "econds" not in json.dumps(field)] == []
    assert [name for name in schemas if not name.isalnum()] == []
