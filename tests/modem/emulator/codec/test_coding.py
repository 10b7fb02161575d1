import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.coding import (
    Alphabet,
    DataCoding,
    data_coding,
    pack_septets,
    septets_to_text,
    text_to_septets,
    unpack_septets,
)
from modem.tables import GSM7_BASIC, GSM7_EXTENSION

GSM7_CHARACTERS = (GSM7_BASIC.replace("\x1b", "")) + "".join(GSM7_EXTENSION.values())


@pytest.mark.parametrize(
    ("dcs", "expected"),
    [
        (0x00, DataCoding(Alphabet.GSM7)),
        (0x04, DataCoding(Alphabet.BINARY)),
        (0x08, DataCoding(Alphabet.UCS2)),
        (0x0C, DataCoding(Alphabet.GSM7)),
        (0x10, DataCoding(Alphabet.GSM7, 0)),
        (0x19, DataCoding(Alphabet.UCS2, 1)),
        (0x20, DataCoding(Alphabet.GSM7, None, True)),
        (0x48, DataCoding(Alphabet.UCS2)),
        (0x5A, DataCoding(Alphabet.UCS2, 2)),
        (0x80, DataCoding(Alphabet.GSM7)),
        (0xC8, DataCoding(Alphabet.GSM7)),
        (0xD0, DataCoding(Alphabet.GSM7)),
        (0xE0, DataCoding(Alphabet.UCS2)),
        (0xF0, DataCoding(Alphabet.GSM7, 0)),
        (0xF7, DataCoding(Alphabet.BINARY, 3)),
    ],
)
def test_data_coding_of_every_group_is_read(dcs: int, expected: DataCoding) -> None:
    assert data_coding(dcs) == expected


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


@given(st.text(GSM7_CHARACTERS, max_size=160), st.integers(0, 6))
def test_any_text_comes_back_from_octets(text: str, fill: int) -> None:
    septets = text_to_septets(text)
    assert septets_to_text(unpack_septets(pack_septets(septets, fill), len(septets), fill)) == text


@given(st.binary(max_size=140))
def test_any_septets_have_some_text(octets: bytes) -> None:
    assert len(septets_to_text(unpack_septets(octets, len(octets) * 8 // 7))) <= 160
