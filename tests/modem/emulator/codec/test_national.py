import pytest

from modem.national import LANGUAGES, LOCKING_SHIFT, SINGLE_SHIFT

TURKISH, SPANISH, PORTUGUESE, INDIC = 1, 2, 3, range(4, 14)


def test_every_language_but_spanish_has_both_tables() -> None:
    assert list(LANGUAGES) == list(range(1, 14))
    assert set(SINGLE_SHIFT) == set(LANGUAGES)
    assert set(LOCKING_SHIFT) == set(LANGUAGES) - {SPANISH}


@pytest.mark.parametrize("language", LOCKING_SHIFT)
def test_locking_table_has_128_places_with_the_controls_where_they_are_in_every_table(language: int) -> None:
    table = LOCKING_SHIFT[language]
    assert len(table) == 128
    assert (table[0x0A], table[0x0D], table[0x1B], table[0x20]) == ("\n", "\r", "\x1b", " ")
    assert table[0x30:0x3A] == "0123456789"
    assert table[0x61:0x7B] == "abcdefghijklmnopqrstuvwxyz"
    characters = table.replace(" ", "")
    assert len(set(characters)) == len(characters)


@pytest.mark.parametrize("language", SINGLE_SHIFT)
def test_single_shift_table_keeps_the_control_codes_free(language: int) -> None:
    table = SINGLE_SHIFT[language]
    assert all(0 <= code < 128 and len(char) == 1 for code, char in table.items())
    assert not {0x0D, 0x1B} & set(table)
    assert (table[0x0A], table[0x14], table[0x2F], table[0x65]) == ("\f", "^", "\\", "€")
    twice = sorted(char for char in set(table.values()) if list(table.values()).count(char) > 1)
    assert twice == (["*", "¡"] if language in INDIC else [])  # A.2.4 to A.2.13 have these two at two codes each


@pytest.mark.parametrize("language", INDIC)
def test_indic_single_shift_table_has_the_capitals_the_locking_table_lacks(language: int) -> None:
    assert [SINGLE_SHIFT[language][code] for code in range(0x41, 0x5B)] == list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("language", "code", "char"),
    [
        (1, 0x04, "€"),
        (1, 0x07, "ı"),
        (1, 0x40, "İ"),
        (1, 0x60, "ç"),
        (3, 0x12, "ª"),
        (3, 0x15, "∞"),
        (3, 0x5E, "Ü"),
        (3, 0x7B, "ã"),
        (4, 0x15, "\u0995"),
        (4, 0x60, "\u09ce"),
        (5, 0x11, "\u0a91"),
        (5, 0x7F, "\u0af1"),
        (6, 0x15, "\u0915"),
        (6, 0x5F, "\u094d"),
        (6, 0x7F, "\u097f"),
        (7, 0x24, "\u0ca1"),  # V9.1.1 prints U+0CAA here
        (7, 0x60, "\u0cd5"),
        (8, 0x2E, "."),
        (8, 0x7F, "\u0d79"),
        (9, 0x00, "\u0b01"),
        (9, 0x60, "\u0b56"),
        (10, 0x4E, "\u0a3c"),
        (10, 0x7F, "\u0a74"),
        (11, 0x02, "\u0b83"),
        (11, 0x7F, "\u0bf9"),
        (12, 0x60, "\u0c55"),
        (12, 0x7F, "\u0c63"),
        (13, 0x00, "\u0627"),
        (13, 0x46, "\u0642"),
        (13, 0x7F, "\u0670"),
    ],
)
def test_locking_code_has_the_character_of_the_standard(language: int, code: int, char: str) -> None:
    assert LOCKING_SHIFT[language][code] == char


@pytest.mark.parametrize(
    ("language", "code", "char"),
    [
        (1, 0x47, "Ğ"),
        (1, 0x73, "ş"),
        (2, 0x09, "ç"),
        (2, 0x6F, "ó"),
        (3, 0x12, "Φ"),
        (3, 0x7F, "â"),
        (4, 0x19, "\u09e6"),
        (4, 0x34, "\u09fa"),
        (5, 0x19, "\u0964"),
        (5, 0x25, "\u0aef"),
        (6, 0x1C, "\u0966"),
        (6, 0x3A, "\u0971"),
        (7, 0x2A, "\u0cf2"),
        (7, 0x3C, "["),
        (8, 0x34, "\u0d7f"),
        (9, 0x2C, "\u0b71"),
        (10, 0x2D, "\u0a75"),
        (11, 0x24, "\u0bee"),  # V9.1.1 prints U+0BEF twice
        (11, 0x2E, "\u0bfa"),
        (12, 0x22, "\u0c6c"),  # V9.1.1 prints U+06CC
        (12, 0x32, "\u0c7f"),
        (13, 0x1C, "\u06f0"),
        (13, 0x3B, "\u06cd"),
        (13, 0x3F, "\u06d4"),
    ],
)
def test_single_shift_code_has_the_character_of_the_standard(language: int, code: int, char: str) -> None:
    assert SINGLE_SHIFT[language][code] == char
