"""Messages shown to the terminal and their acknowledgement by +CNMA (27.005 §3.4.4, with +CSMS=1).

Owns what becomes of a message that was shown: RP-ACK or RP-ERROR for the network, the time the terminal has, and
where the message goes if the terminal does not answer. Where messages are routed is not known here.
"""

from modem.emulator.device.device import Device
from modem.emulator.device.memory import Entry, State
from modem.emulator.device.notices import BUFFER, Notice
from modem.emulator.device.results import Acknowledged, Verdict

ACK_S = 15.0  # timer TR2M of 24.011 §10: between 12 and 20 seconds


def show(modem: Device, text: str, pdu: bytes, is_report: bool) -> Verdict:
    """Pass a message itself to the terminal, or keep it for it if +CNMI says so; AWAY leaves it with the network."""
    mode = modem.settings.cnmi[0]
    notice = Notice(text, pdu=pdu, is_report=is_report)
    if modem.settings.csms:
        notice.on_written = lambda written: _written(modem, written)
        # A buffered one is acknowledged without the terminal, which then answers for it when it is written.
        notice.network_waits = mode != BUFFER and modem.link_open
        if notice.network_waits and modem.notices.awaited is not None:
            return turn_away(modem, Verdict.AWAY)
    if not modem.notices.add_of_message(notice, mode, modem.link_open):
        return turn_away(modem, Verdict.AWAY)
    if not notice.network_waits:
        return Verdict.TAKEN
    modem.notices.awaited = notice
    modem.later(ACK_S, lambda now: _expire(modem, notice))
    return Verdict.WAITING


def turn_away(modem: Device, verdict: Verdict) -> Verdict:
    """Leave a message with the network, which hears of it as soon as that may change."""
    modem.refused = True
    return verdict


def acknowledge(modem: Device, ok: bool) -> bool:
    """The terminal's +CNMA; False if no message shown waits for one."""
    notice = modem.notices.awaited
    if notice is None or not notice.written:
        return False
    modem.notices.awaited = None
    if notice.network_waits:
        modem.tell(Acknowledged(ok))
    elif not ok:
        _keep(modem, notice)
    modem.may_receive()
    return True


def _written(modem: Device, notice: Notice) -> None:
    if not notice.network_waits:
        modem.later(ACK_S, lambda now: _expire(modem, notice))


def _expire(modem: Device, notice: Notice) -> None:
    """No +CNMA in time: routing to the terminal ends (<mt> and <ds> become 0) and the network has the message again.

    If the line was too busy to show it, the network gets its RP-ACK and the terminal's answer is awaited later. A
    message the network has acknowledged already goes into a memory.
    """
    if modem.notices.awaited is not notice:
        return
    if not notice.written:
        notice.network_waits = False
        modem.tell(Acknowledged(ok=True))
        return
    mode, _, bm, _, bfr = modem.settings.cnmi
    modem.settings.cnmi = (mode, 0, bm, 0, bfr)
    modem.notices.awaited = None
    if notice.network_waits:
        modem.tell(Acknowledged(ok=False))
    else:
        _keep(modem, notice)
    modem.may_receive()


def _keep(modem: Device, notice: Notice) -> None:
    memory = modem.report_memory if notice.is_report else modem.memory(2)
    memory.put(Entry(State.REC_UNREAD, notice.pdu))
