"""The double on a port: what only a wire can show."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx2
import pytest
import trustme
from click.testing import CliRunner

from gateway.cli import main
from gateway.simulator.upstream.app import MAX_BODY, make_app
from gateway.simulator.upstream.double import Double
from gateway.simulator.upstream.errors import UpstreamDoubleError
from gateway.simulator.upstream.keeping import Keeping
from gateway.simulator.upstream.serving import Server, Tls
from scheduler.clock import SystemClock
from tests.gateway.simulator.upstream.messages import RATES, batch, rating


@contextmanager
def serving(tls: Tls | None = None, database: Path | None = None) -> Iterator[str]:
    double = Double(SystemClock(), database=database)
    server = Server(make_app(double), "127.0.0.1", 0, tls)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()
        double.close()


def test_the_database_of_another_program_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "otklik.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE visits (id)")
    before = path.read_bytes()
    with pytest.raises(UpstreamDoubleError, match="is the database of another program"):
        Keeping(path)
    assert path.read_bytes() == before


@pytest.fixture
def url() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def http(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, timeout=10) as client:
        yield client


def raw(url: str, octets: bytes, end: bool = False) -> bytes:
    """Everything that is answered to these octets."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(octets)
        if end:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def test_no_answer_on_a_kept_connection_waits_for_an_acknowledgement(http: httpx2.Client) -> None:
    took = []
    for _ in range(21):
        began = time.perf_counter()
        http.get("/control/clock")
        took.append(time.perf_counter() - began)
    assert sorted(took)[10] < 0.03  # of which two parts of an answer would need 0.04


def test_a_lost_answer_is_a_closed_connection_and_a_timeout_is_silence(http: httpx2.Client) -> None:
    http.post("/control/faults", json={"kind": "answer_lost", "times": 1})
    with pytest.raises(httpx2.TransportError) as problem:
        http.post("/rates", content=RATES)
    assert not isinstance(problem.value, httpx2.TimeoutException)
    assert http.get("/control/counts").json()["packets"] == 1
    http.post("/control/faults", json={"kind": "timeout"})
    with pytest.raises(httpx2.ReadTimeout):
        http.post("/rates", content=RATES, timeout=0.05)


def test_a_hundred_megabytes_are_refused_before_they_are_sent(url: str) -> None:
    head = b"POST /rates HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
    answer = raw(url, head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"<code>too-large</code>" in answer


def test_octets_without_a_length_are_read_to_the_limit(http: httpx2.Client) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000_000
            yield b" " * 1_000_000

    with suppress(httpx2.TransportError):  # what is closed while we write may lose its answer
        assert http.post("/ratings", content=endless()).status_code == 413
    assert sent <= MAX_BODY + 30_000_000


def test_a_length_that_lies_takes_nothing(url: str, http: httpx2.Client) -> None:
    def sent(length: str, body: bytes, end: bool = False) -> bytes:
        return raw(url, f"POST /rates HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + body, end)

    whole = RATES.encode()
    assert sent(str(len(whole) + 1), whole, end=True) == b""
    longer = sent("4", b"<a/>THE REST\r\n\r\n")
    assert longer.startswith(b"HTTP/1.1 422 ")
    assert longer.count(b"HTTP/1.1 400 ") == 1
    for length in ("-1", "x", "1, 2"):
        assert sent(length, whole).startswith(b"HTTP/1.1 400 ")
    assert http.get("/control/counts").json()["packets"] == 0


def test_several_posts_at_once_are_each_taken_once(tmp_path: Path) -> None:
    with serving(database=tmp_path / "upstream.db") as url, httpx2.Client(base_url=url, timeout=30) as client:

        def post(number: int) -> int:
            key = f"k-{number % 20}"  # every packet twice
            ratings = [rating(f"r-{number % 20}-{each}") for each in range(5)]
            return client.post("/ratings", json=batch(*ratings, key=key)).status_code

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(post, range(40))) == {200}
        told = client.get("/control/counts").json()
    assert (told["packets"], told["counted"], told["repeated"]) == (20, 100, 0)


def test_only_a_client_with_a_certificate_is_served(tmp_path: Path) -> None:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    ours = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)
    cert, key, ca = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    ours.private_key_pem.write_to_path(str(key))
    for number, blob in enumerate(ours.cert_chain_pems):
        blob.write_to_path(str(cert), append=number > 0)
    authority.cert_pem.write_to_path(str(ca))
    known, unknown = ssl.create_default_context(cafile=ca), ssl.create_default_context(cafile=ca)
    known.load_cert_chain(cert, key)
    with serving(Tls(cert, key, ca)) as url:
        assert url.startswith("https://")
        with httpx2.Client(verify=known) as client:
            assert client.get(f"{url}/form").status_code == 200
        with httpx2.Client(verify=unknown) as client, pytest.raises(httpx2.TransportError):
            client.get(f"{url}/form")


def test_a_certificate_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")
    double = Double(SystemClock())
    with pytest.raises(UpstreamDoubleError, match="certificate"):
        Server(make_app(double), "127.0.0.1", 0, Tls(tmp_path / "cert.pem", tmp_path / "cert.pem"))
    double.close()


def test_a_port_that_is_taken_is_said() -> None:
    double = Double(SystemClock())
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UpstreamDoubleError, match="cannot listen"):
        Server(make_app(double), "127.0.0.1", taken.getsockname()[1])
    double.close()


def test_the_command_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    log, database = tmp_path / "upstream.log", tmp_path / "upstream.sqlite"
    command = [sys.executable, "-m", "gateway", "simulate-upstream", "--log", str(log), "--database", str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert list(ready) == ["url", "page", "control"]
        assert httpx2.post(f"{ready['url']}/rates", content=RATES).status_code == 200
        assert httpx2.get(ready["control"]).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == ["packet", "form"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--listen", "nowhere"], 2, "HOST:PORT"),
        (["--cert", "{here}"], 2, "--cert and --key together"),
        (["--secret-file", "{empty}"], 1, "the file is empty"),
        (["--form", "{here}"], 1, "is no form"),
        (["--database", "{here}"], 1, "cannot use the database"),
    ],
)
def test_a_call_that_is_wrong_is_said_in_one_sentence(
    tmp_path: Path, arguments: list[str], status: int, says: str
) -> None:
    (tmp_path / "here").write_text("x" * 200)
    (tmp_path / "empty").write_text("\n")
    places = {"here": tmp_path / "here", "empty": tmp_path / "empty"}
    result = CliRunner().invoke(main, ["simulate-upstream", *(one.format(**places) for one in arguments)])
    assert (result.exit_code, says in result.output) == (status, True), result.output
