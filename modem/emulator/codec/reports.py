"""What became of a message (TS 23.040 §9.2.2): STATUS-REPORT, DELIVER-REPORT and SUBMIT-REPORT, both ways.

Owns TP-PI and the optional fields behind it, which all three share (§9.2.3.27). A STATUS-REPORT is a PDU of 27.005 with
its service centre address in front; the other two have none: +CNMA=<n>,<length> carries a bare DELIVER-REPORT
(<ackpdu>), a SUBMIT-REPORT never reaches the line.
"""

from dataclasses import dataclass

from modem.emulator.codec.address import Address, decode_address, decode_smsc, encode_address, encode_smsc
from modem.emulator.codec.coding import data_coding
from modem.emulator.codec.octets import FieldError, cut
from modem.emulator.codec.timestamp import OCTETS as TIME_OCTETS
from modem.emulator.codec.tpdu import (
    MAX_TPDU_OCTETS,
    MMS,
    MTI_DELIVER_REPORT,
    MTI_STATUS_REPORT,
    MTI_SUBMIT_REPORT,
    SRQ,
    UDHI,
)
from modem.emulator.codec.userdata import UserData

_PI_PID, _PI_DCS, _PI_UDL, _PI_RESERVED, _PI_EXTENDED = 0x01, 0x02, 0x04, 0x78, 0x80
_FIRST_FCS = 0x80  # TP-FCS below are reserved (§9.2.3.22)


@dataclass(frozen=True, slots=True)
class Optionals:
    """The fields TP-PI announces; None is a field that is not there. User data without `dcs` is GSM 7-bit."""

    pid: int | None = None
    dcs: int | None = None
    ud: UserData | None = None


NOTHING = Optionals()


def _encode_optional(optional: Optionals, mandatory: bool) -> bytes:
    """TP-PI and what it announces; TP-PI may be left out of a STATUS-REPORT that has nothing behind it."""
    ud = optional.ud
    if ud is not None and ud.dcs != (optional.dcs or 0):
        raise FieldError("the user data is coded otherwise than TP-DCS says")
    shown = (optional.pid is not None, optional.dcs is not None, ud is not None)
    indicator = sum(1 << place for place, there in enumerate(shown) if there)
    if not indicator and not mandatory:
        return b""
    fields = bytes([indicator, *(field for field in (optional.pid, optional.dcs) if field is not None)])
    return fields + (bytes([ud.length]) + ud.octets if ud is not None else b"")


def _decode_optional(tpdu: bytes, at: int, has_header: bool) -> Optionals:
    """Read TP-PI and all behind it.

    A reserved bit says that something unknown follows the user data: it and what follows are passed over (§9.2.3.27).
    Anything else left over is a FieldError.
    """
    indicators = [cut(tpdu, at, 1, "TP-PI")[0]]
    while indicators[-1] & _PI_EXTENDED:
        indicators.append(cut(tpdu, at + len(indicators), 1, "TP-PI")[0])
    at += len(indicators)
    pid = dcs = ud = None
    if indicators[0] & _PI_PID:
        pid, at = cut(tpdu, at, 1, "TP-PID")[0], at + 1
    if indicators[0] & _PI_DCS:
        dcs, at = cut(tpdu, at, 1, "TP-DCS")[0], at + 1
    if indicators[0] & _PI_UDL:
        length = cut(tpdu, at, 1, "TP-UDL")[0]
        size = (length * 7 + 7) // 8 if data_coding(dcs or 0).packed else length
        ud = UserData(cut(tpdu, at + 1, size, "TP-UD"), length, dcs or 0, has_header)
        ud.check(MAX_TPDU_OCTETS)
        at += 1 + size
    if at < len(tpdu) and not indicators[0] & _PI_RESERVED and len(indicators) == 1:
        raise FieldError("octets follow the last field")
    return Optionals(pid, dcs, ud)


def _whole(tpdu: bytes) -> bytes:
    if len(tpdu) > MAX_TPDU_OCTETS:
        raise FieldError("the report is longer than 164 octets")
    return tpdu


def _first(first: int, optional: Optionals) -> int:
    return first | (UDHI if optional.ud is not None and optional.ud.has_header else 0)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of a submit or command (§9.2.2.3).

    `scts` is when the centre took it, `discharge` when what `status` says was known.
    """

    mr: int
    to: Address
    scts: bytes
    discharge: bytes
    status: int
    first: int = MTI_STATUS_REPORT | MMS
    smsc: str = ""
    optional: Optionals = NOTHING

    @property
    def of_command(self) -> bool:
        """Whether it answers an SMS-COMMAND, not a SUBMIT (TP-SRQ, §9.2.3.26)."""
        return bool(self.first & SRQ)


def encode_status_report(report: StatusReport) -> bytes:
    """The PDU of a STATUS-REPORT with its service centre address."""
    head = bytes([_first(report.first, report.optional), report.mr]) + encode_address(report.to)
    times = report.scts + report.discharge + bytes([report.status])
    return encode_smsc(report.smsc) + _whole(head + times + _encode_optional(report.optional, mandatory=False))


def decode_status_report(pdu: bytes) -> StatusReport:
    """Read a STATUS-REPORT; FieldError if it is not one."""
    smsc, at = decode_smsc(pdu)
    _whole(pdu[at:])
    if at + 2 > len(pdu) or pdu[at] & 3 != MTI_STATUS_REPORT:
        raise FieldError("the message is not an SMS-STATUS-REPORT")
    first, mr = pdu[at], pdu[at + 1]
    to, at = decode_address(pdu, at + 2)
    times = cut(pdu, at, 2 * TIME_OCTETS + 1, "TP-ST")
    at += len(times)
    optional = _decode_optional(pdu, at, bool(first & UDHI)) if at < len(pdu) else NOTHING
    return StatusReport(mr, to, times[:7], times[7:14], times[14], first, smsc, optional)


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """The modem's answer for a DELIVER (§9.2.2.1a). `fcs` None makes it the RP-ACK form, a cause the RP-ERROR form."""

    fcs: int | None = None
    optional: Optionals = NOTHING
    first: int = MTI_DELIVER_REPORT


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """The service centre's answer for a SUBMIT or COMMAND (§9.2.2.2a); `fcs` as in a DELIVER-REPORT."""

    scts: bytes
    fcs: int | None = None
    optional: Optionals = NOTHING
    first: int = MTI_SUBMIT_REPORT


def _encode_cause(fcs: int | None) -> bytes:
    if fcs is not None and not _FIRST_FCS <= fcs <= 0xFF:
        raise FieldError(f"{fcs} is a reserved TP-FCS")
    return b"" if fcs is None else bytes([fcs])


def _decode_start(tpdu: bytes, mti: int, error: bool) -> tuple[int, int | None, int]:
    """First octet, TP-FCS and the place behind them."""
    first = cut(_whole(tpdu), 0, 1, "the first octet")[0]
    if first & 3 != mti:
        raise FieldError("the report is of another type")
    if not error:
        return first, None, 1
    fcs = cut(tpdu, 1, 1, "TP-FCS")[0]
    _encode_cause(fcs)
    return first, fcs, 2


def encode_deliver_report(report: DeliverReport) -> bytes:
    """The TPDU of a DELIVER-REPORT: no service centre address."""
    head = bytes([_first(report.first, report.optional)]) + _encode_cause(report.fcs)
    return _whole(head + _encode_optional(report.optional, mandatory=True))


def decode_deliver_report(tpdu: bytes, *, error: bool) -> DeliverReport:
    """Read a DELIVER-REPORT; `error` tells the RP-ERROR form (+CNMA=2), which nothing in it does."""
    first, fcs, at = _decode_start(tpdu, MTI_DELIVER_REPORT, error)
    return DeliverReport(fcs, _decode_optional(tpdu, at, bool(first & UDHI)), first)


def encode_submit_report(report: SubmitReport) -> bytes:
    """The TPDU of a SUBMIT-REPORT."""
    head = bytes([_first(report.first, report.optional)]) + _encode_cause(report.fcs)
    indicator, *fields = _encode_optional(report.optional, mandatory=True)
    return _whole(head + bytes([indicator]) + report.scts + bytes(fields))


def decode_submit_report(tpdu: bytes, *, error: bool) -> SubmitReport:
    """Read a SUBMIT-REPORT; its time stands between TP-PI and what that announces. FieldError if it is not one."""
    first, fcs, at = _decode_start(tpdu, MTI_SUBMIT_REPORT, error)
    end = at + 1
    while cut(tpdu, end - 1, 1, "TP-PI")[0] & _PI_EXTENDED:
        end += 1
    scts = cut(tpdu, end, TIME_OCTETS, "TP-SCTS")
    optional = _decode_optional(tpdu[at:end] + tpdu[end + TIME_OCTETS :], 0, bool(first & UDHI))
    return SubmitReport(scts, fcs, optional, first)
