"""A centre on a real file, with the time in the test's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from gateway import directory, pseudonyms, scriptfiles
from gateway.calendarsettings import CallbackSettings
from gateway.callbackdesk import CallbackDesk
from gateway.config import packaged_config
from gateway.conversations import Conversations
from gateway.dispatch import Dispatch
from gateway.inbox import Inbox
from gateway.model import Visit
from gateway.modemsettings import ModemSettings
from gateway.outbox import Outbox
from gateway.settings import RoutingSection, SurveySection
from gateway.store import inbox as inbox_rows
from gateway.store import outbox as outbox_rows
from gateway.store import visits
from gateway.store.database import open_writer
from gateway.store.schema import migrate
from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import compose
from modem.emulator.codec.reports import StatusReport, encode_status_report
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, encode_deliver
from modem.outcomes import Accepted, Outcome
from tests.gateway.scripts import saying

NOON = datetime(2017, 9, 13, 5, tzinfo=UTC)
"""Twelve o'clock in Barnaul."""
SIM = "8970100000000000001"
PHONE = "+79130200001"
MODEMS = [ModemSettings(name="m1", port="emu://")]


def delivers(text: str, sender: str, at: datetime, ref: int = 1, **form: Any) -> list[str]:
    """The PDUs of a text from a citizen, as a modem in Barnaul shows them; `form` is that of the emulator's compose."""
    scts = encode_timestamp(at.timestamp(), 28)
    parts = compose(text, ref, **form)
    return [encode_deliver(Deliver(Address.of(sender), scts, part)).hex().upper() for part in parts]


class Centre:
    """Store, outbox and inbox of one configuration; `now` moves when a test says so."""

    def __init__(self, path: Path, invite: str = "", **survey: object) -> None:
        self.now = NOON
        self.path = path
        self.db: Database = open_writer(path, checkpoints=True)
        self.db.execute("PRAGMA synchronous=OFF")  # no test outlives a power cut
        migrate(self.db, path)
        self.pseudonyms = pseudonyms.load(path)
        base = packaged_config().parent / "examples/altai"
        self.known = directory.load(base / "offices.csv", base / "services.csv")
        visits.put_offices(self.db, self.known.offices.values())
        visits.put_services(self.db, self.known.services.values())
        self.survey = SurveySection.model_validate({"delay_s": 0, **survey})
        self.dispatch = Dispatch(MODEMS, RoutingSection(), self.now, lambda: 0.5)
        self.dispatch.seat(self.db, "m1", SIM, self.now)
        self.dispatch.up("m1")
        self.script = saying(invite) if invite else scriptfiles.load(self.survey.script)
        self.callbacks = CallbackDesk(CallbackSettings())
        self.conversations = Conversations(self.survey, self.script, self.dispatch, self.callbacks)
        self.outbox = Outbox(self.conversations)
        self.inbox = Inbox(self.conversations, self.outbox, self.pseudonyms)

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def visit(
        self, foreign_id: str = "v1", phone: str | None = PHONE, consent: bool = True, language: str = ""
    ) -> bool:
        visit = Visit(foreign_id, "BRN1", "REG", self.now, phone, consent, language=language)
        return visits.accept_visit(
            self.db,
            visit,
            source="test",
            pseudonyms=self.pseudonyms,
            now=self.now,
            delay_s=self.survey.delay_s,
            consent_text=self.survey.consent_text,
        )

    def invite(self) -> None:
        self.outbox.invite_due(self.db, self.now)

    def claim(self, most: int = 100) -> list[outbox_rows.ClaimedPart]:
        ticket = self.dispatch.ticket(SIM, most, self.now)
        return [] if ticket is None else outbox_rows.claim(self.db, ticket, self.now)

    def send(self, outcome: Outcome | None = None, first: int = 1) -> list[str]:
        """Claim everything and settle it, accepted with references from `first` on; the texts that went out."""
        parts = self.claim()
        outcomes = [(part.id, outcome or Accepted(first + k)) for k, part in enumerate(parts)]
        self.outbox.settle(self.db, outcomes, self.now)
        return [part.text for part in parts]

    def invited(self, foreign_id: str = "v1", phone: str = PHONE, language: str = "") -> None:
        self.visit(foreign_id, phone, language=language)
        self.invite()
        self.send()

    def keep(self, *raws: str, sim: str = SIM) -> None:
        inbox_rows.keep(self.db, sim=sim, found=[("SM", 1, raw) for raw in raws], now=self.now)

    def hear(self, text: str, sender: str = PHONE) -> None:
        self.keep(*self.pdus(text, sender))
        self.inbox.handle(self.db, self.now)

    def pdus(self, text: str, sender: str = PHONE, ref: int = 1, **form: Any) -> list[str]:
        return delivers(text, sender, self.now, ref, **form)

    def report(
        self,
        reference: int,
        status: int | None,
        phone: str = PHONE,
        *,
        sim: str = SIM,
        sent_at: datetime | None = None,
        done: bytes | None = None,
    ) -> None:
        """A delivery report comes; `sent_at` is what the service centre says of when it took the part."""
        scts = encode_timestamp((sent_at or self.now).timestamp(), 12)  # another time zone than the citizen's
        report = StatusReport(reference, Address.of(phone), scts, done or scts, status or 0)
        pdu = encode_status_report(report)
        self.keep((pdu if status is not None else pdu[:-1]).hex().upper(), sim=sim)
        self.inbox.handle(self.db, self.now)

    def stamp(self) -> bytes:
        """Now, as a service centre writes it."""
        return encode_timestamp(self.now.timestamp(), 12)

    def parts(self) -> list[str]:
        """The states of all parts, in the order they were queued."""
        return [str(state) for (state,) in self.all("SELECT state FROM parts ORDER BY id")]

    def all(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.db.execute(sql).fetchall()]

    def states(self) -> dict[str, str]:
        rows = self.all("SELECT v.foreign_id, i.state FROM invitations i JOIN visits v ON v.id = i.visit")
        return {str(name): str(state) for name, state in rows}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    opened = Centre(tmp_path / "otklik.db")
    yield opened
    opened.db.close()
