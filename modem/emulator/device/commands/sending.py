"""Messages out to the network: CMGS CMSS, and CMMS that keeps the link for the next one (27.005 §3.5).

Every submit gets its TP-MR here, from the SIM. The rest is the network's business: the handler returns `Wait`,
the dialogue goes on later.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from modem.emulator.codec.address import Address
from modem.emulator.codec.command import Command as SmsCommand
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.tpdu import Submit, decode_submit, encode_submit
from modem.emulator.device.causes import (
    CALL_BARRED,
    CENTRE_UNKNOWN,
    INVALID_INDEX,
    NO_NETWORK,
    NOT_ALLOWED,
    PDU_MODE,
    wrong_parameter,
)
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.composing import (
    LONGEST_TPDU,
    announced_length,
    number_given,
    pdu_from_terminal,
    text_submit,
)
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.memory import State
from modem.emulator.device.messagelines import read_message, tpdu_length
from modem.emulator.device.results import (
    Answer,
    Ask,
    CmsError,
    Commanded,
    CommandTable,
    Submitted,
    Verb,
    Wait,
    accepts,
    unsupported,
)
from modem.emulator.device.subscription import SMS
from modem.emulator.device.textmode import is_typed_as_lines

LINK_PAUSE_S = 5.0  # 27.005 §3.5.6: "1-5 seconds (the exact value is up to ME implementation)"


def _sent(ref: int) -> str:
    return f"+CMGS: {ref}"


def _next_reference(modem: Device, smsc: str) -> int:
    """The SIM's next reference for a message that can go now; `smsc` is the centre its PDU names, if any."""
    if not modem.attached:
        raise CmsError(NO_NETWORK)
    if modem.sim.barring.bars("AO", SMS):
        raise CmsError(CALL_BARRED)
    if not smsc and not modem.sim.smsc:
        raise CmsError(CENTRE_UNKNOWN)
    if modem.settings.cmms == 1:
        _let_link_go(modem)
    return modem.sim.take_mr()


def _send(modem: Device, submit: Submit, pdu: bytes, done: Callable[[int], str]) -> Wait:
    """Hand a checked message to the network. Fixed dialling holds for its destination too (TS 31.102 §4.2.24)."""
    if modem.sim.fixed_only and not modem.sim.fixed.has(submit.to.text):
        raise CmsError(NOT_ALLOWED)
    mr = _next_reference(modem, submit.smsc)
    modem.tell(Submitted(submit, mr, pdu))
    return Wait(done, mr)


def send_command(modem: Device, command: SmsCommand, done: Callable[[int], str]) -> Wait:
    """Hand a checked SMS-COMMAND to the network."""
    mr = _next_reference(modem, command.smsc)
    modem.tell(Commanded(command, mr))
    return Wait(done, mr)


def _cmgs(modem: Device, values: Parameters) -> Answer:
    """+CMGS=<length> or, in text mode, +CMGS=<da>[,<toda>] (27.005 §3.5.1)."""
    settings = modem.settings
    if settings.cmgf:
        to = number_given(modem, values)
        lines = is_typed_as_lines(settings.csmp, settings.cscs)
        return Ask(lambda device, text: _submit_text(device, to, text), lines)
    if len(values) > 1:
        raise CmsError(PDU_MODE)
    return _ask_for_pdu(announced_length(values[0]))


@lru_cache(maxsize=LONGEST_TPDU)
def _ask_for_pdu(length: int) -> Ask:
    return Ask(lambda device, text: _submit_pdu(device, length, text))


def _submit_pdu(modem: Device, length: int, text: bytes) -> Answer:
    pdu = pdu_from_terminal(text)
    try:
        submit = decode_submit(pdu, length)
    except FieldError:
        raise CmsError(PDU_MODE) from None
    return _send(modem, submit, pdu, _sent)


def _submit_text(modem: Device, to: Address, text: bytes) -> Answer:
    submit = text_submit(modem, to, text)
    return _send(modem, submit, encode_submit(submit), _sent)


def _cmss(modem: Device, values: Parameters) -> Answer:
    """+CMSS=<index>[,<da>[,<toda>]] (27.005 §3.5.2): send from <mem2>; another destination is for this time only."""
    index = values[0]
    entry = modem.memory(1).get(index) if isinstance(index, int) else None
    if entry is None:
        raise CmsError(INVALID_INDEX)
    if entry.state.received:
        raise CmsError(NOT_ALLOWED)
    pdu = entry.pdu

    def sent(ref: int) -> str:
        entry.state = State.STO_SENT
        return f"+CMSS: {ref}"

    message = read_message(entry)
    if isinstance(message, SmsCommand):
        if len(values) > 1:  # another receiver is for a SUBMIT alone
            raise CmsError(NOT_ALLOWED)
        return send_command(modem, message, sent)
    submit = decode_submit(pdu, tpdu_length(pdu))
    if len(values) > 1:
        submit = replace(submit, to=number_given(modem, values[1:]))
        pdu = encode_submit(submit)
    if not submit.to.value:
        raise wrong_parameter(modem)
    return _send(modem, submit, pdu, sent)


def _let_link_go(modem: Device) -> None:
    """With <n>=1 a pause ends +CMMS (27.005 §3.5.6); 2 outlives it."""
    if modem.settings.cmms == 1 and modem.now - modem.link_used_s > LINK_PAUSE_S:
        modem.settings.cmms = 0


def _keep_link(modem: Device, values: Parameters) -> Answer:
    modem.link_used_s = modem.now
    return _CMMS.set(modem, values) if _CMMS.set else None


def _link_kept(modem: Device, values: Parameters) -> Answer:
    _let_link_go(modem)
    return f"+CMMS: {modem.settings.cmms}"


_CMMS = number_setting("+CMMS", "cmms", 2, unsupported, default=0)

COMMANDS: CommandTable = {
    "+CMGS": Verb(set=_cmgs, test=accepts, refusal=unsupported),
    "+CMSS": Verb(set=_cmss, test=accepts, refusal=unsupported),
    "+CMMS": Verb(set=_keep_link, read=_link_kept, test=_CMMS.test, refusal=unsupported),
}
