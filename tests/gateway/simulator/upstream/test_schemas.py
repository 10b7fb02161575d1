"""The schemas take what the field's senders write, and refuse what they must not."""

from __future__ import annotations

import pytest

from gateway.simulator.upstream import xml
from gateway.simulator.upstream.errors import AgainstSchema, Unreadable
from tests.gateway.simulator.upstream.messages import EVENTS, FORMS, LEGACY, PACKETS, RATES

LEGACY_EVENTS = """<mkgu:body xmlns:mkgu="http://vashkontrol.ru#" ID="mkgu">
<vendor id="9901"><list-version>0.0.1</list-version></vendor><events><event foreign-id="e1">
<mobile>+79130200001</mobile>
<authority id="1"/><service id="2"/><received-date>2017-09-12 15:40:00</received-date></event></events></mkgu:body>"""

ANSWERS = {
    "rates": '<RatesResponse xmlns="http://vashkontrol.ru/service/rates/1.2.0"><packet><id>7</id></packet></RatesResponse>',
    "events": '<EventsResponse xmlns="http://vashkontrol.ru/service/events/1.2.0"><packet><id>7</id></packet></EventsResponse>',
    "packets": '<PacketsResponse xmlns="http://vashkontrol.ru/service/packets/1.2.0"><packet><id>7</id><status>2</status></packet>'
    "</PacketsResponse>",
}


@pytest.mark.parametrize(
    "text",
    [RATES, PACKETS, FORMS, EVENTS, LEGACY, LEGACY_EVENTS, *ANSWERS.values()],
    ids=["rates", "packets", "forms", "events", "legacy", "legacy-events", *(f"{key}-answer" for key in ANSWERS)],
)
def test_what_the_field_sends_is_valid(text: str) -> None:
    xml.validate(xml.parse(text.encode()))


@pytest.mark.parametrize(
    ("text", "was", "becomes"),
    [
        (RATES, 'vendor id="9901"', 'vendor id="1417-13"'),
        (RATES, 'vendor id="9901"', 'vendor id="0"'),
        (RATES, 'vendor id="9901"', "vendor"),
        (RATES, 'vendor id="9901"', f'vendor id="{"9" * 5000}"'),
        (RATES, 'value-id="45"', f'value-id="{"9" * 5000}"'),
        (PACKETS, "<packet-id>1<", f"<packet-id>{'9' * 5000}<"),
        (LEGACY, 'vendor id="9901"', f'vendor id="{"9" * 5000}"'),
        (RATES, ' foreign-id="r-7f3a91"', ""),
        (RATES, '<user id="p-5c0e7b"/>', ""),
        (RATES, "01401000000", "01401"),
        (RATES, "<okato>01401000000</okato>", ""),
        (RATES, "2017-09-12T15:40:00+07:00", "2017-09-12 15:40:00"),
        (RATES, 'value-id="45"', 'value-id="excellent"'),
        (RATES, ' value-id="45"', ""),
        (RATES, "service/rates/1.2.0", "service/rates/1.1.0"),
        (RATES, "<vendor", '<box xmlns="urn:x"/><vendor'),
        (RATES, '<authority id="10000000001">Росреестр</authority>', ""),
        (PACKETS, "<packet-id>1<", "<packet-id>0<"),
        (FORMS, "DIRECT", "direct"),
        (EVENTS, "<list-version>0.0.1</list-version>", ""),
        (EVENTS, "+79130200001", "89130200001"),
        (EVENTS, "<mobile>+79130200001</mobile>", ""),
        (EVENTS, "<okato>01401000000</okato><received", "<received"),
        (LEGACY, ' ID="mkgu"', ""),
        (LEGACY, "2017-09-12 15:40:00", "2017-09-12T15:40:00+07:00"),
        (LEGACY, "2017-09-12 15:40:00", "2017-13-12 15:40:00"),
        (LEGACY, "<form-version>0.0.2</form-version>", ""),
        (LEGACY, '<vendor id="9901">', '<vendor id="1417-13">'),
    ],
)
def test_what_is_against_the_schema_is_refused(text: str, was: str, becomes: str) -> None:
    assert was in text
    root = xml.parse(text.replace(was, becomes, 1).encode())
    with pytest.raises(AgainstSchema):
        xml.validate(root)


def test_a_form_without_a_procedure_is_valid() -> None:
    without = RATES.replace('<procedure id="10000000102">Прием документов</procedure>', "")
    assert without != RATES
    xml.validate(xml.parse(without.encode()))


def test_a_fault_is_told_with_its_line() -> None:
    with pytest.raises(AgainstSchema, match=r"^line 8: Element .*okato"):
        xml.validate(xml.parse(RATES.replace("01401000000", "?").encode()))


BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "text",
    [
        f"{BOMB}<a>&d;</a>",
        f"{BOMB}<a b='&d;'/>",
        f"{OUTSIDE}<a>&b;</a>",
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>',
        "<a>" * 300 + "</a>" * 300,
        "<a>\x0c</a>",
        "<a",
        "",
        "{}",
    ],
)
def test_what_no_document_needs_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        xml.parse(text.encode())


def test_a_document_type_in_another_encoding_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        xml.parse(f"{BOMB}<a>&d;</a>".encode("utf-16"))
