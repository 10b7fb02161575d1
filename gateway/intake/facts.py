"""Facts of service (EventsRequest) as rows of a visits file: which office and which service of ours an event means.

An event names neither by our codes. The office is the only one with the event's OKATO; where several offices
share it, as those of a large town do, the sender's id tells which: it begins with the office's code, as in
`BRN1-20170912-000417`. The service is the one with the event's ids in the federal register. What fits nothing or more
than one is refused; nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from gateway.directory import Directory
from gateway.errors import IntakeError
from gateway.exchange.events import LARGEST_FILE, TOO_LARGE, Event, read
from gateway.intake.cells import Refused
from gateway.intake.files import Row
from gateway.model import Office, Service


def refuse_large(path: Path) -> None:
    """Raises IntakeError for a file that is too large to be read, or that is not there, before anything of it is."""
    try:
        size = path.stat().st_size
    except OSError as problem:
        raise IntakeError(f"The file {path} cannot be read: {problem.strerror}.") from problem
    if size > LARGEST_FILE:
        raise IntakeError(f"{path}: {TOO_LARGE}.")


def rows_of(path: Path, directory: Directory) -> Iterator[Row]:
    """Every row of a file. Raises IntakeError where it is no EventsRequest or stops being one."""
    with path.open("rb") as file:
        try:
            yield from rows(read(file), directory)
        except IntakeError as problem:
            raise IntakeError(f"{path}: {problem}.") from problem


def rows(events: Iterable[Event], directory: Directory) -> Iterator[Row]:
    """The row for each event. An event is a yes of the citizen: see `gateway.exchange.events`."""
    places, services = defaultdict(list), defaultdict(list)
    for office in directory.offices.values():
        places[office.okato].append(office)
    for service in directory.services.values():
        services[service.service_id].append(service)
    for event in events:
        yield _row(event, places, services)


def _row(event: Event, places: dict[str, list[Office]], services: dict[str, list[Service]]) -> Row:
    cells = {
        "foreign_id": event.foreign_id,
        "received_at": event.received_date,
        "phone": event.mobile,
        "consent": "yes",
    }
    fault = event.fault
    if fault is None:
        try:
            cells["office"] = _office(event, places.get(event.okato, [])).code
            cells["service"] = _service(event, services.get(event.service_id, [])).code
        except Refused as reason:
            fault = str(reason)
    return Row(event.line, cells, fault, sender=f"vendor-{event.vendor}")


def _office(event: Event, there: list[Office]) -> Office:
    if not there:
        raise Refused(f"okato {event.okato} is that of no office in the offices file")
    if len(there) == 1:
        return there[0]
    named = [office for office in there if _begins_with(event.foreign_id, office.code)]
    if named:
        return max(named, key=lambda office: len(office.code))
    codes = ", ".join(sorted(office.code for office in there))
    raise Refused(
        f"okato {event.okato} is that of several offices ({codes}) and the foreign-id begins with none of them"
    )


def _begins_with(foreign_id: str, code: str) -> bool:
    """Whether an id begins with a code and something else than the rest of a longer code follows."""
    return foreign_id.startswith(code) and not foreign_id[len(code) : len(code) + 1].isalnum()


def _service(event: Event, same: list[Service]) -> Service:
    if not same:
        raise Refused(f"service id {event.service_id[:40]} is not in the services file")
    found = [service for service in same if service.authority_id == event.authority_id]
    if not found:
        raise Refused(f"service id {event.service_id[:40]} is not one of the authority {event.authority_id[:40]}")
    if event.procedure_id:
        found = [service for service in found if service.procedure_id == event.procedure_id]
        if not found:
            raise Refused(f"procedure id {event.procedure_id[:40]} is none of the service {event.service_id[:40]}")
    if len(found) > 1:
        codes = ", ".join(sorted(service.code for service in found))
        raise Refused(f"service id {event.service_id[:40]} is that of several services ({codes}); name the procedure")
    return found[0]
