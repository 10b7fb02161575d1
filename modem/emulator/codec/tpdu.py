"""The emulator's own message codec (TS 23.040 §9.2): SUBMIT in, strictly; DELIVER and STATUS-REPORT out.

The driver has another one on purpose: a mistake shared by both would never show. Everything here is a PDU as
27.005 §3.1 passes it over the line: service centre address first, TPDU behind it. A PDU that a modem would not
take raises `FieldError`. Text mode and stored messages need DELIVER and STATUS-REPORT read back too.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from modem.emulator.codec.coding import Alphabet, pack_septets, text_to_septets
from modem.emulator.codec.fields import (
    Address,
    Concat,
    FieldError,
    UserData,
    absolute_validity,
    decode_address,
    decode_smsc,
    encode_address,
    encode_smsc,
    encode_timestamp,
    enhanced_validity,
    relative_validity,
)

MTI_DELIVER, MTI_SUBMIT, MTI_STATUS_REPORT = 0, 1, 2
UDHI, SRR, VPF_RELATIVE = 0x40, 0x20, 0x10
_NO_MORE_MESSAGES = 0x04  # TP-MMS set means there is nothing more waiting (§9.2.3.2)
_VALIDITY_OCTETS = (0, 7, 1, 7)  # by TP-VPF: none, enhanced, relative, absolute (§9.2.3.3)


@dataclass(frozen=True, slots=True)
class Submit:
    """A message from the modem to the service centre (§9.2.2.2). `smsc` '' means the modem's own setting."""

    first: int
    mr: int
    to: Address
    pid: int
    validity: bytes
    ud: UserData
    smsc: str = ""

    @property
    def dcs(self) -> int:
        """TP-DCS."""
        return self.ud.dcs

    @property
    def srr(self) -> bool:
        """Whether a status report is asked for (TP-SRR)."""
        return bool(self.first & SRR)

    def expires(self, now: float, default_s: float) -> float:
        """When the centre stops trying, in seconds since the epoch; `default_s` if the message does not say."""
        form = self.first >> 3 & 3
        if form == 2:
            return now + relative_validity(self.validity[0])
        if form == 3:
            return absolute_validity(self.validity)
        period = enhanced_validity(self.validity) if form == 1 else None
        return now + (default_s if period is None else period)


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message from the service centre to the modem (§9.2.2.1). `scts` is the seven octets of its time."""

    origin: Address
    scts: bytes
    ud: UserData
    pid: int = 0
    first: int = MTI_DELIVER | _NO_MORE_MESSAGES
    smsc: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of a submit (§9.2.2.3): `scts` when the centre took it, `discharge` when this was known."""

    mr: int
    to: Address
    scts: bytes
    discharge: bytes
    status: int
    first: int = MTI_STATUS_REPORT | _NO_MORE_MESSAGES
    smsc: str = ""


def decode_submit(pdu: bytes, length: int) -> Submit:
    """Read a SUBMIT given with +CMGS=`length` (TPDU octets, address excluded); FieldError if it is not one."""
    smsc, at = decode_smsc(pdu)
    if len(pdu) - at != length:
        raise FieldError(f"{len(pdu) - at} octets were announced as {length}")
    if len(pdu) < at + 2 or pdu[at] & 3 != MTI_SUBMIT:
        raise FieldError("the message is not an SMS-SUBMIT")
    first, mr = pdu[at], pdu[at + 1]
    to, at = _cached_address(pdu, at + 2)
    form = first >> 3 & 3
    ud_at = at + 2 + _VALIDITY_OCTETS[form]
    if ud_at >= len(pdu):
        raise FieldError("the message ends before its user data")
    validity = pdu[at + 2 : ud_at]
    if form == 1:
        enhanced_validity(validity)
    elif form == 3:
        absolute_validity(validity)
    ud = UserData(pdu[ud_at + 1 :], pdu[ud_at], pdu[at + 1], bool(first & UDHI))
    ud.check()
    return Submit(first, mr, to, pdu[at], validity, ud, smsc)


@lru_cache(maxsize=4096)
def _address_of(octets: bytes) -> tuple[Address, int]:
    return decode_address(octets, 0)


def _cached_address(pdu: bytes, at: int) -> tuple[Address, int]:
    """A destination; senders repeat numbers, and this is the dearest part of a short SUBMIT."""
    if at + 2 > len(pdu):
        raise FieldError("the message ends before an address")
    address, used = _address_of(pdu[at : at + 2 + (pdu[at] + 1) // 2])
    return address, at + used


def encode_submit(submit: Submit) -> bytes:
    """The PDU of a SUBMIT, as text mode makes it and CMGR shows it."""
    ud = submit.ud
    head = bytes([submit.first, submit.mr]) + encode_address(submit.to) + bytes([submit.pid, ud.dcs])
    return encode_smsc(submit.smsc) + head + submit.validity + bytes([ud.length]) + ud.octets


def encode_deliver(deliver: Deliver) -> bytes:
    """The PDU of a DELIVER with its service centre address."""
    ud = deliver.ud
    first = deliver.first | (UDHI if ud.has_header else 0)
    head = bytes([first]) + encode_address(deliver.origin) + bytes([deliver.pid, ud.dcs])
    return encode_smsc(deliver.smsc) + head + deliver.scts + bytes([ud.length]) + ud.octets


def decode_deliver(pdu: bytes) -> Deliver:
    """Read a DELIVER; FieldError if it is not one."""
    smsc, at = decode_smsc(pdu)
    if at >= len(pdu) or pdu[at] & 3 != MTI_DELIVER:
        raise FieldError("the message is not an SMS-DELIVER")
    first = pdu[at]
    origin, at = decode_address(pdu, at + 1)
    if at + 10 > len(pdu):
        raise FieldError("the message ends before its user data")
    ud = UserData(pdu[at + 10 :], pdu[at + 9], pdu[at + 1], bool(first & UDHI))
    ud.check()
    return Deliver(origin, pdu[at + 2 : at + 9], ud, pdu[at], first, smsc)


def encode_status_report(report: StatusReport) -> bytes:
    """The PDU of a STATUS-REPORT with its service centre address."""
    head = bytes([report.first, report.mr]) + encode_address(report.to)
    return encode_smsc(report.smsc) + head + report.scts + report.discharge + bytes([report.status])


def decode_status_report(pdu: bytes) -> StatusReport:
    """Read a STATUS-REPORT; FieldError if it is not one. Optional fields behind TP-ST are passed over."""
    smsc, at = decode_smsc(pdu)
    if at + 2 > len(pdu) or pdu[at] & 3 != MTI_STATUS_REPORT:
        raise FieldError("the message is not an SMS-STATUS-REPORT")
    first, mr = pdu[at], pdu[at + 1]
    to, at = decode_address(pdu, at + 2)
    if at + 15 > len(pdu):
        raise FieldError("the report ends before its status")
    return StatusReport(mr, to, pdu[at : at + 7], pdu[at + 7 : at + 14], pdu[at + 14], first, smsc)


def compose(text: str, ref: int) -> list[UserData]:
    """Cut a text into parts as a phone does: GSM 7-bit if every character fits, else UCS-2; `ref` is 8-bit.

    Neither an escape sequence nor a surrogate pair is torn apart. An empty text is one empty part.
    """
    try:
        units = [text_to_septets(char) for char in text]
        dcs, single, many = 0x00, 160, 153
    except UnicodeError:
        units = [char.encode("utf-16-be", "surrogatepass") for char in text]
        dcs, single, many = 0x08, 140, 134
    if sum(map(len, units)) <= single:
        return [_user_data(b"".join(units), dcs, None)]
    bodies, body = [], b""
    for unit in units:
        if len(body) + len(unit) > many:
            bodies.append(body)
            body = b""
        body += unit
    bodies.append(body)
    return [_user_data(body, dcs, Concat(ref, len(bodies), seq)) for seq, body in enumerate(bodies, 1)]


def _user_data(body: bytes, dcs: int, concat: Concat | None) -> UserData:
    header = bytes([5, 0, 3, concat.ref, concat.total, concat.seq]) if concat else b""
    if dcs:
        return UserData(header + body, len(header) + len(body), dcs, bool(header))
    fill = -len(header) * 8 % 7
    length = (len(header) * 8 + fill) // 7 + len(body)
    return UserData(header + pack_septets(body, fill), length, dcs, bool(header))


def as_deliver(submit: Submit, origin: Address, now: float, quarters: int, smsc: str) -> Deliver:
    """What the receiver of a submit gets: same user data, the sender's number, the centre's time."""
    scts = encode_timestamp(now, quarters)
    return Deliver(origin, scts, replace(submit.ud), submit.pid, smsc=smsc)


def user_data_of_text(septets_or_octets: bytes, dcs: int, alphabet: Alphabet, has_header: bool) -> UserData:
    """User data as text mode hands it over: septets for GSM 7-bit without header, else finished octets."""
    if alphabet is Alphabet.GSM7 and not has_header:
        return UserData(pack_septets(septets_or_octets), len(septets_or_octets), dcs, False)
    length = len(septets_or_octets)
    if alphabet is Alphabet.GSM7:  # a header was given: the sender packed it, TP-UDL still counts septets
        length = length * 8 // 7
    return UserData(septets_or_octets, length, dcs, has_header)
