"""What came of a request, over a real socket where the socket matters."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import stamina
import trustme

from gateway.errors import UpstreamError
from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.transport import MOST_ANSWER, Transport
from gateway.upstreamsettings import TlsSettings
from scheduler.clock import SystemClock
from scheduler.virtual import VirtualClock
from tests.gateway.upstream.wire import replied

CLOCK = VirtualClock(datetime(2017, 9, 13, 5, tzinfo=UTC))
Answer = Callable[[httpx2.Request], httpx2.Response]


def asked(answer: Answer, *, again: bool = True, attempts: int = 1, **options: object) -> Outcome:
    with Transport(
        "https://up.example", CLOCK, wire=httpx2.MockTransport(answer), attempts=attempts, **options
    ) as transport:
        return transport.post("/rates", b"<x/>", "application/xml", key="k1", again=again)


def raising(problem: type[httpx2.TransportError]) -> Answer:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise problem("as it is", request=request)

    return answer


def test_request_carries_key_type_and_a_signature_over_time_and_body(tmp_path: Path) -> None:
    seen: list[httpx2.Request] = []
    secret = tmp_path / "secret"
    secret.write_bytes(b"tiger\n")
    answered = asked(lambda request: seen.append(request) or replied(200, b"ok"), secret_file=secret)
    assert answered == Answered(200, b"ok")
    at = int(CLOCK.now().timestamp())
    digest = hmac.new(b"tiger", f"{at}.<x/>".encode(), hashlib.sha256).hexdigest()
    headers = seen[0].headers
    assert headers["X-Otklik-Signature"] == f"t={at},v1={digest}"
    assert (headers["Idempotency-Key"], headers["Content-Type"]) == ("k1", "application/xml")
    assert str(seen[0].url) == "https://up.example/rates"


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (httpx2.ConnectError, Unsent),
        (httpx2.ConnectTimeout, Unsent),
        (httpx2.ReadTimeout, Lost),
        (httpx2.WriteError, Lost),
        (httpx2.RemoteProtocolError, Lost),
    ],
)
def test_error_of_the_network_tells_whether_the_request_may_have_been_heard(
    problem: type[httpx2.TransportError], kind: type[Outcome]
) -> None:
    assert asked(raising(problem)) == kind("as it is")


def test_redirect_is_not_followed() -> None:
    answered = asked(lambda _: replied(307, headers={"Location": "https://elsewhere.example/"}))
    assert answered == Answered(307, b"")


def test_answer_beyond_the_limit_is_not_whole() -> None:
    answered = asked(lambda _: httpx2.Response(200, content=iter([b"x" * 65536] * 100)))
    assert isinstance(answered, Answered)
    assert (len(answered.body), answered.whole) == (MOST_ANSWER, False)


def test_answer_that_breaks_off_keeps_its_status() -> None:
    def octets() -> Iterator[bytes]:
        yield b"<half"
        raise httpx2.ReadError("cut")

    assert asked(lambda _: httpx2.Response(400, content=octets())) == Answered(400, b"<half", whole=False)


def test_compressed_answer_is_not_blown_up() -> None:
    answered = asked(lambda _: httpx2.Response(200, headers={"Content-Encoding": "gzip"}, content=iter([b"\x1f\x8b"])))
    assert answered == Answered(200, b"\x1f\x8b")


@pytest.mark.parametrize(
    ("again", "requests"), [(True, 3), (False, 1)], ids=["may be resent", "may have been heard once only"]
)
def test_lost_answer_is_asked_for_again_within_seconds_where_that_is_allowed(again: bool, requests: int) -> None:
    count = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        count.append(request)
        raise httpx2.ReadTimeout("late", request=request)

    with stamina.set_testing(True, attempts=3):
        assert asked(answer, again=again, attempts=3) == Lost("late")
    assert len(count) == requests


def test_failure_of_a_moment_ends_in_the_answer_that_follows() -> None:
    answers = [replied(503), replied(429, headers={"Retry-After": "1"}), replied(200)]
    with stamina.set_testing(True, attempts=3):
        assert asked(lambda _: answers.pop(0), attempts=3) == Answered(200, b"")


def test_nothing_is_asked_after_hanging_up() -> None:
    with Transport("https://up.example", CLOCK, wire=httpx2.MockTransport(lambda _: httpx2.Response(200))) as transport:
        transport.hang_up()
        assert transport.get("/form") == Unsent("the program is about to end")


def test_secret_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UpstreamError, match="cannot be read: No such file"):
        Transport("https://up.example", CLOCK, secret_file=tmp_path / "secret")
    (tmp_path / "empty").write_bytes(b"\n")
    with pytest.raises(UpstreamError, match="is empty"):
        Transport("https://up.example", CLOCK, secret_file=tmp_path / "empty")


class _Server:
    """A server with TLS that wants a certificate of its clients."""

    def __init__(self, folder: Path) -> None:
        self.ca, self.other = trustme.CA(), trustme.CA()
        self.ca_file, self.cert_file, self.key_file = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
        self.ca.cert_pem.write_to_path(self.ca_file)
        self.client(self.ca)
        self.waits, self.answer_now = threading.Event(), threading.Event()

    def client(self, ca: trustme.CA) -> None:
        certificate = ca.issue_cert("box@centre.example")
        certificate.cert_chain_pems[0].write_to_path(self.cert_file)
        certificate.private_key_pem.write_to_path(self.key_file)

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.ca.issue_cert("localhost").configure_cert(context)
        self.ca.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        return context


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> _Server:
    return _Server(tmp_path_factory.mktemp("tls"))


@contextmanager
def serving(files: _Server) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/slow":
                files.waits.set()
                files.answer_now.wait(10)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *words: object) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *words: object) -> None:
            pass

    files.waits.clear()
    files.answer_now.clear()
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = files.context().wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=lambda: server.serve_forever(0.01))
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        files.answer_now.set()
        server.shutdown()
        server.server_close()
        thread.join()


def test_client_with_its_certificate_is_heard(files: _Server) -> None:
    tls = TlsSettings(ca_file=files.ca_file, cert_file=files.cert_file, key_file=files.key_file)
    with serving(files) as url, Transport(url, SystemClock(), tls=tls) as transport:
        assert transport.post("/rates", b"x", "text/plain") == Answered(200, b"ok")


def test_client_without_a_certificate_is_refused(files: _Server) -> None:
    with serving(files) as url, Transport(url, SystemClock(), tls=TlsSettings(ca_file=files.ca_file)) as transport:
        assert isinstance(transport.post("/rates", b"x", "text/plain"), Distrusted)


def test_server_of_an_unknown_authority_is_not_told_anything(files: _Server, tmp_path: Path) -> None:
    files.other.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = TlsSettings(ca_file=tmp_path / "ca.pem", cert_file=files.cert_file, key_file=files.key_file)
    with serving(files) as url, Transport(url, SystemClock(), tls=tls) as transport:
        assert isinstance(transport.post("/rates", b"x", "text/plain"), Distrusted)


def test_hanging_up_ends_a_request_that_waits_for_its_answer(files: _Server) -> None:
    tls = TlsSettings(ca_file=files.ca_file, cert_file=files.cert_file, key_file=files.key_file)
    with serving(files) as url, Transport(url, SystemClock(), tls=tls, timeout_s=60) as transport:

        def hang_up() -> None:
            files.waits.wait(10)
            transport.hang_up()

        thread = threading.Thread(target=hang_up)
        thread.start()
        assert isinstance(transport.post("/slow", b"x", "text/plain"), Lost)
        thread.join()


def test_certificate_that_cannot_be_used_is_told(files: _Server, tmp_path: Path) -> None:
    with pytest.raises(UpstreamError, match="client certificate"):
        Transport("https://up.example", CLOCK, tls=TlsSettings(cert_file=files.ca_file, key_file=tmp_path / "no"))
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(UpstreamError, match="certificates in"):
        Transport("https://up.example", CLOCK, tls=TlsSettings(ca_file=tmp_path / "ca.pem"))
