import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modem.emulator.network.conditions import Conditions
from modem.emulator.network.handsets import Handset
from modem.emulator.serving.control.dispatch import Reply, Surroundings, Waiting, handle
from modem.emulator.serving.http1 import Request
from modem.emulator.serving.ports import Port
from tests.modem.emulator.conftest import Bench

PDU = "0001000B919731214365F700000135"


def _around(bench: Bench) -> Surroundings:
    return Surroundings(bench.world, [Port(modem) for modem in bench.world.modems], lambda: bench.now)


def _send(bench: Bench, request: Request) -> Reply:
    reply = handle(request, _around(bench))
    assert isinstance(reply, Reply)
    assert reply.media_type == ("application/json" if reply.status == 200 else "application/problem+json")
    return reply


def _ask(bench: Bench, method: str, target: str, body: object = None) -> tuple[int, dict[str, object]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = _send(bench, Request(method, target, raw, True))
    return reply.status.value, json.loads(reply.body)


def test_deliver_puts_a_message_into_the_modem(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1")
    body = {"from": "+79131234567", "text": "5"}
    assert _ask(bench, "POST", "/v1/modems/0/deliver", body) == (200, {"parts": 1})
    assert bench.wait(0) == b'\r\n+CMTI: "SM",1\r\n'


def test_broadcast_reaches_the_modems_that_listen(bench: Bench) -> None:
    bench.say("AT+CMGF=1;+CSCB=1;+CNMI=2,0,2")
    assert _ask(bench, "POST", "/v1/network/broadcast", {"text": "Storm", "mid": 50}) == (200, {"pages": 1})
    assert bench.wait(0).startswith(b"\r\n+CBM: 16,50,15,1,1\r\nStorm\r")


def test_broadcast_of_more_pages_than_there_are_is_refused(bench: Bench) -> None:
    assert _ask(bench, "POST", "/v1/network/broadcast", {"text": "\u0416" * 1000, "mid": 50})[0] == 400


TPDU = "040B919731214365F70000420150000000210135"


def test_finished_message_and_flash_message_reach_the_modem(bench: Bench) -> None:
    bench.say("AT+CNMI=2,2")
    assert _ask(bench, "POST", "/v1/modems/0/deliver", {"pdu": TPDU}) == (200, {"parts": 1})
    assert TPDU.encode() in bench.wait(0)
    assert _ask(bench, "POST", "/v1/modems/0/deliver", {"from": "0919", "text": "5", "class": 0}) == (200, {"parts": 1})
    lines = bench.journal.events_after(0)[0]
    assert [(line["from"], line["text"]) for line in lines] == [("+79131234567", "5"), ("0919", "5")]
    # TP-DCS with class 0 in the general group, 23.038 §4: 0x10.
    assert str(lines[1]["pdu"])[16:].startswith("04048190910010")


def test_submits_are_read_after_a_cursor(bench: Bench) -> None:
    bench.send(14, PDU)
    bench.send(14, PDU)
    status, answer = _ask(bench, "GET", "/v1/submits?after=1")
    assert status == 200
    assert answer["next"] == 2
    assert [line["ref"] for line in answer["submits"]] == [1]  # type: ignore[attr-defined]
    assert _ask(bench, "GET", "/v1/submits?after=2") == (200, {"submits": [], "next": 2, "missed": 0})


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


def test_network_is_shown_as_it_is_set(bench: Bench) -> None:
    changed = _ask(bench, "POST", "/v1/network", {"latency_ms": 20, "retry_ms": [5], "zone_quarters": 12})
    assert _ask(bench, "GET", "/v1/network") == changed
    shown = changed[1]
    assert (shown["latency_ms"], shown["report_latency_ms"], shown["validity_ms"]) == (20, 1000, 259_200_000)
    assert (shown["retry_ms"], shown["report_trying"], shown["zone_quarters"]) == ([5], False, 12)


def test_modems_are_listed_and_found_by_number_or_name(bench: Bench) -> None:
    status, listed = _ask(bench, "GET", "/v1/modems")
    assert status == 200
    assert [modem["name"] for modem in listed["modems"]] == ["modem0"]  # type: ignore[attr-defined]
    bench.deliver("5")
    bench.say("AT")
    found = _ask(bench, "GET", "/v1/modems/0")
    assert _ask(bench, "GET", "/v1/modems/modem0") == _ask(bench, "GET", "/v1/modems/%6dodem0") == found
    state = found[1]
    assert (state["number"], state["open"], state["registered"]) == (bench.modem.number, True, True)
    assert state["memories"]["SM"] == {"used": 1, "capacity": 30}  # type: ignore[index]


def test_events_are_read_after_a_cursor(bench: Bench) -> None:
    bench.send(14, PDU)
    bench.deliver("5")
    status, answer = _ask(bench, "GET", "/v1/events?after=1")
    assert status == 200
    assert [line["event"] for line in answer["events"]] == ["deliver"]  # type: ignore[attr-defined]
    assert (answer["next"], answer["missed"]) == (2, 0)


def test_long_poll_is_answered_by_what_comes_or_at_its_end(bench: Bench) -> None:
    bench.send(14, PDU)
    waiting = handle(Request("GET", "/v1/submits?after=1&wait_ms=2500", b"", True), _around(bench))
    assert isinstance(waiting, Waiting)
    assert waiting.until == bench.now + 2.5
    assert waiting.look(False) is None
    over = waiting.look(True)
    assert over is not None
    assert json.loads(over.body) == {"submits": [], "next": 1, "missed": 0}
    bench.send(14, PDU)
    come = waiting.look(False)
    assert come is not None
    assert json.loads(come.body)["next"] == 2
    assert _ask(bench, "GET", "/v1/submits?after=1&wait_ms=2500")[1]["next"] == 2  # there is one: no wait


CALL = {"from": "+79131234567"}


def test_subscriber_calls_presses_keys_and_hangs_up(bench: Bench) -> None:
    bench.say("AT+CLIP=1;+DDET=1")
    assert _ask(bench, "POST", "/v1/modems/0/call", CALL) == (200, {"rings": True, "cause": None})
    assert b"RING" in bench.wait(0)
    call = {"number": "+79131234567", "outgoing": False, "phase": "alerting"}
    assert _ask(bench, "GET", "/v1/modems/0")[1]["call"] == call
    assert _ask(bench, "POST", "/v1/modems/0/call/dtmf", {"keys": "1"})[0] == 409  # nobody has answered
    bench.say("ATA")
    answer = _ask(bench, "POST", "/v1/modems/0/call/dtmf", {"keys": "1#"})
    assert answer == (200, {"call": call | {"phase": "active"}})
    bench.wait(1)
    keys = [line["key"] for line in bench.journal.events_after(0)[0] if line.get("what") == "dtmf"]
    assert keys == ["1", "#"]
    assert _ask(bench, "POST", "/v1/modems/0/call/hangup") == (200, {"call": None})
    assert b"NO CARRIER" in bench.wait(0)


def test_subscriber_who_is_called_answers_or_rejects(bench: Bench) -> None:
    bench.raw(b"ATD+79131234567;\r")
    bench.wait(1)
    assert _ask(bench, "POST", "/v1/modems/0/call/answer")[1]["call"]["phase"] == "active"  # type: ignore[index]
    assert _ask(bench, "POST", "/v1/modems/0/call/answer")[0] == 409
    bench.say("ATH")
    assert _ask(bench, "POST", "/v1/modems/0/call/hangup")[0] == 409  # there is no call
    bench.raw(b"ATD+79131234567;\r")
    bench.wait(1)
    assert _ask(bench, "POST", "/v1/modems/0/call/hangup") == (200, {"call": None})
    assert bench.journal.events_after(0)[0][-1]["cause"] == "rejected"


def test_call_to_a_modem_that_is_busy_says_so(bench: Bench) -> None:
    _ask(bench, "POST", "/v1/modems/0/call", CALL)
    other = {"from": "+79139999999"}
    assert _ask(bench, "POST", "/v1/modems/0/call", other) == (200, {"rings": False, "cause": "busy"})
    assert _ask(bench, "POST", "/v1/modems/0/call", CALL)[0] == 409  # this subscriber has a call already


def test_operator_shows_a_text_and_only_one_session_at_a_time(bench: Bench) -> None:
    bench.say("AT+CUSD=1")
    body = {"text": "5.00 left", "wants_reply": True}
    assert _ask(bench, "POST", "/v1/modems/0/ussd", body) == (200, {})
    assert b'+CUSD: 1,"5.00 left"' in bench.wait(0)
    assert _ask(bench, "POST", "/v1/modems/0/ussd", body)[0] == 409


def test_fault_is_armed_listed_struck_and_cleared(bench: Bench) -> None:
    body = {"kind": "error", "on": "+CSQ", "family": "cme", "code": 30, "times": 2}
    assert _ask(bench, "POST", "/v1/modems/0/fault", body) == (200, {"number": 1})
    assert _ask(bench, "POST", "/v1/modems/0/fault", {"kind": "blanks", "on": "+CREG"}) == (200, {"number": 2})
    bench.say("AT+CMEE=1")
    assert bench.say("AT+CSQ") == ["+CME ERROR: 30"]
    found = _ask(bench, "GET", "/v1/modems/0/faults")[1]["faults"]
    assert [(fault["kind"], fault["struck"]) for fault in found] == [("error", 1), ("blanks", 0)]  # type: ignore[attr-defined]
    assert _ask(bench, "DELETE", "/v1/modems/0/faults?number=1") == (200, {"cleared": 1})
    assert bench.say("AT+CSQ")[-1] == "OK"
    assert _ask(bench, "DELETE", "/v1/modems/0/faults") == (200, {"cleared": 1})
    assert _ask(bench, "GET", "/v1/modems/0/faults") == (200, {"faults": []})


def test_fault_that_happens_at_once_has_no_number(bench: Bench) -> None:
    assert _ask(bench, "POST", "/v1/modems/0/fault", {"kind": "signal", "rssi": 3}) == (200, {"number": None})
    assert _ask(bench, "GET", "/v1/modems/0")[1]["signal"] == 3
    assert _ask(bench, "POST", "/v1/modems/0/fault", {"kind": "swap", "other": "9"})[0] == 409


def test_head_is_answered_as_get(bench: Bench) -> None:
    assert _send(bench, Request("HEAD", "/v1/modems", b"", True)).status == 200


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
        ("GET", "/v1/modems/modem9", None, 404),
        ("GET", "/v1/modems/", None, 404),
        ("GET", "/v1/modems?after=1", None, 400),
        ("GET", "/v1/submits?after=1&after=2", None, 400),
        ("GET", "/v1/events?wait_ms=30001", None, 400),
        ("GET", "/v1/events?after=1.0", None, 400),
        ("DELETE", "/v1/submits", None, 405),
        ("GET", "/v1/submits?after=-1", None, 400),
        ("GET", "/v1/submits?after=x", None, 400),
        ("POST", "/v1/modems/0/deliver", b"{", 400),
        ("POST", "/v1/modems/0/deliver", b"[]", 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1"}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1", "text": 5}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1", "text": "x", "time": 1}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "", "text": "x"}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1", "text": "x", "class": 4}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1", "text": "x", "class": False}, 400),
        ("POST", "/v1/modems/0/fault", {"kind": "registration", "stat": True}, 400),
        ("POST", "/v1/modems/0/deliver", {"from": "1", "text": "x", "pdu": "00"}, 400),
        ("POST", "/v1/modems/0/deliver", {"pdu": "0"}, 400),
        ("POST", "/v1/modems/0/deliver", {"pdu": "00"}, 422),
        ("POST", "/v1/modems/0/deliver", {"sender": "1", "text": "x"}, 400),
        ("POST", "/v1/modems/0/deliver?x=1", {"from": "1", "text": "x"}, 400),
        ("POST", "/v1/modems/0/deliver", b"[" * 100_000, 400),
        ("POST", "/v1/network", {"latency_ms": -1}, 400),
        ("POST", "/v1/network", {"latency_ms": True}, 400),
        ("POST", "/v1/network", {"retry_ms": ["x"]}, 400),
        ("POST", "/v1/network", {"zone_quarters": 99}, 400),
        ("POST", "/v1/network", {"handsets": {"+7": {"state": "dead"}}}, 400),
        ("POST", "/v1/network", {"handsets": {"+7": "on"}}, 400),
        ("POST", "/v1/network", {"unknown": 1}, 400),
        ("POST", "/v1/modems/0/fault", {"kind": "nothing"}, 400),
        ("POST", "/v1/modems/0/fault", {"kind": "signal", "rssi": 50}, 422),
        ("POST", "/v1/modems/0/call", {"from": "x"}, 400),
        ("POST", "/v1/modems/0/call/hangup", None, 409),
        ("POST", "/v1/network", {"latency_ms": {"kind": "uniform", "min_ms": 2, "max_ms": 1}}, 422),
    ],
)
def test_wrong_request_is_refused_with_one_sentence(
    bench: Bench, method: str, target: str, body: object, status: int
) -> None:
    got, answer = _ask(bench, method, target, body)
    assert got == status == answer["status"]
    assert answer["type"] == "about:blank"
    assert str(answer["detail"]).endswith(".")


def test_every_mistake_in_a_body_is_pointed_at(bench: Bench) -> None:
    body = {"handsets": {"+7/9~1": {"state": "dead"}}, "colour": 1}
    _, answer = _ask(bench, "POST", "/v1/network", body)
    pointers = [mistake["pointer"] for mistake in answer["errors"]]  # type: ignore[attr-defined]
    assert pointers == ["/handsets/+7~19~01/state", "/colour"]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("modems/0/fault", {"kind": "error", "code": -1}, "/code"),  # not /error/code: that is the variant's name
        ("network", {"latency_ms": {"kind": "fixed"}}, "/latency_ms/ms"),
        ("network", {"retry_ms": [1, -1]}, "/retry_ms/1"),
        ("modems/0/call", {"from": "1", "replies": {"x": "1"}}, "/replies/x"),
        ("modems/0/deliver", {"from": "1"}, "/text"),
        ("modems/0/deliver", [], ""),
    ],
)
def test_mistake_is_pointed_at_where_it_stands_in_the_body(bench: Bench, path: str, body: object, pointer: str) -> None:
    _, answer = _ask(bench, "POST", f"/v1/{path}", body)
    assert answer["errors"][0]["pointer"] == pointer  # type: ignore[index]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_wrong_method_names_the_right_ones(bench: Bench, method: str) -> None:
    reply = _send(bench, Request(method, "/v1/modems/0/deliver", b"", True))
    assert (reply.status, reply.allow) == (405, "POST")
    assert _send(bench, Request("DELETE", "/v1/network", b"", True)).allow == "GET, POST, HEAD"


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8000", None, 200),
        ("localhost", "http://localhost:3000", 200),
        ("[::1]:80", None, 200),
        ("evil.example:8000", None, 421),
        ("127.0.0.1.evil.example", None, 421),
        ("[", None, 421),
        ("", None, 421),
        ("127.0.0.1", "https://evil.example", 403),
        ("127.0.0.1", "null", 403),
    ],
)
def test_pages_of_other_sites_are_turned_away(bench: Bench, host: str, origin: str | None, status: int) -> None:
    assert _send(bench, Request("GET", "/v1/modems", b"", True, host, origin)).status == status


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200),
        ("", 200),
        ("application/x-www-form-urlencoded", 200),
        ("text/plain", 415),
        ("text/xml", 415),
    ],
)
def test_body_has_to_be_json_by_its_type(bench: Bench, media_type: str, status: int) -> None:
    request = Request("POST", "/v1/network", b"{}", True, media_type=media_type)
    assert _send(bench, request).status == status


def test_half_wrong_network_request_changes_nothing(bench: Bench) -> None:
    body = {"latency_ms": 5, "handsets": {"+7": {"state": "dead"}}}
    assert _ask(bench, "POST", "/v1/network", body)[0] == 400
    assert bench.conditions == Conditions(report_latency_s=1.0)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["latency_ms", "handsets", "retry_ms", "from", "text", "zone_quarters"]


# How long an example takes says something about the machine only.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3))
def test_any_json_gets_an_answer(body: dict[str, object]) -> None:
    bench = Bench(1, Conditions())
    for target in ("/v1/network", "/v1/modems/0/deliver"):
        assert _ask(bench, "POST", target, body)[0] in (200, 400, 422)


def test_whole_number_with_a_fraction_of_zero_is_whole(bench: Bench) -> None:
    assert _ask(bench, "POST", "/v1/network", b'{"zone_quarters": 12.0}')[1]["zone_quarters"] == 12
    assert _ask(bench, "POST", "/v1/network", b'{"zone_quarters": 12.5}')[0] == 400
    assert _ask(bench, "POST", "/v1/network", b'{"latency_ms": NaN}')[0] == 400


def test_money_is_a_number_and_nothing_is_taken_for_something_else(bench: Bench) -> None:
    account = {"+79131234567": {"balance": 10.10}}
    shown = _ask(bench, "POST", "/v1/network", {"accounts": account})[1]
    assert shown["accounts"] == account
    assert _ask(bench, "POST", "/v1/network", {"accounts": {"+79131234567": {"balance": "1"}}})[0] == 400
    assert _ask(bench, "POST", "/v1/modems/0/fault", {"kind": "unplug", "rename": 0})[0] == 400
