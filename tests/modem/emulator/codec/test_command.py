import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.address import Address
from modem.emulator.codec.command import Command, CommandType, decode_command, encode_command
from modem.emulator.codec.octets import FieldError

DELETE = "00" + "02" + "05" + "00" + "02" + "07" + "0B919731214365F7" + "00"


def test_command_is_read_field_by_field() -> None:
    command = decode_command(bytes.fromhex(DELETE), 14)
    assert command == Command(5, CommandType.DELETE, 7, Address.of("+79131234567"))
    assert not command.srr
    assert encode_command(command) == bytes.fromhex(DELETE)


def test_enquiry_asks_for_a_report_and_may_carry_data_with_a_header() -> None:
    pdu = bytes.fromhex("03819091" + "62050000FF04819091" + "05" + "0370017F" + "21")
    command = decode_command(pdu, 15)
    assert (command.smsc, command.srr, command.kind, command.mn) == ("0919", True, CommandType.ENQUIRE, 0xFF)
    assert (command.ud.elements, command.ud.body) == ([(0x70, b"\x7f")], b"!")
    assert encode_command(command) == pdu


def test_type_of_a_service_centre_s_own_is_kept() -> None:
    assert decode_command(bytes.fromhex(DELETE.replace("050002", "0500E0")), 14).kind == 0xE0


@pytest.mark.parametrize(
    ("pdu", "length"),
    [
        (DELETE, 13),
        (DELETE[:-2], 13),  # no TP-CDL
        (DELETE[:-2] + "01", 14),  # data that is not there
        (DELETE + "00", 15),  # data that is not announced
        (DELETE.replace("0002", "0001", 1), 14),  # a SUBMIT
        ("00020500", 3),
        ("004205000007" + "00810105", 9),  # a header longer than the data
    ],
)
def test_command_that_a_modem_would_refuse_is_refused(pdu: str, length: int) -> None:
    with pytest.raises(FieldError):
        decode_command(bytes.fromhex(pdu), length)


def test_command_has_room_for_157_octets_less_those_of_its_address() -> None:
    to = Address("", 0x81)
    assert len(encode_command(Command(0, 0, 0, to, data=bytes(156)))) == 1 + 164
    with pytest.raises(FieldError):
        encode_command(Command(0, 0, 0, to, data=bytes(157)))


@given(st.binary(max_size=170))
def test_any_octets_are_a_command_or_refused(octets: bytes) -> None:
    for start in (b"", b"\x00\x02", b"\x00\x42\x00\x00\x00\x00\x02\x81\x21"):
        pdu = start + octets
        try:
            command = decode_command(pdu, len(pdu) - pdu[0] - 1 if pdu else 0)
        except FieldError:
            continue
        again = encode_command(command)
        assert decode_command(again, len(again) - again[0] - 1) == command
