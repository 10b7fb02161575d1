"""3GPP nouns the driver and the emulator both need: alphabets, error causes, delivery states, notice names.

This is the only module the two sides share (each has its own codec and its own parser), so it holds data and
not one verb beyond looking a row up: shared code would hide its own mistake, data can be compared with
the standard line by line. A cause carries, besides the text a modem says, a class that decides what a driver
does next and one plain sentence for the person who runs the box.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

ESC: Final = "\x1b"

# TS 23.038 §6.2.1, code = position. 0x1B is the escape to the extension table; 0x5F is § and 0x60 is ¿.
GSM7_BASIC: Final[str] = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

# TS 23.038 §6.2.1.1, the code after ESC. A code that is not here shows the basic table's character.
GSM7_EXTENSION: Final[dict[int, str]] = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}


class CauseClass(Enum):
    """What a sender does after an error: the one decision a cause code is good for."""

    RETRY_SOON = auto()  # busy for seconds; the same part may go again from this SIM
    RETRY_LATER = auto()  # the network or the subscriber is away for minutes or hours
    PERMANENT = auto()  # the same part will be refused again: number, PDU or subscription is wrong
    RESET_MODEM = auto()  # the device, not the message, is in trouble
    SIM_TROUBLE = auto()  # the card is absent, locked, broken or barred: stop using it


@dataclass(frozen=True, slots=True)
class Cause:
    """One error code: `text` as the standard spells it, `plain` for an operator, `cls` for the driver.

    `own` is a cause the modem gives for itself; the others are the network's, which has seen the message.
    """

    code: int
    text: str
    plain: str
    cls: CauseClass
    own: bool = False


_SOON, _LATER, _NEVER = CauseClass.RETRY_SOON, CauseClass.RETRY_LATER, CauseClass.PERMANENT
_RESET, _SIM = CauseClass.RESET_MODEM, CauseClass.SIM_TROUBLE


def _by_code(*rows: tuple[int, str, CauseClass, str], own: bool = False) -> dict[int, Cause]:
    return {code: Cause(code, text, plain, cls, own) for code, text, cls, plain in rows}


_RP_CAUSES = _by_code(  # TS 24.011 §8.2.5.4, table 8.4; said as +CMS ERROR 0..127 (27.005 §3.2.5)
    (1, "Unassigned (unallocated) number", _NEVER, "The number is not in use."),
    (8, "Operator determined barring", _SIM, "The operator has barred this SIM from sending."),
    (10, "Call barred", _SIM, "Sending is barred on this SIM, often for lack of credit."),
    (11, "Reserved", _LATER, "The network refused with a code it should not use."),
    (17, "Network failure", _LATER, "The network failed."),
    (21, "Short message transfer rejected", _LATER, "The network did not take the message this time."),
    (22, "Memory capacity exceeded", _LATER, "The receiving memory is full."),
    (27, "Destination out of service", _LATER, "The subscriber's phone is out of service."),
    (28, "Unidentified subscriber", _SIM, "The network does not know this SIM."),  # the sender: annex E.2
    (29, "Facility rejected", _NEVER, "The network does not offer what the message asks for."),
    (30, "Unknown subscriber", _NEVER, "No subscriber has this number."),
    (38, "Network out of order", _LATER, "The network is out of order."),
    (41, "Temporary failure", _SOON, "The network failed for a moment."),
    (42, "Congestion", _SOON, "The network is overloaded."),
    (47, "Resources unavailable, unspecified", _SOON, "The network has no resources free."),
    (50, "Requested facility not subscribed", _SIM, "The SMS service is not part of this SIM's contract."),
    (69, "Requested facility not implemented", _NEVER, "The network cannot do what the message asks for."),
    (81, "Invalid short message transfer reference value", _SOON, "Modem and network lost count."),
    (95, "Invalid message, unspecified", _NEVER, "The network finds the message wrongly built."),
    (96, "Invalid mandatory information", _NEVER, "The network finds a wrong field in the message."),
    (97, "Message type non-existent or not implemented", _NEVER, "The network does not know it."),
    (98, "Message not compatible with short message protocol state", _SOON, "The modem is out of step."),
    (99, "Information element non-existent or not implemented", _NEVER, "A field is not known."),
    (111, "Protocol error, unspecified", _SOON, "The network reports a protocol error."),
    (127, "Interworking, unspecified", _LATER, "Another network on the way failed, cause unknown."),
)

_TP_FCS = _by_code(  # TS 23.040 §9.2.3.22; said as +CMS ERROR 128..255
    (0x80, "Telematic interworking not supported", _NEVER, "This kind of address is not served."),
    (0x81, "Short message Type 0 not supported", _NEVER, "Silent messages are not supported."),
    (0x82, "Cannot replace short message", _NEVER, "There is no message to replace."),
    (0x8F, "Unspecified TP-PID error", _NEVER, "The protocol identifier is wrong."),
    (0x90, "Data coding scheme (alphabet) not supported", _NEVER, "The alphabet is not supported."),
    (0x91, "Message class not supported", _NEVER, "The message class is not supported."),
    (0x9F, "Unspecified TP-DCS error", _NEVER, "The data coding is wrong."),
    (0xA0, "Command cannot be actioned", _NEVER, "The message centre cannot carry the command out."),
    (0xA1, "Command unsupported", _NEVER, "The message centre does not know the command."),
    (0xAF, "Unspecified TP-Command error", _NEVER, "The command to the message centre is wrong."),
    (0xB0, "TPDU not supported", _NEVER, "The message centre does not take this."),
    (0xC0, "SC busy", _SOON, "The message centre is busy."),
    (0xC1, "No SC subscription", _SIM, "This SIM may not use the message centre."),
    (0xC2, "SC system failure", _LATER, "The message centre has failed."),
    (0xC3, "Invalid SME address", _NEVER, "The message centre finds the number invalid."),
    (0xC4, "Destination SME barred", _NEVER, "Messages to this number are barred."),
    (0xC5, "SM Rejected-Duplicate SM", _NEVER, "The message centre already has this message."),
    (0xC6, "TP-VPF not supported", _NEVER, "This form of validity period is not supported."),
    (0xC7, "TP-VP not supported", _NEVER, "This validity period is not supported."),
    (0xD0, "(U)SIM SMS storage full", _LATER, "The receiving SIM is full."),
    (0xD1, "No SMS storage capability in (U)SIM", _NEVER, "The receiving SIM cannot store messages."),
    (0xD2, "Error in MS", _LATER, "The receiving phone failed."),
    (0xD3, "Memory Capacity Exceeded", _LATER, "The receiving phone is full."),
    (0xD4, "(U)SIM Application Toolkit Busy", _SOON, "The SIM's own program is busy."),
    (0xD5, "(U)SIM data download error", _NEVER, "The SIM refused the data."),
    (0xFF, "Unspecified error cause", _LATER, "The network gave no cause."),
)

_ME_CAUSES = _by_code(  # TS 27.005 §3.2.5; 512.. are the manufacturer's, in the meaning Wavecom and ZTE give them
    (300, "ME failure", _RESET, "The modem failed."),
    (301, "SMS service of ME reserved", _SOON, "The modem's SMS service is in use by something else."),
    (302, "operation not allowed", _SOON, "The modem does not allow this at the moment."),
    # A modem that has lost its settings says 303 and 305; 304 is a message the line has garbled.
    (303, "operation not supported", _RESET, "The modem cannot do this as it is set now."),
    (304, "invalid PDU mode parameter", _SOON, "The modem finds the message or its length wrong."),
    (305, "invalid text mode parameter", _RESET, "The modem takes the message for one in text mode."),
    (310, "(U)SIM not inserted", _SIM, "There is no SIM in the modem."),
    (311, "(U)SIM PIN required", _SIM, "The SIM waits for its PIN."),
    (312, "PH-(U)SIM PIN required", _SIM, "The modem is locked to another SIM."),
    (313, "(U)SIM failure", _SIM, "The SIM does not work."),
    (314, "(U)SIM busy", _SOON, "The SIM is busy."),
    (315, "(U)SIM wrong", _SIM, "This modem does not accept this SIM."),
    (316, "(U)SIM PUK required", _SIM, "The SIM is blocked and needs its PUK."),
    (317, "(U)SIM PIN2 required", _SIM, "The SIM waits for PIN2."),
    (318, "(U)SIM PUK2 required", _SIM, "The SIM needs PUK2."),
    (320, "memory failure", _RESET, "The message memory failed."),
    (321, "invalid memory index", _NEVER, "There is no message in this slot."),
    (322, "memory full", _LATER, "The message memory is full."),
    (330, "SMSC address unknown", _SIM, "The number of the message centre is not set."),
    (331, "no network service", _LATER, "The modem has no network."),
    (332, "network timeout", _LATER, "The network did not answer in time."),
    (340, "no +CNMA acknowledgement expected", _NEVER, "The modem expected no acknowledgement."),
    (500, "unknown error", _SOON, "The modem failed and gives no cause."),
    (512, "MM establishment failure", _SOON, "The connection to the network could not be set up."),
    (513, "Lower layer failure", _SOON, "The radio connection broke while sending."),
    (514, "CP error", _SOON, "The network broke the dialogue off while sending."),
    (
        515,
        "Please wait, init or command processing in progress",
        _SOON,
        "The modem is still starting or busy.",
    ),
    own=True,
)

CMS_CAUSES: Final[dict[int, Cause]] = {**_RP_CAUSES, **_TP_FCS, **_ME_CAUSES}

CME_CAUSES: Final[dict[int, Cause]] = _by_code(  # TS 27.007 §9.2
    (0, "phone failure", _RESET, "The modem failed."),
    (1, "no connection to phone", _RESET, "The radio part of the modem does not answer."),
    (2, "phone-adaptor link reserved", _SOON, "The modem is in use by something else."),
    (3, "operation not allowed", _SOON, "The modem does not allow this at the moment."),
    (4, "operation not supported", _RESET, "The modem cannot do this as it is set now."),
    (5, "PH-SIM PIN required", _SIM, "The modem is locked to another SIM."),
    (6, "PH-FSIM PIN required", _SIM, "The modem is locked to its first SIM."),
    (7, "PH-FSIM PUK required", _SIM, "The modem's SIM lock is blocked."),
    (10, "SIM not inserted", _SIM, "There is no SIM in the modem."),
    (11, "SIM PIN required", _SIM, "The SIM waits for its PIN."),
    (12, "SIM PUK required", _SIM, "The SIM is blocked and needs its PUK."),
    (13, "SIM failure", _SIM, "The SIM does not work."),
    (14, "SIM busy", _SOON, "The SIM is busy."),
    (15, "SIM wrong", _SIM, "This modem does not accept this SIM."),
    (16, "incorrect password", _SIM, "The PIN is wrong."),
    (17, "SIM PIN2 required", _SIM, "The SIM waits for PIN2."),
    (18, "SIM PUK2 required", _SIM, "The SIM needs PUK2."),
    (20, "memory full", _LATER, "The memory is full."),
    (21, "invalid index", _NEVER, "There is no such entry."),
    (22, "not found", _NEVER, "There is no such entry."),
    (23, "memory failure", _RESET, "The memory failed."),
    (24, "text string too long", _NEVER, "The text is too long."),
    (25, "invalid characters in text string", _NEVER, "The text has characters the modem does not take."),
    (26, "dial string too long", _NEVER, "The number is too long."),
    (27, "invalid characters in dial string", _NEVER, "The number has characters that cannot be dialled."),
    (30, "no network service", _LATER, "The modem has no network."),
    (31, "network timeout", _LATER, "The network did not answer in time."),
    (32, "network not allowed - emergency calls only", _SIM, "Emergency calls only."),
    (40, "network personalization PIN required", _SIM, "The modem is locked to an operator."),
    (41, "network personalization PUK required", _SIM, "Its operator lock is blocked."),
    (42, "network subset personalization PIN required", _SIM, "It is locked to part of a network."),
    (43, "network subset personalization PUK required", _SIM, "Its network lock is blocked."),
    (44, "service provider personalization PIN required", _SIM, "It is locked to a provider."),
    (45, "service provider personalization PUK required", _SIM, "Its provider lock is blocked."),
    (46, "corporate personalization PIN required", _SIM, "The modem is locked to a company."),
    (47, "corporate personalization PUK required", _SIM, "The modem's company lock is blocked."),
    (48, "hidden key required", _NEVER, "A hidden phone book entry needs its key."),
    (50, "Incorrect parameters", _SOON, "The modem finds a parameter wrong."),
    (51, "command implemented but currently disabled", _SOON, "The modem does not allow this at the moment."),
    (52, "command aborted by user", _SOON, "The command was broken off."),
    (53, "not attached to network due to MT functionality restrictions", _RESET, "The radio is off."),
    (54, "modem not allowed - MT restricted to emergency calls only", _SIM, "Emergency calls only."),
    (55, "operation not allowed because of MT functionality restrictions", _RESET, "The radio is off."),
    (56, "fixed dial number only allowed - called number is not a fixed dial number", _NEVER, "Not allowed."),
    (57, "temporarily out of service due to other MT usage", _SOON, "The modem is busy with something else."),
    (58, "language/alphabet not supported", _NEVER, "The alphabet is not supported."),
    (59, "unexpected data value", _NEVER, "The modem finds a value wrong."),
    (60, "system failure", _RESET, "The modem failed."),
    (61, "data missing", _NEVER, "A parameter is missing."),
    (62, "call barred", _SIM, "Calls are barred on this SIM."),
    (63, "message waiting indication subscription failure", _NEVER, "Message waiting is not subscribed."),
    (100, "unknown", _SOON, "The modem failed and gives no cause."),
    (103, "Illegal MS", _SIM, "The network does not accept this SIM."),
    (106, "Illegal ME", _RESET, "The network does not accept this modem."),
    (107, "GPRS services not allowed", _SIM, "Packet data is not allowed for this SIM."),
    (111, "PLMN not allowed", _SIM, "This network does not serve this SIM."),
    (112, "Location area not allowed", _SIM, "This SIM is not served in this place."),
    (113, "Roaming not allowed in this location area", _SIM, "This SIM may not roam in this place."),
    (132, "service option not supported", _NEVER, "The network does not offer the service."),
    (133, "requested service option not subscribed", _SIM, "The service is not part of this SIM's contract."),
    (134, "service option temporarily out of order", _LATER, "The service is out of order."),
    (148, "unspecified GPRS error", _LATER, "Packet data failed."),
    (149, "PDP authentication failure", _NEVER, "Name or password of the data connection is wrong."),
    (150, "invalid mobile class", _NEVER, "The mobile class is wrong."),
    own=True,
)

# TS 23.040 §9.2.3.15. Values that are missing are reserved or specific to a message centre.
TP_STATUS: Final[dict[int, str]] = {
    0x00: "Short message received by the SME",
    0x01: "Short message forwarded by the SC to the SME but the SC is unable to confirm delivery",
    0x02: "Short message replaced by the SC",
    0x20: "Congestion, SC still trying",
    0x21: "SME busy, SC still trying",
    0x22: "No response from SME, SC still trying",
    0x23: "Service rejected, SC still trying",
    0x24: "Quality of service not available, SC still trying",
    0x25: "Error in SME, SC still trying",
    0x40: "Remote procedure error",
    0x41: "Incompatible destination",
    0x42: "Connection rejected by SME",
    0x43: "Not obtainable",
    0x44: "Quality of service not available",
    0x45: "No interworking available",
    0x46: "SM validity period expired",
    0x47: "SM deleted by originating SME",
    0x48: "SM deleted by SC administration",
    0x49: "SM does not exist",
    0x60: "Congestion, SC stopped trying",
    0x61: "SME busy, SC stopped trying",
    0x62: "No response from SME, SC stopped trying",
    0x63: "Service rejected, SC stopped trying",
    0x64: "Quality of service not available, SC stopped trying",
    0x65: "Error in SME, SC stopped trying",
}


class StatusClass(Enum):
    """What a TP-Status means for the message: over, or not yet (TS 23.040 §9.2.3.15)."""

    DELIVERED = auto()
    TRYING = auto()  # temporary error, the SC goes on; another report follows
    FAILED = auto()  # permanent error, the SC has stopped
    GAVE_UP = auto()  # temporary error, the SC has stopped


STATUS_RANGES: Final[tuple[tuple[int, int, StatusClass], ...]] = (
    (0x00, 0x1F, StatusClass.DELIVERED),
    (0x20, 0x3F, StatusClass.TRYING),
    (0x40, 0x5F, StatusClass.FAILED),
    (0x60, 0x7F, StatusClass.GAVE_UP),
    # "The MS shall interpret any reserved values as the value 'Service Rejected' (01100011)".
    (0x80, 0xFF, StatusClass.GAVE_UP),
)


def status_class(status: int) -> StatusClass:
    """Look the class of a TP-Status octet up; ValueError outside 0..255."""
    for first, last, cls in STATUS_RANGES:
        if first <= status <= last:
            return cls
    raise ValueError(f"a TP-Status is one octet, not {status}")


# Unsolicited result codes that begin a line; parameters follow after a colon.
NOTICE_NAMES: Final[frozenset[str]] = frozenset(
    name
    for group in (
        "+CMTI +CMT +CDS +CDSI +CBM +CBMI",  # 27.005 §3.4
        "+CUSD +CREG +CGREG +CEREG +CRING +CLIP +CCWA +CNAP +COLP +CSSI +CSSU +CIEV +CTZV +CTZE",  # 27.007
        "+CTZEU +CGEV +CR +CFUN +CPIN +CALV +CMWT +SMSFULL",
        "+DTMF +RXDTMF +QTONEDET",  # tones heard, of SIMCom and Quectel
        "^RSSI ^HCSQ ^BOOT ^MODE ^SRVST ^SIMST ^SMMEMFULL ^STIN ^ORIG ^CONF ^CONN ^CEND ^DSFLOWRPT ^NWTIME",
        "+ZPASR +ZUSIMR +ZDONR +ZPSTM +ZEND HANGUP",  # ZTE; the line above is Huawei's
        "+WIND +CCED +WVMI",  # Wavecom
        "^SYSSTART ^SYSLOADING ^SHUTDOWN ^SMGO ^SBC ^SCKS",  # Siemens, Cinterion
        "+QIND +QUSIM +QSIMSTAT +QNITZ *PSUTTZ DST",  # Quectel, SIMCom
    )
    for name in group.split()
)

# Whole lines that are notices. BUSY, NO ANSWER and NO CARRIER are so once ATD has had its OK (V.250 §6.3.1).
BARE_NOTICES: Final[frozenset[str]] = frozenset(
    {
        "RING",
        "NO CARRIER",
        "NO ANSWER",
        "BUSY",
        "RDY",
        "Call Ready",
        "SMS Ready",
        "SMS DONE",
        "PB DONE",
        "NORMAL POWER DOWN",
        "POWERED DOWN",
        "UNDER-VOLTAGE WARNNING",
        "OVER-VOLTAGE WARNNING",
        "+PBREADY",
        "SIM not inserted",
        "SIM inserted",
        "^SYSSTART",
        "^SHUTDOWN",
        "START",
        "STIN: 0",
        "+SMSFULL",
        "+SMS FULL",
    }
)
