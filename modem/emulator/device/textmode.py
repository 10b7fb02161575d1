"""Text mode of 27.005: message text both ways, the lines of CMGR and CMGL.

Owns how a message looks in text mode. Must not know where messages are stored or sent.
"""

from binascii import unhexlify

from modem.emulator.codec.address import Address
from modem.emulator.codec.coding import Alphabet, data_coding
from modem.emulator.codec.compose import user_data_of_text
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.reports import StatusReport, decode_status_report
from modem.emulator.codec.timestamp import timestamp_text
from modem.emulator.codec.tpdu import (
    MTI_DELIVER,
    MTI_STATUS_REPORT,
    UDHI,
    Deliver,
    Submit,
    decode_deliver,
    decode_submit,
)
from modem.emulator.codec.userdata import UserData
from modem.emulator.device.charset import from_terminal, to_terminal
from modem.emulator.device.memory import Entry

Message = Deliver | Submit | StatusReport


def user_data_from_terminal(text: bytes, fo: int, dcs: int, cscs: str) -> UserData:
    """The text of +CMGS or +CMGW as user data (27.005 §3.1 <data>): GSM text, or octets in hexadecimal."""
    coding = data_coding(dcs)
    has_header = bool(fo & UDHI)
    if coding.alphabet is Alphabet.GSM7 and not has_header:
        body = from_terminal(text, cscs)
    else:
        try:
            body = unhexlify(text.strip())
        except ValueError:
            raise FieldError("this data coding wants pairs of hexadecimal digits") from None
    ud = user_data_of_text(body, dcs, coding.alphabet, has_header)
    ud.check()
    return ud


def user_data_to_terminal(ud: UserData, cscs: str) -> str:
    """User data as text mode shows it (27.005 §3.1 <data>)."""
    if data_coding(ud.dcs).alphabet is Alphabet.GSM7 and not ud.has_header:
        return to_terminal(ud.text, cscs)
    return ud.octets.hex().upper()


def read_message(pdu: bytes) -> Message:
    """Tell a stored PDU's type and read it. A REPORT and a SUBMIT differ by their state, a DELIVER by its type."""
    tpdu_at = pdu[0] + 1
    kind = pdu[tpdu_at] & 3
    if kind == MTI_DELIVER:
        return decode_deliver(pdu)
    if kind == MTI_STATUS_REPORT:
        return decode_status_report(pdu)
    return decode_submit(pdu, len(pdu) - tpdu_at)


def _number(address: Address, cscs: str) -> str:
    return f'"{to_terminal(address.text, cscs)}"'


def _stamp(octets: bytes) -> str:
    return f'"{timestamp_text(octets)}"'


def _report_fields(report: StatusReport, cscs: str) -> str:
    numbers = f"{report.first},{report.mr},{_number(report.to, cscs)},{report.to.toa}"
    return f"{numbers},{_stamp(report.scts)},{_stamp(report.discharge)},{report.status}"


def _smsc_fields(smsc: str, cscs: str) -> str:
    address = Address.of(smsc)
    return f'"{to_terminal(smsc, cscs)}",{address.toa}'


def read_lines(entry: Entry, cscs: str, details: bool, smsc: str) -> str:
    """What follows `+CMGR: ` (27.005 §3.4.5… CMGR): header and text; `details` is +CSDH=1."""
    message = read_message(entry.pdu)
    label = f'"{entry.state.label}"'
    if isinstance(message, StatusReport):
        return f"{label},{_report_fields(message, cscs)}"
    ud = message.ud
    tail = f"{message.pid},{ud.dcs}"
    sca = f"{_smsc_fields(message.smsc or smsc, cscs)},{ud.length}"
    if isinstance(message, Deliver):
        head = f"{label},{_number(message.origin, cscs)},,{_stamp(message.scts)}"
        extra = f",{message.origin.toa},{message.first},{tail},{sca}"
    else:
        head = f"{label},{_number(message.to, cscs)},"
        extra = f",{message.to.toa},{message.first},{tail},{_validity(message)},{sca}"
    return f"{head}{extra if details else ''}\r\n{user_data_to_terminal(ud, cscs)}"


def _validity(submit: Submit) -> str:
    if len(submit.validity) == 1:
        return str(submit.validity[0])
    return _stamp(submit.validity) if submit.first >> 3 & 3 == 3 else ""


def list_lines(index: int, entry: Entry, cscs: str, details: bool) -> str:
    """One message of +CMGL, without the command's name (27.005 §3.4.2)."""
    message = read_message(entry.pdu)
    head = f'{index},"{entry.state.label}"'
    if isinstance(message, StatusReport):
        return f"{head},{_report_fields(message, cscs)}"
    if isinstance(message, Deliver):
        address, stamp = message.origin, _stamp(message.scts)
    else:
        address, stamp = message.to, ""
    extra = f",{address.toa},{message.ud.length}" if details else ""
    return f"{head},{_number(address, cscs)},,{stamp}{extra}\r\n{user_data_to_terminal(message.ud, cscs)}"


def direct_lines(deliver: Deliver, cscs: str, details: bool, smsc: str) -> str:
    """What follows `+CMT: ` (27.005 §3.4.1)."""
    head = f"{_number(deliver.origin, cscs)},,{_stamp(deliver.scts)}"
    if details:
        head += f",{deliver.origin.toa},{deliver.first},{deliver.pid},{deliver.ud.dcs}"
        head += f",{_smsc_fields(deliver.smsc or smsc, cscs)},{deliver.ud.length}"
    return f"{head}\r\n{user_data_to_terminal(deliver.ud, cscs)}"


def report_lines(report: StatusReport, cscs: str) -> str:
    """What follows `+CDS: ` in text mode (27.005 §3.4.1)."""
    return _report_fields(report, cscs)
