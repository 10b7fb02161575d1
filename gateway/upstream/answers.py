"""What the answers of an upstream say, in each dialect: a packet, how far it is, the form that counts.

Pure. Octets from outside give a typed answer or AnswerUnreadable, and nothing else. A document with a DTD is refused
unread, so no entity is ever expanded. Elements are known by their local names: senders and adapters differ in prefixes
and in where they put the namespace.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.upstreamsettings import Format

if TYPE_CHECKING:
    from lxml import etree

_NUMBER = re.compile(r"[0-9]{1,18}")
_MOST_REASON = 300
_SENTENCES = ("detail", "message", "error", "reason", "title")


class AnswerUnreadable(ValueError):
    """The answer is not what the dialect promises; the message says why."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a packet is, as a number of upstream's own, and which ratings it rejects, with its reasons."""

    number: int
    rejected: tuple[tuple[str, str], ...] = ()


def packet_of(dialect: Format, body: bytes) -> str:
    """The packet id by which upstream knows what was posted."""
    if dialect == "json":
        return str(number(_object(body).get("packet"), "packet"))
    root = document(body)
    for packet in (*named(root, "packet"), root):
        for element in named(packet, "id"):
            return str(number(element.text, "packet id"))
        if local(packet) == "packet" and packet.get("id"):
            return str(number(packet.get("id"), "packet id"))
    raise AnswerUnreadable("there is no packet id in it")


def status_of(dialect: Format, body: bytes) -> Status:
    """How far a packet is."""
    if dialect == "json":
        answer = _object(body)
        return Status(number(answer.get("status"), "status"), _rejected(answer.get("rejected")))
    root = document(body)
    for element in named(root, "status"):
        return Status(number(element.text, "status"))
    raise AnswerUnreadable("there is no status in it")


def words(body: bytes) -> str:
    """What an answer says in words, for a person: one line without markup, as far as it can be read.

    Of a JSON object the sentence in it, where there is one under a name that is usual for it (RFC 9457 has `detail`).
    """
    text = (_sentence(body) or body[: 8 * _MOST_REASON].decode("utf-8", "replace"))[: 8 * _MOST_REASON]
    text = re.sub(r"<[^<>]*>", " ", text)
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())[:_MOST_REASON]


def _sentence(body: bytes) -> str | None:
    try:
        told = _object(body)
    except AnswerUnreadable:
        return None
    return next((told[name] for name in _SENTENCES if isinstance(told.get(name), str) and told[name]), None)


def _rejected(value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise AnswerUnreadable("rejected is no list")
    found = []
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("rating_id"), str):
            raise AnswerUnreadable("an entry of rejected has no rating_id")
        found.append((entry["rating_id"], words(str(entry.get("reason") or "").encode("utf-8", "replace"))))
    return tuple(found)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise AnswerUnreadable("it is no JSON in UTF-8") from problem
    if not isinstance(value, dict):
        raise AnswerUnreadable("it is no JSON object")
    return value


def document(body: bytes) -> etree._Element:
    """The root of an XML document without a DTD. Raises AnswerUnreadable."""
    from lxml import etree  # here: most commands read no answer

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise AnswerUnreadable("it is no XML") from problem
    if root is None or root.getroottree().docinfo.doctype:
        raise AnswerUnreadable("it has a DTD, which is not read")
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; "" for what is none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def named(parent: etree._Element, name: str) -> list[etree._Element]:
    """Elements below `parent` with this local name, in their order."""
    return [element for element in parent.iterdescendants() if local(element) == name]


def number(value: object, what: str) -> int:
    """A positive number, as JSON or as text."""
    if isinstance(value, bool) or not isinstance(value, int | str | None):
        raise AnswerUnreadable(f"the {what} is no number")
    text = str(value or "").strip() if not isinstance(value, int) or abs(value) < 10**18 else ""
    if not _NUMBER.fullmatch(text) or int(text) == 0:
        raise AnswerUnreadable(f"the {what} is no positive number")
    return int(text)
