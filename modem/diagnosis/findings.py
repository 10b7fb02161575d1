"""From evidence to diagnoses: what was seen, held against what a healthy modem does. Pure.

One fault shows in many ways: on a line that garbles, commands are refused and answers miss. So a cause hides what it
explains: a modem that answers nothing has no other diagnosis from its examination, a line that changes octets hides
what is said of answers, a card that is not ready hides network and refusals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from modem.causes import cause_of
from modem.diagnosis import wire
from modem.diagnosis.catalogue import HEALTHY, RANK, Diagnosis
from modem.diagnosis.evidence import (
    LOST,
    NO_CARD,
    OTHER_MODEM,
    OTHER_SIM,
    RESTARTED,
    Evidence,
    PortFault,
    Records,
)
from modem.diagnosis.recording import Turn
from modem.dialogues.registration import Domain, parse
from modem.tables import CauseClass

SUBMIT = "AT+CMGS=20"
"""Asks for the prompt; nothing is sent."""

ANSWER_LATE_S = 1.5
SLOW_LATE_S = 4.5
"""For what a modem may have to ask of the card or the network."""

PROMPT_LATE_S = 2.0
LINE_LATE_S = 0.25
PAUSE_S = 0.004
"""Within a line, besides what the octets take: a USB line has a frame each millisecond."""
WEAK = 5  # of +CSQ: -103 dBm (27.007 §8.5)
_UNKNOWN_SIGNAL = 99
FLOOD = 8
_CHATTER_NOT = re.compile(rb"\+C(?:MT|MTI|DS|DSI|BM|BMI|USD|LIP|RING|EREG|REG|GREG)\b|RING")
"""What a busy modem says much of with good reason."""

_STARTS = re.compile(rb"RDY|\^SYSSTART|\+CFUN: ?1|Call Ready|SMS Ready|START|\+QIND: ?SMS DONE|\+WIND: ?[1347]")
_SLOW = ("AT+COPS?", "AT+CMGL=4", "AT+CMGR=1", "AT+CPIN?")
_MUST = (
    "AT",
    "AT+CMGF=0",
    "AT+CGMM",
    "AT+CGSN",
    "AT+CREG?",
    "AT+CSQ",
    "AT+COPS?",
    "AT+CSCA?",
    "AT+CPMS?",
    "AT+CMGS=20",
)
"""What every modem that sends messages knows."""

_IMEI = re.compile(r"\b(\d{14,17})\b")
_CSQ = re.compile(r"\+CSQ:\s*(\d+)")
_CSCA = re.compile(r'\+CSCA:\s*"([^"]*)"')
_COUNTS = re.compile(r'"?([A-Z]{2}(?:_P)?)"?\s*,\s*(\d+)\s*,\s*(\d+)')
_OWN = re.compile(rb"\r\n([+^][A-Z0-9]+):( *)[^\r\n]*?( *)\r\n")
_SIM_STATES = {"SIM PIN": "sim-pin", "SIM PIN2": "sim-pin", "SIM PUK": "sim-puk", "SIM PUK2": "sim-puk"}
_SIM_CODES = {
    **dict.fromkeys((10, 310), "sim-missing"),
    **dict.fromkeys((11, 311), "sim-pin"),
    **dict.fromkeys((12, 316), "sim-puk"),
    **dict.fromkeys((13, 313), "sim-failed"),
    **dict.fromkeys((14, 314), "sim-busy"),
    **dict.fromkeys((5, 6, 7, 15, 312, 315), "sim-refused"),
}
_PORTS = {
    PortFault.MISSING: "port-missing",
    PortFault.HELD: "port-held",
    PortFault.CLOSED: "port-closed",
    PortFault.LOST: "port-lost",
}
_BY_CARD = ("refuses-", "prompt-missing")
_HOME = (1, 5, 6, 7, 9, 10)


def diagnose(evidence: Evidence, records: Records) -> list[Diagnosis]:
    """What is wrong, the most serious first; `healthy` alone if nothing is."""
    found = dict(_of_records(evidence, records))
    found |= _of_examination(evidence, records)
    ordered = sorted(found, key=RANK.__getitem__)
    return [Diagnosis(name, found[name]) for name in ordered] or [Diagnosis(HEALTHY)]


def is_healthy(diagnoses: list[Diagnosis]) -> bool:
    """Whether nothing was found that matters; remarks do not."""
    return not any(diagnosis.is_grave for diagnosis in diagnoses)


# -- causes that hide others -------------------------------------------------------------------------------------


def _of_examination(evidence: Evidence, records: Records) -> dict[str, str]:
    if evidence.fault is not None:
        return _of_port(evidence)
    turns = evidence.turns
    mute = _mute(turns, known=evidence.set_up or records.imei is not None)
    line = wire.faults(turns)
    if mute is not None and not line:
        return mute
    found = line or _of_answers(turns, evidence.octet_s) | _of_style(turns, evidence.octet_s)
    found |= _of_identity(evidence, records)
    found |= dict(_of_restart(evidence))
    if line:
        return found
    card = _of_card(evidence)
    if card:
        found = {name: seen for name, seen in found.items() if not name.startswith(_BY_CARD)}
    return found | (card or _of_network(evidence))


def _of_port(evidence: Evidence) -> dict[str, str]:
    assert evidence.fault is not None
    fault, text = evidence.fault
    if evidence.found_at is not None:
        return {"port-renamed": f"it is at {evidence.found_at} now"}
    return {_PORTS[fault]: text}


def _mute(turns: tuple[Turn, ...], *, known: bool) -> dict[str, str] | None:
    """A modem that answers nothing, or nothing from one command on."""
    answered = [turn for turn in turns if wire.is_answered(turn)]
    unanswered = turns[turns.index(answered[-1]) + 1 :] if answered else turns
    if not answered:
        if any(wire.rest_of(turn) for turn in turns):
            return None  # it says something
        return {"frozen" if known else "silent": f"no answer to {_list(turns)}"}
    if len(unanswered) > 1 and not any(wire.rest_of(turn) for turn in unanswered):
        return {"hangs-at-command": f"no answer to {unanswered[0].command} and what was asked after it"}
    return None


# -- what the turns tell -----------------------------------------------------------------------------------------


def _of_answers(turns: tuple[Turn, ...], octet_s: float) -> dict[str, str]:
    """Answers that are late, lost or refused."""
    found: dict[str, str] = {}
    echoed = wire.echoes(turns)
    for number, turn in enumerate(turns):
        for name, seen in _of_turn(turn, echoed, turns[number + 1 :], octet_s):
            found.setdefault(name, seen)
    if "line-late" in found:
        found.pop("answer-late", None)
        found.pop("prompt-late", None)
    return found


def _of_turn(turn: Turn, echoed: bool, after: tuple[Turn, ...], octet_s: float) -> Iterator[tuple[str, str]]:
    asks = turn.command == SUBMIT
    if not wire.is_answered(turn):
        if any(wire.is_answered(other) for other in after):
            came = any(wire.finals(other) > 1 for other in after)
            yield "prompt-missing" if asks else "answer-late" if came else "answer-lost", f"at {turn.command}"
        return
    echo_s, echo_way_s = 0.0, 0.0
    if turn.echo and echoed and wire.begun(turn).startswith(wire.echo_of(turn)):
        echo_s = turn.after_s(len(wire.echo_of(turn))) or 0.0
        echo_way_s = 2 * len(wire.echo_of(turn)) * octet_s  # there and back
    if echo_s - echo_way_s > LINE_LATE_S:
        yield "line-late", f"the echo of {turn.command} came after {echo_s:.1f} s"
    took_s = wire.answered_s(turn) - echo_s - len(turn.octets) * octet_s
    if asks and turn.prompted:
        if took_s > PROMPT_LATE_S:
            yield "prompt-late", f"it came after {took_s:.1f} s"
    elif took_s > (SLOW_LATE_S if turn.command in _SLOW else ANSWER_LATE_S):
        yield "answer-late", f"{turn.command} took {took_s:.1f} s"
    if turn.reply is not None and not turn.reply.ok and turn.command in _MUST:
        cause = cause_of(turn.reply.final)
        yield f"refuses-{_class_name(cause.cls)}", f"{turn.command}: {cause.plain}"


def _of_style(turns: tuple[Turn, ...], octet_s: float) -> dict[str, str]:
    """What is odd and does no harm; and a modem that never stops talking."""
    found: dict[str, str] = {}
    chatter: Counter[str] = Counter()
    for turn in turns:
        chatter.update(_name_of(line) for line in wire.notices_of(turn) if not _CHATTER_NOT.match(line))
        chatter.subtract(_name_of(line) for line in wire.notices_within(turn))
    for name, count in chatter.most_common(1):
        if count >= FLOOD:
            found["notice-flood"] = f"{name} {count} times"
    for turn in turns:
        if turn.echo is False and wire.begun(turn).startswith(wire.echo_of(turn)):
            found.setdefault("echo-stuck", f"at {turn.command}")
        if turn.command == SUBMIT and turn.prompted and re.search(rb"\r\n>(?! )", turn.octets):
            found.setdefault("prompt-bare", "")
        pause_s = _longest_pause(turn, octet_s)
        if pause_s > PAUSE_S:
            found.setdefault("answer-split", f"{pause_s * 1000:.0f} ms within a line at {turn.command}")
        if _blanks_are_odd(turn):
            found.setdefault("blanks-odd", f"at {turn.command}")
        for line in wire.notices_within(turn):
            found.setdefault("notice-in-answer", f"{_name_of(line)} at {turn.command}")
    return found


def _name_of(line: bytes) -> str:
    return line.partition(b":")[0].decode("latin-1")


def _longest_pause(turn: Turn, octet_s: float) -> float:
    """The longest pause before octets that go on with a line; the time that they take themselves does not count.

    A serial port hands over what has come when it has so many octets, so they may all have come in that time.
    """
    longest, so_far, last_s = 0.0, b"", 0.0
    for piece in turn.heard:
        is_within = so_far[-1:] not in (b"", b"\r", b"\n") and piece.octets[:1] not in (b"\r", b"\n")
        if is_within and not so_far.endswith((b"\n>", b"\n> ")):
            longest = max(longest, piece.after_s - last_s - 2 * len(piece.octets) * octet_s)
        so_far, last_s = so_far + piece.octets, piece.after_s
    return longest


def _blanks_are_odd(turn: Turn) -> bool:
    """One blank behind the colon of its own line (27.007 §4), none at the end, none behind OK."""
    rest = wire.rest_of(turn).replace(b"\r\n\r\n", b"\r\n\r\n\r\n")
    name = turn.command.removeprefix("AT").rstrip("?=0123456789").encode()
    if b"\r\nOK \r\n" in rest:
        return True
    return any(own == name and (before != b" " or behind) for own, before, behind in _OWN.findall(rest))


# -- what the answers say ----------------------------------------------------------------------------------------


def _of_identity(evidence: Evidence, records: Records) -> dict[str, str]:
    imei = _IMEI.search("\n".join(evidence.lines("AT+CGSN")))
    if imei is not None and records.imei is not None and imei[1][:14] != records.imei[:14]:
        return {"modem-swapped": f"IMEI {imei[1]}, and it was {records.imei}"}
    if evidence.card is not None and records.sim is not None and evidence.card != records.sim:
        return {"sim-changed": f"SIM {evidence.card}, and it was {records.sim}"}
    return {}


def _of_restart(evidence: Evidence) -> Iterator[tuple[str, str]]:
    settings = "".join(evidence.lines("AT+CMEE?")).replace(" ", "")
    if evidence.set_up and settings.startswith("+CMEE:") and settings != "+CMEE:1":
        yield "restarted", "AT+CMEE? no longer tells what was set"
    started = next((line for turn in evidence.turns for line in wire.notices_of(turn) if _STARTS.fullmatch(line)), None)
    if started is not None:
        yield "restarted", f"it said {started.decode('latin-1')}"


def _of_card(evidence: Evidence) -> dict[str, str]:
    reply = next(evidence.replies("AT+CPIN?"), None)
    if reply is None:
        return {}
    if not reply.ok:
        cause = cause_of(reply.final)
        if cause.code in _SIM_CODES:
            return {_SIM_CODES[cause.code]: cause.plain}
        return {"sim-failed": cause.plain} if cause.cls is CauseClass.SIM_TROUBLE else {}
    state = "".join(reply.lines).partition(":")[2].strip()
    if state in ("READY", ""):
        return {}
    left = "" if evidence.tries is None else f"; {evidence.tries} tries are left"
    return {_SIM_STATES.get(state, "sim-refused"): f"it says {state}{left}"}


def _of_network(evidence: Evidence) -> dict[str, str]:
    found: dict[str, str] = {}
    stats = [
        parsed[1].stat
        for command in ("AT+CREG?", "AT+CEREG?")
        for line in evidence.lines(command)
        if (parsed := parse(line)) is not None and parsed[0] in (Domain.CIRCUIT, Domain.EPS)
    ]
    if stats and not any(stat in _HOME for stat in stats):
        found["not-registered"] = f"the registration says {stats[0]} (27.007 §7.2)"
    signal = _CSQ.search("\n".join(evidence.lines("AT+CSQ")))
    if signal is not None and not found and (int(signal[1]) <= WEAK or int(signal[1]) == _UNKNOWN_SIGNAL):
        found["signal-weak"] = f"AT+CSQ says {signal[1]} of 31"
    centre = _CSCA.search("\n".join(evidence.lines("AT+CSCA?")))
    if centre is not None and not centre[1]:
        found["centre-missing"] = "AT+CSCA? is empty"
    counts = [(name, filling.used, filling.total) for name, filling in evidence.memories.items()]
    listed = _COUNTS.findall("\n".join(evidence.lines("AT+CPMS?")))
    for memory, used, total in [*counts, *((name, int(used), int(total)) for name, used, total in listed)]:
        if total and used >= total:
            found.setdefault("memory-full", f"{memory} has {used} of {total}")
    pdus = Counter(line for line in evidence.lines("AT+CMGL=4") if not line.startswith("+"))
    again = sum(count - 1 for count in pdus.values())
    if again:
        found["delivered-twice"] = f"{again} messages stand in the memory twice"
    return found


# -- what the box remembers --------------------------------------------------------------------------------------


def _of_records(evidence: Evidence, records: Records) -> Iterator[tuple[str, str]]:
    troubles = records.troubles
    is_here = evidence.fault is None
    for kind, name in ((OTHER_MODEM, "modem-swapped"), (RESTARTED, "restarted"), (OTHER_SIM, "sim-changed")):
        if troubles.get(kind):
            yield name, _times(troubles[kind])
    if troubles.get(LOST) and is_here:
        yield "port-unsteady", _times(troubles[LOST])
    if troubles.get(NO_CARD) and is_here and evidence.lines("AT+CPIN?") and not _of_card(evidence):
        yield "sim-loose", _times(troubles[NO_CARD])
    if records.unknown:
        yield "answer-lost", f"{records.unknown} messages had no answer on the last day"
    refused = sum(records.refused.values())
    if refused > records.accepted:
        cls = max(records.refused, key=lambda cls: records.refused[cls])
        yield f"refuses-{_class_name(cls)}", f"{refused} messages were refused and {records.accepted} taken"
    if records.duplicates:
        yield "delivered-twice", f"{records.duplicates} on the last day"


def _times(count: int) -> str:
    return f"{count} times on the last day" if count > 1 else "once on the last day"


def _class_name(cls: CauseClass) -> str:
    return cls.name.lower().replace("_", "-")


def _list(turns: tuple[Turn, ...]) -> str:
    return ", ".join(dict.fromkeys(turn.command for turn in turns))
