import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.alphabet import (
    pack_septets,
    septets_to_text,
    tables,
    text_to_septets,
    unpack_septets,
)
from modem.national import LANGUAGES
from modem.tables import GSM7_BASIC, GSM7_EXTENSION

GSM7_CHARACTERS = (GSM7_BASIC.replace("\x1b", "")) + "".join(GSM7_EXTENSION.values())
TURKISH, SPANISH, PORTUGUESE, HINDI, URDU = 1, 2, 3, 6, 13


def test_packing_hellohello_gives_the_octets_everybody_knows() -> None:
    assert pack_septets(text_to_septets("hellohello")) == bytes.fromhex("E8329BFD4697D9EC37")
    assert unpack_septets(bytes.fromhex("E8329BFD4697D9EC37"), 10) == b"hellohello"


def test_packing_behind_fill_bits_shifts_the_text() -> None:
    assert pack_septets(b"A", 1) == b"\x82"
    assert unpack_septets(b"\x82", 1, 1) == b"A"


def test_final_commercial_at_of_eight_septets_survives() -> None:
    assert septets_to_text(unpack_septets(pack_septets(text_to_septets("abcdefg@")), 8)) == "abcdefg@"


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        (b"\x1b\x65", "€"),
        (b"\x1b\x0a", "\f"),
        (b"\x1b\x0d", "\r"),  # CR2 is nobody's character
        (b"\x1b\x41", "A"),  # unknown extension code: the basic character
        (b"a\x1b", "a"),  # nothing follows
        (b"\x1b\x1b", " "),
        (b"\x5f\x60", "§¿"),
    ],
)
def test_escape_in_any_place_reads_as_the_standard_says(septets: bytes, text: str) -> None:
    assert septets_to_text(septets) == text


def test_text_outside_the_alphabet_is_refused() -> None:
    with pytest.raises(UnicodeError):
        text_to_septets("5`")
    with pytest.raises(UnicodeError):
        text_to_septets("\x1b")


@pytest.mark.parametrize(
    ("locking", "single", "text", "septets"),
    [
        (TURKISH, 0, "İğ€", b"\x40\x0c\x04"),
        (0, TURKISH, "İğ€", b"\x1b\x49\x1b\x67\x1b\x65"),
        (TURKISH, 0, "[", b"\x1b\x3c"),  # without a single shift table the default extension stays
        (0, SPANISH, "¿Qué?á", b"\x60Qu\x05?\x1b\x61"),
        (PORTUGUESE, PORTUGUESE, "ã€Φ", b"\x7b\x18\x1b\x12"),
        (HINDI, HINDI, "\u0928 A", b"\x2f \x1b\x41"),
        (HINDI, HINDI, "*¡", b"\x1b\x0b\x1b\x13"),  # of two codes the first
        (URDU, URDU, "\u06f5", b"\x1b\x21"),
        (SPANISH, 99, "é", b"\x05"),  # no locking table for Spanish, no language 99: the default ones
    ],
)
def test_national_text_goes_both_ways(locking: int, single: int, text: str, septets: bytes) -> None:
    using = tables(locking, single)
    assert text_to_septets(text, using) == septets
    assert septets_to_text(septets, using) == text


def test_code_missing_in_a_single_shift_table_shows_the_locking_character() -> None:
    assert septets_to_text(b"\x1b\x40\x1b\x7a", tables(TURKISH, TURKISH)) == "|z"
    assert septets_to_text(b"\x1b\x7b", tables(HINDI, HINDI)) == "\u0972"


def test_empty_place_of_a_locking_table_shows_a_space_and_is_never_sent() -> None:
    using = tables(4)
    assert septets_to_text(b"\x11", using) == " "
    assert text_to_septets(" ", using) == b" "


@given(st.text(GSM7_CHARACTERS, max_size=160), st.integers(0, 6))
def test_any_text_comes_back_from_octets(text: str, fill: int) -> None:
    septets = text_to_septets(text)
    assert septets_to_text(unpack_septets(pack_septets(septets, fill), len(septets), fill)) == text


@given(st.data(), st.sampled_from([0, *LANGUAGES]), st.sampled_from([0, *LANGUAGES]))
def test_any_text_of_two_tables_comes_back(data: st.DataObject, locking: int, single: int) -> None:
    using = tables(locking, single)
    text = data.draw(st.text(sorted(using.codes), max_size=160))
    assert septets_to_text(text_to_septets(text, using), using) == text


@given(st.binary(max_size=140), st.integers(0, 255), st.integers(0, 255))
def test_any_septets_have_some_text(octets: bytes, locking: int, single: int) -> None:
    assert len(septets_to_text(unpack_septets(octets, len(octets) * 8 // 7), tables(locking, single))) <= 160
