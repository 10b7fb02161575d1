"""What a modem says of itself, its card and its network, and whether that is as it should be. Pure."""

from __future__ import annotations

import re
from collections import Counter

from modem.causes import cause_of
from modem.diagnosis import wire
from modem.diagnosis.evidence import Evidence, Records
from modem.dialogues.registration import Domain, parse
from modem.tables import CMS_CAUSES, CauseClass

WEAK = 5  # of +CSQ: -103 dBm (27.007 §8.5)
_UNKNOWN_SIGNAL = 99
_STARTS = re.compile(rb"RDY|\^SYSSTART|\+CFUN: ?1|Call Ready|SMS Ready|START|\+QIND: ?SMS DONE|\+WIND: ?[1347]")
_IMEI = re.compile(r"\b(\d{14,17})\b")
_CSQ = re.compile(r"\+CSQ:\s*(\d+)")
_CSCA = re.compile(r'\+CSCA:\s*"([^"]*)"')
_COUNTS = re.compile(r'"?([A-Z]{2}(?:_P)?)"?\s*,\s*(\d+)\s*,\s*(\d+)')
_NO_CENTRE = CMS_CAUSES[330]
_BROADCASTS = "BM"
_SIM_STATES = {"SIM PIN": "sim-pin", "SIM PUK": "sim-puk"}
_USABLE = ("READY", "", "SIM PIN2", "SIM PUK2")
_SIM_CODES = {
    **dict.fromkeys((10, 310), "sim-missing"),
    **dict.fromkeys((11, 311), "sim-pin"),
    **dict.fromkeys((12, 316), "sim-puk"),
    **dict.fromkeys((13, 313), "sim-failed"),
    **dict.fromkeys((14, 314), "sim-busy"),
    **dict.fromkeys((5, 6, 7, 15, 312, 315), "sim-refused"),
}
_REGISTERED = (1, 5, 6, 7, 9, 10)  # 6 and 7 are for SMS only


def of_identity(evidence: Evidence, records: Records) -> dict[str, str]:
    """Whether modem and card are those that the box saw here last. An IMEI's last digits are no part of it (23.003)."""
    imei = _IMEI.search("\n".join(evidence.lines("AT+CGSN")))
    if imei is not None and records.imei is not None and imei[1][:14] != records.imei[:14]:
        return {"modem-swapped": f"IMEI {imei[1]}, and it was {records.imei}"}
    if evidence.card is not None and records.sim is not None and evidence.card != records.sim:
        return {"sim-changed": f"SIM {evidence.card}, and it was {records.sim}"}
    return {}


def of_restart(evidence: Evidence) -> dict[str, str]:
    """Whether a modem that was set up has lost its settings, or says what is said at a start."""
    if not evidence.set_up:
        return {}
    started = next((line for turn in evidence.turns for line in wire.notices_of(turn) if _STARTS.fullmatch(line)), None)
    if started is not None:
        return {"restarted": f"it said {started.decode('latin-1')}"}
    settings = "".join(evidence.lines("AT+CMEE?")).replace(" ", "")
    if settings.startswith("+CMEE:") and settings != "+CMEE:1":
        return {"restarted": "AT+CMEE? no longer tells what was set"}
    return {}


def of_card(evidence: Evidence) -> dict[str, str]:
    """What keeps the card from being used; nothing if it is ready. PIN2 guards nothing that is needed."""
    reply = next(evidence.replies("AT+CPIN?"), None)
    if reply is None:
        return {}
    if not reply.ok:
        cause = cause_of(reply.final)
        if cause.code in _SIM_CODES:
            return {_SIM_CODES[cause.code]: cause.plain}
        return {"sim-failed": cause.plain} if cause.cls is CauseClass.SIM_TROUBLE else {}
    state = "".join(reply.lines).partition(":")[2].strip()
    if state in _USABLE:
        return {}
    left = "" if evidence.tries is None else f"; {evidence.tries} tries are left"
    return {_SIM_STATES.get(state, "sim-refused"): f"it says {state}{left}"}


def of_network(evidence: Evidence) -> dict[str, str]:
    """Registration in either domain, signal, and the number of the service centre."""
    found: dict[str, str] = {}
    parsed = [parse(line) for command in ("AT+CREG?", "AT+CEREG?") for line in evidence.lines(command)]
    stats = [one[1].stat for one in parsed if one is not None and one[0] is not Domain.PACKET]
    if stats and not any(stat in _REGISTERED for stat in stats):
        found["not-registered"] = f"the registration says {stats[0]} (27.007 §7.2)"
    signal = _CSQ.search("\n".join(evidence.lines("AT+CSQ")))
    if signal is not None and not found and (int(signal[1]) <= WEAK or int(signal[1]) == _UNKNOWN_SIGNAL):
        found["signal-weak"] = f"AT+CSQ says {signal[1]} of 31"
    centre = _CSCA.search("\n".join(evidence.lines("AT+CSCA?")))
    refused = next(evidence.replies("AT+CSCA?"), None)
    if (centre is not None and not centre[1]) or (refused is not None and cause_of(refused.final) == _NO_CENTRE):
        found["centre-missing"] = "AT+CSCA? tells none"
    return found


def of_memories(evidence: Evidence) -> dict[str, str]:
    """Whether one is full, and whether a message stands in one twice."""
    found: dict[str, str] = {}
    counts = [(name, filling.used, filling.total) for name, filling in evidence.memories.items()]
    listed = _COUNTS.findall("\n".join(evidence.lines("AT+CPMS?")))
    for memory, used, total in [*counts, *((name, int(used), int(total)) for name, used, total in listed)]:
        if total and used >= total and memory != _BROADCASTS:
            found.setdefault("memory-full", f"{memory} has {used} of {total}")
    pdus = Counter(line for line in evidence.lines("AT+CMGL=4") if not line.startswith("+"))
    again = sum(count - 1 for count in pdus.values())
    if again:
        found["delivered-twice"] = f"{again} messages stand in the memory twice"
    return found
