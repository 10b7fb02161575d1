"""Which make of modem it is (27.007 §5.1, §5.2), and the commands that it gets after its start-up."""

from __future__ import annotations

from collections.abc import Iterable

from modem.causes import refusal
from modem.link import Link


def maker(link: Link) -> str:
    """The manufacturer's name; "" where the modem does not tell it."""
    return _said(link, "+CGMI")


def model(link: Link) -> str:
    """The model's name; "" where the modem does not tell it."""
    return _said(link, "+CGMM")


def say_extras(link: Link, commands: Iterable[str]) -> list[str]:
    """Say each command; what the modem refuses is no reason not to serve it. The refusals, a sentence each."""
    refused = []
    for command in commands:
        reply = link.exchange(command)
        if not reply.ok:
            refused.append(f"{refusal(command, reply)} It is said after each start-up, and is left out.")
    return refused


def _said(link: Link, command: str) -> str:
    """An answer is its bare text, or stands behind the command's own name."""
    reply = link.exchange(f"AT{command}")
    lines = (line.removeprefix(f"{command}:").strip(' "') for line in reply.lines)
    return " ".join(line for line in lines if line) if reply.ok else ""
