import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.alphabet import unpack_septets
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.page import (
    CONTENT_OCTETS,
    CONTENT_SEPTETS,
    PAGE_OCTETS,
    Page,
    compose_pages,
    decode_page,
    encode_page,
    page_class,
)


def test_page_is_88_octets_with_its_head_and_filler() -> None:
    (page,) = compose_pages("Hello", 50, 0x0010)
    octets = encode_page(page)
    assert len(octets) == PAGE_OCTETS
    assert octets[:6].hex() == "001000320f11"
    assert unpack_septets(octets[6:], CONTENT_SEPTETS) == b"Hello" + b"\r" * 88
    assert decode_page(octets) == page


def test_cyrillic_page_is_ucs2_filled_with_carriage_returns() -> None:
    (page,) = compose_pages("Да", 4370, 1)
    assert (page.dcs, page.content[:6].hex(), len(page.content)) == (0x48, "04140430000d", CONTENT_OCTETS)


def test_long_text_is_cut_into_numbered_pages_and_refused_beyond_15() -> None:
    pages = compose_pages("a" * 94, 1, 1)
    assert [(page.number, page.total) for page in pages] == [(1, 2), (2, 2)]
    with pytest.raises(FieldError):
        compose_pages("a" * (93 * 15 + 1), 1, 1)


@pytest.mark.parametrize(("mid", "serial"), [(-1, 0), (0x10000, 0), (0, 0x10000)])
def test_identifier_out_of_its_octets_is_refused(mid: int, serial: int) -> None:
    with pytest.raises(FieldError):
        compose_pages("x", mid, serial)


def test_page_parameter_of_zero_is_page_1_of_1() -> None:
    page = decode_page(bytes(PAGE_OCTETS))
    assert (page.number, page.total) == (1, 1)


@pytest.mark.parametrize(
    ("dcs", "message_class"),
    [(0x00, None), (0x11, None), (0x48, None), (0x54, 0), (0x73, 3), (0x9B, 3), (0xF0, None), (0xF3, 3), (0xF6, 2)],
)
def test_class_of_a_broadcast_is_that_of_its_own_groups(dcs: int, message_class: int | None) -> None:
    assert page_class(dcs) == message_class


@given(st.binary(max_size=100))
def test_any_octets_are_a_page_or_refused(octets: bytes) -> None:
    try:
        page = decode_page(octets)
    except FieldError:
        assert len(octets) != PAGE_OCTETS
        return
    page_class(page.dcs)


@given(
    st.builds(
        Page,
        st.integers(0, 0xFFFF),
        st.integers(0, 0xFFFF),
        st.integers(0, 255),
        st.integers(1, 15),
        st.integers(1, 15),
        st.binary(min_size=82, max_size=82),
    )
)
def test_page_survives_its_octets(page: Page) -> None:
    assert decode_page(encode_page(page)) == page
