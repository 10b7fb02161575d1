import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.network.conditions import Conditions
from modem.emulator.network.handsets import Handset
from modem.emulator.serving.control import handle
from modem.emulator.serving.http1 import Request
from tests.modem.emulator.conftest import Bench

PDU = "0001000B919731214365F700000135"


def _ask(bench: Bench, method: str, target: str, body: object = None) -> tuple[int, dict[str, object]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = handle(Request(method, target, raw, True), bench.world, lambda: [{"name": "modem0"}], bench.now)
    return reply.status.value, json.loads(reply.body)


def test_deliver_puts_a_message_into_the_modem(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1")
    body = {"from": "+79131234567", "text": "5"}
    assert _ask(bench, "POST", "/v1/modems/0/deliver", body) == (200, {"parts": 1})
    assert bench.wait(0) == b'\r\n+CMTI: "SM",1\r\n'


def test_submits_are_read_after_a_cursor(bench: Bench) -> None:
    bench.send(14, PDU)
    bench.send(14, PDU)
    status, answer = _ask(bench, "GET", "/v1/submits?after=1")
    assert status == 200
    assert answer["next"] == 2
    assert [line["ref"] for line in answer["submits"]] == [1]  # type: ignore[attr-defined]
    assert _ask(bench, "GET", "/v1/submits?after=2") == (200, {"submits": [], "next": 2})


def test_network_takes_its_conditions(bench: Bench) -> None:
    body = {"handsets": {"+79131234567": {"state": "off"}}, "latency_ms": 150, "report_latency_ms": 5}
    status, answer = _ask(bench, "POST", "/v1/network", body)
    assert status == 200
    assert (answer["latency_ms"], answer["report_latency_ms"]) == (150, 5)
    assert bench.conditions.latency_s == 0.15
    assert bench.conditions.handsets == {"+79131234567": Handset.OFF}
    body = {"retry_ms": [10, 20], "report_trying": True, "zone_quarters": -8, "validity_ms": 1000}
    assert _ask(bench, "POST", "/v1/network", body)[0] == 200
    assert bench.conditions.retry_s == (0.01, 0.02)


def test_modems_are_listed(bench: Bench) -> None:
    assert _ask(bench, "GET", "/v1/modems") == (200, {"modems": [{"name": "modem0"}]})


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("GET", "/", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("GET", "http://[", None, 404),
        ("POST", "/v1/modems/9/deliver", {"from": "1", "text": "x"}, 404),
        ("POST", "/v1/modems/-1/deliver", {"from": "1", "text": "x"}, 404),
        ("GET", "/v1/modems/0/deliver", None, 405),
        ("POST", "/v1/modems", {}, 405),
        ("PUT", "/v1/network", {}, 405),
        ("DELETE", "/v1/submits", None, 405),
        ("GET", "/v1/submits?after=-1", None, 400),
        ("GET", "/v1/submits?after=x", None, 400),
        ("POST", "/v1/modems/0/deliver", b"{", 400),
        ("POST", "/v1/modems/0/deliver", b"[]", 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1"}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1", "text": 5}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1", "text": "x", "time": 1}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "", "text": "x"}, 400),
        ("POST", "/v1/modems/0/deliver", b"[" * 100_000, 400),
        ("POST", "/v1/network", {"latency_ms": -1}, 400),
        ("POST", "/v1/network", {"latency_ms": True}, 400),
        ("POST", "/v1/network", {"retry_ms": ["x"]}, 400),
        ("POST", "/v1/network", {"zone_quarters": 99}, 400),
        ("POST", "/v1/network", {"handsets": {"+7": {"state": "dead"}}}, 400),
        ("POST", "/v1/network", {"handsets": {"+7": "on"}}, 400),
        ("POST", "/v1/network", {"unknown": 1}, 400),
    ],
)
def test_wrong_request_is_refused_with_one_sentence(
    bench: Bench, method: str, target: str, body: object, status: int
) -> None:
    got, answer = _ask(bench, method, target, body)
    assert got == status
    assert str(answer["error"]).endswith(".")


def test_half_wrong_network_request_changes_nothing(bench: Bench) -> None:
    body = {"latency_ms": 5, "handsets": {"+7": {"state": "dead"}}}
    assert _ask(bench, "POST", "/v1/network", body)[0] == 400
    assert bench.conditions == Conditions(report_latency_s=1.0)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["latency_ms", "handsets", "retry_ms", "from", "text", "zone_quarters"]), JSON))
def test_any_json_gets_an_answer(body: dict[str, object]) -> None:
    bench = Bench(1, Conditions())
    for target in ("/v1/network", "/v1/modems/0/deliver"):
        assert _ask(bench, "POST", target, body)[0] in (200, 400)
