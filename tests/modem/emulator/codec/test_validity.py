import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.validity import (
    Enhanced,
    absolute_validity,
    decode_enhanced,
    encode_enhanced,
    relative_octet,
    relative_validity,
)


def test_validity_in_relative_form_grows_by_its_steps() -> None:
    assert [relative_validity(octet) for octet in (0, 143, 144, 167, 168, 196, 197, 255)] == [
        *[300, 43200, 45000, 86400, 172800, 2592000, 3024000, 38102400]
    ]


def test_shortest_octet_for_every_period_lasts_it() -> None:
    for octet in range(256):
        assert relative_octet(relative_validity(octet)) == octet
        assert relative_octet(relative_validity(octet) - 1) == octet
    assert [relative_octet(0), relative_octet(86401), relative_octet(1e9)] == [0, 168, 255]


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("00000000000000", Enhanced(None)),
        ("40000000000000", Enhanced(None, single_shot=True)),
        ("01A70000000000", Enhanced(86400, form=1)),
        ("021E0000000000", Enhanced(30, form=2)),
        ("42FF0000000000", Enhanced(255, single_shot=True, form=2)),
        ("03102030000000", Enhanced(1 * 3600 + 2 * 60 + 3, form=3)),
        ("03329595000000", Enhanced(86399, form=3)),
        ("82001E00000000", Enhanced(30, form=2, extensions=b"\x00")),
        ("C3810510203000", Enhanced(3723, True, 3, b"\x81\x05")),
    ],
)
def test_enhanced_form_goes_both_ways(octets: str, value: Enhanced) -> None:
    assert decode_enhanced(bytes.fromhex(octets)) == value
    assert encode_enhanced(value) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    "octets",
    [
        "04000000000000",  # reserved forms
        "07000000000000",
        "02000000000000",  # no seconds at all
        "03A02030000000",  # no digits
        "03420000000000",  # 24 hours
        "03000600000000",  # 60 minutes
        "03000006000000",  # 60 seconds
        "FFFFFFFFFFFFFF",  # indicators without end
        "83808080800010",  # no room for the time
        "81808080808000",  # no room for the octet
    ],
)
def test_enhanced_form_that_says_no_period_is_refused(octets: str) -> None:
    with pytest.raises(FieldError):
        decode_enhanced(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "value",
    [
        Enhanced(256, form=2),
        Enhanced(0, form=2),
        Enhanced(86400, form=3),
        Enhanced(301, form=1),
        Enhanced(5),
        Enhanced(5, form=2, extensions=bytes(6)),
    ],
)
def test_enhanced_period_its_form_cannot_say_is_refused(value: Enhanced) -> None:
    with pytest.raises(FieldError):
        encode_enhanced(value)


@given(st.binary(min_size=7, max_size=7))
def test_any_seven_octets_are_an_enhanced_validity_or_refused(octets: bytes) -> None:
    try:
        value = decode_enhanced(octets)
    except FieldError:
        return
    assert decode_enhanced(encode_enhanced(value)) == value


@pytest.mark.parametrize("octets", ["00000000000000", "3211A150310282", "F2115150310282", "321151503102F2"])
def test_absolute_form_that_is_no_time_is_refused(octets: str) -> None:
    with pytest.raises(FieldError):
        absolute_validity(bytes.fromhex(octets))


@given(st.integers(0, 2_000_000_000), st.integers(-48, 56))
def test_any_absolute_end_is_read_back(now: int, quarters: int) -> None:
    assert absolute_validity(encode_timestamp(now, quarters)) == now
