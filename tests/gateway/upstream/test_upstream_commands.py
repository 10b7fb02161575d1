"""`otklik push`, `otklik upstream`, and what status and check say of the way up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme
from click.testing import CliRunner, Result

from gateway import formfiles
from gateway.cli import main
from gateway.config import load
from gateway.directory import Directory
from gateway.model import Office, Service
from gateway.store import deliveries
from gateway.store.database import transaction
from gateway.upstream import desk as decisions
from gateway.upstream import transport
from gateway.upstream.locking import turn
from gateway.upstreamchecks import examine_upstream
from gateway.upstreamsettings import UpstreamSettings, WebhookSettings
from gateway.webhookchecks import examine_webhook
from scheduler.clock import SystemClock
from tests.gateway.upstream.box import Box, Fake, box
from tests.gateway.upstream.wire import replied

CONFIG = """
database: otklik.db
upstream:
  - {name: up, url: "https://up.example", format: json, vendor: "9901", status_codes: null, on_unknown: hold}
"""


class Desk:
    """A person at a terminal, and a box whose commands reach the fake upstream."""

    def __init__(self, of: Box, config: Path) -> None:
        self.of = of
        self._config = str(config)

    def type(self, *words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*words, "--config", self._config])
        assert result.exit_code == code, result.output
        return result

    def write_config(self, text: str) -> None:
        Path(self._config).write_text(text, encoding="utf-8")

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.type(*words, "--json", code=code).stdout.splitlines()[-1])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    with box(tmp_path, on_unknown="hold") as of:
        real = transport.Transport

        def reached(*words: Any, **options: Any) -> transport.Transport:
            return real(*words, **{**options, "wire": httpx2.MockTransport(of.fake), "attempts": 1})

        monkeypatch.setattr(transport, "Transport", reached)
        yield Desk(of, config)


def refusing(_: httpx2.Request) -> httpx2.Response:
    return replied(422, b"no such form")


def losing(_: httpx2.Response) -> httpx2.Response:
    raise httpx2.ReadTimeout("late")


def test_push_that_is_hindered_says_so_once_and_on_standard_error(desk: Desk) -> None:
    desk.of.rate()
    desk.of.fake.before = lambda _: replied(503)
    pushed = desk.type("push", code=1)
    assert pushed.stdout == "up: 0 ratings posted, 0 accepted, 0 rejected\n"
    assert pushed.stderr.count("upstream answers 503") == 1
    assert len(pushed.stderr.splitlines()) == 1


def test_dead_letters_of_an_upstream_that_there_is_not_are_refused(desk: Desk) -> None:
    assert "There is no upstream nosuch" in desk.type("upstream", "dead", "nosuch", code=2).stderr


def test_push_sends_what_is_due_and_says_how_much(desk: Desk) -> None:
    desk.of.rate(3)
    assert desk.json("push") == {
        "upstreams": [{"name": "up", "posted": 3, "accepted": 3, "rejected": 0, "why_not": None}]
    }
    assert desk.type("push").stdout == "up: 0 ratings posted, 0 accepted, 0 rejected\n"
    assert desk.of.fake.took == {"v1": 1, "v2": 1, "v3": 1}


def test_push_that_fails_says_why_and_exits_with_one(desk: Desk) -> None:
    desk.of.rate()
    desk.of.fake.before = lambda _: replied(503)
    said = desk.type("push", code=1)
    assert said.stdout == "up: 0 ratings posted, 0 accepted, 0 rejected\n"
    assert re.fullmatch(r"up: upstream answers 503; tried again at [0-9 :-]{19} UTC\n", said.stderr)


def test_push_does_not_wait_for_the_next_try(desk: Desk) -> None:
    desk.of.rate()
    desk.of.fake.before = lambda _: replied(503)
    desk.type("push", code=1)
    desk.of.fake.before = lambda _: None
    assert "1 accepted" in desk.type("push").stdout


def test_push_beside_the_daemon_sends_nothing_twice(desk: Desk) -> None:
    desk.of.rate()
    with turn(desk.of.path, "up"):
        assert "another program pushes to it now" in desk.type("push", code=1).stderr
    assert desk.of.fake.posts == 0


def test_push_to_an_upstream_that_is_not_configured_is_a_wrong_call(desk: Desk) -> None:
    assert "There is no upstream down" in desk.type("push", "--upstream", "down", code=2).stderr


def test_list_counts_what_waits_and_what_arrived(desk: Desk) -> None:
    desk.of.rate(2)
    desk.type("push")
    desk.of.rate()
    (row,) = desk.json("upstream")["upstreams"]
    assert (row["waiting"], row["accepted"], row["in_doubt"], row["rejected"]) == (1, 2, 0, 0)
    assert row["oldest_waiting_at"] == "2017-09-13T05:00:00.000Z"
    assert "accepted" in desk.type("upstream", "list").stdout


def test_list_tells_when_it_goes_on(desk: Desk) -> None:
    desk.of.rate()
    desk.of.fake.before = lambda _: replied(503, headers={"Retry-After": "7200"})
    desk.type("push", code=1)
    (row,) = desk.json("upstream")["upstreams"]
    assert row["trouble"] == "upstream answers 503"
    assert datetime.fromisoformat(row["next_at"]) > datetime.now(UTC) + timedelta(hours=1.9)
    assert "up: upstream answers 503" in desk.type("status").stdout


def test_dead_letter_has_rating_visit_and_reason_and_goes_again_when_told_to(desk: Desk) -> None:
    desk.of.rate()
    desk.of.fake.before = refusing
    desk.type("push")
    (letter,) = desk.json("upstream", "dead")["dead"]
    assert (letter["visit"], letter["reason"]) == ("v1", "upstream answers 422: no such form")
    desk.of.fake.before = lambda _: None
    assert "has no dead letter r-0" in desk.type("upstream", "requeue", "up", "r-0", code=1).stderr
    assert desk.json("upstream", "requeue", "up", letter["rating"]) == {"requeued": 1}
    desk.type("push")
    assert desk.of.fake.took == {"v1": 1}
    assert desk.type("upstream", "dead").stdout == "No dead letters.\n"


def test_all_dead_letters_go_again_and_the_call_must_say_which(desk: Desk) -> None:
    desk.of.rate(2)
    desk.of.fake.before = refusing
    desk.type("push")
    assert "Say which rating" in desk.type("upstream", "requeue", "up", code=2).stderr
    assert desk.json("upstream", "requeue", "up", "--all") == {"requeued": 2}


def test_upstream_that_refuses_everything_is_told_and_goes_on_when_a_person_says_so(desk: Desk) -> None:
    desk.of.rate(20)
    desk.of.fake.before = refusing
    desk.type("push", code=1)
    assert "STOPPED since" in desk.type("upstream").stdout
    assert "STOPPED since" in desk.type("status").stdout
    assert "it is stopped" in desk.type("push", code=1).stderr
    desk.of.fake.before = lambda _: None
    desk.type("upstream", "resume", "up")
    desk.type("push")
    assert desk.of.states() == {"accepted": 12, "rejected": 8}


def test_batch_in_doubt_is_shown_and_settled_by_a_person(desk: Desk) -> None:
    desk.of.rate(2)
    desk.of.fake.after = losing
    desk.type("push", code=1)
    (row,) = desk.json("upstream")["upstreams"]
    assert (row["in_doubt"], row["held"]) == (2, 2)
    key = row["batches"][0]["key"]
    assert f"batch {key} is in doubt" in desk.type("upstream").stdout
    assert "no batch b-0" in desk.type("upstream", "settle", "up", "b-0", code=1).stderr
    assert desk.json("upstream", "settle", "up", key) == {"settled": key, "ratings": 2}
    assert desk.of.states() == {"accepted": 2}


def test_batch_in_doubt_is_posted_again_when_a_person_says_so(desk: Desk) -> None:
    desk.of.rate()
    desk.of.fake.after = losing
    desk.type("push", code=1)
    desk.of.fake.after = lambda response: response
    assert desk.json("upstream", "resume", "up") == {"resumed": "up", "released": 1}
    desk.type("push")
    assert (desk.of.fake.took, desk.of.fake.posts) == ({"v1": 1}, 2)


def test_batch_that_has_arrived_under_a_packet_is_asked_about(tmp_path: Path) -> None:
    with box(tmp_path, on_unknown="hold", status_codes={}) as of:
        of.rate()
        of.fake.after = losing
        of.run()
        of.fake.after = lambda response: response
        (key,) = of.all("SELECT key FROM batches")[0]
        with transaction(of.db):
            decisions.settle(of.db, "up", key, "77", of.clock.now())
        of.later(hours=1)
        of.run()
        assert of.all("SELECT state, packet, status FROM batches") == [("accepted", "77", "2")]


def test_upstream_that_was_taken_out_of_the_configuration_is_said_to_wait_for_nothing(desk: Desk) -> None:
    desk.of.rate()
    desk.type("push")
    desk.write_config("database: otklik.db\nupstream: []\n")
    for words in (("upstream",), ("status",)):
        assert "up: is not in the configuration any more" in desk.type(*words).stdout
    (row,) = desk.json("upstream")["upstreams"]
    assert row["configured"] is False


def test_dead_letters_of_one_upstream_are_not_anothers(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.rate()
        of.fake.before = refusing
        of.run()
        assert len(deliveries.dead(of.db, "up")) == len(deliveries.dead(of.db)) == 1
        assert deliveries.dead(of.db, "other") == []


def test_packet_without_a_last_word_is_listed_for_a_person(desk: Desk) -> None:
    of = desk.of
    of.rate()
    of.fake.after = lambda _: replied(200, b"?")
    of.run()
    with transaction(of.db):
        of.db.execute("UPDATE batches SET state = 'posted', packet = '7', looks = 12, reason = 'status 4'")
    (key,) = of.all("SELECT key FROM batches")[0]
    assert f"up: batch {key} has no last word after 12 tries: status 4" in desk.type("upstream", "list").stdout


OFFICE = Office("BRN1", "МФЦ", "МФЦ", "г. Барнаул", "01701000", "01401000000", "Asia/Barnaul", 60)
SERVICE = Service("EGRN", "Выписка", "Росреестр", "10000000001", "10000000101", "", "federal")
KNOWN = Directory({"BRN1": OFFICE}, {"EGRN": SERVICE})


def findings(
    answer: Callable[[httpx2.Request], httpx2.Response], known: Directory = KNOWN, **settings: Any
) -> list[tuple[bool, str]]:
    upstream = UpstreamSettings.model_validate(
        {"name": "up", "url": "https://up.example", "format": "json", "vendor": "9901", **settings}
    )
    wire = httpx2.MockTransport(answer)
    found = examine_upstream(upstream, SystemClock(), wire, known=known)
    return [(finding.fault, finding.text) for finding in found]


def form(change: str = "") -> bytes:
    ours = formfiles.load("direct-0.0.4").model_dump(mode="json")
    if change:
        ours["criteria"]["time"]["values"]["5"] = 450
    return json.dumps(ours).encode()


def test_check_compares_the_form_with_the_one_that_counts_upstream() -> None:
    assert findings(lambda _: replied(200, form())) == [(False, "https://up.example answers; its form is ours, 0.0.4")]
    ((fault, text),) = findings(lambda _: replied(200, form("another")))
    assert fault
    assert text.startswith("the mark 5 of time has the value 450 upstream, 45 here")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(401, b"who?", "upstream answers 401: who?"), (200, b"hello", "cannot be read"), (400, b"", "answers 400")],
)
def test_check_names_an_upstream_that_does_not_answer_as_it_should(status: int, body: bytes, said: str) -> None:
    ((fault, text),) = findings(lambda _: replied(status, body))
    assert fault
    assert said in text


def test_check_names_files_that_cannot_be_used(tmp_path: Path) -> None:
    ((fault, text),) = findings(lambda _: replied(200, form()), secret_file=tmp_path / "no")
    assert fault
    assert "secret file" in text
    ((fault, text),) = findings(lambda _: replied(200), form=str(tmp_path / "no.yaml"))
    assert fault


def cut(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.RemoteProtocolError("hung up", request=request)


def nobody(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("nobody there", request=request)


@pytest.mark.parametrize(
    ("answer", "cure"),
    [
        (nobody, "check url and the network"),
        (cut, "it may also want a certificate of ours (tls.cert_file and key_file)"),
        (lambda _: replied(401, b"who?"), "check who we are there: secret_file, vendor, tls.cert_file"),
        (lambda _: replied(404), "check url, format and vendor"),
        (lambda _: replied(503), "that is theirs to mend; look again later"),
    ],
)
def test_check_says_what_to_do_about_an_upstream_that_gives_no_form(
    answer: Callable[[httpx2.Request], httpx2.Response], cure: str
) -> None:
    ((fault, text),) = findings(answer)
    assert fault
    assert text.endswith(f"; {cure}")


def test_check_names_offices_of_vendors_that_there_are_not() -> None:
    (first, _) = findings(lambda _: replied(200, form()), vendors={"BRN1": "1", "BRNN": "2"})
    assert first == (True, "vendors has offices that are not in the offices file: BRNN; correct their codes")


def test_check_names_services_that_upstream_cannot_know() -> None:
    nameless = replace(SERVICE, code="NEW", service_id="")
    (first, _) = findings(lambda _: replied(200, form()), Directory(KNOWN.offices, {"NEW": nameless, "EGRN": SERVICE}))
    assert first == (
        True,
        "the services file gives no authority_id or service_id for NEW, and no rating of them is taken without; write"
        " their ids of the federal register",
    )


def test_check_looks_at_what_envelopes_are_signed_with(tmp_path: Path) -> None:
    def signed_by(**sign: Any) -> list[tuple[bool, str]]:
        return findings(lambda _: replied(200), url=None, spool=tmp_path, format="legacy-xml", sign=sign)[:-1]

    pair = trustme.CA(key_type=trustme.KeyType.RSA).issue_cert("us", key_type=trustme.KeyType.RSA)
    key, cert, empty = (tmp_path / name for name in ("key.pem", "cert.pem", "empty"))
    pair.private_key_pem.write_to_path(key)
    pair.cert_chain_pems[0].write_to_path(cert)
    empty.touch()
    ((fault, text),) = signed_by(key_file=key, cert_file=cert)
    assert (fault, "is valid until" in text) == (False, True)
    assert signed_by(key_file=tmp_path / "no") == [
        (True, f"The key {tmp_path / 'no'} cannot be read: No such file or directory; check sign.key_file.")
    ]
    assert signed_by(key_file=key, cert_file=empty)[0][0] is True
    assert signed_by(command=["no-such-program"]) == [
        (True, "There is no program no-such-program; check sign.command.")
    ]
    assert signed_by(command=["sh"]) == []


def test_check_names_a_file_without_certificates_once(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    why = "there is no certificate in PEM in it"
    unusable = (True, f"The certificates in {tmp_path / 'ca.pem'} cannot be used: {why}.")
    upstream = UpstreamSettings.model_validate(
        {"name": "up", "url": "https://up.example", "vendor": "1", "tls": {"ca_file": tmp_path / "ca.pem"}}
    )
    assert [(one.fault, one.text) for one in examine_upstream(upstream, SystemClock())] == [unusable]


def test_check_looks_at_hooks_without_telling_them(tmp_path: Path) -> None:
    reached: list[tuple[str, int]] = []

    def refused(host: str, port: int) -> None:
        raise ConnectionRefusedError("nobody there")

    def found(reach: Callable[[str, int], None]) -> list[tuple[bool, str]]:
        return [(one.fault, one.text) for one in examine_webhook(hook, SystemClock(), reach)]

    (tmp_path / "secret").write_text("s")
    hook = WebhookSettings(
        name="crm",
        url="https://me:pass@crm.example/?key=1",
        secret_file=tmp_path / "secret",
        events=("rating.created",),
    )
    assert found(lambda host, port: reached.append((host, port))) == [
        (False, "https://crm.example is told of rating.created")
    ]
    assert reached == [("crm.example", 443)]
    assert found(refused) == [(True, "https://crm.example cannot be reached: nobody there; check url and the network")]
    hook = hook.model_copy(update={"secret_file": tmp_path / "no"})
    ((fault, text),) = found(refused)
    assert (fault, "secret file" in text) == (True, True)


def test_check_names_a_certificate_near_its_end(tmp_path: Path) -> None:
    ca = trustme.CA()
    paths = [tmp_path / name for name in ("soon.pem", "key.pem", "old.pem")]
    for path, days in ((paths[0], 5), (paths[2], -5)):
        ends_at = datetime.now(UTC) + timedelta(days=days)
        certificate = ca.issue_cert("box", not_after=ends_at.replace(tzinfo=None))
        certificate.cert_chain_pems[0].write_to_path(path)
    certificate.private_key_pem.write_to_path(paths[1])
    found = findings(
        lambda _: replied(200, form()),
        tls={"cert_file": paths[0], "key_file": paths[1], "ca_file": paths[2]},
    )
    assert [fault for fault, _ in found] == [True, True, False]
    assert "ends on" in found[0][1]
    assert "has ended on" in found[1][1]


def test_check_looks_at_the_folder_of_a_spool(tmp_path: Path) -> None:
    assert findings(lambda _: replied(200), url=None, spool=tmp_path / "out")[0][0] is False
    (tmp_path / "file").write_text("")
    assert findings(lambda _: replied(200), url=None, spool=tmp_path / "file")[0][0] is True


def test_paths_of_an_upstream_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "upstream:\n"
        "  - {name: a, url: 'https://a.example', vendor: '1', form: own.yaml, secret_file: s, tls: {ca_file: ca},\n"
        "     format: legacy-xml, sign: {key_file: k, cert_file: c}}\n"
        "  - {name: b, spool: out, vendor: '1', format: legacy-xml, sign: {command: [sign, it]}}\n"
    )
    first, second = load(tmp_path / "config.yaml").upstream
    assert (first.form, first.secret_file, first.tls.ca_file) == (
        str(tmp_path / "own.yaml"),
        tmp_path / "s",
        tmp_path / "ca",
    )
    assert first.sign is not None
    assert (first.sign.key_file, first.sign.cert_file) == (tmp_path / "k", tmp_path / "c")
    assert second.sign is not None
    assert (second.spool, second.form, second.sign.command) == (tmp_path / "out", "direct-0.0.4", ("sign", "it"))


def test_fake_upstream_refuses_another_body_under_a_key() -> None:
    fake = Fake()
    request = httpx2.Request("POST", "https://up.example", headers={"Idempotency-Key": "k"}, content=b'{"ratings": []}')
    fake(request)
    with pytest.raises(AssertionError, match="another body"):
        fake(httpx2.Request("POST", "https://up.example", headers={"Idempotency-Key": "k"}, content=b"{}"))
