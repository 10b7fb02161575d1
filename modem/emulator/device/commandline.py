"""The command line of V.250 §5, read: what one line holds, and where a line or a text entry ends.

Owns: prefix, repetition with A/, basic and extended commands after one AT, S-registers, parameters, backspace.
Must not know what any command means: names and parameters come out, the device looks them up. Lines repeat
(a sender says AT+CMGS=140 all day), so parsing is a pure function behind a cache.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

MAX_LINE = 2048


class Form(Enum):
    """Which of its forms a command was given in (V.250 §5.4.3 and §5.4.4)."""

    EXECUTE = "execute"
    READ = "read"
    TEST = "test"
    SET = "set"
    BROKEN = "broken"  # nothing a command may look like: ERROR, whatever its name


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line: `name` in capitals (`+CMGS`, `E`, `&F`, `S`, `D`), `args` as typed behind it."""

    name: str
    form: Form
    args: str = ""


# A missing parameter is None, a quoted one str, digits int, anything else unquoted str.
Parameters = tuple[int | str | None, ...]

_BROKEN = Command("", Form.BROKEN)
_EXTENDED = re.compile(r"([+^$*%#][A-Z][A-Z0-9!%\-./:_]*)(=\?(?=;|$)|\?(?=;|$)|=|(?=;|$))", re.IGNORECASE)
_BASIC = re.compile(r"(&?[A-Z])(\d*)", re.IGNORECASE)
_REGISTER = re.compile(r"S(\d+)(\?|=(\d*))", re.IGNORECASE)
_VALUE = re.compile(r'((?:[^";]|"[^"]*")*)(;|$)')
_PARAMETER = re.compile(r'(?:"([^"]*)"|([^",]*))(,|$)')
_FORMS = {"": Form.EXECUTE, "?": Form.READ, "=?": Form.TEST, "=": Form.SET}


def without_backspace(line: bytes, backspace: int) -> bytes:
    """Apply the editing character of S5 (V.250 §5.2.2): it takes the character before it away."""
    if backspace not in line:
        return line
    out = bytearray()
    for octet in line:
        if octet != backspace:
            out.append(octet)
        elif out:
            out.pop()
    return bytes(out)


@lru_cache(maxsize=4096)
def parse_line(line: bytes) -> tuple[Command, ...] | None:
    """Commands of one line without its terminator; None if there is no AT in it and it deserves no answer.

    What precedes AT is noise (V.250 §5.2.1). From the first part on that is no command, one BROKEN stands for
    the rest: what comes before it is still carried out.
    """
    start = min((at for at in (line.find(b"AT"), line.find(b"at")) if at >= 0), default=-1)
    if start < 0:
        return None
    body = _without_blanks(line[start + 2 :].decode("latin-1"))
    commands: list[Command] = []
    at = 0
    while at < len(body):
        command, at = _next_command(body, at)
        commands.append(command)
        if command.form is Form.BROKEN:
            break
    return tuple(commands)


def _without_blanks(body: str) -> str:
    """Drop blanks and control characters outside quotes (V.250 §5.2.1 ignores them)."""
    if body.isprintable() and " " not in body:
        return body
    pieces = body.split('"')
    pieces[::2] = ["".join(char for char in piece if char > " ") for piece in pieces[::2]]
    return '"'.join(pieces)


def _next_command(body: str, at: int) -> tuple[Command, int]:
    if found := _EXTENDED.match(body, at):
        form = _FORMS[found[2]]
        value = _VALUE.match(body, found.end())
        if value is None or (form is not Form.SET and value[1]):
            return _BROKEN, len(body)
        return Command(found[1].upper(), form, value[1]), value.end()
    if found := _REGISTER.match(body, at):
        form = Form.READ if found[2] == "?" else Form.SET
        return Command("S", form, f"{found[1]},{found[3] or ''}"), found.end()
    if body[at] in "Dd":  # a dial string may hold nearly anything; a semicolon in it ends the command
        end = body.find(";", at)
        end = len(body) if end < 0 else end + 1
        return Command("D", Form.SET, body[at + 1 : end]), end
    if found := _BASIC.match(body, at):
        return Command(found[1].upper(), Form.SET if found[2] else Form.EXECUTE, found[2]), found.end()
    if body[at] == ";" and at:
        return Command("", Form.EXECUTE), at + 1
    return _BROKEN, len(body)


@lru_cache(maxsize=4096)
def parse_parameters(args: str) -> Parameters | None:
    """Split what stands behind `=`; None if a quote is left open or text follows one."""
    values: list[int | str | None] = []
    at = 0
    while True:
        found = _PARAMETER.match(args, at)
        if found is None:
            return None
        quoted, bare, separator = found.groups()
        if quoted is not None:
            values.append(quoted)
        elif not bare:
            values.append(None)
        else:
            values.append(int(bare) if bare.isascii() and bare.isdecimal() and len(bare) < 10 else bare)
        if not separator:
            return tuple(values)
        at = found.end()
