"""What the octets of an examination tell of the line, whatever the modem meant to say.

Only what is known beforehand can be held against what came: the echo of a command, AT with its OK, and questions whose
answer is the same each time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from modem.diagnosis.recording import Turn
from modem.tables import BARE_NOTICES, NOTICE_NAMES

GARBLED, LOST, NOISE = "line-garbled", "octets-lost", "line-noise"

_CONSTANT = ("AT", "ATE1", "ATE0", "AT+CMGF=0", "AT+CMEE=1", "AT+CGMM", "AT+CGSN", "AT+CMEE?")
_PLAIN = ("AT", "ATE1", "ATE0", "AT+CMGF=0", "AT+CMEE=1")
_OK = b"\r\nOK\r\n"
_LEADING = re.compile(rb"[\r\n]*([^\r\n]+)\r\n")
_FINAL = re.compile(rb"\r\n(OK|ERROR|\+CM[ES] ERROR *:[^\r\n]+|COMMAND NOT SUPPORT) *\r\n")
_PROMPT = re.compile(rb"\r\n> ?")
_NAME = re.compile(rb"(?!\+CM[ES] ERROR)([+^*%$#][A-Z0-9_]+|[A-Z]+):")
_FOREIGN = re.compile(rb"[^\x09\x0a\x0d\x1a\x1b\x20-\x7e]")
_OWN_NAME = re.compile(r"AT([+^*%$#][A-Z0-9]+)")
_BY_NETWORK = ("AT+COPS?", "AT+CMGL=4", "AT+CMGR=1")
"""What may hold octets of other people: names of networks, texts."""


def echo_of(turn: Turn) -> bytes:
    return turn.command.encode() + b"\r"


def echoes(turns: Sequence[Turn]) -> bool:
    """Whether the modem echoes when it is asked to."""
    return any(turn.echo and begun(turn).startswith(echo_of(turn)) for turn in turns)


def begun(turn: Turn) -> bytes:
    """What was heard, without what the modem had said by itself before it heard the command."""
    octets = turn.octets.removeprefix(b"\n") if turn.is_first else turn.octets
    while (found := _LEADING.match(octets)) and _is_notice(found[1], turn):
        octets = octets[found.end() :]
    return octets


def rest_of(turn: Turn) -> bytes:
    """What was heard behind the echo, if there was one."""
    return begun(turn).removeprefix(echo_of(turn))


def is_answered(turn: Turn) -> bool:
    """Whether a whole final result code came in this turn, or the prompt that was asked for."""
    if turn.command.startswith("AT+CMGS="):
        return turn.prompted or turn.reply is not None
    return _FINAL.search(turn.octets) is not None or (turn.reply is not None and not turn.reply.doubtful)


def finals(turn: Turn) -> int:
    """How many final result codes came: a second one is that of an earlier command."""
    return len(_FINAL.findall(turn.octets))


def answered_s(turn: Turn) -> float:
    """When the answer was there; what the modem says behind it does not count."""
    final = _FINAL.search(turn.octets) if not turn.prompted else _PROMPT.search(turn.octets)
    at_s = None if final is None else turn.after_s(final.end())
    last_s = turn.heard[-1].after_s if turn.heard else 0.0
    return last_s if at_s is None else at_s


def notices_of(turn: Turn) -> list[bytes]:
    """Lines that the modem said by itself."""
    return [line for line in _lines(turn.octets) if _is_notice(line, turn)]


def notices_within(turn: Turn) -> list[bytes]:
    """Those of them between the echo of the command and the end of its answer, or between prompt and text."""
    echo = echo_of(turn)
    if not begun(turn).startswith(echo):
        return []
    rest = rest_of(turn)
    final = _FINAL.search(rest)
    answer = rest if turn.prompted or final is None else rest[: final.start() + 2]
    return [line for line in _lines(answer) if _is_notice(line, turn)]


def _lines(octets: bytes) -> list[bytes]:
    return [line for line in re.split(rb"[\r\n]+", octets) if line]


def _is_notice(line: bytes, turn: Turn) -> bool:
    found = _NAME.match(line)
    if found is None:
        return line.decode("latin-1").strip() in BARE_NOTICES
    own = _OWN_NAME.match(turn.command)
    name = found[1].decode()
    return name in NOTICE_NAMES if name[0].isalpha() else own is None or name != own[1]


def faults(turns: Sequence[Turn]) -> dict[str, str]:
    """What the line does most to octets, with the command it was seen at; empty for a clean line.

    One name only: an octet that is lost also makes others stand where they should not.
    """
    echoed = echoes(turns)
    usual = {command: _usual(turns, command, echoed) for command in _CONSTANT}
    seen: dict[str, list[str]] = {}
    for number, turn in enumerate(turns):
        if number and not is_answered(turns[number - 1]) and not begun(turn).startswith(echo_of(turn)):
            continue  # what was owed may stand before it
        later = any(is_answered(other) for other in turns[number + 1 :])
        name = _judge(turn, bool(turn.echo) and echoed, usual.get(turn.command), later)
        if name is not None:
            seen.setdefault(name, []).append(turn.command)
    if not seen:
        return {}
    most = max(seen, key=lambda name: len(seen[name]))
    return {most: f"at {', '.join(dict.fromkeys(seen[most]))}"}


def _judge(turn: Turn, echoed: bool, usual: bytes | None, answered_later: bool) -> str | None:
    octets, rest, echo = begun(turn), rest_of(turn), echo_of(turn)
    if not turn.octets:
        return LOST if echoed and answered_later else None
    if echoed and not octets.startswith(echo):
        head = octets[: octets.find(b"\r") + 1]
        if usual is None or 0 < len(head) <= len(echo):
            return _compare(echo, head or octets)
        return _compare(echo + usual, _plain(octets, turn))
    came = _plain(rest, turn)
    final = _FINAL.search(came)
    if usual is not None:
        is_silent = not rest or turn.prompted
        is_refused = final is not None and not final[1].startswith(b"OK")
        return None if is_silent or is_refused else _compare(usual, came)
    if turn.command not in _BY_NETWORK and _FOREIGN.search(rest):
        own = _OWN_NAME.match(turn.command)
        is_whole = final is not None and own is not None and own[1].encode() + b":" in _FOREIGN.sub(b"", rest)
        return NOISE if is_whole else GARBLED
    return None


def _compare(wanted: bytes, came: bytes) -> str | None:
    """How octets that are not as they should be have become so; None where that cannot be told, or they are."""
    if came == wanted:
        return None
    if len(came) == len(wanted):
        return GARBLED
    if len(came) < len(wanted):
        return LOST if _is_within(came, wanted) else GARBLED
    return NOISE if _is_within(wanted, came) else GARBLED


def _is_within(part: bytes, whole: bytes) -> bool:
    """Whether octets were only taken out of `whole` to give `part`."""
    octets = iter(whole)
    return all(octet in octets for octet in part)


def _usual(turns: Sequence[Turn], command: str, echoed: bool) -> bytes | None:
    """What is always answered to a command, without blanks and notices; None where it is not known."""
    if command in _PLAIN:
        return _OK
    clean = [
        turn
        for turn in turns
        if turn.command == command
        and (not (turn.echo and echoed) or begun(turn).startswith(echo_of(turn)))
        and not _FOREIGN.search(turn.octets)
    ]
    came = Counter(_plain(rest_of(turn), turn) for turn in clean)
    octets, count = came.most_common(1)[0] if came else (b"", 0)
    return octets if count > 1 and _FINAL.search(octets) else None


def _plain(octets: bytes, turn: Turn) -> bytes:
    """Without what does not count here: what the modem said by itself, and blanks."""
    for line in _lines(octets):
        if _is_notice(line, turn):
            octets = octets.replace(b"\r\n" + line + b"\r\n", b"", 1)
    return octets.replace(b" ", b"")
