"""How a modem answers: late, not at all, refusing, or oddly; and whether it ever stops talking. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from modem.causes import cause_of
from modem.diagnosis import wire
from modem.diagnosis.recording import Turn
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
FLOOD = 8  # of one kind, while the modem was examined
_CHATTER_NOT = re.compile(rb"\+C(?:MT|MTI|DS|DSI|BM|BMI|USD|LIP|RING|EREG|REG|GREG)\b|RING")
"""What a busy modem says much of with good reason."""

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
    SUBMIT,
)
"""What every modem that sends messages knows."""

_OWN = re.compile(rb"\r\n([+^][A-Z0-9]+):( *)[^\r\n]*?( *)\r\n")


def answers(turns: tuple[Turn, ...], octet_s: float) -> dict[str, str]:
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
        if any(wire.is_answered(other) for other in after) and not turn.is_first:  # a modem may have slept before
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
        yield f"refuses-{class_name(cause.cls)}", f"{turn.command}: {cause.plain}"


def manners(turns: tuple[Turn, ...], octet_s: float) -> dict[str, str]:
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


def class_name(cls: CauseClass) -> str:
    """As it stands in a diagnosis: RETRY_SOON is retry-soon."""
    return cls.name.lower().replace("_", "-")
