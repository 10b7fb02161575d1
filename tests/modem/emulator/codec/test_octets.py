import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.octets import FieldError, cut, decode_digits, encode_digits


def test_digits_come_low_half_first_and_the_rest_is_filled() -> None:
    assert encode_digits("12345*#abc") == bytes.fromhex("2143A5CBED")
    assert encode_digits("123") == bytes.fromhex("21F3")


@pytest.mark.parametrize("digits", ["12x", "1 2", "f", "-", "٣"])
def test_what_is_no_digit_is_refused(digits: str) -> None:
    with pytest.raises(FieldError):
        encode_digits(digits)


def test_filler_among_digits_and_digits_in_the_filler_are_refused() -> None:
    for octets, count in (("F1", 2), ("2143", 3)):
        with pytest.raises(FieldError):
            decode_digits(bytes.fromhex(octets), count)


def test_cut_beyond_the_end_names_the_field() -> None:
    assert cut(b"abc", 1, 2, "TP-UD") == b"bc"
    with pytest.raises(FieldError, match="TP-UD"):
        cut(b"abc", 2, 2, "TP-UD")


@given(st.text("0123456789*#abc", max_size=20))
def test_any_digits_come_back(digits: str) -> None:
    assert decode_digits(encode_digits(digits), len(digits)) == digits
