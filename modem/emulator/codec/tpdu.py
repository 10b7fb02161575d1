"""The messages themselves (TS 23.040 §9.2.2.1 and §9.2.2.2): SUBMIT and DELIVER, both ways.

The driver has another codec on purpose: a mistake shared by both would never show. Everything here is a PDU as
27.005 §3.1 passes it over the line: service centre address first, TPDU behind it. A PDU that a modem would not
take raises `FieldError`. What becomes of a message is in `reports`, what is asked about it in `command`.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from modem.emulator.codec.address import Address, decode_address, decode_smsc, encode_address, encode_smsc
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.userdata import UserData
from modem.emulator.codec.validity import absolute_validity, decode_enhanced, relative_validity

# TP-MTI (§9.2.3.1): the first name is the message to the modem, the second the one from it
MTI_DELIVER = MTI_DELIVER_REPORT = 0
MTI_SUBMIT = MTI_SUBMIT_REPORT = 1
MTI_STATUS_REPORT = MTI_COMMAND = 2
_MTI_RESERVED = 3
# The other bits of the first octet; which message has which is in §9.2.2
RD = MMS = 0x04
VPF_ENHANCED, VPF_RELATIVE, VPF_ABSOLUTE = 0x08, 0x10, 0x18
LP = 0x08
SRR = SRI = SRQ = 0x20
UDHI = 0x40
RP = 0x80
_VALIDITY_OCTETS = (0, 7, 1, 7)  # by TP-VPF: none, enhanced, relative, absolute (§9.2.3.3)
MAX_TPDU_OCTETS = 164  # the longest SUBMIT; no other TPDU may be longer (§9.2.2.3 and others, their last note)


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

    @property
    def reject_duplicates(self) -> bool:
        """Whether the centre shall refuse it if it holds one with the same TP-MR and TP-DA from here (TP-RD)."""
        return bool(self.first & RD)

    @property
    def reply_path(self) -> bool:
        """Whether the reply may come back by the same centre (TP-RP, §9.2.3.17)."""
        return bool(self.first & RP)

    @property
    def single_shot(self) -> bool:
        """Whether the centre shall try once only; nothing but the enhanced validity can say so (§9.2.3.12.3)."""
        return self.first & VPF_ABSOLUTE == VPF_ENHANCED and decode_enhanced(self.validity).single_shot

    def expires(self, now: float, default_s: float) -> float:
        """When the centre stops trying, in seconds since the epoch; `default_s` if the message does not say."""
        form = self.first & VPF_ABSOLUTE
        if form == VPF_RELATIVE:
            return now + relative_validity(self.validity[0])
        if form == VPF_ABSOLUTE:
            return absolute_validity(self.validity)
        period = decode_enhanced(self.validity).period_s if form == VPF_ENHANCED else None
        return now + (default_s if period is None else period)


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message from the service centre to the modem (§9.2.2.1). `scts` is the seven octets of its time."""

    origin: Address
    scts: bytes
    ud: UserData
    pid: int = 0
    first: int = MTI_DELIVER | MMS
    smsc: str = ""

    @property
    def more(self) -> bool:
        """Whether more messages wait in the centre: TP-MMS set means there are none (§9.2.3.2)."""
        return not self.first & MMS

    @property
    def forwarded(self) -> bool:
        """Whether it was forwarded or spawned and must not be again (TP-LP, §9.2.3.28)."""
        return bool(self.first & LP)

    @property
    def sri(self) -> bool:
        """Whether the sender gets a status report (TP-SRI, §9.2.3.4)."""
        return bool(self.first & SRI)

    @property
    def reply_path(self) -> bool:
        """Whether a reply may go back by the same centre (TP-RP, §9.2.3.17)."""
        return bool(self.first & RP)


def decode_submit(pdu: bytes, length: int) -> Submit:
    """Read a SUBMIT given with +CMGS=`length` (TPDU octets, address excluded); FieldError if it is not one."""
    smsc, at = decode_smsc(pdu)
    if len(pdu) - at != length:
        raise FieldError(f"{len(pdu) - at} octets were announced as {length}")
    if len(pdu) < at + 2 or pdu[at] & 3 != MTI_SUBMIT:
        raise FieldError("the message is not an SMS-SUBMIT")
    first, mr = pdu[at], pdu[at + 1]
    to, at = _cached_address(pdu, at + 2)
    form = first & VPF_ABSOLUTE
    ud_at = at + 2 + _VALIDITY_OCTETS[form >> 3]
    if ud_at >= len(pdu):
        raise FieldError("the message ends before its user data")
    validity = pdu[at + 2 : ud_at]
    if form == VPF_ENHANCED:
        decode_enhanced(validity)
    elif form == VPF_ABSOLUTE:
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
    """Read a DELIVER; FieldError if it is not one. A reserved TP-MTI is taken for a DELIVER, as §9.2.3.1 demands."""
    smsc, at = decode_smsc(pdu)
    if at >= len(pdu) or pdu[at] & 3 not in (MTI_DELIVER, _MTI_RESERVED):
        raise FieldError("the message is not an SMS-DELIVER")
    first = pdu[at]
    origin, at = decode_address(pdu, at + 1)
    if at + 10 > len(pdu):
        raise FieldError("the message ends before its user data")
    ud = UserData(pdu[at + 10 :], pdu[at + 9], pdu[at + 1], bool(first & UDHI))
    ud.check()
    return Deliver(origin, pdu[at + 2 : at + 9], ud, pdu[at], first, smsc)


def as_deliver(submit: Submit, origin: Address, now: float, quarters: int, smsc: str) -> Deliver:
    """What the receiver of a submit gets: same user data, the sender's number, the centre's time.

    It is told of a reply path and of a status report the sender asked for (§9.2.3.17, §9.2.3.4).
    """
    scts = encode_timestamp(now, quarters)
    first = MTI_DELIVER | MMS | submit.first & (RP | SRI)
    return Deliver(origin, scts, replace(submit.ud), submit.pid, first, smsc)
