"""From evidence to diagnoses: what was seen, held against what a healthy modem does. Pure.

One fault shows in many ways: on a line that garbles, commands are refused and answers miss. So a cause hides what it
explains: a modem that answers nothing has no other diagnosis from its examination, a line that changes octets hides
what is said of answers, a card that is not ready hides network and refusals.
"""

from __future__ import annotations

from collections.abc import Iterator

from modem.diagnosis import wire
from modem.diagnosis.answering import answers, class_name, manners
from modem.diagnosis.catalogue import HEALTHY, RANK, Diagnosis
from modem.diagnosis.evidence import (
    LOST,
    NO_CARD,
    OTHER_MODEM,
    OTHER_SIM,
    REFUSING,
    RESTARTED,
    SILENT,
    Evidence,
    PortFault,
    Records,
)
from modem.diagnosis.recording import Turn
from modem.diagnosis.saying import of_card, of_identity, of_memories, of_network, of_restart
from modem.tables import CauseClass

_PORTS = {
    PortFault.MISSING: "port-missing",
    PortFault.HELD: "port-held",
    PortFault.CLOSED: "port-closed",
    PortFault.LOST: "port-lost",
}
_BY_CARD = ("refuses-", "prompt-missing")
_BY_NETWORK = {"not-registered": "refuses-retry-later", "centre-missing": "refuses-sim-trouble"}


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
    found = line or answers(turns, evidence.octet_s) | manners(turns, evidence.octet_s)
    found |= of_identity(evidence, records) | of_restart(evidence)
    if line:
        return found
    card = of_card(evidence)
    if card:
        return {name: seen for name, seen in found.items() if not name.startswith(_BY_CARD)} | card
    network = of_network(evidence)
    hidden = [_BY_NETWORK[name] for name in network if name in _BY_NETWORK]
    return {name: seen for name, seen in found.items() if name not in hidden} | network | of_memories(evidence)


def _of_port(evidence: Evidence) -> dict[str, str]:
    assert evidence.fault is not None
    fault, text = evidence.fault
    if evidence.found_at is not None:
        return {"port-renamed": f"it is at {evidence.found_at} now"}
    return {_PORTS[fault]: text}


def _mute(turns: tuple[Turn, ...], *, known: bool) -> dict[str, str] | None:
    """A modem that answers nothing, or nothing from one command on."""
    answered = [number for number, turn in enumerate(turns) if wire.is_answered(turn)]
    rest = turns[answered[-1] + 1 :] if answered else turns
    if any(wire.rest_of(turn) for turn in rest):
        return None  # it says something
    if not answered:
        asked = ", ".join(dict.fromkeys(turn.command for turn in turns))
        return {"frozen" if known else "silent": f"no answer to {asked}"}
    if len(rest) > 1:
        return {"hangs-at-command": f"no answer to {rest[0].command} and what was asked after it"}
    return None


# -- what the box remembers --------------------------------------------------------------------------------------


def _of_records(evidence: Evidence, records: Records) -> Iterator[tuple[str, str]]:
    troubles = records.troubles
    is_here = evidence.fault is None
    for kind, name in ((OTHER_MODEM, "modem-swapped"), (RESTARTED, "restarted"), (OTHER_SIM, "sim-changed")):
        if troubles.get(kind):
            yield name, _times(troubles[kind])
    if troubles.get(LOST) and is_here:
        yield "port-unsteady", _times(troubles[LOST])
    if troubles.get(NO_CARD) and is_here and evidence.lines("AT+CPIN?") and not of_card(evidence):
        yield "sim-loose", _times(troubles[NO_CARD])
    if troubles.get(SILENT) and is_here:
        yield "answer-lost", f"it left something without an answer {_times(troubles[SILENT])}"
    if records.unknown:
        yield "answer-lost", f"{records.unknown} messages had no answer on the last day"
    refused = sum(records.refused.values())
    if refused > records.accepted:
        cls = max(records.refused, key=lambda cls: records.refused[cls])
        yield f"refuses-{class_name(cls)}", f"{refused} messages were refused and {records.accepted} taken"
    elif troubles.get(REFUSING):
        yield (
            f"refuses-{class_name(CauseClass.RESET_MODEM)}",
            f"so often that it was reset {_times(troubles[REFUSING])}",
        )
    if records.duplicates:
        yield "delivered-twice", f"{records.duplicates} on the last day"


def _times(count: int) -> str:
    return f"{count} times on the last day" if count > 1 else "once on the last day"
