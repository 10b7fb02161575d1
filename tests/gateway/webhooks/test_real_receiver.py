"""A receiver of its own on a real socket, and the daemon that tells it."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

import gateway.webhooks
from gateway import config as configuration
from gateway.cli import main
from gateway.cli.visits import take
from gateway.daemon import Daemon
from gateway.store import tellings
from gateway.store.database import open_writer, transaction
from gateway.store.opening import writable
from gateway.store.writer import Writer
from gateway.upstreamsettings import WebhookSettings
from gateway.webhooks.teller import Teller
from modem.emulator import urls
from scheduler.clock import SystemClock
from tests.gateway.conftest import PHONE, Centre

_SECRET = b"s3cret"


class _Server(ThreadingHTTPServer):
    """Takes what is posted; `stuck` is set once it leaves a request without an answer, from number `sticks_at` on."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, sticks_at: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sticks_at = sticks_at
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.news = threading.Condition()
        self.stuck, self.freed = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    def wait_for(self, count: int) -> None:
        with self.news:
            assert self.news.wait_for(lambda: len(self.got) >= count, 20), f"only {len(self.got)} came"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.news:
            self.server.got.append((dict(self.headers), body))
            self.server.news.notify_all()
        if len(self.server.got) >= self.server.sticks_at:
            self.server.stuck.set()
            self.server.freed.wait(20)
            self.close_connection = True
            return
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests say enough."""


_Serve = Callable[..., _Server]


@pytest.fixture
def serve() -> Iterator[_Serve]:
    running: list[tuple[_Server, threading.Thread]] = []

    def start(sticks_at: int = 1000) -> _Server:
        server = _Server(sticks_at)
        thread = threading.Thread(target=partial(server.serve_forever, 0.01))
        thread.start()
        running.append((server, thread))
        return server

    yield start
    for server, thread in running:
        server.freed.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _is_ours(headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, written from the description alone."""
    stamp, given = headers["X-Otklik-Signature"].split(",")
    mac = hmac.HMAC(_SECRET, digestmod=hashlib.sha256)
    mac.update(stamp.removeprefix("t=").encode("ascii"))
    mac.update(b".")
    mac.update(body)
    return given == "v1=" + mac.hexdigest() and abs(time.time() - int(stamp.removeprefix("t="))) < 60


def _described() -> Callable[..., bool]:
    """The function that we tell receivers to use."""
    text = gateway.webhooks.__doc__
    assert text is not None
    code = dedent(text[text.index("    import hashlib") : text.index("\nIt answers 2xx")])
    names: dict[str, Any] = {}
    exec(code, names)
    function: Callable[..., bool] = names["is_genuine"]
    return function


@pytest.fixture
def config(tmp_path: Path, serve: _Serve) -> Iterator[tuple[Path, _Server]]:
    server = serve()
    (tmp_path / "crm.secret").write_bytes(_SECRET + b"\n")
    path = tmp_path / "config.yaml"
    path.write_text(
        "modems: [{name: m1, port: emu://}]\n"
        "survey: {delay_s: 0, window: always}\n"
        "http: null\n"
        f"webhooks: [{{name: crm, url: '{server.url}', secret_file: crm.secret}}]\n",
        encoding="utf-8",
    )
    yield path, server
    urls.close_network()


def test_low_rating_by_sms_reaches_a_receiver_that_verifies_it(config: tuple[Path, _Server]) -> None:
    path, server = config
    settings = configuration.load(path)
    visits = path.with_name("visits.csv")
    visits.write_text(f"foreign_id,office,service,received_at,phone,consent\nv1,BRN1,REG,2017-09-12T10:00,{PHONE},1\n")
    daemon = Daemon(settings)
    daemon.start()
    try:
        take(settings, visits, "csv", "test", lambda line: None)
        network, clock = urls.network(), SystemClock()
        until = clock.monotonic() + 15
        while not network.submits()[0]:
            assert clock.monotonic() < until
            clock.wait((), clock.monotonic() + 0.02)
        network.deliver(0, PHONE, "1")
        server.wait_for(2)
    finally:
        daemon.stop()
    told = [json.loads(body) for _, body in server.got]
    assert sorted(one["kind"] for one in told) == ["callback.opened", "rating.created"]
    assert {one["visit"]["foreign_id"] for one in told} == {"v1"}
    rating = next(one["data"] for one in told if one["kind"] == "rating.created")
    assert (rating["overall"], rating["source"]) == (1, "sms")
    described = _described()
    for headers, body in server.got:
        assert _is_ours(headers, body)
        assert described(_SECRET, headers["X-Otklik-Signature"], body)
        assert not described(_SECRET, headers["X-Otklik-Signature"], body + b" ")
        assert not described(b"other", headers["X-Otklik-Signature"], body)
        assert not described(_SECRET, headers["X-Otklik-Signature"], body, window_s=-1)
        assert not described(_SECRET, "t=1", body)
        assert PHONE[2:].encode() not in body


def test_teller_that_hangs_up_does_not_wait_for_a_receiver_that_is_stuck(
    centre: Centre, tmp_path: Path, serve: _Serve
) -> None:
    server = serve(sticks_at=2)
    secret = tmp_path / "secret"
    secret.write_bytes(_SECRET)
    centre.db.conn.commit()
    with transaction(centre.db):
        tellings.configure(centre.db, {"crm": ["rating.created"]})
        for k in (1, 2):
            centre.invited(f"v{k}", f"+7913020000{k}")
            centre.hear("5", f"+7913020000{k}")
    writer = Writer(open_writer(centre.path, checkpoints=False), centre.path)
    hook = WebhookSettings(name="crm", url=server.url, secret_file=secret, timeout_s=60)
    teller = Teller(hook, writer, SystemClock(), lambda: 0.5)
    run = threading.Thread(target=teller.run)
    run.start()
    try:
        assert server.stuck.wait(10)
        teller.hang_up()
        run.join(10)
        assert not run.is_alive()
    finally:
        server.freed.set()
        run.join(10)
        teller.close()
        writer.close()
    assert centre.all("SELECT state, attempts FROM tellings") == [("told", 1), ("pending", 1)]
    assert tellings.listed(centre.db)[0]["failures"] == 0


def test_commands_show_a_troubled_hook_and_what_was_given_up(config: tuple[Path, _Server]) -> None:
    path, _ = config
    run = partial(CliRunner().invoke, main)
    with writable(configuration.load(path).database) as db, transaction(db):
        db.execute(
            "INSERT INTO hooks (name, kinds, failures, troubled_at, trouble) VALUES ('crm', '[\"rating.created\"]', 3,"
            " '2017-09-13T05:00:00.000Z', 'HTTP 410')"
        )
        db.execute(
            "INSERT INTO events (key, kind, topic, body, happened_at)"
            " VALUES ('e-1', 'rating.created', 'visit 1', '{}', '2017-09-13T04:00:00.000Z')"
        )
        db.execute(
            "INSERT INTO tellings (hook, event, topic, state, attempts, reason)"
            " VALUES ('crm', 1, 'visit 1', 'dead', 3, 'HTTP 422')"
        )
    shown = run(["status", "-c", str(path)]).output
    assert "WEBHOOK crm since 2017-09-13T05:00:00.000Z, 0 wait: HTTP 410" in shown
    assert "events given up for webhook crm: 1; otklik webhooks dead" in shown
    listed = json.loads(run(["webhooks", "-c", str(path), "--json"]).output.splitlines()[-1])
    assert [(hook["name"], hook["kinds"], hook["dead"]) for hook in listed["webhooks"]] == [
        ("crm", ["rating.created"], 1)
    ]
    assert "HTTP 422" in run(["webhooks", "dead", "-c", str(path)]).output
    missing = run(["webhooks", "requeue", "7", "-c", str(path)])
    assert (missing.exit_code, missing.output) == (
        1,
        "No event 7 was given up; otklik webhooks dead shows those that were.\n",
    )
    assert run(["webhooks", "requeue", "-c", str(path)]).exit_code == 2
    assert run(["webhooks", "requeue", "--all", "-c", str(path)]).output == "told again: 1\n"
    assert run(["webhooks", "dead", "-c", str(path)]).output == "No event was given up.\n"
    with writable(configuration.load(path).database) as db:
        assert db.execute("SELECT state, attempts FROM tellings").fetchall() == [("pending", 0)]


def test_files_of_a_hook_are_sought_beside_the_configuration(config: tuple[Path, _Server]) -> None:
    path, _ = config
    text = path.read_text(encoding="utf-8").replace("crm.secret}", "crm.secret, tls: {ca_file: certs/ca.pem}}")
    path.write_text(text, encoding="utf-8")
    (hook,) = configuration.load(path).webhooks
    assert (hook.secret_file, hook.tls.ca_file) == (path.parent / "crm.secret", path.parent / "certs/ca.pem")
    assert hook.tls.cert_file is None


def test_check_names_a_secret_that_cannot_be_read(config: tuple[Path, _Server]) -> None:
    path, server = config
    run = partial(CliRunner().invoke, main, ["check", "-c", str(path)])
    assert f"{server.url.removesuffix('/hook')} is told of rating.created" in run().output
    path.with_name("crm.secret").unlink()
    found = run()
    assert found.exit_code == 1
    assert f"The secret file {path.with_name('crm.secret')} cannot be read" in found.output
