"""SMS-COMMAND, what +CMGC sends about a message submitted before (TS 23.040 §9.2.2.4)."""

from dataclasses import dataclass
from enum import IntEnum

from modem.emulator.codec.address import Address, decode_address, decode_smsc, encode_address, encode_smsc
from modem.emulator.codec.octets import FieldError, cut
from modem.emulator.codec.tpdu import MAX_TPDU_OCTETS, MTI_COMMAND, SRR, UDHI
from modem.emulator.codec.userdata import UserData

_8BIT = 0x04


class CommandType(IntEnum):
    """TP-CT with a meaning (§9.2.3.19); 04 to 1F are reserved, E0 to FF a service centre's own."""

    ENQUIRE = 0
    CANCEL_REPORT = 1
    DELETE = 2
    ENABLE_REPORT = 3


@dataclass(frozen=True, slots=True)
class Command:
    """A command for the service centre: do `kind` to the message `mn` that was submitted to `to`."""

    mr: int
    kind: int
    mn: int
    to: Address
    pid: int = 0
    data: bytes = b""
    first: int = MTI_COMMAND
    smsc: str = ""

    @property
    def srr(self) -> bool:
        """Whether a status report is asked for (TP-SRR)."""
        return bool(self.first & SRR)

    @property
    def ud(self) -> UserData:
        """TP-CD as 8-bit user data, to reach its header if TP-UDHI says it has one."""
        return UserData(self.data, len(self.data), _8BIT, bool(self.first & UDHI))


def encode_command(command: Command) -> bytes:
    """The PDU of a COMMAND with its service centre address; FieldError if its data is too long."""
    head = bytes([command.first, command.mr, command.pid, command.kind, command.mn]) + encode_address(command.to)
    if len(head) + 1 + len(command.data) > MAX_TPDU_OCTETS:
        raise FieldError("the command is longer than 164 octets")
    return encode_smsc(command.smsc) + head + bytes([len(command.data)]) + command.data


def decode_command(pdu: bytes, length: int) -> Command:
    """Read a COMMAND given with +CMGC=`length` (TPDU octets, address excluded); FieldError if it is not one."""
    smsc, at = decode_smsc(pdu)
    if len(pdu) - at != length or length > MAX_TPDU_OCTETS:
        raise FieldError(f"{len(pdu) - at} octets were announced as {length}")
    first, mr, pid, kind, mn = cut(pdu, at, 5, "TP-MN")
    if first & 3 != MTI_COMMAND:
        raise FieldError("the message is not an SMS-COMMAND")
    to, at = decode_address(pdu, at + 5)
    size = cut(pdu, at, 1, "TP-CDL")[0]
    command = Command(mr, kind, mn, to, pid, cut(pdu, at + 1, size, "TP-CD"), first, smsc)
    if at + 1 + size != len(pdu):
        raise FieldError("octets follow the last field")
    command.ud.check(MAX_TPDU_OCTETS)
    return command
