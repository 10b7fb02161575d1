"""The older envelope: what is written, octet by octet."""

from __future__ import annotations

import io

import pytest

from gateway import formfiles
from gateway.exchange import legacy
from gateway.exchange.rates import CannotBeSent
from tests.gateway.exchange.ratings import rating

FORM = formfiles.load("direct-0.0.4")
EXAMPLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<mkgu:body xmlns:mkgu="http://vashkontrol.ru#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
    ' xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" ID="mkgu">'
    '<vendor id="1417"><form-version>0.0.4</form-version></vendor><forms>'
    '<form foreign-id="r-7f3a91" mkgu-id="0"><data><user id="p-5c0e7b"/>'
    '<authority id="10000000001">Росреестр</authority>'
    '<service id="10000000101">Государственная регистрация прав</service>'
    '<procedure id="10000000102"/>'
    "<date>2017-09-12 15:40:00</date><received-date>2017-09-14 11:02:31</received-date>"
    "<okato>01401000000</okato></data>"
    '<rates><rate indicator-id="9" value-id="45"/><rate indicator-id="10" value-id="48"/>'
    '<rate indicator-id="11" value-id="55"/><rate indicator-id="12" value-id="59"/>'
    '<rate indicator-id="13" value-id="65"/></rates></form></forms></mkgu:body>\n'
).encode()


def test_envelope_is_written_octet_by_octet() -> None:
    assert legacy.body([rating()], "1417", FORM, "visit") == EXAMPLE


def test_minutes_are_minutes_and_not_the_month() -> None:
    # Senders of that time wrote the month where the minutes belong: 15:09:00 in September.
    assert legacy.plain_time("2017-09-12T08:40:05.000Z", "Asia/Barnaul") == "2017-09-12 15:40:05"


def test_envelope_of_no_rating_is_refused_and_nothing_is_written() -> None:
    file = io.BytesIO()
    with pytest.raises(CannotBeSent, match="at least one"):
        legacy.write_legacy([], file, "1417", FORM, "visit")
    assert file.getvalue() == b""
