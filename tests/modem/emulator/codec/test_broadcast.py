import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.alphabet import text_to_septets
from modem.emulator.codec.broadcast import broadcast_alphabet, pack_ussd, unpack_ussd
from modem.emulator.codec.coding import Alphabet


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("*100#", "AA180C3602"),
        ("1234567", "31D98C56B3DD1A"),  # seven spare bits: a CR fills them
        ("123456\r", "31D98C56B3351A"),
        ("1234567\r", "31D98C56B3DD1A0D"),  # a CR that is meant is doubled
        ("12345678", "31D98C56B3DD70"),
        ("", ""),
    ],
)
def test_ussd_string_is_packed_and_padded(text: str, octets: str) -> None:
    assert pack_ussd(text_to_septets(text)).hex().upper() == octets


def test_padding_is_taken_off_and_a_doubled_cr_stays() -> None:
    assert unpack_ussd(bytes.fromhex("31D98C56B3DD1A")) == b"1234567"
    assert unpack_ussd(bytes.fromhex("31D98C56B3DD1A0D")) == b"1234567\r\r"


@given(st.binary(max_size=182).map(lambda raw: bytes(octet & 0x7F for octet in raw)))
def test_packing_and_unpacking_give_the_same_text(septets: bytes) -> None:
    again = unpack_ussd(pack_ussd(septets))
    assert again == septets or (again == septets + b"\r" and septets.endswith(b"\r"))
    assert len(pack_ussd(septets)) <= 160


@pytest.mark.parametrize(
    ("dcs", "alphabet"),
    [
        (0x00, Alphabet.GSM7),
        (0x0F, Alphabet.GSM7),
        (0x10, Alphabet.GSM7),
        (0x11, Alphabet.UCS2),
        (0x25, Alphabet.GSM7),
        (0x44, Alphabet.BINARY),
        (0x48, Alphabet.UCS2),
        (0x4C, Alphabet.GSM7),
        (0x59, Alphabet.UCS2),
        (0x98, Alphabet.UCS2),
        (0x88, Alphabet.GSM7),
        (0xF4, Alphabet.BINARY),
        (0xF0, Alphabet.GSM7),
    ],
)
def test_cell_broadcast_coding_tells_the_alphabet(dcs: int, alphabet: Alphabet) -> None:
    assert broadcast_alphabet(dcs) is alphabet
