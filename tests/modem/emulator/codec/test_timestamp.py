import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.timestamp import decode_timestamp, encode_timestamp, timestamp_text


@pytest.mark.parametrize(
    ("quarters", "octets", "text"),
    [
        (28, "32115150310282", "23/11/15,05:13:20+28"),
        (0, "32114122310200", "23/11/14,22:13:20+00"),
        (-14, "32114181340249", "23/11/14,18:43:20-14"),
        (56, "32115121310265", "23/11/15,12:13:20+56"),
        (-48, "3211410131028C", "23/11/14,10:13:20-48"),
    ],
)
def test_timestamp_is_local_time_with_its_zone(quarters: int, octets: str, text: str) -> None:
    stamp = encode_timestamp(1_700_000_000.0, quarters)
    assert timestamp_text(stamp) == text
    assert decode_timestamp(stamp) == 1_700_000_000.0
    assert stamp.hex().upper() == octets


def test_digit_that_is_none_reads_as_zero() -> None:
    assert timestamp_text(bytes.fromhex("32A1B1E0F10282")) == "23/10/10,00:10:20+28"
    assert timestamp_text(b"\xff" * 7) == "00/00/00,00:00:00-70"


def test_stamp_that_is_no_time_has_a_text_but_no_moment() -> None:
    assert decode_timestamp(bytes(7)) is None
    assert decode_timestamp(bytes.fromhex("32319200000000")) is None  # 29 days, month 13
    assert timestamp_text(bytes(7)) == "00/00/00,00:00:00+00"


@given(st.integers(0, 2_000_000_000), st.integers(-48, 56))
def test_any_time_in_any_zone_is_read_back(now: int, quarters: int) -> None:
    assert decode_timestamp(encode_timestamp(now, quarters)) == now


@given(st.binary(min_size=7, max_size=7))
def test_any_octets_have_a_text(octets: bytes) -> None:
    assert len(timestamp_text(octets)) == 20
    assert decode_timestamp(octets) is None or timestamp_text(octets)[3:5] != "00"
