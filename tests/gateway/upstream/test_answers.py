"""Answers of each dialect as they are on the wire, and what is no answer."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.answers import AnswerUnreadable, Status, packet_of, status_of, words
from gateway.upstreamsettings import Format

RATES = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<RatesResponse xmlns="http://vashkontrol.ru/service/rates/1.2.0"><packet><id>48151</id></packet></RatesResponse>'
)
PREFIXED = (
    b'<r:RatesResponse xmlns:r="http://vashkontrol.ru/service/rates/1.2.0"><!-- 1 --><r:packet>'
    b"<r:id> 48151 </r:id></r:packet></r:RatesResponse>"
)
PACKETS = (
    b'<PacketsResponse xmlns="http://vashkontrol.ru/service/packets/1.2.0">'
    b"<packet><id>48151</id><status>2</status></packet></PacketsResponse>"
)
BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "9"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<RatesResponse><packet><id>&b;</id></packet></RatesResponse>"
)
OUTSIDE = b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><RatesResponse><packet><id>1</id></packet></RatesResponse>'
DIALECTS: tuple[Format, ...] = ("json", "rates-xml", "legacy-xml")


@pytest.mark.parametrize(
    ("dialect", "body", "packet"),
    [
        ("rates-xml", RATES, "48151"),
        ("legacy-xml", PREFIXED, "48151"),
        ("legacy-xml", b'<packet id="7"/>', "7"),
        ("legacy-xml", b"<answer><request><id>5</id></request><packet><id>7</id></packet></answer>", "7"),
        ("json", b'{"packet": 48151}', "48151"),
        ("json", b'{"packet": "48151", "more": []}', "48151"),
    ],
)
def test_packet_id_is_read_in_each_dialect(dialect: Format, body: bytes, packet: str) -> None:
    assert packet_of(dialect, body) == packet


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("rates-xml", b""),
        ("rates-xml", b"<html>busy"),
        ("rates-xml", b"<html>busy</html>"),
        ("rates-xml", BOMB),
        ("rates-xml", OUTSIDE),
        ("rates-xml", RATES.replace(b"48151", b"0")),
        ("rates-xml", RATES.replace(b"48151", b"-1")),
        ("rates-xml", RATES.replace(b"48151", b"")),
        ("rates-xml", RATES.replace(b"48151", b"9" * 19)),
        ("json", b'{"packet": null}'),
        ("json", b'{"packet": true}'),
        ("json", b'{"packet": 1.0}'),
        ("json", b'{"packet": 0}'),
        ("json", b'{"packet": -4}'),
        ("json", b"[1]"),
        ("json", b"\xff"),
        ("json", b"[" * 100_000),
    ],
)
def test_what_has_no_packet_id_is_unreadable(dialect: Format, body: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        packet_of(dialect, body)


@pytest.mark.parametrize(
    ("dialect", "body", "status"),
    [
        ("rates-xml", PACKETS, Status(2)),
        ("legacy-xml", PACKETS, Status(2)),
        ("json", b'{"packet": 1, "status": 1}', Status(1)),
        ("json", b'{"packet": 1, "status": 3, "rejected": []}', Status(3)),
        (
            "json",
            b'{"status": 2, "rejected": [{"rating_id": "r-1", "reason": "no okato"}, {"rating_id": "r-2"}]}',
            Status(2, (("r-1", "no okato"), ("r-2", ""))),
        ),
    ],
)
def test_status_is_read_in_each_dialect(dialect: Format, body: bytes, status: Status) -> None:
    assert status_of(dialect, body) == status


@pytest.mark.parametrize(
    "body",
    [
        b'{"status": "soon"}',
        b'{"status": 2, "rejected": {}}',
        b'{"status": 2, "rejected": ["r-1"]}',
        b'{"status": 2, "rejected": [{"rating_id": 1}]}',
    ],
)
def test_status_that_is_not_as_promised_is_unreadable(body: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        status_of("json", body)


@given(
    st.sampled_from(DIALECTS),
    st.binary(max_size=200) | st.text(max_size=100).map(lambda t: t.encode("utf-8", "replace")),
)
def test_any_octets_are_an_answer_or_unreadable(dialect: Format, body: bytes) -> None:
    for read in (packet_of, status_of):
        try:
            read(dialect, body)
        except AnswerUnreadable as problem:
            assert str(problem)


@given(st.integers(0, len(PACKETS)), st.binary(max_size=8))
def test_damaged_answer_is_an_answer_or_unreadable(at: int, octets: bytes) -> None:
    damaged = PACKETS[:at] + octets + PACKETS[at + len(octets) :]
    with suppress(AnswerUnreadable):
        assert status_of("rates-xml", damaged).number > 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<error>\n <code>12</code> wrong\tokato</error>", "12 wrong okato"),
        ("плохо \x1b[31m".encode(), "плохо [31m"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 5000, "x" * 300),
        (b'{"type": "urn:x", "title": "No", "detail": "Ratings of 2016\\nare closed."}', "Ratings of 2016 are closed."),
        (b'{"title": "No", "detail": 5}', "No"),
        (b'{"status": 5}', '{"status": 5}'),
    ],
)
def test_words_of_an_answer_are_one_short_printable_line(body: bytes, told: str) -> None:
    assert words(body) == told
