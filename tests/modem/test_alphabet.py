"""Alphabets, and where a text is cut into parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.alphabet import Alphabet, alphabet_of, measure, pack, septets_of, split, text_of, unpack

_UNITS = {Alphabet.GSM7: lambda text: len(septets_of(text)), Alphabet.UCS2: lambda text: len(text.encode("utf-16-be"))}


@pytest.mark.parametrize(
    ("text", "parts"),
    [("а" * 70, 1), ("а" * 71, 2), ("а" * 134, 2), ("а" * 135, 3), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2)],
)
def test_length_at_a_limit_gives_the_parts_of_the_standard(text: str, parts: int) -> None:
    assert len(split(text)) == measure(text).parts == parts


def test_euro_sign_at_the_border_is_not_cut() -> None:
    assert split("a" * 152 + "€" + "b" * 10) == ["a" * 152, "€" + "b" * 10]


def test_emoji_at_the_border_is_not_cut() -> None:
    assert split("я" * 66 + "😀" + "я" * 10) == ["я" * 66, "😀" + "я" * 10]


def test_room_counts_what_still_fits() -> None:
    assert measure("а" * 70).room == 0
    assert measure("а" * 60).room == 10
    assert measure("a" * 161).room == 145


def test_packed_hello_has_the_bytes_of_the_standard() -> None:
    assert pack(septets_of("hellohello"), 0).hex().upper() == "E8329BFD4697D9EC37"


@pytest.mark.parametrize(("septets", "text"), [(b"\x1b\x65", "€"), (b"\x1b\x41", "A"), (b"A\x1b", "A "), (b"_", "§")])
def test_escape_codes_show_as_the_standard_says(septets: bytes, text: str) -> None:
    assert text_of(Alphabet.GSM7, [septets]) == text


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert text_of(Alphabet.UCS2, [b"\xd8\x3d"]) == "�"
    assert text_of(Alphabet.UCS2, [b"\xd8\x3d", b"\xde\x00"]) == "😀"


def test_text_of_more_than_255_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 255"):
        split("а" * 67 * 256)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=800))
def test_parts_make_the_text_and_each_fits(text: str) -> None:
    parts, alphabet = split(text), alphabet_of(text)
    assert "".join(parts) == text
    limit = alphabet.whole if len(parts) == 1 else alphabet.part
    assert all(_UNITS[alphabet](part) <= limit for part in parts)


@given(st.lists(st.integers(0, 127), max_size=160), st.integers(0, 6))
def test_packing_and_unpacking_give_the_septets_back(septets: list[int], fill: int) -> None:
    packed = pack(bytes(septets), fill)
    value = int.from_bytes(packed, "little") >> fill
    assert unpack(value.to_bytes(len(packed), "little"), len(septets)) == bytes(septets)
