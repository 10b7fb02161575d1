"""What a modem does with a message from the network: store it, show it, or say why not (27.005 §3.4.1).

Owns the routing by +CNMI <mt> and <ds>, by message class, and the acknowledgement of phase 2+ (+CSMS=1). A
message the modem cannot place is turned away, never dropped: the network keeps it and hears of it again.
"""

from modem.emulator.codec.coding import data_coding
from modem.emulator.codec.reports import decode_status_report
from modem.emulator.codec.tpdu import decode_deliver
from modem.emulator.device.device import Device
from modem.emulator.device.memory import Entry, State
from modem.emulator.device.results import Acknowledged, Verdict
from modem.emulator.device.textmode import direct_lines, report_lines

ACK_S = 20.0  # how long a terminal may take for +CNMA; 27.005 §3.4.4 leaves it to the device


def offer_deliver(modem: Device, pdu: bytes, now: float) -> Verdict:
    """Take an SMS-DELIVER. Class 2 belongs on the SIM; <mt>=2 shows the rest, <mt>=3 shows class 3 only."""
    modem.now = now
    if not modem.attached:
        return _turn_away(modem, Verdict.AWAY)
    deliver = decode_deliver(pdu)
    message_class = data_coding(deliver.ud.dcs).message_class
    mt = modem.settings.cnmi[1]
    if (mt == 2 and message_class != 2) or (mt == 3 and message_class == 3):
        settings = modem.settings
        if settings.cmgf:
            shown = direct_lines(deliver, settings.cscs, bool(settings.csdh), modem.sim.smsc)
        else:
            shown = f",{tpdu_length(pdu)}\r\n{pdu.hex().upper()}"
        return _show(modem, f"+CMT: {shown}")
    memory = modem.memories["SM"] if message_class == 2 else modem.memory(2)
    index = memory.put(Entry(State.REC_UNREAD, pdu))
    if index is None:
        return _turn_away(modem, Verdict.FULL)
    if mt:
        modem.notify_message(f'+CMTI: "{memory.name}",{index}')
    return Verdict.TAKEN


def offer_report(modem: Device, pdu: bytes, now: float) -> Verdict:
    """Take an SMS-STATUS-REPORT: <ds>=1 shows it, 2 stores it in SR, 0 lets it go, as the terminal asked."""
    modem.now = now
    if not modem.attached:
        return _turn_away(modem, Verdict.AWAY)
    ds = modem.settings.cnmi[3]
    if ds == 1:
        if modem.settings.cmgf:
            return _show(modem, f"+CDS: {report_lines(decode_status_report(pdu), modem.settings.cscs)}")
        return _show(modem, f"+CDS: {tpdu_length(pdu)}\r\n{pdu.hex().upper()}")
    if ds == 2:
        memory = modem.memories["SR"]
        index = memory.put(Entry(State.REC_UNREAD, pdu))
        if index is None:
            return _turn_away(modem, Verdict.FULL)
        modem.notify_message(f'+CDSI: "{memory.name}",{index}')
    return Verdict.TAKEN


def tpdu_length(pdu: bytes) -> int:
    """<length> of 27.005 §3.1: octets of the TPDU, the service centre address not counted."""
    return len(pdu) - pdu[0] - 1


def acknowledge(modem: Device, ok: bool) -> None:
    """The terminal's +CNMA, or its absence: tell the network what became of the message shown."""
    modem.ack_due = None
    modem.tell(Acknowledged(ok))
    if not ok:
        modem.refused = True


def expire_acknowledgement(modem: Device, now: float) -> None:
    """Give up a +CNMA that is overdue: <mt> and <ds> go to 0, as 27.005 §3.4.4 demands, and the network has it."""
    if modem.ack_due is not None and now >= modem.ack_due:
        mode, _, bm, _, bfr = modem.settings.cnmi
        modem.settings.cnmi = (mode, 0, bm, 0, bfr)
        acknowledge(modem, ok=False)
        modem.may_receive()


def _show(modem: Device, notice: str) -> Verdict:
    """Pass a message itself to the terminal; one that nobody would see stays with the network."""
    if not modem.can_show:
        return _turn_away(modem, Verdict.AWAY)
    modem.notify_message(notice)
    if not modem.settings.csms:
        return Verdict.TAKEN
    modem.ack_due = modem.now + ACK_S
    modem.later(ACK_S, lambda then: expire_acknowledgement(modem, then))
    return Verdict.WAITING


def _turn_away(modem: Device, verdict: Verdict) -> Verdict:
    modem.refused = True
    return verdict
