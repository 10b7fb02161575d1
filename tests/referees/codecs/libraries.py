"""This codec and three of others behind one face: octets in, what they say out; a text in, PDUs out.

Owns how each library is asked, and nothing of who is right. A library is asked for what its documentation offers; a
field it does not give is left out, an exception it raises is a refusal.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from modem.emulator.codec.reports import decode_status_report
from modem.emulator.codec.timestamp import decode_timestamp
from modem.emulator.codec.tpdu import decode_deliver, decode_submit
from modem.emulator.codec.userdata import Concat
from modem.emulator.codec.validity import absolute_validity
from tests.referees.codecs.message import Draft

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in their sources, seen when they are first compiled
    from gsmmodem import pdu as gsmmodem_pdu
    from messaging.sms import SmsDeliver, SmsSubmit
    from smspdudecoder.fields import SMSDeliver, SMSSubmit

logging.getLogger("smspdudecoder").setLevel(logging.ERROR)

Reading = dict[str, Any]
REFUSED = "refused"
_DELIVER, _SUBMIT = 0, 1


def _kind(pdu: bytes) -> int:
    return pdu[pdu[0] + 1] & 3


def _place(concat: Concat | None) -> tuple[int, int, int] | None:
    return (concat.ref, concat.total, concat.seq) if concat else None


def ours(pdu: bytes) -> Reading:
    """This codec."""
    if _kind(pdu) == _DELIVER:
        deliver = decode_deliver(pdu)
        return {
            "number": deliver.origin.text,
            "text": deliver.ud.text,
            "time": decode_timestamp(deliver.scts),
            "concat": _place(deliver.ud.concat),
        }
    if _kind(pdu) == _SUBMIT:
        submit = decode_submit(pdu, len(pdu) - pdu[0] - 1)
        found = {"number": submit.to.text, "text": submit.ud.text, "reference": submit.mr}
        if len(submit.validity) == 7 and submit.first & 0x18 == 0x18:
            found["expiry"] = absolute_validity(submit.validity)
        elif submit.validity:
            found["validity"] = submit.expires(0, -1)
        return found
    report = decode_status_report(pdu)
    return {
        "number": report.to.text,
        "reference": report.mr,
        "time": decode_timestamp(report.scts),
        "discharge": decode_timestamp(report.discharge),
        "status": report.status,
    }


def smspdudecoder(pdu: bytes) -> Reading:
    """smspdudecoder: DELIVER and SUBMIT; it has no STATUS-REPORT."""
    text = pdu.hex().upper()
    if _kind(pdu) == _DELIVER:
        message = SMSDeliver.decode(StringIO(text))
        address = message["sender"]
    elif _kind(pdu) == _SUBMIT:
        message = SMSSubmit.decode(StringIO(text))
        address = message["recipient"]
    else:
        return {}
    data = message["user_data"]["data"]
    found: Reading = {
        "number": ("+" if address["toa"]["ton"] == "international" else "") + address["number"],
        "text": data.decode("latin-1") if isinstance(data, bytes) else data,
    }
    if _kind(pdu) == _DELIVER:
        found["time"] = message["scts"].timestamp()
        elements = (message["user_data"]["header"] or {"elements": []})["elements"]
        places = [element["data"] for element in elements if element["iei"] in (0x00, 0x08)]
        found["concat"] = (
            (places[-1]["reference"], places[-1]["parts_count"], places[-1]["part_number"]) if places else None
        )
        return found
    found["reference"] = message["message-ref"]
    for unit, seconds in (("minutes", 60), ("hours", 3600), ("days", 86400), ("weeks", 604800)):
        if f"validity-{unit}" in message:
            found["validity"] = message[f"validity-{unit}"] * float(seconds)
    if isinstance(message.get("vp"), datetime):
        found["expiry"] = message["vp"].timestamp()
    return found


def python_messaging(pdu: bytes) -> Reading:
    """python-messaging: DELIVER and STATUS-REPORT; it does not read a SUBMIT."""
    if _kind(pdu) == _SUBMIT:
        return {}
    message = SmsDeliver(pdu.hex().upper())
    if message.sr is not None:
        sr = message.sr
        return {
            "number": sr["recipient"],
            "reference": message.udh.concat.ref,
            "time": sr["scts"].replace(tzinfo=UTC).timestamp(),
            "discharge": sr["dt"].replace(tzinfo=UTC).timestamp(),
            "status": sr["status"],
        }
    data = message.text
    concat = message.udh.concat if message.udh is not None else None
    return {
        "number": message.number,
        "text": data.decode("latin-1") if isinstance(data, bytes) else data,
        "time": message.date.replace(tzinfo=UTC).timestamp(),
        "concat": (concat.ref, concat.cnt, concat.seq) if concat else None,
    }


def gsmmodem(pdu: bytes) -> Reading:
    """python-gsmmodem-new: all three."""
    message = gsmmodem_pdu.decodeSmsPdu(pdu.hex().upper())
    found: Reading = {"number": message["number"]}
    if "text" in message:
        found["text"] = message["text"]
    for ours_, theirs in (("time", "time"), ("discharge", "discharge")):
        if theirs in message:
            found[ours_] = message[theirs].timestamp()
    for name in ("reference", "status"):
        if name in message:
            found[name] = message[name]
    if _kind(pdu) == _DELIVER:
        places = [element for element in message.get("udh", []) if isinstance(element, gsmmodem_pdu.Concatenation)]
        found["concat"] = (places[-1].reference, places[-1].parts, places[-1].number) if places else None
    validity = message.get("validity")
    if isinstance(validity, timedelta):
        found["validity"] = validity.total_seconds()
    elif validity is not None:
        found["expiry"] = validity.timestamp()
    return found


def compose_by_python_messaging(draft: Draft) -> list[bytes]:
    """The PDUs python-messaging makes."""
    sms = SmsSubmit(draft.number, draft.text)
    if draft.validity_s is not None:
        sms.validity = timedelta(seconds=draft.validity_s)
    return [bytes.fromhex(part.pdu) for part in sms.to_pdu()]


def compose_by_gsmmodem(draft: Draft) -> list[bytes]:
    """The PDUs python-gsmmodem-new makes."""
    validity = None if draft.validity_s is None else timedelta(seconds=draft.validity_s)
    parts = gsmmodem_pdu.encodeSmsSubmitPdu(draft.number, draft.text, reference=7, validity=validity)
    return [bytes(part.data) for part in parts]


@dataclass(frozen=True)
class Library:
    """One of the others; `version` is the one the list of its defects was made for."""

    name: str
    version: str
    read: Callable[[bytes], Reading]
    compose: Callable[[Draft], list[bytes]] | None = None


LIBRARIES = (
    Library("smspdudecoder", "2.2.0", smspdudecoder),
    Library("python-messaging", "0.5.13", python_messaging, compose_by_python_messaging),
    Library("python-gsmmodem-new", "0.13.0", gsmmodem, compose_by_gsmmodem),
)


def read(library: Library, pdu: bytes) -> Reading:
    """What a library says; {REFUSED: the exception's name} if it raises anything at all."""
    try:
        return library.read(pdu)
    except Exception as problem:
        return {REFUSED: type(problem).__name__}
