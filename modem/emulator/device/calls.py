"""The modem's side of voice calls: RING and its number, answering, dialling, tones, and how a call ends on the line.

Owns the one call of a modem, and what is written into the phone books of last calls. The
commands ask it to act, the network tells it what happened; both see the call in the same state because effects
are carried out at once.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING

from modem.emulator.codec.address import Address
from modem.emulator.device.charset import to_terminal
from modem.emulator.device.effects import Answered, Cause, Dialled, HungUp, Keyed
from modem.emulator.device.results import Answer, CallFailed, CmeError, Wait

if TYPE_CHECKING:
    from modem.emulator.device.device import Device

RING_EVERY_S = 5.0
WITHHELD = 1  # <CLI validity> of +CLIP (27.007 §7.6); 0 is valid
UNKNOWN_TYPE = 128
TONE_S, TONE_PAUSE_S = 0.1, 0.1  # with +VTD=0 the choice is the manufacturer's (27.007 annex C.2.12)
_BUSY, _NO_ANSWER = (Cause.BUSY, Cause.REJECTED), (Cause.NO_ANSWER,)


class CallState(IntEnum):
    """<stat> of +CLCC (27.007 §7.18)."""

    ACTIVE = 0
    DIALLING = 2
    ALERTING = 3
    INCOMING = 4


@dataclass(eq=False, slots=True)
class Call:
    """The modem's call; `number` is None if the caller withholds it."""

    number: str | None
    outgoing: bool
    state: CallState
    rings: int = 0
    tones_end: float = 0.0  # when the last tone asked for is over
    active_since: float = 0.0


class Telephone:
    """The telephone in a modem. It writes the phone books of last calls: LD, DC, RC and MC (27.007 §8.11)."""

    def __init__(self, device: "Device") -> None:
        self.call: Call | None = None
        self.last_cause: Cause | None = None
        self._device = device
        self._holds_line = False  # ATD waits for the answer before its result

    # What the terminal does.

    def dial(self, number: str, withheld: bool) -> Answer:
        """ATD for a voice call: OK at once, or when the other end answers if the model or +COLP=1 wants that."""
        device = self._device
        if self.call is not None:
            raise CmeError(3)
        self.call = call = Call(number, True, CallState.DIALLING)
        self._remember("LD", number)
        self._remember("DC", number)
        device.tell(Dialled(number, withheld))
        if limit_s := device.settings.registers[7]:
            device.later(limit_s, lambda now: self._give_up(call))
        self._show("dialling", call)
        if not device.settings.colp and not device.manner.dial_waits:
            return None
        self._holds_line = True
        return Wait(lambda ref: self._connected_line(call), abort=self._abort)

    def answer(self) -> None:
        """ATA; NO CARRIER if nothing rings (V.250 §6.3.5)."""
        call = self.call
        if call is None or call.state is not CallState.INCOMING:
            raise CallFailed("NO CARRIER")
        self._become_active(call)
        self._remember("RC", call.number)
        self._device.tell(Answered())

    def hang_up(self, refusal: Cause = Cause.REJECTED) -> None:
        """End the call, or refuse the one that rings with a cause. Without a call nothing happens."""
        call = self.call
        if call is not None:
            cause = refusal if call.state is CallState.INCOMING else Cause.NORMAL
            self._close(call, cause)
            self._device.tell(HungUp(cause))
            self._release_line(CallFailed("NO CARRIER"))  # the port may have been closed under ATD

    def key(self, tones: list[tuple[str, float]]) -> None:
        """Send tones, each with its seconds, one after the other. The result does not wait for them."""
        device, call = self._device, self.call
        if call is None or call.state is not CallState.ACTIVE:
            raise CmeError(3)
        for key, length_s in tones:
            start = max(device.now, call.tones_end)
            call.tones_end = start + length_s + TONE_PAUSE_S
            device.later(start + length_s - device.now, partial(self._tone_sent, call, key))

    def terminal_left(self) -> None:
        """DTR drops; it ends the call only under +CVHU=2, and then as &D says (27.007 §6.20, V.250 §6.2.9)."""
        if self._device.settings.cvhu == 2 and self._device.settings.basic.get("&D", 0) == 2:
            self.hang_up()

    def detach(self) -> None:
        """The radio goes away under a call."""
        if self.call is not None:
            self._device.tell(HungUp(Cause.LOST))
            self.cleared(Cause.LOST)

    # What the network does.

    def ring(self, number: str | None) -> None:
        """A call comes in."""
        self.call = call = Call(number, False, CallState.INCOMING)
        self._ring(call)

    def alerting(self) -> None:
        """The other end rings."""
        if self.call is not None and self.call.outgoing:
            self.call.state = CallState.ALERTING
            self._show("alerting", self.call)

    def answered(self) -> None:
        """The other end has taken the call."""
        if self.call is not None:
            self._become_active(self.call)
            self._release_line(0)

    def hear(self, key: str) -> None:
        """A tone from the other end, shown if the terminal has asked for that."""
        if self._device.settings.ddet:
            self._device.notify(self._device.manner.tone_notice.format(key=key, code=ord(key)))

    def cleared(self, cause: Cause) -> None:
        """The network or the other end has ended the call: BUSY, NO ANSWER or NO CARRIER (V.250 §6.3.1)."""
        call = self.call
        if call is None:
            return
        if call.state is CallState.INCOMING:
            self._remember("MC", call.number)
        result = self._result(cause) if call.outgoing else "NO CARRIER"
        self._close(call, cause)
        if not self._release_line(CallFailed(result)):
            self._device.notify(result)

    # For both.

    def _ring(self, call: Call) -> None:
        """RING, the number behind it, and the next one; answer by itself after as many as S0 says."""
        if self.call is not call or call.state is not CallState.INCOMING:
            return
        device = self._device
        settings = device.settings
        call.rings += 1
        settings.registers[1] = call.rings
        device.notify("+CRING: VOICE" if settings.crc else "RING")
        if settings.clip:
            device.notify(self._clip_line(call.number))
        if 0 < settings.registers[0] <= call.rings:
            device.later(0.0, lambda now: self._answer_by_itself(call))
        device.later(RING_EVERY_S, lambda now: self._ring(call))

    def _answer_by_itself(self, call: Call) -> None:
        if self.call is call and call.state is CallState.INCOMING:
            self.answer()

    def _clip_line(self, number: str | None) -> str:
        """+CLIP: <number>,<type>,<subaddr>,<satype>,<alpha>,<CLI validity> (27.007 §7.6)."""
        if number is None:
            return f'+CLIP: "",{UNKNOWN_TYPE},,,,{WITHHELD}'
        return f"+CLIP: {self._number_fields(number)},,,{self._alpha(number)},0"

    def _number_fields(self, number: str) -> str:
        return f'"{to_terminal(number, self._device.settings.cscs)}",{Address.of(number).toa}'

    def _connected_line(self, call: Call) -> str | None:
        """+COLP: <number>,<type> before the result code (27.007 §7.8)."""
        if not self._device.settings.colp or call.number is None:
            return None
        return f"+COLP: {self._number_fields(call.number)}"

    def current_calls(self) -> str | None:
        """+CLCC: <ccid1>,<dir>,<stat>,<mode>,<mpty>[,<number>,<type>[,<alpha>]] (27.007 §7.18)."""
        call = self.call
        if call is None:
            return None
        fields = f"+CLCC: 1,{int(not call.outgoing)},{call.state.value},0,0"
        if call.number is None:
            return fields
        alpha = self._alpha(call.number)
        return f"{fields},{self._number_fields(call.number)}" + (f",{alpha}" if alpha else "")

    def _alpha(self, number: str) -> str:
        """<alpha>: the quoted name of a number in the contacts; nothing if it has none."""
        device = self._device
        for book in device.contacts:
            name = book.name_of(number)
            if name:
                return f'"{to_terminal(name, device.settings.cscs)}"'
        return ""

    def _become_active(self, call: Call) -> None:
        call.state = CallState.ACTIVE
        call.active_since = self._device.now
        self._show("answered", call)

    def _close(self, call: Call, cause: Cause) -> None:
        self._show("ended", call, cause)
        self.call = None
        self.last_cause = cause
        self._device.settings.registers[1] = 0

    def _give_up(self, call: Call) -> None:
        """S7 is over before the other end has answered: NO CARRIER (V.250 §6.3.10)."""
        if self.call is call and call.state is not CallState.ACTIVE:
            self._device.tell(HungUp(Cause.NORMAL))
            self.cleared(Cause.NORMAL)

    def _abort(self) -> None:
        """Any character ends an ATD that still waits (V.250 §5.6.1)."""
        self._device.tell(HungUp(Cause.NORMAL))
        self.cleared(Cause.NORMAL)

    def _release_line(self, result: int | CallFailed) -> bool:
        """End the wait of ATD; false if it has had its OK already."""
        held, self._holds_line = self._holds_line, False
        if held:
            self._device.settle(result, self._device.now)
        return held

    def _result(self, cause: Cause) -> str:
        """The result code of a call that was dialled; with X0..X2 no busy tone is detected (V.250 §6.2.7)."""
        if cause in _BUSY and self._device.settings.basic.get("X", 4) > 2:
            return "BUSY"
        return "NO ANSWER" if cause in _NO_ANSWER else "NO CARRIER"

    def _tone_sent(self, call: Call, key: str, now: float) -> None:
        if self.call is call:
            self._device.tell(Keyed(key))

    def _remember(self, name: str, number: str | None) -> None:
        if number is not None:
            self._device.phonebooks[name].log(number)

    def _show(self, step: str, call: Call, cause: Cause | None = None) -> None:
        """The model's own notice of a step of an outgoing call, if it has one."""
        form = self._device.manner.call_notices.get(step)
        if form is not None and call.outgoing and self._device.behaviour.shows_calls:
            talked_s = int(self._device.now - call.active_since) if call.state is CallState.ACTIVE else 0
            self._device.notify(form.format(id=1, seconds=talked_s, cause=cause.value if cause else 0))
