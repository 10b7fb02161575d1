from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.serving.http1 import MAX_HEAD, BadRequest, Request, response, take_request

HEADERS = b"Host: a:1\r\nOrigin: http://b\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2"
POST = b"POST /v1/network?x=1 HTTP/1.1\r\n" + HEADERS + b"\r\n\r\n{}"


def test_request_is_cut_off_the_front_of_the_buffer() -> None:
    buffer = bytearray(POST + b"GET")
    assert take_request(buffer) == Request(
        "POST", "/v1/network?x=1", b"{}", True, "a:1", "http://b", "application/json"
    )
    assert buffer == b"GET"
    assert take_request(buffer) is None


@pytest.mark.parametrize(
    ("version", "connection", "keep_alive"),
    [(b"1.1", b"close", False), (b"1.1", b"x", True), (b"1.0", b"x", False), (b"1.0", b"keep-alive", True)],
)
def test_connection_lasts_as_the_version_and_header_say(version: bytes, connection: bytes, keep_alive: bool) -> None:
    head = b"GET / HTTP/" + version + b"\r\nHost: a\r\nConnection: " + connection
    request = take_request(bytearray(head + b"\r\n\r\n"))
    assert request is not None
    assert request.keep_alive is keep_alive


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nnocolon", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\ncontent-length: 5", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", HTTPStatus.NOT_IMPLEMENTED),
    ],
)
def test_request_this_port_does_not_take_is_refused(head: bytes, status: HTTPStatus) -> None:
    with pytest.raises(BadRequest) as refused:
        take_request(bytearray(head + b"\r\n\r\n"))
    assert refused.value.status is status


def test_endless_head_is_refused() -> None:
    with pytest.raises(BadRequest):
        take_request(bytearray(b"x" * (MAX_HEAD + 1)))


def test_response_has_its_length_its_type_and_allowed_methods() -> None:
    out = response(HTTPStatus.METHOD_NOT_ALLOWED, b"{}", "application/problem+json", False, allow="GET")
    assert out == (
        b"HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n"
        b"Connection: close\r\nAllow: GET\r\n\r\n{}"
    )


def test_answer_to_head_has_the_length_and_no_body() -> None:
    out = response(HTTPStatus.OK, b"{}", "application/json", True, head_only=True)
    assert out.endswith(b"Content-Length: 2\r\nConnection: keep-alive\r\n\r\n")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_refused(data: bytes) -> None:
    for buffer in (bytearray(data), bytearray(POST[:20] + data + b"\r\n\r\n")):
        try:
            take_request(buffer)
        except BadRequest as bad:
            assert bad.status >= 400
