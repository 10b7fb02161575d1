import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.address import Address, decode_address, decode_smsc, encode_address, encode_smsc
from modem.emulator.codec.octets import FieldError
from modem.tables import GSM7_BASIC


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("+79131234567", "0B919731214365F7"),
        ("0919", "04819091"),
        ("112", "038111F2"),
        ("*100#", "05811A00FB"),
        ("+12345678901234567890", "149121436587092143658709"),
        ("Otklik", "0BD04FFA9A9D5E03"),
        ("ABCDEF@", "0DD041E19058340200"),
        ("ABCDEFG@", "0ED041E19058341E01"),
        ("ABCDEFGHIJK", "14D041E19058341E9149E512"),
        ("@", "02D000"),
    ],
)
def test_address_of_any_kind_goes_both_ways(text: str, octets: str) -> None:
    assert encode_address(Address.of(text)).hex().upper() == octets
    address, end = decode_address(bytes.fromhex(octets), 0)
    assert (address.text, end) == (text, len(octets) // 2)


@pytest.mark.parametrize(
    ("octets", "ton", "npi", "text"),
    [
        ("0AA11913325476", 2, 1, "9131234567"),
        ("03C121F3", 4, 1, "123"),
        ("03B921F3", 3, 9, "123"),
        ("04E52143", 6, 5, "1234"),
        ("0691A1CBED", 1, 1, "+1*#abc"),
        ("0081", 0, 1, ""),
        ("00D0", 5, 0, ""),
    ],
)
def test_type_and_plan_of_an_address_are_read(octets: str, ton: int, npi: int, text: str) -> None:
    address, _ = decode_address(bytes.fromhex(octets), 0)
    assert (address.ton, address.npi, address.text) == (ton, npi, text)
    assert encode_address(address) == bytes.fromhex(octets)


def test_name_of_more_than_eleven_characters_is_cut() -> None:
    assert decode_address(encode_address(Address.of("ABCDEFGHIJKL")), 0)[0].value == "ABCDEFGHIJK"


def test_number_of_more_than_twenty_digits_is_refused() -> None:
    with pytest.raises(FieldError):
        encode_address(Address("1" * 21, 0x91))


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


@pytest.mark.parametrize("octets", ["", "01", "079197", "0D91000000000000000000000000", "031190F1"])
def test_service_centre_address_of_wrong_length_or_type_is_refused(octets: str) -> None:
    with pytest.raises(FieldError):
        decode_smsc(bytes.fromhex(octets))


@given(st.text("0123456789*#abc", max_size=20), st.integers(0x80, 0xFF).filter(lambda toa: toa & 0x70 != 0x50))
def test_any_number_of_any_type_comes_back(digits: str, toa: int) -> None:
    address = Address(digits, toa)
    assert decode_address(encode_address(address), 0)[0] == address


@given(st.text(GSM7_BASIC.replace("\x1b", ""), max_size=11), st.integers(0xD0, 0xDF))
def test_any_name_comes_back(name: str, toa: int) -> None:
    address = Address(name, toa)
    assert decode_address(encode_address(address), 0)[0] == address


@given(st.binary(max_size=30))
def test_any_octets_are_an_address_or_refused(octets: bytes) -> None:
    for decode in (lambda: decode_address(octets, 0), lambda: decode_smsc(octets)):
        try:
            decode()
        except FieldError:
            continue
