"""EventsRequest 1.2.0: the facts of service that a vendor sends, read event by event.

An event in it is a citizen who agreed to be asked: a vendor sends nobody else, so the format has no place for consent,
and each event here is a yes. The e-mail address is stepped over; nothing keeps it.

The reader is expat, which calls out what it meets and builds nothing: memory does not grow with the file, and every
event has its line. A document type is refused where it begins, before an entity in it is declared, so there is nothing
to expand and nothing to fetch. What expat itself keeps is bounded: how long one piece of markup is, how deep elements
lie, how many different names there are. One event whose form is wrong stops nothing; what is wrong with the file does.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from gateway.errors import IntakeError

NAMESPACE = "http://vashkontrol.ru/service/events/1.2.0"
LARGEST_FILE = 100_000_000
"""Bytes; a busy day of a whole region is a hundredth of it."""
TOO_LARGE = f"it has more than {LARGEST_FILE // 1_000_000} MB; split it into several files"

_ORDER = ("mobile", "email", "authority", "service", "procedure", "okato", "received-date")
_PLACES = {name: place for place, name in enumerate(_ORDER)}
_NEEDED = tuple(name for name in _ORDER if name not in ("email", "procedure"))
_KEPT = {"mobile": "mobile", "okato": "okato", "received-date": "received_date"}
_REFERENCES = {"authority": "authority_id", "service": "service_id", "procedure": "procedure_id"}
_ENCODINGS = (
    "utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "windows-1251", "cp1251", "koi8-r", "iso-8859-5",
    "iso-8859-1",
)  # fmt: skip
_POSITIVE = re.compile(r"\+?0*[1-9][0-9]{0,17}")
_OKATO = re.compile(r"[0-9]{11}")
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_CHUNK = 1 << 16
_LONGEST_MARKUP = 1 << 18
_LONGEST_NAME = 400
_LONGEST_VALUE = 1000
_DEEPEST = 10
_MOST_NAMES = 200
_GAP = " "
"""Between a namespace and a name, as expat is told to give them: neither can hold a space."""


@dataclass(slots=True)
class Event:
    """A fact of service as it stands in the file; `fault` says why it is none, None if its form is right.

    `line` is where it begins, `vendor` the id of who sent it.
    """

    line: int
    vendor: str
    foreign_id: str = ""
    mobile: str = ""
    authority_id: str = ""
    service_id: str = ""
    procedure_id: str = ""
    okato: str = ""
    received_date: str = ""
    fault: str | None = None


def read(file: BinaryIO) -> Iterator[Event]:
    """Every event of the file in its order, also those whose form is wrong.

    Raises IntakeError, with the line, for what is no EventsRequest or stops being one; the events before that have been
    handed out by then.
    """
    reader, size = _Reader(), 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST_FILE:
            raise IntakeError(TOO_LARGE)
        yield from reader.feed(chunk)
    yield from reader.feed(b"", is_last=True)


class _Reader:
    """Follows the elements from the root down to the parts of an event."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._path: list[str] = []
        self._parts: list[str] = []  # of the request, that began so far
        self._fields: list[str] = []  # of the event
        self._event: Event | None = None
        self._text: list[str] = []
        self._names: dict[str, str] = {}  # by what expat calls them: how we do
        self._vendor = ""
        self._has_version = self._has_events = False
        self._fed = 0
        self._expat = parser = expat.ParserCreate(namespace_separator=_GAP)
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def feed(self, chunk: bytes, is_last: bool = False) -> Iterator[Event]:
        """The events that end in this piece of the file; what is wrong with the file is raised after them."""
        problem: IntakeError | None = None
        self._fed += len(chunk)
        try:
            self._expat.Parse(chunk, is_last)
            if self._fed - self._expat.CurrentByteIndex > _LONGEST_MARKUP + len(chunk):
                self._refuse(f"a tag or a comment is longer than {_LONGEST_MARKUP >> 10} KB")
        except IntakeError as refusal:
            problem = refusal
        except expat.ExpatError as fault:
            what = expat.ErrorString(fault.code)
            problem = IntakeError(f"line {fault.lineno}, column {fault.offset + 1}: this is no sound XML ({what})")
        while self._events:
            yield self._events.popleft()
        if problem is not None:
            raise problem

    def _refuse(self, reason: str) -> NoReturn:
        raise IntakeError(f"line {self._expat.CurrentLineNumber}: {reason}")

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            self._refuse(f"the encoding {encoding[:40]} is not read; write UTF-8, UTF-16 or windows-1251")

    def _doctype(self, name: str, system_id: str | None, public_id: str | None, has_internal_subset: int) -> NoReturn:
        self._refuse("it declares a document type (DOCTYPE), which no request needs; it is not read any further")

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._bound([prefix or "", uri or ""])

    def _bound(self, names: Iterable[str]) -> None:
        """Expat keeps every name, prefix and namespace it has met to the end of the file."""
        if any(len(name) > _LONGEST_NAME for name in names):
            self._refuse(f"a name with its namespace is longer than {_LONGEST_NAME} characters")
        if len(self._expat.intern) > _MOST_NAMES:
            self._refuse(f"it has more than {_MOST_NAMES} different names of elements, attributes and namespaces")

    def _name(self, full_name: str) -> str:
        """The name as we call it. One that was met before was looked at then."""
        name = self._names.get(full_name)
        if name is None:
            self._bound((full_name,))
            name = self._names[full_name] = _short(full_name)
        return name

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        name = self._name(full_name)
        for attribute in attributes:
            self._name(attribute)
        if len(self._path) >= _DEEPEST:
            self._refuse(f"elements lie more than {_DEEPEST} deep")
        if self._event is not None:
            self._start_field(self._event, name, attributes)
        elif self._path == ["EventsRequest", "events"]:
            self._start_event(name, attributes)
        else:
            self._start_frame(name, attributes)
        self._path.append(name)

    def _start_frame(self, name: str, attributes: dict[str, str]) -> None:
        """The request itself, its vendor and its list of events: with a fault in these nothing is understood."""
        if not self._path:
            if name != "EventsRequest":
                self._refuse(f"its root is {_told(name)}; what is read is EventsRequest of the namespace {NAMESPACE}")
            return
        if self._path == ["EventsRequest", "vendor"] and name == "list-version" and not self._has_version:
            self._has_version = True
            return
        expected = dict(enumerate(("vendor", "events"))).get(len(self._parts)) if len(self._path) == 1 else None
        if name != expected:
            self._refuse(f"{_told(name)} stands where {expected or 'nothing more'} is expected")
        self._parts.append(name)
        if name == "vendor":
            vendor = attributes.get("id", "").strip()
            if not _POSITIVE.fullmatch(vendor):
                self._refuse(f"the id of the vendor is «{vendor[:40]}»; it is a whole number above 0, such as 9901")
            self._vendor = str(int(vendor))

    def _start_event(self, name: str, attributes: dict[str, str]) -> None:
        self._has_events = True
        self._event, self._fields = Event(self._expat.CurrentLineNumber, self._vendor), []
        if name != "event":
            self._event.fault = f"{_told(name)} stands where event is expected"
            return
        self._event.foreign_id = self._attribute(self._event, name, "foreign-id", attributes)

    def _start_field(self, event: Event, name: str, attributes: dict[str, str]) -> None:
        if event.fault is not None:
            return
        before = self._fields[-1] if self._fields else ""
        if len(self._path) > 3:
            event.fault = f"{_told(name)} stands inside {before}, which holds text alone"
        elif name not in _PLACES:
            event.fault = f"{_told(name)} is no part of an event"
        elif name in self._fields:
            event.fault = f"{name} is there twice"
        elif before and _PLACES[name] < _PLACES[before]:
            event.fault = f"{name} comes after {before}; the order is {', '.join(_ORDER)}"
        else:
            self._fields.append(name)
            self._text = []
            if name in _REFERENCES:
                setattr(event, _REFERENCES[name], self._attribute(event, name, "id", attributes))
            elif attributes:
                self._attribute(event, name, None, attributes)

    def _attribute(self, event: Event, element: str, wanted: str | None, attributes: dict[str, str]) -> str:
        """The attribute an element must have; others are a fault, but for those of other namespaces (`xsi:type`)."""
        value = attributes.get(wanted, "").strip() if wanted else ""
        if value and len(attributes) == 1 and len(value) <= _LONGEST_VALUE:
            return value
        more = [name for name in attributes if name != wanted and _GAP not in name]
        if more:
            event.fault = f"{element} has an attribute {more[0][:40]}, which is not known"
        elif wanted and not value:
            event.fault = f"{element} has no {wanted}"
        elif len(value) > _LONGEST_VALUE:
            event.fault = f"the {wanted} of {element} is longer than {_LONGEST_VALUE} characters"
        return value[:_LONGEST_VALUE]

    def _characters(self, text: str) -> None:
        event, depth = self._event, len(self._path)
        if event is None:
            if text.strip() and self._path[-1] != "list-version":
                self._refuse(f"there is text in {self._path[-1]}, which holds elements alone")
        elif event.fault is None and depth == 3:
            if text.strip():
                event.fault = "there is text between the elements of the event"
        elif event.fault is None and self._path[-1] in _KEPT:
            self._text.append(text)
            if sum(map(len, self._text)) > _LONGEST_VALUE:
                event.fault = f"{self._path[-1]} is longer than {_LONGEST_VALUE} characters"

    def _end(self, full_name: str) -> None:
        name, depth, event = self._path.pop(), len(self._path), self._event
        if event is not None:
            if depth == 2:
                self._end_event(event)
            elif depth == 3 and event.fault is None and name in _KEPT:
                setattr(event, _KEPT[name], "".join(self._text).strip())
        elif name == "vendor" and not self._has_version:
            self._refuse("vendor has no list-version")
        elif name == "events" and not self._has_events:
            self._refuse("there is no event in it")
        elif not self._path and self._parts != ["vendor", "events"]:
            self._refuse(f"it has no {_first_missing(('vendor', 'events'), self._parts)}")

    def _end_event(self, event: Event) -> None:
        if event.fault is None:
            missing = _first_missing(_NEEDED, self._fields)
            if missing:
                event.fault = f"{missing} is missing"
            elif not _OKATO.fullmatch(event.okato):
                event.fault = f"okato «{event.okato[:40]}» has not the 11 digits of one"
            elif not _DATE_TIME.fullmatch(event.received_date):
                event.fault = (
                    f"received-date «{event.received_date[:40]}» is no date and time such as 2017-09-12T15:40:00+07:00"
                )
        self._events.append(event)
        self._event = None


def _first_missing(needed: Sequence[str], seen: Sequence[str]) -> str:
    return next((name for name in needed if name not in seen), "")


def _short(full_name: str) -> str:
    """The name alone where it is of our namespace; every other one has a gap in it."""
    if full_name.startswith(NAMESPACE + _GAP):
        return full_name[len(NAMESPACE) + 1 :]
    return full_name if _GAP in full_name else _GAP + full_name


def _told(name: str) -> str:
    """A name as a reason says it: one of another namespace with that."""
    namespace, gap, local = name.rpartition(_GAP)
    if not gap:
        return local[:40]
    return f"{local[:40]} of " + (f"the namespace {namespace[:80]}" if namespace else "no namespace")
