"""EventsRequest as bytes: what is read of it, what is wrong with one event, and what with the whole file."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import IntakeError
from gateway.exchange import events
from gateway.exchange.events import NAMESPACE, Event
from gateway.simulator.upstream import xml

EVENT = """<event foreign-id="BRN1-20170912-000417">
    <mobile>+79130200001</mobile>
    <email>citizen@example.org</email>
    <authority id="10000000001"/>
    <service id="10000000101">Государственная регистрация прав</service>
    <procedure id="10000000102">Прием документов</procedure>
    <okato>01401000000</okato><received-date>2017-09-12T15:40:00+07:00</received-date>
  </event>"""
READ = Event(
    line=4,
    vendor="9901",
    foreign_id="BRN1-20170912-000417",
    mobile="+79130200001",
    authority_id="10000000001",
    service_id="10000000101",
    procedure_id="10000000102",
    okato="01401000000",
    received_date="2017-09-12T15:40:00+07:00",
)


def request(content: str = EVENT, encoding: str = "UTF-8") -> str:
    return f"""<?xml version="1.0" encoding="{encoding}"?>
<EventsRequest xmlns="{NAMESPACE}">
  <vendor id="9901"><list-version>0.0.1</list-version></vendor>
  <events>{content}</events>
</EventsRequest>"""


def read(text: str | bytes) -> list[Event]:
    return list(events.read(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def test_example_of_the_exchange_format_is_read_whole() -> None:
    xml.validate(xml.parse(request().encode()))
    assert read(request()) == [READ]


def test_what_may_be_left_out_may_be() -> None:
    bare = EVENT.replace('<procedure id="10000000102">Прием документов</procedure>', "")
    bare = bare.replace("<email>citizen@example.org</email>", "")
    xml.validate(xml.parse(request(bare).encode()))
    (event,) = read(request(bare))
    assert (event.fault, event.procedure_id) == (None, "")


def test_space_around_a_value_is_none_of_it() -> None:
    spaced = EVENT
    for value in ("+79130200001", "01401000000", "2017-09-12T15:40:00+07:00"):
        spaced = spaced.replace(f">{value}<", f">\t{value} <")
    assert read(request(spaced)) == [READ]


def test_prefixed_names_comments_and_cdata_are_xml_too() -> None:
    text = request(EVENT.replace("+79130200001", "<!-- -->+7913<![CDATA[0200001]]>"))
    text = text.replace("</", "</e:").replace("<", "<e:").replace("<e:/e:", "</e:").replace("<e:?", "<?")
    text = text.replace("<e:!", "<!").replace("xmlns=", "xmlns:e=")
    assert read(text) == [READ]


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "windows-1251", "UTF-16", "KOI8-R"])
def test_encoding_is_the_declared_one(encoding: str) -> None:
    event = EVENT.replace("BRN1", "Барнаул")
    assert read(request(event, encoding).encode(encoding))[0].foreign_id == "Барнаул-20170912-000417"


def test_no_declaration_is_utf8_with_or_without_a_mark() -> None:
    text = request().partition("\n")[2]
    assert read(text)[0].foreign_id == READ.foreign_id
    assert read("\ufeff" + text)[0].foreign_id == READ.foreign_id


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (' foreign-id="BRN1-20170912-000417"', "", "event has no foreign-id"),
        ("BRN1-20170912-000417", "x" * 1001, "the foreign-id of event is longer than 1000 characters"),
        ("<event ", '<event mkgu-id="0" ', "event has an attribute mkgu-id, which is not known"),
        ("<mobile>+79130200001</mobile>", "", "mobile is missing"),
        ("<mobile>+79130200001</mobile>", "<mobile>1</mobile><mobile>2</mobile>", "mobile is there twice"),
        ("+79130200001", "<b/>", "b stands inside mobile, which holds text alone"),
        ("+79130200001", "1" * 1001, "mobile is longer than 1000 characters"),
        ('<authority id="10000000001"/>', "<authority/>", "authority has no id"),
        ('<authority id="10000000001"/>', "", "authority is missing"),
        ('<authority id="10000000001"/>', "<office/>", "office is no part of an event"),
        ('<authority id="10000000001"/>', '<authority xmlns=""/>', "authority of no namespace is no part of an event"),
        ("<okato>", "stray<okato>", "there is text between the elements of the event"),
        ("<okato>01401000000</okato>", "", "okato is missing"),
        ("01401000000", "01401", "okato «01401» has not the 11 digits of one"),
        ("2017-09-12T15:40:00+07:00", "12.09.2017", "received-date «12.09.2017» is no date and time such as"),
        ("2017-09-12T15:40:00+07:00", "2017-09-12", "received-date «2017-09-12» is no date and time such as"),
        (
            "<okato>01401000000</okato>",
            '<okato>01401000000</okato><service id="1"/>',
            "service is there twice",
        ),
        (
            "<email>citizen@example.org</email>",
            "<okato>01401000000</okato>",
            "authority comes after okato; the order is mobile, email, authority, service, procedure, okato,",
        ),
    ],
)
def test_event_of_a_wrong_form_has_its_fault_and_stops_nothing(old: str, new: str, fault: str) -> None:
    assert old in EVENT
    first, wrong, last = read(request(EVENT + EVENT.replace(old, new, 1) + EVENT))
    assert wrong.fault is not None
    assert wrong.fault.startswith(fault)
    assert (wrong.line, first.fault, last.fault) == (11, None, None)


def test_attributes_of_other_namespaces_are_nobodys_business() -> None:
    typed = EVENT.replace("<event ", '<event xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="EventType" ')
    assert [event.fault for event in read(request(typed))] == [None]


def test_something_else_among_the_events_is_refused_alone() -> None:
    faults = [event.fault for event in read(request(f"<evnt><a>b</a></evnt>{EVENT}"))]
    assert faults == ["evnt stands where event is expected", None]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("EventsRequest", "RatesRequest", "line 2: its root is RatesRequest; what is read is"),
        ("1.2.0", "1.1.0", "/1.1.0; what is read is EventsRequest of the namespace"),
        (f' xmlns="{NAMESPACE}"', "", "its root is EventsRequest of no namespace"),
        ('id="9901"', "", r"line 3: the id of the vendor is «»; it is a whole number above 0"),
        ("9901", "1417-13", "the id of the vendor is «1417-13»"),
        ("9901", "0", "the id of the vendor is «0»"),
        ("<list-version>0.0.1</list-version>", "", "line 3: vendor has no list-version"),
        ("list-version", "version", "version stands where nothing more is expected"),
        ("vendor", "sender", "line 3: sender stands where vendor is expected"),
        ("<events>", "<events/><events>", "there is no event in it"),
        ("</events>", "</events><events/>", "events stands where nothing more is expected"),
        ("<events>", "so<events>", "there is text in EventsRequest"),
        (request()[request().index("<vendor") : request().index("</Events")], "", "it has no vendor"),
        (request()[request().index("<events") : request().index("</Events")], "", "it has no events"),
        (EVENT, "", "there is no event in it"),
        ("UTF-8", "gb2312", "the encoding gb2312 is not read"),
        ("UTF-8", "rot13", "the encoding rot13 is not read"),
        ("UTF-8", "UTF-16", "this is no sound XML"),
    ],
)
def test_file_that_is_no_request_is_refused_with_line_and_reason(old: str, new: str, reason: str) -> None:
    with pytest.raises(IntakeError, match=reason):
        read(request().replace(old, new))


def test_file_that_breaks_off_gives_what_came_before_and_says_where_it_broke() -> None:
    found = events.read(io.BytesIO(request(EVENT * 3).encode()[:-300]))
    assert next(found) == READ
    assert next(found).line == 11
    with pytest.raises(
        IntakeError, match=r"^line 18, column \d+: this is no sound XML \(unclosed token\)|no element found"
    ):
        list(found)


def test_text_that_is_not_xml_in_the_middle_takes_nothing_from_what_came_before() -> None:
    found = events.read(io.BytesIO(request(EVENT + "<event & >" + EVENT).encode()))
    assert next(found) == READ
    with pytest.raises(IntakeError, match=r"^line 11, column 1\d: this is no sound XML"):
        next(found)


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
HOSTILE = {
    "billion laughs": (f'<!DOCTYPE e [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;", "document type"),
    "quadratic": (f'<!DOCTYPE e [<!ENTITY q "{"q" * 50_000}">]>', "&q;" * 20_000, "document type"),
    "a file of ours": ('<!DOCTYPE e [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;", "document type"),
    "a file of theirs": ('<!DOCTYPE e SYSTEM "http://192.0.2.1/e.dtd">', "1", "document type"),
    "a parameter": ('<!DOCTYPE e [<!ENTITY % p SYSTEM "http://192.0.2.1/p"> %p;]>', "1", "document type"),
    "no entity": ("", "&nothing;", "undefined entity"),
    "a long comment": ("", f"<!--{'-.' * 2_000_000}-->", "longer than 256 KB"),
    "a long attribute": ("", f"<a b='{'b' * 4_000_000}'/>", "longer than 256 KB"),
    "a deep place": ("", "<a>" * 100_000, "more than 10 deep"),
    "many names": ("", "".join(f"</mobile><a{n}/><mobile>" for n in range(50_000)), "200 different names"),
    "many attributes": ("", "<a " + " ".join(f"a{n}=''" for n in range(9_000)) + "/>", "200 different names"),
    "many prefixes": ("", "".join(f"<a xmlns:p{n}='u'/>" for n in range(50_000)), "200 different names"),
    "long prefixes": ("", f"<a xmlns:p='{'u' * 100_000}'/>", "longer than 400 characters"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_is_refused_before_it_costs_anything(kind: str) -> None:
    head, content, reason = HOSTILE[kind]
    text = request(EVENT.replace("+79130200001", content)).replace("?>\n", f"?>{head}\n", 1).encode()
    file = io.BytesIO(text)
    tracemalloc.start()
    try:
        with pytest.raises(IntakeError, match=reason):
            list(events.read(file))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


class _Endless(io.RawIOBase):
    """A request that never ends: the head, and then one and the same event."""

    def __init__(self, event: bytes) -> None:
        self._pieces = self._write(event)
        self.given = 0

    def _write(self, event: bytes) -> Iterator[bytes]:
        yield request("").partition("</events>")[0].encode()
        while True:
            yield event

    def read(self, size: int = -1) -> bytes:
        piece = next(self._pieces)
        self.given += len(piece)
        return piece


def test_file_that_grows_while_it_is_read_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LARGEST_FILE", 500_000)
    file = _Endless(EVENT.encode())
    with pytest.raises(IntakeError, match="split it into several files"):
        for _ in events.read(file):
            pass
    assert file.given < 501_000


def test_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LARGEST_FILE", 1_000_000)
    found = events.read(_Endless(EVENT.encode() * 20))
    for _ in range(100):
        next(found)
    tracemalloc.start()
    try:
        with pytest.raises(IntakeError):
            for _ in found:
                pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 300_000


_PIECES = st.sampled_from(
    [
        "<event foreign-id='1'>", "</event>", "<mobile>", "</mobile>", "<okato>", "</okato>", "<authority id='1'/>",
        "<service id=''>", "</service>", "<![CDATA[", "]]>", "<!--", "-->", "<?x?>", "&amp;", "&#0;", "&x;", "<", ">",
        "<!DOCTYPE a>", "</events>", "</EventsRequest>", "\x00", "\ufffe", "01401000000", "2017-09-12T15:40:00", EVENT,
    ]
)  # fmt: skip


@given(
    st.lists(_PIECES | st.text(max_size=5), max_size=12).map("".join).map(lambda text: request(text).encode())
    | st.lists(_PIECES, max_size=12).map(lambda pieces: "".join(pieces).encode())
    | st.sampled_from(["UTF-8", "windows-1251", "UTF-16"]).map(lambda e: request(EVENT, e).encode("utf-16"))
    | st.binary(max_size=60),
    st.integers(0, 2000),
)
def test_any_bytes_are_events_faults_or_one_refusal(text: bytes, cut: int) -> None:
    for whole in (text, text[:cut]):
        try:
            found = read(whole)
        except IntakeError as reason:
            assert str(reason)
        else:
            assert found
            for event in found:
                assert event.fault or (event.foreign_id and event.okato and event.received_date and event.service_id)
