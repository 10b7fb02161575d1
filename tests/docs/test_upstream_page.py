"""docs/upstream.md is true: what goes out is what it shows, what comes in is read so, its commands print what it says.

In output and examples `…` stands for any text. A line break and the spaces behind it are the page's.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pyarrow.parquet
import pytest
from click.testing import CliRunner
from cryptography import x509
from lxml import etree
from signxml.verifier import XMLVerifier
from starlette.testclient import TestClient

from gateway import formfiles
from gateway.cli import main
from gateway.config import load
from gateway.exchange import rates
from gateway.exchange.signing import sign
from gateway.export.columnar import write_parquet
from gateway.simulator.upstream import faults, xml
from gateway.simulator.upstream.app import make_app
from gateway.simulator.upstream.double import Double
from gateway.simulator.upstream.serving import Server
from gateway.store import ratings
from gateway.store.opening import readable
from gateway.upstream import answers
from gateway.upstream.alarming import TELL_AFTER
from gateway.upstream.deciding import (
    BREAKS_AFTER,
    FAILS_ALONE,
    LONG,
    Decision,
    Posted,
    Standing,
    after_look,
    after_post,
    hindered,
)
from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.rendering import render
from gateway.upstream.requests import form_request, packet_request
from gateway.upstream.retrying import next_at, retry_after_s, short_wait_s
from gateway.upstream.signing import signature
from gateway.upstream.theirform import their_form
from gateway.upstream.transport import ATTEMPTS
from gateway.upstream.verdicts import Later, verdict
from gateway.upstreamsettings import Format, SignSettings, StatusCodes, TlsSettings, UpstreamSettings, WebhookSettings
from gateway.webhooks import telling
from scheduler.clock import SystemClock
from tests.docs.upstreamexample import KINDS, Wire, reached, tell_the_example
from tests.gateway.exchange.conftest import make_pair
from tests.gateway.upstream.box import Box, Fake

PAGE = (Path(__file__).parents[2] / "docs" / "upstream.md").read_text(encoding="utf-8")
NOW = datetime(2017, 9, 14, 5, tzinfo=UTC)
KEY = "b-9b37ab944d0e09036cf86f0d"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RUN = re.compile(r"^<!-- run: (\w+) -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def block(kind: str, having: str) -> str:
    """The only block of a kind that has a text in it."""
    (found,) = [text for of, text in _BLOCK.findall(PAGE) if of == kind and having in text]
    return str(found)


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of a table by the first cell of its heading."""
    table = PAGE.split(f"\n| {heading} |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.split("|")[1:-1]]


def quoted(cell: str) -> list[str]:
    return cell.split("`")[1::2]


def flat(text: str) -> str:
    """A text without the page's line breaks: none between elements, a space between attributes."""
    return re.sub(r"\n *", " ", re.sub(r">\s*\n\s*<", "><", text.strip()))


def assert_shown(shown: str, written: bytes) -> None:
    """What a block shows is what was written, octet by octet but for line breaks."""
    pattern = ".*?".join(re.escape(piece) for piece in flat(shown).split("…"))
    assert re.fullmatch(pattern, flat(written.decode()), re.DOTALL), written.decode()


def assert_shown_json(shown: str, written: bytes) -> None:
    """The same of JSON, with a space behind each colon and comma that the octets have not."""
    loose = json.dumps(json.loads(written), ensure_ascii=False)
    pattern = ".*?".join(re.escape(piece) for piece in re.sub(r"\n *", " ", shown.strip()).split("…"))
    assert re.fullmatch(pattern.replace(r"\[\ ", r"\["), loose, re.DOTALL), loose
    assert json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":")).encode() == written


def settings(**changes: Any) -> UpstreamSettings:
    return UpstreamSettings.model_validate({"name": "up", "url": "https://up.example", "vendor": "9901-13", **changes})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the example, made once; nobody writes there."""
    folder = tmp_path_factory.mktemp("example")
    said = re.search(r"He answers «([^»]*)»", PAGE)
    assert said is not None
    tell_the_example(folder, block("xml", "EventsRequest"), said[1])
    return folder


@pytest.fixture(scope="module")
def rating(told: Path) -> dict[str, Any]:
    with readable(told / "otklik.db") as db:
        (found,) = ratings.wire(db, 0, 10)
    return found


def rendered(rating: Mapping[str, Any], form: Format, **changes: Any) -> bytes:
    how = settings(format=form, **changes)
    return render([rating], how.vendor, KEY, how, formfiles.load(how.form))[0]


# -- the formats --------------------------------------------------------------------------------------------------


def test_rates_request_is_what_is_sent_and_valid(rating: Mapping[str, Any]) -> None:
    body = rendered(rating, "rates-xml")
    assert_shown(block("xml", "<RatesRequest"), body)
    xml.validate(xml.parse(body))


def test_envelope_is_what_is_sent_and_valid(rating: Mapping[str, Any]) -> None:
    body = rendered(rating, "legacy-xml")
    assert_shown(block("xml", "<mkgu:body"), body)
    xml.validate(xml.parse(body))


def test_signed_envelope_is_what_is_shown_and_verified_by_two_others(rating: Mapping[str, Any], tmp_path: Path) -> None:
    pair = make_pair(tmp_path, "page")
    signed = sign(rendered(rating, "legacy-xml"), pair)
    root = etree.fromstring(signed)
    assert root[-1].tag == "{http://www.w3.org/2000/09/xmldsig#}Signature"
    xml.validate(root)
    of_it = signed[signed.index(b"<ds:Signature") : signed.index(b"</mkgu:body>")]
    assert_shown(block("xml", "<ds:Signature ").replace(' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', ""), of_it)
    assert pair.cert_file is not None
    XMLVerifier().verify(
        signed, x509_cert=x509.load_pem_x509_certificate(pair.cert_file.read_bytes()), id_attribute="ID"
    )
    (tmp_path / "file.xml").write_bytes(signed)
    pair.cert_file.rename(tmp_path / "cert.pem")
    (command,) = re.findall(r"`(xmlsec1 [^`]*)`", PAGE)
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True, timeout=20)


def test_questions_are_what_is_asked_and_valid() -> None:
    for having, (_, body) in {
        "<PacketsRequest": packet_request("rates-xml", "17", "9901"),
        "<FormsRequest": ("", form_request("rates-xml", "9901")),
    }.items():
        assert body is not None
        assert_shown(block("xml", having), body)
        xml.validate(xml.parse(body))


def test_answers_are_read_as_the_page_says() -> None:
    (packet,) = [block("xml", "<RatesResponse")]
    status = block("xml", "<PacketsResponse").encode()
    for dialect in ("rates-xml", "legacy-xml"):
        assert answers.packet_of(dialect, packet.encode()) == "17"
        assert answers.status_of(dialect, status) == answers.Status(2)
    first, second, third = (line.encode() for line in block("json", '{"packet": 17}').splitlines())
    assert answers.packet_of("json", first) == "17"
    assert answers.status_of("json", second) == answers.Status(2)
    assert answers.status_of("json", third) == answers.Status(2, (("r-f2fbe30a26e9dd7e", "no such office"),))


def test_answers_of_the_double_are_of_the_shape_shown(rating: Mapping[str, Any]) -> None:
    def shape(element: etree._Element) -> Any:
        return element.tag, sorted(element.attrib), [shape(child) for child in element]

    double = Double(SystemClock())
    with closing(double), TestClient(make_app(double)) as client:
        answer = client.post("/rates", content=rendered(rating, "rates-xml"))
        _, question = packet_request("rates-xml", "1", "9901")
        status = client.post("/packets", content=question)
        form = client.post("/forms", content=form_request("rates-xml", "9901"))
    for having, body in (("<RatesResponse", answer.content), ("<PacketsResponse", status.content)):
        assert shape(etree.fromstring(block("xml", having))) == shape(etree.fromstring(body))
    ours = formfiles.load("direct-0.0.4")
    assert their_form("rates-xml", form.content, ours).criteria == ours.criteria
    shown = etree.fromstring(block("xml", "<FormsResponse"))
    for path in ("//*[@service-type]/*", "//*[@id='9']/*[1]", "//*[@id='41']/*[1]"):
        theirs: Any = etree.fromstring(form.content).xpath(path)
        mine: Any = shown.xpath(path)
        assert [(one.tag, one.text) for one in mine] == [(one.tag, one.text) for one in theirs]


def test_json_batch_is_what_is_sent_and_taken(rating: Mapping[str, Any]) -> None:
    body = rendered(rating, "json")
    assert_shown_json(block("json", '"ratings": ['), body)
    double = Double(SystemClock())
    with closing(double), TestClient(make_app(double)) as client:
        assert client.post("/ratings", content=body).status_code == 200


def test_events_told_are_what_is_shown(told: Path) -> None:
    with readable(told / "otklik.db") as db:
        bodies = [body.encode() for (body,) in db.execute("SELECT body FROM events ORDER BY id").fetchall()]
    assert [json.loads(body)["kind"] for body in bodies] == list(KINDS)
    for kind, body in zip(KINDS, bodies, strict=True):
        assert_shown_json(block("json", f'"kind": "{kind}"'), body)
    assert tuple(json.loads(bodies[0])["data"]) == ratings.COLUMNS


# -- traps --------------------------------------------------------------------------------------------------------


def test_switch_exchanges_both_dates(rating: Mapping[str, Any]) -> None:
    body = rendered(rating, "rates-xml").decode()
    visited, rated = "2017-09-12T15:40:00+07:00", "2017-09-14T11:02:31+07:00"
    assert rendered(rating, "rates-xml", date="rating").decode() == body.replace(
        f"<date>{visited}</date><received-date>{rated}<", f"<date>{rated}</date><received-date>{visited}<"
    )


def test_service_without_a_procedure_has_its_own_id_there(rating: Mapping[str, Any]) -> None:
    body = rendered({**rating, "procedure_id": ""}, "rates-xml")
    assert b'<procedure id="10000000101"/>' in body


def test_one_digit_goes_up_as_five_equal_criteria(rating: Mapping[str, Any]) -> None:
    digit = {**rating, **dict.fromkeys(("time", "queue", "staff", "comfort", "info")), "overall": 4}
    assert re.findall(rb'value-id="(\d+)"', rendered(digit, "rates-xml")) == [b"44", b"49", b"54", b"59", b"64"]


def test_comment_and_phone_do_not_go_up_as_xml_and_no_phone_as_json(rating: Mapping[str, Any]) -> None:
    assert rating["comment"].encode() not in rendered(rating, "rates-xml")
    assert rating["comment"].encode() in rendered(rating, "json")
    assert b"9130200001" not in rendered(rating, "json") + rendered(rating, "rates-xml")
    form = formfiles.load("direct-0.0.4")
    named = type(form).model_validate({**form.model_dump(), "comment": {"indicator": 14, "value": 66}})
    assert rating["comment"].encode() in rates.body([rating], "9901", named, "visit")


def test_user_of_nobody_known_is_the_rating(rating: Mapping[str, Any]) -> None:
    assert b'<user id="r-f2fbe30a26e9dd7e"/>' in rendered({**rating, "person": None}, "rates-xml")


def test_values_of_older_forms_are_no_marks_of_this_one() -> None:
    form = formfiles.load("direct-0.0.4")
    assert [form.mark_of(indicator, value) for indicator, value in ((1, 4), (2, 8), (3, 13))] == [None] * 3


# -- the configuration --------------------------------------------------------------------------------------------


def test_configuration_of_the_page_is_one(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(block("yaml", "# config.yaml"), encoding="utf-8")
    first, second = load(tmp_path / "config.yaml").upstream
    assert (first.vendor, first.format, second.spool) == ("9901", "rates-xml", tmp_path / "archive")


def test_every_key_is_described_with_its_default() -> None:
    described = {}
    for names, default, _ in rows("key of an upstream"):
        values = default.split("; ") if "; " in default else [default] * len(quoted(names))
        described.update(zip(quoted(names), values, strict=True))
    nested: dict[str, Any] = {"tls": TlsSettings, "sign": SignSettings, "status_codes": StatusCodes}
    keys = set(UpstreamSettings.model_fields) - set(nested)
    keys |= {f"{name}.{key}" for name, model in nested.items() for key in model.model_fields}
    assert set(described) == keys
    for key, default in described.items():
        name, _, inner = key.partition(".")
        field = (nested[name] if inner else UpstreamSettings).model_fields[inner or name]
        if key in ("url", "spool") or field.is_required():
            assert default == "needed", key
        else:
            assert default == said(field.get_default(call_default_factory=True)), key


def said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "null"
    return "null" if value is None else str(value)


def test_every_key_of_a_webhook_is_described() -> None:
    (sentence,) = re.findall(r"A webhook has ([^.]*)\.", PAGE)
    assert set(quoted(sentence)) == set(WebhookSettings.model_fields)
    defaults = WebhookSettings(name="a", url="https://a.example", secret_file=Path("a"))
    assert f"`timeout_s` ({defaults.timeout_s:g})" in sentence
    assert defaults.events == KINDS


# -- answers and waiting -------------------------------------------------------------------------------------------

_TAKEN = b'{"packet": 17}'
_WORDS: dict[str, tuple[Outcome, ...]] = {
    "with a packet id": (Answered(200, _TAKEN),),
    "that is cut off, or cannot be read": (Answered(200, _TAKEN, whole=False), Answered(200, b"<html>")),
    "no connection": (Unsent("refused"),),
    "a certificate is not accepted": (Distrusted("expired"),),
    "none in time, or the connection breaks": (Lost("time-out"),),
}


def outcomes(answer: str) -> Iterator[Outcome]:
    words = re.sub(r"`\d+` ?", "", answer).strip()
    if words in _WORDS:
        yield from _WORDS[words]
    else:
        assert words in ("", "to a batch that was in doubt")
        yield from (Answered(int(code), b"no") for code in quoted(answer))


@pytest.mark.parametrize("row", list(rows("answer")), ids=lambda row: row[0])
def test_answer_means_what_the_page_says(row: list[str]) -> None:
    answer, means, several, one, upstream = row
    doubted = "was in doubt" in answer
    found = list(outcomes(answer))
    assert found
    for outcome in found:
        what = verdict(outcome, "json", NOW)
        for count, state in ((5, several), (1, one)):
            batch = Posted(rows=count, attempts=1, doubted=doubted)
            decision = after_post(batch, what, Standing(), StatusCodes(), NOW, 0.5, holds=False)
            assert (decision.state, goes(decision.standing)) == (state, upstream)
            assert decision.is_doubtful == (means.endswith("in doubt") or doubted)
            if means.endswith("in doubt"):
                held = after_post(batch, what, Standing(), StatusCodes(), NOW, 0.5, holds=True)
                assert held.state == "held"
            fails = after_post(Posted(count, FAILS_ALONE), what, Standing(), StatusCodes(), NOW, 0.5, holds=False).state
            assert (fails in ("halved", "rejected")) == means.startswith(("failed", "refused"))


def goes(standing: Standing) -> str:
    if standing.next_at is None:
        return "goes on"
    return "waits, alarm" if standing.needs_person else "waits"


@pytest.mark.parametrize("row", list(rows("status")), ids=lambda row: row[0] + row[1])
def test_status_means_what_the_page_says(row: list[str]) -> None:
    numbers, names, *ends = row
    for number in quoted(numbers):
        for count, end in zip((5, 1), ends, strict=True):
            named = (("r-1", "no"),) if names == "one rating" else ()
            status = answers.Status(int(number), named)
            decision = after_look(Posted(count, 1), status, Standing(), StatusCodes(), NOW, 0.5)
            assert ended(decision) == end


def ended(decision: Decision) -> str:
    return decision.state + (f", {len(decision.rejected)} rejected" if decision.rejected else "")


def test_waiting_is_as_long_as_the_page_says() -> None:
    for failures, least, most in rows("failures in a row"):
        for chance, text in ((0.0, least), (1.0, most)):
            count = int(failures.split()[0])
            for n in (count, count + 90) if "more" in failures else (count,):
                assert next_at(NOW, n, chance) - NOW == timedelta(seconds=int(text.split()[0]))


def test_figures_of_trying_again_are_true() -> None:
    assert f"up to {ATTEMPTS} times" in PAGE
    assert "`Retry-After` of up to 5 s" in PAGE
    waited = [short_wait_s(Answered(503, b"", header), NOW, again=True) for header in ("5", "6")]
    assert waited == [5.0, False]
    assert short_wait_s(Lost("late"), NOW, again=False) is False
    assert retry_after_s("999999", NOW) == 86_400
    assert f"After {TELL_AFTER} failures in a row there is an alarm" in PAGE
    assert f"If {BREAKS_AFTER} single ratings are refused" in PAGE
    assert f"A batch that fails {FAILS_ALONE} times" in PAGE
    assert f"no last word after {LONG} tries" in PAGE
    assert f"some {posts_in_a_week(1)} to {posts_in_a_week(0)} posts" in PAGE


def posts_in_a_week(chance: float) -> int:
    now, standing, posts = NOW, Standing(), 0
    while now < NOW + timedelta(days=7):
        posts += 1
        standing = hindered(standing, Later("down"), now, chance)
        assert standing.next_at is not None
        now = standing.next_at
    return posts


def test_figures_of_webhooks_are_true() -> None:
    failed = Answered(500, b"")

    def rests(tries: int) -> tuple[float, float]:
        stands, what = telling.judged(
            telling.Standing(failures=tries - 1), telling.Pending(1, "visit 1", tries - 1), failed, NOW, 0.5
        )
        assert stands.next_at is not None
        assert what.next_at is not None
        return (stands.next_at - NOW).total_seconds(), (what.next_at - NOW).total_seconds()

    assert [rests(tries) for tries in (1, 2, 30)] == [(5, 10), (10, 20), (600, 3600)]
    flowing = " ".join(PAGE.split())
    assert "10 s later, then twice that, up to an hour; the hook itself rests 5 s to 10 minutes" in flowing
    assert f"refused {telling.MOST_REFUSED} times (4xx), or fails {telling.MOST_FAILED} times" in flowing


# -- the rest ------------------------------------------------------------------------------------------------------


def test_receiver_of_the_page_knows_what_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {}
    exec(block("python", "def is_genuine"), names)
    is_genuine: Callable[..., bool] = names["is_genuine"]
    monkeypatch.setattr("time.time", NOW.timestamp)
    header = signature(b"secret", int(NOW.timestamp()), b"body")
    assert is_genuine(b"secret", header, b"body")
    assert not is_genuine(b"secret", header, b"bodY")
    assert not is_genuine(b"Secret", header, b"body")
    assert not is_genuine(b"secret", "t=now", b"body")
    assert not is_genuine(b"secret", signature(b"secret", int(NOW.timestamp()) - 301, b"body"), b"body")


def test_columns_are_described_with_their_types(told: Path, tmp_path: Path) -> None:
    with readable(told / "otklik.db") as db, (tmp_path / "ratings.parquet").open("wb") as file:
        write_parquet(ratings.rows(db, 0, 9), file)
    schema = pyarrow.parquet.read_schema(tmp_path / "ratings.parquet")
    described = {name: kind for names, kind, _ in rows("columns") for name in quoted(names)}
    assert described == {field.name: str(field.type) for field in schema}
    assert set(described) == set(ratings.COLUMNS)
    assert schema.metadata[b"schema_version"] == b"2"


def test_every_fault_is_one_and_every_kind_is_there() -> None:
    table = list(rows("fault"))
    assert [quoted(row[0])[0] for row in table] == list(get_args(faults.Kind))
    for kind, _, example in table:
        assert faults.read(json.loads(quoted(example)[0])).kind == quoted(kind)[0]


# -- commands ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scene", "console"), _RUN.findall(PAGE), ids=[name for name, _ in _RUN.findall(PAGE)])
def test_commands_print_what_the_page_shows(
    scene: str, console: str, told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = block("yaml", "# config.yaml") + "modems: []\n"
    if scene == "held":
        config = config.replace("    secret_file: vash", "    on_unknown: hold\n    secret_file: vash")
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    for name in ("vashkontrol", "crm"):
        (tmp_path / f"{name}.secret").write_text("s3cret\n", encoding="utf-8")
    double = Double(SystemClock(), log=tmp_path / "upstream.log", secret=b"s3cret")
    with closing(double), TestClient(make_app(double)) as client:
        wire = Wire(client, "/hershel")
        prepare(scene, told, tmp_path, client, wire)
        with reached(wire):
            run_all(console, client, wire, monkeypatch)


def prepare(scene: str, told: Path, folder: Path, client: TestClient, wire: Wire) -> None:
    """What was before the commands of a scene."""
    if scene == "intake":
        (folder / "visits.xml").write_text(block("xml", "EventsRequest"), encoding="utf-8")
    elif scene in ("example", "double"):
        for file in told.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
            (folder / file.name).chmod(0o600)
    else:
        box = Box(folder / "otklik.db", Fake(), name="vashkontrol")
        box.rate({"refused": 12, "stopped": 20, "held": 3}.get(scene, 0))
        named = box.all("SELECT rating_id FROM ratings WHERE cursor = 5")
        box.close()
        fault: dict[str, Any] = {
            "refused": {"kind": "reject_rating", "foreign_id": named[0][0] if named else None},
            "stopped": {"kind": "http", "status": 422},
            "form": {"kind": "change_form", "form": {"version": "0.0.5", "shift": 100}},
        }
        if scene in fault:
            assert client.post("/control/faults", json=fault[scene]).status_code == 201
        wire.loses = scene == "held"


def run_all(console: str, client: TestClient, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a block's commands one after the other, and hold what they print to what is shown."""
    key = "b-?"
    for piece in console.split("$ ")[1:]:
        command, _, expected = piece.partition("\n")
        words = command.replace("b-…", key).split()
        if "resume" in words:
            client.delete("/control/faults")  # upstream is well again
        if words[0] == "curl":
            output = curled(command, client)
        elif words[1] == "simulate-upstream":
            output = listening(words[1:], monkeypatch)
        else:
            result = CliRunner().invoke(main, words[1:])
            assert result.exception is None or isinstance(result.exception, SystemExit), result.output
            output = result.output.removeprefix("visits.xml\n")  # the label of a bar that is on no terminal
        pattern = ".*".join(re.escape(text) for text in expected.split("…"))
        assert re.fullmatch(pattern, output, re.DOTALL), f"$ {command}\n{output}"
        found = re.search(r"batch (b-[0-9a-f]+) is in doubt", output)
        if found is not None:
            key, wire.loses = found[1], False


def curled(command: str, client: TestClient) -> str:
    found = re.fullmatch(r"curl -d '(.*)' http://127\.0\.0\.1:8920(/.*)", command)
    assert found is not None
    return client.post(found[2], content=found[1]).text + "\n"


def listening(words: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What the program says before it serves, which it does not here; at a port that is free."""
    monkeypatch.setattr(Server, "run", lambda server: server._socket.close())
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    output = CliRunner().invoke(main, [word.replace(":8920", ":0") for word in words]).stdout
    return re.sub(r":\d+(?=[/\"])", ":8920", output)


def test_every_link_leads_to_a_heading() -> None:
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    linked = set(re.findall(r"\(#([^)]*)\)", PAGE))
    assert linked
    assert linked <= anchors
