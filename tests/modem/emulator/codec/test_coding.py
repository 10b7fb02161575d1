import pytest

from modem.emulator.codec.coding import Alphabet, DataCoding, Group, Indication, Waiting, data_coding

GSM7, BINARY, UCS2 = Alphabet.GSM7, Alphabet.BINARY, Alphabet.UCS2
DELETION, RESERVED, CLASSED = Group.AUTOMATIC_DELETION, Group.RESERVED, Group.CODING_AND_CLASS


@pytest.mark.parametrize(
    ("dcs", "expected"),
    [
        (0x00, DataCoding(GSM7)),
        (0x03, DataCoding(GSM7)),  # the class bits mean nothing without bit 4
        (0x04, DataCoding(BINARY)),
        (0x08, DataCoding(UCS2)),
        (0x10, DataCoding(GSM7, 0)),
        (0x19, DataCoding(UCS2, 1)),
        (0x20, DataCoding(GSM7, None, True)),
        (0x3A, DataCoding(UCS2, 2, True)),
        (0x48, DataCoding(UCS2, None, False, DELETION)),
        (0x5A, DataCoding(UCS2, 2, False, DELETION)),
        (0x74, DataCoding(BINARY, 0, True, DELETION)),
        (0x0C, DataCoding(GSM7, group=RESERVED)),
        (0x3D, DataCoding(GSM7, group=RESERVED)),
        (0x80, DataCoding(GSM7, group=RESERVED)),
        (0xBF, DataCoding(GSM7, group=RESERVED)),
        (0xC8, DataCoding(GSM7, group=Group.WAITING_DISCARD, waiting=Waiting(Indication.VOICEMAIL, True, False))),
        (0xC1, DataCoding(GSM7, group=Group.WAITING_DISCARD, waiting=Waiting(Indication.FAX, False, False))),
        (0xDA, DataCoding(GSM7, group=Group.WAITING_STORE, waiting=Waiting(Indication.EMAIL, True, True))),
        (0xE3, DataCoding(UCS2, group=Group.WAITING_STORE_UCS2, waiting=Waiting(Indication.OTHER, False, True))),
        (0xF0, DataCoding(GSM7, 0, group=CLASSED)),
        (0xF7, DataCoding(BINARY, 3, group=CLASSED)),
        (0xF8, DataCoding(GSM7, 0, group=CLASSED)),  # bit 3 is reserved and passed over
    ],
)
def test_data_coding_of_every_group_is_read(dcs: int, expected: DataCoding) -> None:
    assert data_coding(dcs) == expected


def test_octet_of_every_coding_means_the_same_again() -> None:
    for dcs in range(256):
        coding = data_coding(dcs)
        again = data_coding(coding.octet)
        assert again == coding or (coding.group is RESERVED and coding.octet == 0)


def test_octet_without_reserved_bits_comes_back_itself() -> None:
    plain = [dcs for dcs in range(0x80) if dcs & 0x0C != 0x0C and (dcs & 0x10 or not dcs & 3)]
    waiting = [dcs for dcs in range(0xC0, 0xF0) if not dcs & 4]
    for dcs in [*plain, *waiting, *range(0xF0, 0xF8)]:
        assert data_coding(dcs).octet == dcs


def test_length_counts_septets_only_where_text_is_packed() -> None:
    assert [dcs for dcs in (0x00, 0x04, 0x08, 0x20, 0x8F, 0xC0, 0xE0, 0xF4) if data_coding(dcs).packed] == [
        *(0x00, 0x8F, 0xC0)
    ]
