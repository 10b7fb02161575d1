"""Commands of 27.005 that move messages: CMGS CMGW CMSS out, CMGR CMGL CMGD within the memories.

Owns the checks a modem makes before a message leaves it, in PDU and in text mode. Every submit gets its TP-MR
here, from the SIM. The rest is the network's business: the handler returns `Wait`, the dialogue goes on later.
"""

from binascii import Error as HexError
from binascii import unhexlify
from dataclasses import replace

from modem.emulator.codec.address import Address
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.reports import decode_status_report
from modem.emulator.codec.tpdu import VPF_RELATIVE, Submit, decode_deliver, decode_submit, encode_submit
from modem.emulator.device.charset import number_from_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.memory import Entry, State
from modem.emulator.device.reception import tpdu_length
from modem.emulator.device.results import Answer, Ask, CmsError, CommandTable, Submitted, Verb, Wait, accepts
from modem.emulator.device.textmode import list_lines, read_lines, user_data_from_terminal

_LABELS = {state.label: state for state in State}
_SENT = Wait(lambda ref: f"+CMGS: {ref}")
_SENT_FROM_MEMORY = Wait(lambda ref: f"+CMSS: {ref}")
_LONGEST_TPDU = 1 + 1 + 12 + 1 + 1 + 7 + 1 + 140
# <delflag> of 27.005 §3.5.4: which states go, besides the slot that was named
_DELETED = {
    1: {State.REC_READ},
    2: {State.REC_READ, State.STO_SENT},
    3: {State.REC_READ, State.STO_SENT, State.STO_UNSENT},
    4: set(State),
}


def _wrong(modem: Device) -> CmsError:
    """The cause for a wrong parameter: 304 in PDU mode, 305 in text mode."""
    return CmsError(304 + modem.settings.cmgf)


def _from_hex(text: bytes) -> bytes:
    try:
        return unhexlify(text)
    except HexError:
        raise CmsError(304) from None


def _send(modem: Device, submit: Submit, pdu: bytes, wait: Wait) -> Wait:
    """Hand a checked message to the network under the SIM's next reference."""
    if not modem.attached:
        raise CmsError(331)
    if not submit.smsc and not modem.sim.smsc:
        raise CmsError(330)
    modem.tell(Submitted(submit, modem.sim.take_mr(), pdu))
    return wait


def _cmgs(modem: Device, values: Parameters) -> Answer:
    """+CMGS=<length> or, in text mode, +CMGS=<da>[,<toda>] (27.005 §3.5.1)."""
    if modem.settings.cmgf:
        to = _destination(modem, values)
        return Ask(lambda device, text: _submit_text(device, to, text))
    length = _announced(values, 1)
    return Ask(lambda device, text: _submit_pdu(device, length, text))


def _announced(values: Parameters, most: int) -> int:
    length = values[0]
    if len(values) > most or not isinstance(length, int) or not 1 <= length <= _LONGEST_TPDU:
        raise CmsError(304)
    return length


def _submit_pdu(modem: Device, length: int, text: bytes) -> Answer:
    pdu = _from_hex(text)
    try:
        submit = decode_submit(pdu, length)
    except FieldError:
        raise CmsError(304) from None
    return _send(modem, submit, pdu, _SENT)


def _destination(modem: Device, values: Parameters) -> Address:
    """<da>[,<toda>]: without a type, + is 145 and everything else 129 (27.005 §3.1)."""
    if not 1 <= len(values) <= 2 or values[0] is None:
        raise CmsError(305)
    number = number_from_terminal(str(values[0]), modem.settings.cscs)
    digits = number.removeprefix("+")
    if not 1 <= len(digits) <= 20 or not set(digits) <= set("0123456789*#abc"):
        raise CmsError(305)
    toa = values[1] if len(values) == 2 else None
    if toa is None:
        return Address(digits, 145 if number != digits else 129)
    if not isinstance(toa, int) or not 128 <= toa <= 255:
        raise CmsError(305)
    return Address(digits, toa)


def _text_submit(modem: Device, to: Address, text: bytes) -> Submit:
    """The SUBMIT that +CSMP and the text make."""
    settings = modem.settings
    try:
        ud = user_data_from_terminal(text, settings.fo, settings.dcs, settings.cscs)
        validity = bytes([settings.vp]) if settings.fo >> 3 & 3 == 2 and isinstance(settings.vp, int) else b""
        submit = Submit(settings.fo & 0xFC | 1, 0, to, settings.pid, validity, ud)
        if settings.fo >> 3 & 3 != (2 if validity else 0):
            submit = replace(submit, first=submit.first & ~0x18 | (VPF_RELATIVE if validity else 0))
        pdu = encode_submit(submit)
        return decode_submit(pdu, tpdu_length(pdu))
    except FieldError:
        raise CmsError(305) from None


def _submit_text(modem: Device, to: Address, text: bytes) -> Answer:
    submit = _text_submit(modem, to, text)
    return _send(modem, submit, encode_submit(submit), _SENT)


def _cmgw(modem: Device, values: Parameters) -> Answer:
    """+CMGW=<length>[,<stat>] or, in text mode, +CMGW[=<da>[,<toda>[,<stat>]]] (27.005 §3.5.3)."""
    if modem.settings.cmgf:
        stat = values[2] if len(values) > 2 else "STO UNSENT"
        state = _LABELS.get(str(stat))
        if state not in (State.STO_UNSENT, State.STO_SENT) or len(values) > 3:
            raise CmsError(305)
        to = _destination(modem, values[:2]) if values else Address("", 129)
        return Ask(lambda device, text: _store(device, state, encode_submit(_text_submit(device, to, text))))
    length = _announced(values, 2)
    number = values[1] if len(values) == 2 else State.STO_UNSENT
    if number not in tuple(State):
        raise CmsError(304)
    return Ask(lambda device, text: _store(device, State(number), _checked(text, length, State(number))))


def _checked(text: bytes, length: int, state: State) -> bytes:
    """A PDU for the memory: a SUBMIT, or with a state of reception a DELIVER or STATUS-REPORT."""
    pdu = _from_hex(text)
    try:
        if state in (State.STO_UNSENT, State.STO_SENT):
            decode_submit(pdu, length)
        elif not pdu or tpdu_length(pdu) != length or length < 2:
            raise FieldError("the length is not the one announced")
        elif pdu[pdu[0] + 1] & 3 == 0:
            decode_deliver(pdu)
        else:
            decode_status_report(pdu)
    except FieldError:
        raise CmsError(304) from None
    return pdu


def _store(modem: Device, state: State, pdu: bytes) -> Answer:
    index = modem.memory(1).put(Entry(state, pdu))
    if index is None:
        raise CmsError(322)
    return f"+CMGW: {index}"


def _cmss(modem: Device, values: Parameters) -> Answer:
    """+CMSS=<index>[,<da>[,<toda>]] (27.005 §3.5.2): send from <mem2>; another destination is for this time only."""
    index = values[0]
    entry = modem.memory(1).get(index) if isinstance(index, int) and len(values) <= 3 else None
    if entry is None:
        raise CmsError(321)
    if entry.state not in (State.STO_UNSENT, State.STO_SENT):
        raise CmsError(302)
    submit = decode_submit(entry.pdu, tpdu_length(entry.pdu))
    pdu = entry.pdu
    if len(values) > 1:
        submit = replace(submit, to=_destination(modem, values[1:]))
        pdu = encode_submit(submit)
    if not submit.to.value:
        raise _wrong(modem)
    wait = _send(modem, submit, pdu, _SENT_FROM_MEMORY)
    entry.state = State.STO_SENT
    return wait


def _cmgr(modem: Device, values: Parameters) -> Answer:
    """+CMGR=<index> (27.005 §3.4.3); reading makes an unread message read."""
    index = values[0]
    if len(values) != 1 or not isinstance(index, int):
        raise _wrong(modem)
    entry = modem.memory(0).get(index)
    if entry is None:
        raise CmsError(321)
    settings = modem.settings
    if settings.cmgf:
        shown = "+CMGR: " + read_lines(entry, settings.cscs, bool(settings.csdh), modem.sim.smsc)
    else:
        shown = f"+CMGR: {entry.state.value},,{tpdu_length(entry.pdu)}\r\n{entry.pdu.hex().upper()}"
    _mark_read(entry)
    return shown


def _mark_read(entry: Entry) -> None:
    if entry.state is State.REC_UNREAD:
        entry.state = State.REC_READ


def _cmgl(modem: Device, values: Parameters) -> Answer:
    """+CMGL[=<stat>] (27.005 §3.4.2): unread ones if nothing is asked for."""
    settings = modem.settings
    wanted = _wanted(modem, values)
    lines: list[str] = []
    for index, entry in modem.memory(0).items():
        if wanted is not None and entry.state is not wanted:
            continue
        if settings.cmgf:
            lines.append("+CMGL: " + list_lines(index, entry, settings.cscs, bool(settings.csdh)))
        else:
            head = f"+CMGL: {index},{entry.state.value},,{tpdu_length(entry.pdu)}"
            lines.append(f"{head}\r\n{entry.pdu.hex().upper()}")
        _mark_read(entry)
    return "\r\n".join(lines) if lines else None


def _wanted(modem: Device, values: Parameters) -> State | None:
    """The state +CMGL asks for; None is all."""
    asked = values[0] if values else None
    if len(values) > 1:
        raise _wrong(modem)
    if asked is None:
        return State.REC_UNREAD
    if modem.settings.cmgf:
        if asked == "ALL":
            return None
        if asked in _LABELS:
            return _LABELS[str(asked)]
    elif asked == 4:
        return None
    elif asked in tuple(State):
        return State(int(asked))
    raise _wrong(modem)


def _cmgd(modem: Device, values: Parameters) -> Answer:
    """+CMGD=<index>[,<delflag>] (27.005 §3.5.4); with a flag the index does not count."""
    index, flag = values[0], values[1] if len(values) > 1 else 0
    if len(values) > 2 or not isinstance(index, int) or flag not in (0, 1, 2, 3, 4):
        raise _wrong(modem)
    memory = modem.memory(0)
    if not isinstance(flag, int) or flag == 0:
        if not memory.remove(index):
            raise CmsError(321)
    else:
        for place, entry in list(memory.items()):
            if entry.state in _DELETED[flag]:
                memory.remove(place)
    modem.may_receive()
    return None


def _cmgd_test(modem: Device, values: Parameters) -> Answer:
    taken = ",".join(str(index) for index, _ in modem.memory(0).items())
    return f"+CMGD: ({taken}),(0-4)"


def _cmgl_test(modem: Device, values: Parameters) -> Answer:
    if modem.settings.cmgf:
        return "+CMGL: (" + ",".join(f'"{label}"' for label in (*_LABELS, "ALL")) + ")"
    return "+CMGL: (0-4)"


def _cmgw_bare(modem: Device, values: Parameters) -> Answer:
    """+CMGW alone: only text mode can store a message without a destination."""
    if not modem.settings.cmgf:
        raise CmsError(304)
    return _cmgw(modem, ())


COMMANDS: CommandTable = {
    "+CMGS": Verb(set=_cmgs, test=accepts, refusal=lambda: CmsError(304)),
    "+CMGW": Verb(set=_cmgw, execute=_cmgw_bare, test=accepts, refusal=lambda: CmsError(304)),
    "+CMSS": Verb(set=_cmss, test=accepts, refusal=lambda: CmsError(321)),
    "+CMGR": Verb(set=_cmgr, test=accepts, refusal=lambda: CmsError(321)),
    "+CMGL": Verb(set=_cmgl, execute=_cmgl, test=_cmgl_test, refusal=lambda: CmsError(303)),
    "+CMGD": Verb(set=_cmgd, test=_cmgd_test, refusal=lambda: CmsError(321)),
}
