"""What a modem does with a message from the network: store it, show it, or say why not.

Owns the routing of 27.005 §3.4.1 by +CNMI <mt> and <ds>, by message class and message waiting group (table 1),
and what 23.040 §9.2.3.9 makes of a protocol identifier. A message the modem cannot place is turned away, never
dropped: the network keeps it and hears of it again.
"""

from modem.emulator.codec.coding import data_coding
from modem.emulator.codec.tpdu import MTI_DELIVER, Deliver, decode_deliver
from modem.emulator.device.acknowledgement import show, turn_away
from modem.emulator.device.device import Device
from modem.emulator.device.memory import Entry, Memory, State
from modem.emulator.device.messagelines import deliver_lines, report_lines
from modem.emulator.device.notices import Notice
from modem.emulator.device.results import Verdict

_TYPE_0 = 0x40  # acknowledged, then discarded, whatever room there is (23.040 §9.2.3.9)
_REPLACE = range(0x41, 0x48)
_WAITING_DISCARD, _WAITING_STORE = (0x0C,), (0x0D, 0x0E)  # coding groups of TS 23.038 §4


def offer_deliver(modem: Device, pdu: bytes, now: float) -> Verdict:
    """Take an SMS-DELIVER."""
    modem.now = now
    if not modem.attached:
        return turn_away(modem, Verdict.AWAY)
    deliver = decode_deliver(pdu)
    if deliver.pid == _TYPE_0:
        return Verdict.TAKEN
    if _goes_to_terminal(modem.settings.cnmi[1], deliver.ud.dcs):
        return show(modem, f"+CMT: {deliver_lines(pdu, modem.view)}", pdu, is_report=False)
    return _store(modem, deliver, pdu)


def _goes_to_terminal(mt: int, dcs: int) -> bool:
    """Table 1: <mt>=2 shows all but class 2 and waiting messages to be stored, <mt>=3 class 3 alone."""
    message_class = data_coding(dcs).message_class
    if mt == 2:
        return message_class != 2 and dcs >> 4 not in _WAITING_STORE
    return mt == 3 and message_class == 3


def _store(modem: Device, deliver: Deliver, pdu: bytes) -> Verdict:
    """Class 2 belongs on the card, all else in <mem3>; no class 0 is only displayed, as the modem has no display."""
    on_card = data_coding(deliver.ud.dcs).message_class == 2
    memory = modem.memories["SM"] if on_card else modem.memory(2)
    index = _replace(memory, deliver, pdu)
    if index is None:
        index = memory.put(Entry(State.REC_UNREAD, pdu))
        modem.fills(memory)
    if index is None:
        if deliver.ud.dcs >> 4 in _WAITING_DISCARD:  # taken irrespective of memory (23.038 §4)
            return Verdict.TAKEN
        return turn_away(modem, Verdict.FULL)
    if modem.settings.cnmi[1]:
        modem.notify_message(Notice(f'+CMTI: "{memory.name}",{index}'))
    return Verdict.TAKEN


def _replace(memory: Memory, deliver: Deliver, pdu: bytes) -> int | None:
    """Put a message of a replace type in the place of the one with its type and sender; None if there is none."""
    if deliver.pid not in _REPLACE:
        return None
    for index, entry in memory.items():
        if not entry.state.received or entry.page or entry.pdu[entry.pdu[0] + 1] & 3 != MTI_DELIVER:
            continue
        stored = decode_deliver(entry.pdu)
        if stored.pid == deliver.pid and stored.origin == deliver.origin:
            entry.pdu, entry.state = pdu, State.REC_UNREAD
            return index
    return None


def offer_report(modem: Device, pdu: bytes, now: float) -> Verdict:
    """Take an SMS-STATUS-REPORT: <ds>=1 shows it, 2 stores it, 0 lets it go, as the terminal asked."""
    modem.now = now
    if not modem.attached:
        return turn_away(modem, Verdict.AWAY)
    ds = modem.settings.cnmi[3]
    if ds == 1:
        return show(modem, f"+CDS: {report_lines(pdu, modem.view)}", pdu, is_report=True)
    if ds == 2:
        memory = modem.report_memory
        index = memory.put(Entry(State.REC_UNREAD, pdu))
        modem.fills(memory)
        if index is None:
            return turn_away(modem, Verdict.FULL)
        modem.notify_message(Notice(f'+CDSI: "{memory.name}",{index}'))
    return Verdict.TAKEN
