import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.fields import (
    Address,
    Concat,
    FieldError,
    UserData,
    absolute_validity,
    decode_address,
    decode_smsc,
    encode_address,
    encode_smsc,
    encode_timestamp,
    enhanced_validity,
    relative_validity,
    timestamp_text,
)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("+79131234567", "0B919731214365F7"),
        ("0919", "04819091"),
        ("*100#", "05811A00FB"),
        ("Otklik", "0BD04FFA9A9D5E03"),
        ("ABCDEFG@", "0ED041E19058341E01"),
    ],
)
def test_address_of_any_kind_goes_both_ways(text: str, octets: str) -> None:
    assert encode_address(Address.of(text)).hex().upper() == octets
    address, end = decode_address(bytes.fromhex(octets), 0)
    assert (address.text, end) == (text, len(octets) // 2)


@pytest.mark.parametrize(
    "octets", ["0B", "0B919731214365", "15910000000000000000000000", "0411FFFF", "0481F091", "03819011"]
)
def test_address_that_is_none_is_refused(octets: str) -> None:
    with pytest.raises(FieldError):
        decode_address(bytes.fromhex(octets), 0)


@pytest.mark.parametrize(("number", "octets"), [("", "00"), ("+79000000099", "07919700000090F9"), ("0919", "03819091")])
def test_service_centre_address_counts_octets(number: str, octets: str) -> None:
    assert encode_smsc(number).hex().upper() == octets
    assert decode_smsc(bytes.fromhex(octets + "01")) == (number, len(octets) // 2)


@pytest.mark.parametrize("octets", ["", "01", "079197", "0D91000000000000000000000000"])
def test_service_centre_address_of_wrong_length_is_refused(octets: str) -> None:
    with pytest.raises(FieldError):
        decode_smsc(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("quarters", "octets", "text"),
    [
        (28, "32115150310282", "23/11/15,05:13:20+28"),
        (0, "32114122310200", "23/11/14,22:13:20+00"),
        (-14, "32114181340249", "23/11/14,18:43:20-14"),
    ],
)
def test_timestamp_is_local_time_with_its_zone(quarters: int, octets: str, text: str) -> None:
    stamp = encode_timestamp(1_700_000_000.0, quarters)
    assert timestamp_text(stamp) == text
    assert absolute_validity(stamp) == 1_700_000_000.0
    assert stamp.hex() == octets


@given(st.integers(0, 2_000_000_000), st.integers(-48, 56))
def test_any_time_in_any_zone_is_read_back(now: int, quarters: int) -> None:
    assert absolute_validity(encode_timestamp(now, quarters)) == now


def test_validity_in_relative_form_grows_by_its_steps() -> None:
    assert [relative_validity(octet) for octet in (0, 143, 144, 167, 168, 196, 197, 255)] == [
        *[300, 43200, 45000, 86400, 172800, 2592000, 3024000, 38102400]
    ]


def test_validity_in_enhanced_form_has_three_units() -> None:
    assert enhanced_validity(bytes.fromhex("00000000000000")) is None
    assert enhanced_validity(bytes.fromhex("01A70000000000")) == 86400
    assert enhanced_validity(bytes.fromhex("021E0000000000")) == 30
    assert enhanced_validity(bytes.fromhex("03102030000000")) == 1 * 3600 + 2 * 60 + 3
    with pytest.raises(FieldError):
        enhanced_validity(bytes.fromhex("07000000000000"))
    with pytest.raises(FieldError):
        enhanced_validity(bytes.fromhex("03A02030000000"))


def test_concatenation_is_found_among_other_elements() -> None:
    assert UserData(bytes.fromhex("0500032A0301") + b"x", 7, 4, True).concat == Concat(0x2A, 3, 1)
    assert UserData(bytes.fromhex("0608041234030 2".replace(" ", "")) + b"x", 8, 4, True).concat == Concat(0x1234, 3, 2)
    assert UserData(bytes.fromhex("0B0504158200000003070201"), 12, 4, True).concat == Concat(7, 2, 1)
    assert UserData(bytes.fromhex("0500032A0304") + b"x", 7, 4, True).concat is None


def test_text_behind_a_sixteen_bit_header_keeps_its_first_character() -> None:
    # 7 octets of header are exactly 8 septets: no fill bits, and nothing of the "5" may be lost.
    assert UserData(bytes.fromhex("06080400010201") + b"\x35", 9, 0, True).text == "5"


@given(st.binary(max_size=150), st.integers(0, 255), st.integers(0, 255), st.booleans())
def test_any_user_data_is_read_or_refused(octets: bytes, length: int, dcs: int, has_header: bool) -> None:
    ud = UserData(octets, length, dcs, has_header)
    try:
        ud.check()
    except FieldError:
        return
    assert isinstance(ud.text, str)
    assert ud.concat is None or has_header


@given(st.binary(max_size=30))
def test_any_octets_are_an_address_or_refused(octets: bytes) -> None:
    for decode in (lambda: decode_address(octets, 0), lambda: decode_smsc(octets)):
        try:
            decode()
        except FieldError:
            continue
