"""The lines of CMGR, CMGL, CMT, CDS and CBM (27.005 §3.4): every kind of message in PDU and text mode, +CSDH 0 and 1.

Owns which fields stand where. Must not know where messages are stored or sent; how a text looks is `textmode`'s.
"""

from dataclasses import dataclass

from modem.emulator.codec.address import Address
from modem.emulator.codec.command import Command, decode_command
from modem.emulator.codec.page import Page, decode_page
from modem.emulator.codec.reports import StatusReport, decode_status_report
from modem.emulator.codec.timestamp import timestamp_text
from modem.emulator.codec.tpdu import (
    MTI_COMMAND,
    MTI_DELIVER,
    MTI_STATUS_REPORT,
    Deliver,
    Submit,
    decode_deliver,
    decode_submit,
)
from modem.emulator.device.charset import to_terminal
from modem.emulator.device.memory import Entry
from modem.emulator.device.textmode import page_to_terminal, user_data_to_terminal

_ABSOLUTE = 0x10  # of TP-VPF: set in the relative and absolute, not in the enhanced form (23.040 §9.2.3.3)
Message = Deliver | Submit | StatusReport | Command | Page


@dataclass(frozen=True, slots=True)
class View:
    """How the terminal wants to see messages: +CMGF, +CSCS, +CSDH, and the centre to name where a PDU has none."""

    text: bool
    cscs: str
    details: bool
    smsc: str

    def number(self, address: Address) -> str:
        """A number or name in quotes."""
        return f'"{to_terminal(address.text, self.cscs)}"'

    def service_centre(self, smsc: str) -> str:
        """<sca>,<tosca>."""
        address = Address.of(smsc or self.smsc)
        return f"{self.number(address)},{address.toa}"


def read_message(entry: Entry) -> Message:
    """Read a stored PDU. Types mean one thing from the network and another to it: state and type say which."""
    if entry.page:
        return decode_page(entry.pdu)
    tpdu_at = entry.pdu[0] + 1
    kind = entry.pdu[tpdu_at] & 3
    if kind == MTI_DELIVER:
        return decode_deliver(entry.pdu)
    if kind == MTI_STATUS_REPORT and entry.state.received:
        return decode_status_report(entry.pdu)
    if kind == MTI_COMMAND:
        return decode_command(entry.pdu, tpdu_length(entry.pdu))
    return decode_submit(entry.pdu, tpdu_length(entry.pdu))


def _stamp(octets: bytes) -> str:
    return f'"{timestamp_text(octets)}"'


def _with_length(pdu: bytes, length: int) -> str:
    """<length> and <pdu>."""
    return f"{length}\r\n{pdu.hex().upper()}"


def tpdu_length(pdu: bytes) -> int:
    """<length> of 27.005 §3.1: octets of the TPDU, the service centre address not counted."""
    return len(pdu) - pdu[0] - 1


def deliver_lines(pdu: bytes, view: View) -> str:
    """What follows `+CMT: ` (27.005 §3.4.1)."""
    if not view.text:
        return f",{_with_length(pdu, tpdu_length(pdu))}"
    return _deliver_lines(decode_deliver(pdu), view)


def report_lines(pdu: bytes, view: View) -> str:
    """What follows `+CDS: ` (27.005 §3.4.1)."""
    if not view.text:
        return _with_length(pdu, tpdu_length(pdu))
    return _report_fields(decode_status_report(pdu), view)


def page_lines(pdu: bytes, view: View) -> str:
    """What follows `+CBM: ` (27.005 §3.4.1)."""
    return _page_lines(decode_page(pdu), view) if view.text else _with_length(pdu, len(pdu))


def _stored_lines(entry: Entry) -> str:
    """<stat>,[<alpha>],<length> and <pdu> of a stored message."""
    length = len(entry.pdu) if entry.page else tpdu_length(entry.pdu)
    return f"{entry.state.value},,{_with_length(entry.pdu, length)}"


def read_lines(entry: Entry, view: View) -> str:
    """What follows `+CMGR: ` (27.005 §3.4.3)."""
    if not view.text:
        return _stored_lines(entry)
    message = read_message(entry)
    label = f'"{entry.state.label}"'
    if isinstance(message, StatusReport):
        return f"{label},{_report_fields(message, view)}"
    if isinstance(message, Deliver):
        return f"{label},{_deliver_lines(message, view)}"
    if isinstance(message, Page):
        return f"{label},{_page_lines(message, view)}"
    if isinstance(message, Command):
        return f"{label},{_command_lines(message, view)}"
    return f"{label},{_submit_lines(message, view)}"


def list_lines(index: int, entry: Entry, view: View) -> str:
    """One message of +CMGL, without the command's name (27.005 §3.4.2)."""
    if not view.text:
        return f"{index},{_stored_lines(entry)}"
    message = read_message(entry)
    head = f'{index},"{entry.state.label}"'
    if isinstance(message, StatusReport):
        return f"{head},{_report_fields(message, view)}"
    if isinstance(message, Page):
        place = f"{message.serial},{message.mid},{message.number},{message.total}"
        return f"{head},{place}\r\n{page_to_terminal(message, view.cscs)}"
    if isinstance(message, Command):
        return f"{head},{message.first},{message.kind}"
    if isinstance(message, Deliver):
        address, stamp = message.origin, _stamp(message.scts)
    else:
        address, stamp = message.to, ""
    extra = f",{address.toa},{message.ud.length}" if view.details else ""
    return f"{head},{view.number(address)},,{stamp}{extra}\r\n{user_data_to_terminal(message.ud, view.cscs)}"


def _deliver_lines(deliver: Deliver, view: View) -> str:
    head = f"{view.number(deliver.origin)},,{_stamp(deliver.scts)}"
    if view.details:
        head += f",{deliver.origin.toa},{deliver.first},{deliver.pid},{deliver.ud.dcs}"
        head += f",{view.service_centre(deliver.smsc)},{deliver.ud.length}"
    return f"{head}\r\n{user_data_to_terminal(deliver.ud, view.cscs)}"


def _submit_lines(submit: Submit, view: View) -> str:
    head = f"{view.number(submit.to)},"
    if view.details:
        head += f",{submit.to.toa},{submit.first},{submit.pid},{submit.ud.dcs},{_validity(submit)}"
        head += f",{view.service_centre(submit.smsc)},{submit.ud.length}"
    return f"{head}\r\n{user_data_to_terminal(submit.ud, view.cscs)}"


def _command_lines(command: Command, view: View) -> str:
    if not view.details:
        return f"{command.first},{command.kind}"
    head = f"{command.first},{command.kind},{command.pid},{command.mn},{view.number(command.to)},{command.to.toa}"
    return f"{head},{len(command.data)}\r\n{command.data.hex().upper()}"


def _validity(submit: Submit) -> str:
    """<vp>: a number, a time, or the enhanced form as octets; nothing if the message has none."""
    if len(submit.validity) <= 1:
        return str(submit.validity[0]) if submit.validity else ""
    return _stamp(submit.validity) if submit.first & _ABSOLUTE else f'"{submit.validity.hex().upper()}"'


def _report_fields(report: StatusReport, view: View) -> str:
    numbers = f"{report.first},{report.mr},{view.number(report.to)},{report.to.toa}"
    return f"{numbers},{_stamp(report.scts)},{_stamp(report.discharge)},{report.status}"


def _page_lines(page: Page, view: View) -> str:
    head = f"{page.serial},{page.mid},{page.dcs},{page.number},{page.total}"
    return f"{head}\r\n{page_to_terminal(page, view.cscs)}"
