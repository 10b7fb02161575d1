import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.compose import compose
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.userdata import Concat
from modem.national import LANGUAGES

TURKISH, SPANISH, HINDI = 1, 2, 6


@pytest.mark.parametrize(
    ("text", "lengths", "dcs"),
    [
        ("", [0], 0),
        ("a" * 160, [160], 0),
        ("a" * 161, [160, 15], 0),  # 153 + header of 7 septets, and the rest
        ("a" * 159 + "€", [160, 15], 0),
        ("a" * 152 + "€" + "b" * 10, [159, 19], 0),  # the escape is not torn from its code
        ("я" * 70, [140], 8),
        ("я" * 71, [140, 14], 8),
        ("я" * 66 + "😀" + "я" * 10, [138, 30], 8),  # nor a surrogate pair
    ],
)
def test_text_is_cut_into_parts_as_a_phone_does(text: str, lengths: list[int], dcs: int) -> None:
    parts = compose(text, 9)
    assert [part.length for part in parts] == lengths
    assert {part.dcs for part in parts} == {dcs}
    assert "".join(part.text for part in parts) == text
    if len(parts) > 1:
        assert [part.concat for part in parts] == [Concat(9, len(parts), seq) for seq in range(1, len(parts) + 1)]


def test_wide_reference_takes_one_octet_more() -> None:
    parts = compose("a" * 305, 0x1234, wide=True)
    assert [part.length for part in parts] == [160, 160, 9]
    assert parts[2].concat == Concat(0x1234, 3, 3, wide=True)
    assert parts[0].octets[:8].hex() == "06080412340301e1"
    assert [part.length for part in compose("я" * 134, 1, wide=True)] == [139, 139, 11]


def test_national_tables_asked_for_are_named_in_every_header() -> None:
    (single,) = compose("İyi", 1, locking=TURKISH)
    assert (single.octets[:4].hex(), single.length, single.text) == ("03250101", 8, "İyi")
    both = compose("\u0928" * 160 + "A", 7, locking=HINDI, single=HINDI)
    assert [part.length for part in both] == [160, 30]
    assert both[0].octets[:12].hex() == "0b0003070201250106240106"
    assert "".join(part.text for part in both) == "\u0928" * 160 + "A"


def test_text_the_national_tables_lack_goes_in_ucs2_without_them() -> None:
    (part,) = compose("привет", 1, locking=TURKISH, single=SPANISH)
    assert (part.dcs, part.has_header, part.text) == (8, False, "привет")


def test_message_class_is_said_in_either_alphabet() -> None:
    assert [compose(text, 1, message_class=0)[0].dcs for text in ("a", "я")] == [0x10, 0x18]
    assert {part.dcs for part in compose("a" * 200, 1, message_class=3)} == {0x13}


def test_text_of_more_than_255_parts_is_refused() -> None:
    assert len(compose("a" * 153 * 255, 1)) == 255
    with pytest.raises(FieldError):
        compose("a" * (153 * 255 + 1), 1)


@given(st.text(max_size=300), st.booleans(), st.sampled_from([0, *LANGUAGES]), st.sampled_from([0, *LANGUAGES]))
def test_any_text_is_whole_again_after_its_parts(text: str, wide: bool, locking: int, single: int) -> None:
    parts = compose(text, 1, wide=wide, locking=locking, single=single)
    for part in parts:
        part.check()
    assert "".join(part.text for part in parts) == text
