"""RatesRequest 1.2.0: what is written, octet by octet, and that nothing a citizen writes breaks it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway import formfiles
from gateway.exchange import rates
from gateway.exchange.form import Comment, Form
from tests.gateway.exchange.ratings import NAMES, rating

FORM = formfiles.load("direct-0.0.4")
WITH_COMMENT = FORM.model_copy(update={"comment": Comment(indicator=14, value=66)})
EXAMPLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<RatesRequest xmlns="http://vashkontrol.ru/service/rates/1.2.0"><vendor id="9901"/><forms>'
    '<form foreign-id="r-7f3a91" mkgu-id="0"><data><user id="p-5c0e7b"/>'
    '<authority id="10000000001">Росреестр</authority>'
    '<service id="10000000101">Государственная регистрация прав</service>'
    '<procedure id="10000000102"/>'
    "<date>2017-09-12T15:40:00+07:00</date><received-date>2017-09-14T11:02:31+07:00</received-date>"
    "<okato>01401000000</okato></data>"
    '<rates><rate indicator-id="9" value-id="45"/><rate indicator-id="10" value-id="48"/>'
    '<rate indicator-id="11" value-id="55"/><rate indicator-id="12" value-id="59"/>'
    '<rate indicator-id="13" value-id="65"/></rates></form></forms></RatesRequest>\n'
).encode()
DATA = "user authority service procedure date received-date okato"


def written(*ratings: dict[str, Any], form: Form = FORM, date: rates.Date = "visit") -> Any:
    return etree.fromstring(rates.body(ratings, "9901", form, date))


def found(root: Any, path: str) -> list[Any]:
    return list(root.xpath(path, namespaces=NAMES))


def test_example_of_the_format_is_written_octet_by_octet() -> None:
    assert rates.body([rating()], "9901", FORM, "visit") == EXAMPLE


def test_date_and_received_date_change_places_by_the_switch() -> None:
    root = written(rating(), date="rating")
    assert found(root, "//r:date/text()") == ["2017-09-14T11:02:31+07:00"]
    assert found(root, "//r:received-date/text()") == ["2017-09-12T15:40:00+07:00"]
    assert [etree.QName(child).localname for child in found(root, "//r:data/*")] == DATA.split()


def test_time_has_the_offset_its_office_had_on_that_day() -> None:
    root = written(
        rating(time_zone="Europe/Kaliningrad", received_at="2014-10-25T21:30:00.000Z"),
        rating(received_at="2016-03-26T10:00:00.000Z"),
    )
    assert found(root, "//r:date/text()") == ["2014-10-26T00:30:00+03:00", "2016-03-26T16:00:00+06:00"]


def test_service_without_a_procedure_lends_it_its_own_id() -> None:
    assert found(written(rating(procedure_id="")), "//r:procedure/@id") == ["10000000101"]


def test_rating_of_nobody_known_has_itself_for_a_user() -> None:
    assert found(written(rating(person=None)), "//r:user/@id") == ["r-7f3a91"]


def test_criteria_that_were_not_rated_are_left_out() -> None:
    root = written(rating(overall=5, time=None, queue=1, staff=None, comfort=None, info=None))
    assert [dict(rate.attrib) for rate in found(root, "//r:rate")] == [{"indicator-id": "10", "value-id": "46"}]


def test_overall_mark_alone_stands_for_all_five() -> None:
    none = dict.fromkeys(("time", "queue", "staff", "comfort", "info"))
    assert found(written(rating(overall=2, **none)), "//r:rate/@value-id") == ["42", "47", "52", "57", "62"]


def test_rating_without_any_mark_is_refused_by_name() -> None:
    none = dict.fromkeys(("overall", "time", "queue", "staff", "comfort", "info"))
    with pytest.raises(rates.CannotBeSent, match="r-7f3a91 has no mark"):
        written(rating(**none))


def test_comment_goes_up_only_under_ids_that_the_form_names() -> None:
    commented = rating(comment="Долго <ждал>")
    assert len(found(written(commented), "//r:rate")) == 5
    root = written(commented, rating(), form=WITH_COMMENT)
    assert len(found(root, "//r:rate")) == 11
    (last,) = found(root, "//r:rate[text()]")
    assert (dict(last.attrib), last.text) == ({"indicator-id": "14", "value-id": "66"}, "Долго <ждал>")


def test_characters_that_no_xml_can_hold_are_taken_out() -> None:
    root = written(rating(comment="a\x0cb\ud83dc\ufffe\x00d👍\r\n\te", service_name="<&\x0b>"), form=WITH_COMMENT)
    assert found(root, "//r:rate/text()") == ["abcd👍\r\n\te"]
    assert found(root, "//r:service/text()") == ["<&>"]


def readable(text: str) -> str:
    """What of a text an XML file can hold, by the letter of XML 1.0 (2.2, Char)."""
    ranges = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    return "".join(c for c in text if c in "\t\n\r" or any(low <= ord(c) <= high for low, high in ranges))


@given(st.text(st.characters()), st.text(st.characters(), min_size=1))
def test_whatever_a_text_holds_the_request_is_read_back(comment: str, name: str) -> None:
    root = written(rating(comment=comment, person=name), form=WITH_COMMENT)
    assert "".join(found(root, "//r:rate/text()")) == readable(comment)
    assert found(root, "//r:user/@id") == [readable(name)]


def test_request_of_no_rating_is_refused_and_nothing_is_written() -> None:
    file = io.BytesIO()
    with pytest.raises(rates.CannotBeSent, match="at least one"):
        rates.write_rates([], file, "9901", FORM, "visit")
    assert file.getvalue() == b""


def test_ratings_are_written_one_at_a_time() -> None:
    file = io.BytesIO()
    sizes = []

    def passing() -> Any:
        for number in range(3):
            sizes.append(len(file.getvalue()))
            yield rating(rating_id=f"r-{number}")

    assert rates.write_rates(passing(), file, "9901", FORM, "visit", "<?note x?>\n") == 3
    assert sizes[0] == 0 < sizes[1] < sizes[2]
    assert file.getvalue().startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<?note x?>\n<RatesRequest ')


def test_stored_time_is_told_to_the_second_it_was_in() -> None:
    assert rates.local("2017-09-14T04:02:31.999Z", "UTC") == datetime(2017, 9, 14, 4, 2, 31, 999_000, UTC)
    assert rates.iso_time("2017-09-14T04:02:31.999Z", "UTC") == "2017-09-14T04:02:31+00:00"
