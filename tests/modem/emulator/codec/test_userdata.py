import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.coding import Indication
from modem.emulator.codec.compose import build
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.userdata import Concat, Ports, SpecialIndication, UserData, encode_header

BINARY = 0x04


def with_header(header: str, body: bytes = b"x", dcs: int = BINARY) -> UserData:
    octets = bytes.fromhex(header) + body
    return UserData(octets, len(octets), dcs, True)


def test_concatenation_is_found_among_other_elements() -> None:
    assert with_header("0500032A0301").concat == Concat(0x2A, 3, 1)
    assert with_header("06080412340302").concat == Concat(0x1234, 3, 2, wide=True)
    assert with_header("0B0504158200000003070201").concat == Concat(7, 2, 1)


@pytest.mark.parametrize("header", ["0500032A0304", "0500032A0300", "0500032A0000", "0600042A030100", "00"])
def test_concatenation_that_makes_no_sense_is_void(header: str) -> None:
    assert with_header(header).concat is None


def test_last_of_two_concatenations_that_makes_sense_counts() -> None:
    assert with_header("0A00030102010003020202").concat == Concat(2, 2, 2)
    assert with_header("0B0003010201080400020201").concat == Concat(2, 2, 1, wide=True)
    assert with_header("0A00030102010003020203").concat == Concat(1, 2, 1)


@pytest.mark.parametrize(
    ("header", "ports"),
    [
        ("0605040B8423F0", Ports(2948, 9200)),
        ("040402F5F0", Ports(0xF5, 0xF0)),
        ("040402F510", None),  # below 240 is reserved
        ("0A0504000100020402F0F1", Ports(0xF0, 0xF1)),  # the last of the two
        ("0505030B8423", None),
    ],
)
def test_ports_are_read_from_the_last_element_that_has_any(header: str, ports: Ports | None) -> None:
    assert with_header(header).ports == ports


def test_special_indications_come_one_for_each_kind() -> None:
    ud = with_header("080102800501022700")
    assert ud.indications == [
        SpecialIndication(Indication.VOICEMAIL, 5, store=True),
        SpecialIndication(Indication.OTHER, 0, store=False, profile=1, extended=1),
    ]


def test_elements_of_any_kind_are_kept_in_their_order() -> None:
    assert with_header("0770036162630A00").elements == [(0x70, b"abc"), (0x0A, b"")]


@pytest.mark.parametrize("header", ["0500042A0301", "0400032A03", "0101", "0700032A030100", "0600030102010500"])
def test_header_that_its_elements_do_not_fill_is_passed_over_whole(header: str) -> None:
    ud = with_header(header, b"text of the part")
    ud.check()
    assert (ud.elements, ud.concat) == ([], None)
    assert ud.text.endswith("part")


def test_header_longer_than_the_user_data_is_refused() -> None:
    for octets in (b"\x05\x00\x03\x01", b"\x01", b""):
        with pytest.raises(FieldError):
            UserData(octets, len(octets), BINARY, True).check()
    UserData(b"\x03\x0a\x01\x00", 4, BINARY, True).check()


def test_text_behind_a_sixteen_bit_header_keeps_its_first_character() -> None:
    # 7 octets of header are exactly 8 septets: no fill bits, and nothing of the "5" may be lost.
    assert UserData(bytes.fromhex("06080400010201") + b"\x35", 9, 0, True).text == "5"


def test_text_is_read_by_the_national_tables_its_header_names() -> None:
    # 4 octets of header are 5 septets with 3 fill bits; İ is 40 in A.3.1
    turkish = UserData(bytes.fromhex("032501010002"), 6, 0, True)
    assert (turkish.locking, turkish.single, turkish.text) == (1, 0, "İ")
    spanish = build(b"\x1b\x6f", 0, [(0x24, b"\x02")])
    assert (spanish.locking, spanish.single, spanish.text) == (0, 2, "ó")
    assert build(b"\x1b\x6f", 0, [(0x24, b"\x02\x02")]).text == "o"  # an element of another length
    assert build(b"\x1b\x6f", 0, [(0x24, b"\x0e")]).text == "o"  # a reserved language


def test_text_of_every_alphabet_is_read() -> None:
    assert UserData("😀я".encode("utf-16-be"), 6, 0x08, False).text == "😀я"
    assert UserData(b"\xd8\x3d", 2, 0x08, False).text == "\ufffd"
    assert UserData(b"\xe9\x00", 2, 0x04, False).text == "é\x00"
    assert UserData(b"\xe9", 1, 0x20, False).text == "é"  # compressed: the octets


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=8)), max_size=8))
def test_any_elements_come_back(elements: list[tuple[int, bytes]]) -> None:
    ud = UserData(encode_header(elements) + b"x", len(encode_header(elements)) + 1, BINARY, bool(elements))
    assert ud.elements == elements


@given(st.binary(max_size=150), st.integers(0, 255), st.integers(0, 255), st.booleans())
def test_any_user_data_is_read_or_refused(octets: bytes, length: int, dcs: int, has_header: bool) -> None:
    ud = UserData(octets, length, dcs, has_header)
    seen = (ud.text, ud.concat, ud.ports, ud.indications, ud.locking, ud.single, ud.body)
    assert isinstance(seen[0], str)
    assert has_header or ud.elements == []
    try:
        ud.check()
    except FieldError:
        return
    assert len(octets) <= 140
