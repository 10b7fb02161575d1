"""A GSM modem as the rest of the package sees it: open, identify, submit, read, delete, close.

`Modem` is python-gsmmodem's `GsmModem` over our `Link`: its connect sequence, its property helpers and its exceptions
are used; its reader thread, its send and its receive paths are not (`docs/design.md` says what they lose). Because
`Link` stands behind `GsmModem` in the method resolution order, the base's own calls land there; nothing is patched.

A submit is one dialogue with three ends, and none of them is an exception: accepted, refused, unknown. Silence or a
lost port after Ctrl-Z is *unknown*: the message may be on its way, and who sends it again may send it twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gsmmodem.exceptions import CmeError, CmsError, CommandError, PinRequiredError, TimeoutException
from gsmmodem.modem import GsmModem

from modem.errors import CommandRefused, ModemError, NotAModem, PortLost, Silent, SimNotReady
from modem.lines import Reply
from modem.link import Clock, Link
from modem.pdu import Submit
from modem.tables import CME_CAUSES, CMS_CAUSES, Cause, CauseClass

PROMPT_S = 15.0
SUBMIT_S = 120.0
"""Vendors allow 60 to 180 s for +CMGS; giving up earlier makes a doubtful message of a slow one."""

_ERROR = re.compile(r"\+CM([ES]) ERROR:\s*(.*)")
_RECEIVED = (0, 1)  # <stat> of AT+CMGL in PDU mode: received unread, received read (27.005 §3.1)
_MEMORY = re.compile(r'"([A-Z]{2})"')
_CMGL = re.compile(r"\+CMGL:\s*(\d+)\s*,\s*(\d+)")
_CMGR = re.compile(r"\+CMGR:\s*(\d+)")
_CMGS = re.compile(r"\+CMGS:\s*(\d+)")
_ICCID = re.compile(r"\b(89\d{16,18})[Ff]?\b")
_IMEI = re.compile(r"\b(\d{14,17})\b")
_EMPTY_SLOT = 321  # invalid memory index
_NOTHING_STORED = (303, 321)  # firmwares that list an empty memory by an error
_REFERENCE_MISSING = "The modem said OK without a message reference."


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service centre has the part under this TP-MR, which its delivery report will name."""

    reference: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Unknown:
    """May have been sent; `why` is for the operator."""

    why: str


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Identity:
    """Which device and which SIM; a SIM without a readable ICCID goes by its IMSI."""

    imei: str
    sim: str
    model: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A received PDU in a slot of a memory."""

    memory: str
    index: int
    raw: str


NO_ANSWER = Cause(0, "no prompt", "The modem did not ask for the message in time.", CauseClass.RETRY_SOON)


def cause_of(final: str) -> Cause:
    """What a final result code that is no OK means; numeric and verbose forms, with or without the blank."""
    found = _ERROR.fullmatch(final)
    if found is None:
        return Cause(0, final, f"The modem answered {final} without a reason.", CauseClass.RETRY_LATER)
    causes, value = (CME_CAUSES if found[1] == "E" else CMS_CAUSES), found[2].strip()
    if value.isdigit():
        code = int(value)
        return causes.get(code) or Cause(code, final, f"The modem answered {final}.", CauseClass.RETRY_LATER)
    for cause in causes.values():
        if cause.text.casefold() == value.casefold():
            return cause
    return Cause(0, final, f"The modem answered {final}.", CauseClass.RETRY_LATER)


class Modem(GsmModem, Link):
    """One modem on one port. Only one thread may use it."""

    def __init__(self, port: str, baudrate: int = 115200, *, clock: Clock, rtscts: bool = False) -> None:
        super().__init__(port, baudrate, clock=clock, rtscts=rtscts)
        self.memories: tuple[str, ...] = ()
        self._memory = ""
        self._pin_used = False

    def open(self, pin: str | None = None) -> Identity:
        """Open the port, run the base library's init sequence, and find out who is there.

        Raises PortMissing, PortBusy, SimNotReady, or NotAModem for a device that does not answer as it must; the
        port is closed again then.
        """
        try:
            self._initialise(pin)
            self.memories = self._find_memories()
            return self._identify()
        except BaseException:
            self.close()
            raise

    def write(
        self,
        data: str,
        waitForResponse: bool = True,
        timeout: float = 10,
        parseError: bool = True,
        writeTerm: str = "\r",
        expectedResponseTermSeq: str | None = None,
    ) -> list[str]:
        """The base library's own way to send a command, without its endless retries on "busy" and its sleeps."""
        try:
            reply = self.exchange(data, timeout)
        except Silent as silence:
            raise TimeoutException(None) from silence
        lines = [*reply.lines, reply.final]
        if parseError and lines[-1] != "OK":
            found = _ERROR.fullmatch(lines[-1])
            if found is None or not found[2].strip().isdigit():
                raise CommandError(data)
            raise (CmeError if found[1] == "E" else CmsError)(data, int(found[2]))
        return lines

    def ask(self, command: str, timeout_s: float = 10.0) -> tuple[str, ...]:
        """The information lines of a command that must succeed. Raises CommandRefused, Silent or PortLost."""
        reply = self.exchange(command, timeout_s)
        if not reply.ok:
            raise _refusal(command, reply)
        return reply.lines

    def submit(self, pdu: Submit) -> Outcome:
        """AT+CMGS in PDU mode (27.005 §3.5.1). Raises PortLost or Silent only while nothing can have been sent."""
        try:
            refusal = self.ask_prompt(f"AT+CMGS={pdu.length}", PROMPT_S)
        except Silent:
            return Refused(NO_ANSWER)
        if refusal is not None:
            return Refused(cause_of(refusal.final))
        try:
            reply = self.send_payload(pdu.hex, SUBMIT_S)
        except PortLost as loss:
            return Unknown(str(loss))
        if reply is None:
            return Unknown(f"The modem said nothing for {SUBMIT_S:g} s after the message.")
        if not reply.ok:
            return Refused(cause_of(reply.final))
        for line in reply.lines:
            found = _CMGS.match(line)
            if found is not None:
                return Accepted(int(found[1]) & 0xFF)
        return Unknown(_REFERENCE_MISSING)

    def read(self, memory: str, index: int) -> Stored | None:
        """The received message in a slot, None if there is none (27.005 §4.3)."""
        self._select(memory)
        reply = self.exchange(f"AT+CMGR={index}")
        if not reply.ok:
            if cause_of(reply.final).code == _EMPTY_SLOT:
                return None
            raise _refusal(f"AT+CMGR={index}", reply)
        for head, body in zip(reply.lines, reply.lines[1:], strict=False):
            found = _CMGR.match(head)
            if found is not None and int(found[1]) in _RECEIVED:
                return Stored(memory, index, body)
        return None

    def stored(self, memory: str) -> list[Stored]:
        """Every received message of a memory, in slot order; ours that are stored there are left out (§4.1)."""
        self._select(memory)
        reply = self.exchange("AT+CMGL=4", 60.0)
        if not reply.ok:
            if cause_of(reply.final).code in _NOTHING_STORED:
                return []
            raise _refusal("AT+CMGL=4", reply)
        found = []
        for head, body in zip(reply.lines, reply.lines[1:], strict=False):
            row = _CMGL.match(head)
            # A header is followed by its PDU; two headers in a row are a slot the modem could not read.
            if row is not None and not body.startswith("+CMGL") and int(row[2]) in _RECEIVED:
                found.append(Stored(memory, int(row[1]), body))
        return found

    def delete(self, memory: str, index: int) -> None:
        """Empty one slot, never a range: what arrived meanwhile stays (27.005 §3.5.4)."""
        self._select(memory)
        reply = self.exchange(f"AT+CMGD={index}", 25.0)
        if not reply.ok and cause_of(reply.final).code != _EMPTY_SLOT:
            raise _refusal(f"AT+CMGD={index}", reply)

    def signal(self) -> int | None:
        """AT+CSQ (27.007 §8.5): 0..31, None if not known."""
        for line in self.ask("AT+CSQ"):
            found = re.match(r"\+CSQ:\s*(\d+)", line)
            if found is not None and int(found[1]) <= 31:
                return int(found[1])
        return None

    def operator(self) -> str | None:
        """The network's name (27.007 §7.3), None while there is none."""
        for line in self.ask("AT+COPS?", 30.0):
            found = re.search(r'"([^"]*)"', line)
            if found is not None:
                return found[1]
        return None

    # -- inside -------------------------------------------------------------------------------------------------

    def _initialise(self, pin: str | None) -> None:
        try:
            self.connect(pin)
        except PinRequiredError as problem:
            raise SimNotReady(f"The SIM in {self.port} wants a PIN; set pin_file for this modem.") from problem
        except (CommandError, CommandRefused, TimeoutException) as problem:
            raise NotAModem(f"The device on {self.port} does not start up as a modem: {problem}.") from problem
        except (TypeError, IndexError, AttributeError, ValueError) as problem:
            # The base library trips over answers in a form it does not know.
            raise NotAModem(f"The device on {self.port} gave an answer that 27.007 does not allow.") from problem

    def _unlockSim(self, pin: str | None) -> None:
        """Give the PIN once, and only when the SIM asks for the PIN: each wrong try brings the PUK nearer."""
        reply = self.exchange("AT+CPIN?", 15.0)
        cause = cause_of(reply.final)
        if not reply.ok and cause.cls is CauseClass.SIM_TROUBLE:
            raise SimNotReady(f"{cause.plain} Look at the SIM in {self.port}.")
        if not reply.ok:
            raise _refusal("AT+CPIN?", reply)
        state = "".join(line.partition(":")[2].strip() for line in reply.lines)
        if state == "READY":
            return
        if state != "SIM PIN":
            raise SimNotReady(f"The SIM in {self.port} says {state or 'nothing'}; a person must unlock or replace it.")
        if pin is None:
            raise PinRequiredError("AT+CPIN?", 11)
        if self._pin_used:
            raise SimNotReady(f"The PIN for {self.port} was not accepted; it is not tried again. Correct pin_file.")
        self._pin_used = True
        self.ask(f'AT+CPIN="{pin}"', 15.0)

    def _identify(self) -> Identity:
        imei = self._first("AT+CGSN", _IMEI)
        if imei is None:
            raise NotAModem(f"The device on {self.port} has no serial number (AT+CGSN).")
        sim = None
        for command in ("AT+CCID", "AT+ICCID", "AT^ICCID?"):
            sim = sim or self._first(command, _ICCID)
        sim = sim or self._first("AT+CIMI", _IMEI)
        if sim is None:
            raise SimNotReady(f"The SIM in {self.port} has neither ICCID nor IMSI; is it inserted?")
        return Identity(imei, sim, self.model)

    def _first(self, command: str, pattern: re.Pattern[str]) -> str | None:
        reply = self.exchange(command)
        found = pattern.search("\n".join(reply.lines)) if reply.ok else None
        return found[1] if found else None

    def _find_memories(self) -> tuple[str, ...]:
        """The memories that can be read and emptied: the first group of AT+CPMS=? (27.005 §3.2.2)."""
        self._memory = ""
        for line in self.ask("AT+CPMS=?"):
            first = line.partition(")")[0]
            names = dict.fromkeys(_MEMORY.findall(first))
            # MT is ME and SM seen together: listing it too would read each message twice.
            return tuple(name for name in names if name in ("SM", "ME", "SR"))
        return ()

    def _select(self, memory: str) -> None:
        if memory != self._memory:
            self.ask(f'AT+CPMS="{memory}"')
            self._memory = memory


def _refusal(command: str, reply: Reply) -> ModemError:
    cause = cause_of(reply.final)
    found = _ERROR.fullmatch(reply.final)
    family = None if found is None else f"CM{found[1]}"
    return CommandRefused(command, family, cause.code if found else None, cause.plain)
