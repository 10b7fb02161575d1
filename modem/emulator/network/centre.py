"""The service centre: what it takes from modems, where it sends that, and how it all ends (23.040 §3.2).

Joins the parts of the network: the store of messages held, the queues in front of modems, the phones of everybody
else, reports, policies and short codes. It reaches modems only through `Station` and knows nothing of AT.

Time comes in as `now` (seconds since the epoch); what is due later goes on the agenda. Every kind of chance has a
random source of its own, so that setting one rate does not change what another one does.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from modem.emulator.agenda import Action, Agenda
from modem.emulator.codec.address import Address
from modem.emulator.codec.command import Command
from modem.emulator.codec.compose import compose
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, as_deliver, decode_deliver, encode_deliver
from modem.emulator.device.results import AtError, CmsError, Submitted
from modem.emulator.journal import Delivered, Journal, Refused
from modem.emulator.journal import Submitted as SubmitRecord
from modem.emulator.network.accounts import Accounts
from modem.emulator.network.commands import Commands
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.delays import draw, from_ms
from modem.emulator.network.deliveries import Deliveries
from modem.emulator.network.enforcement import Enforcement, Ruling
from modem.emulator.network.handsets import Handset
from modem.emulator.network.numbers import canonical
from modem.emulator.network.queues import Mobile, Queue, Queues, Station
from modem.emulator.network.reports import Reports
from modem.emulator.network.shortcodes import Assembly, Service
from modem.emulator.network.store import RECEIVED, REPLACED, Held, Store, Watchers

if TYPE_CHECKING:
    from random import Random

REJECTED_DUPLICATE = 0xC5  # TP-FCS (§9.2.3.22)
MAX_DIGITS, MAX_NAME = 20, 11
_ON = Handset.ON  # nearly everybody's phone

Reader = Callable[[Held, float], None]
"""Told of a message that an outside subscriber's phone has taken, and when."""


class ServiceCentre:
    """Service centre, accounts and everybody a modem can write to."""

    def __init__(
        self, conditions: Conditions, journal: Journal, agenda: Agenda, streams: Callable[[str], "Random"]
    ) -> None:
        self.conditions = conditions
        self.accounts = Accounts()
        self.store = Store()
        self._journal = journal
        self._at = agenda.at
        watchers = Watchers(self._finish, self._delay)
        self._queues = Queues(conditions, journal, agenda, streams, watchers)
        self._deliveries = Deliveries(conditions, agenda, streams, watchers)
        self._reports = Reports(conditions, agenda, self._queues, streams)
        self._commands = Commands(self.store, self._queues, self._deliveries, self._reports, self._finish)
        self._enforcement = Enforcement(conditions, self.accounts)
        self._assembly = Assembly()
        self._long_refs: dict[str, int] = {}
        self._readers: list[Reader] = []
        self._latency = streams("network.latency")
        self._losses = streams("network.losses")
        self._early = streams("network.early")

    def on_received(self, reader: Reader) -> None:
        """Have `reader` hear of every message that a phone outside takes from now on."""
        self._readers.append(reader)

    def is_quiet(self) -> bool:
        """Whether nothing is on its way but what waits for telephones; submits in progress are left aside."""
        return not self._queues.waiting() and len(self.store) == self._deliveries.waiting()

    def take_over(self, held: Held, now: float) -> None:
        """Hold a message that another centre held, and try to deliver it."""
        self.store.keep(held)
        self._deliveries.send(held, now)

    # Modems.

    def attach(self, station: Station) -> None:
        """Make a modem the subscriber that its SIM says; once more after another SIM was put in."""
        self._queues.attach(station)

    def submit(self, station: Station, message: Submitted, now: float) -> None:
        """Take a part from a modem, or refuse it; the modem has its answer after the latency."""
        conditions = self.conditions
        sender = self._queues.at(station).number
        answer = now + draw(conditions.latency_s, self._latency)
        if conditions.throttle is not None:
            answer = self._enforcement.turn(sender, answer)
        if conditions.report_early_rate and _chance(self._early, conditions.report_early_rate):
            self._submit_early(station, sender, message, answer, now)
        elif answer > now:
            self._at(answer, lambda then: self._submit(station, sender, message, then))
        else:
            self._submit(station, sender, message, now)

    def command(self, station: Station, mr: int, command: Command, now: float) -> None:
        """Carry an SMS-COMMAND out, or refuse it; the modem has its answer after the latency."""
        sender = self._queues.at(station).number

        def carry_out(then: float) -> None:
            fcs = self._commands.carry_out(sender, mr, command, then)
            station.settle(mr, None if fcs is None else CmsError(fcs), then)

        self._later(draw(self.conditions.latency_s, self._latency), now, carry_out)

    def ready(self, station: Station, now: float) -> None:
        """A modem may be able to take what waits for it."""
        self._queues.ready(station, now)

    def acknowledged(self, station: Station, ok: bool, now: float) -> None:
        """The terminal has answered for the message shown last; without `ok` it has not taken it."""
        self._queues.acknowledged(station, ok, now)

    def repeat(self, station: Station, now: float) -> bool:
        """Deliver the last message to a modem once more, octet by octet; False if there was none."""
        return self._queues.repeat(self._queues.at(station), now)

    # Subscribers.

    def deliver(self, station: Station, sender: str, text: str, now: float, message_class: int | None = None) -> int:
        """A subscriber writes to a modem; returns the number of parts. UnicodeError for a name not in GSM 7-bit."""
        return self._write(self._queues.at(station), sender, text, now, message_class)

    def deliver_tpdu(self, station: Station, tpdu: bytes, now: float) -> None:
        """Put a finished SMS-DELIVER into the network for a modem; FieldError if it is none (23.040 §9.2.2.1)."""
        deliver = replace(decode_deliver(b"\x00" + tpdu), smsc=self.conditions.smsc)
        mobile = self._mobile(deliver.origin.text, deliver, now + self.conditions.validity_s, None)
        self._queues.send(self._queues.at(station), mobile, 0.0, now)

    def write(self, sender: str, to: str, text: str, now: float) -> int:
        """A subscriber writes to a number or short code; LookupError if no modem has it, else as `deliver`."""
        queue = self._receiver(canonical(to))
        if queue is None:
            raise LookupError(f"no modem has the number {to}")
        return self._write(queue, sender, text, now)

    def handset(self, number: str) -> Handset:
        """The phone of a subscriber, however the number is written."""
        return self._deliveries.handset(canonical(number))

    def set_handset(self, number: str, handset: Handset | None, now: float) -> None:
        """Change the phone of a number, or with a star at its end of all that begin so; what waits is tried at once.

        None is a number nobody has said anything about.
        """
        self._deliveries.set_handset(number, handset, now)

    def set_short_code(self, code: str, owner: str | Service | None) -> None:
        """Give a number to a modem, by its name, or to a service; None takes it away."""
        if owner is None:
            self.conditions.short_codes.pop(canonical(code), None)
        else:
            self.conditions.short_codes[canonical(code)] = owner

    def has_modem(self, name: str) -> bool:
        """Whether there is a modem of this name."""
        return self._queues.named(name) is not None

    # A submit.

    def _submit(self, station: Station, sender: str, message: Submitted, now: float) -> None:
        error, held = self._take(station, sender, message, now)
        station.settle(message.mr, error, now)
        if held is not None:
            self._dispatch(held, draw(self.conditions.report_latency_s, self._latency), now)

    def _submit_early(self, station: Station, sender: str, message: Submitted, when: float, now: float) -> None:
        """Deliver and report first, answer then: what a modem sees if its answer is slow and the receiver fast."""
        error, held = self._take(station, sender, message, now)
        if held is not None:
            self._dispatch(held, 0.0, now)
        if when > now:
            self._at(when, lambda then: station.settle(message.mr, error, then))
        else:
            station.settle(message.mr, error, now)

    def _take(
        self, station: Station, sender: str, message: Submitted, now: float
    ) -> tuple[AtError | None, Held | None]:
        """The refusal of a submit, if it is one, and the message if there is anything left to do about it."""
        conditions, submit, mr = self.conditions, message.submit, message.mr
        to = submit.to.text
        receiver = canonical(to)
        handset = self._deliveries.handset(receiver) if conditions.handsets else _ON
        ruling = self._refusal(sender, message, handset, now)
        if ruling is not None and ruling.cms is not None:
            self._journal.add(Refused(now, station.name, mr, to, ruling.policy, ruling.cms))
            return CmsError(ruling.cms), None
        self._journal.add(SubmitRecord(now, station.name, mr, to, submit.ud, message.pdu, submit.srr))
        self.store.accepted += 1
        if conditions.loss_rate and ruling is None and _chance(self._losses, conditions.loss_rate):
            ruling = Ruling("loss", None)
        if ruling is not None:
            self._journal.add(Refused(now, station.name, mr, to, ruling.policy, None))
            self.store.ends["swallowed"] += 1
            return None, None
        is_plain = handset is _ON and not submit.srr and not conditions.short_codes and not self._readers
        if is_plain and self._queues.of(receiver) is None:
            self.store.ends["delivered"] += 1  # nobody will ever see it
            return None, None
        expires = submit.expires(now, conditions.validity_s)
        held = Held(sender, self._origin(station), mr, submit, now, expires, submit.srr)
        return None, held

    def _refusal(self, sender: str, message: Submitted, handset: Handset, now: float) -> Ruling | None:
        submit = message.submit
        if handset.cms_error is not None:
            return Ruling("handset", handset.cms_error)
        if submit.reject_duplicates and self.store.find(sender, message.mr, submit.to.text):
            return Ruling("duplicate", REJECTED_DUPLICATE)
        return self._enforcement.judge(sender, submit, now)

    def _dispatch(self, held: Held, delay_s: float, now: float) -> None:
        """Send a message on its way to its receiver, perhaps in the place of another one (§9.2.3.9)."""
        replaced = self.store.replaceable(held)
        self.store.keep(held)
        receiver = canonical(held.submit.to.text)
        queue = self._receiver(receiver)
        service = self.conditions.short_codes.get(receiver)
        if queue is not None:
            mobile = self._as_mobile(held)
            if replaced is not None and self._queues.replace(replaced, mobile):
                self._finish(replaced, REPLACED, now)
                return
        if replaced is not None and not self._queues.is_shown(replaced):
            self._deliveries.drop(replaced)
            self._finish(replaced, REPLACED, now)
        if queue is not None:
            self._queues.send(queue, mobile, delay_s, now)
            return
        if isinstance(service, Service):
            self._later(delay_s, now, lambda then: self._serve(held, service, then))
        else:
            self._later(delay_s, now, lambda then: self._deliveries.send(held, then))

    def _later(self, delay_s: float, now: float, action: Action) -> None:
        if delay_s > 0:
            self._at(now + delay_s, action)
        else:
            action(now)

    def _as_mobile(self, held: Held) -> Mobile:
        conditions, submit, sender = self.conditions, held.submit, held.origin
        deliver = as_deliver(submit, Address.of(sender), held.accepted, conditions.zone_quarters, conditions.smsc)
        return self._mobile(sender, deliver, held.expires, held)

    def _mobile(self, sender: str, deliver: Deliver, expires: float, held: Held | None) -> Mobile:
        pdu, ud = encode_deliver(deliver), deliver.ud
        return Mobile(pdu, False, expires, lambda then, modem: Delivered(then, modem, sender, ud, pdu), held)

    # How it ends.

    def _finish(self, held: Held, status: int, now: float) -> None:
        """A message has come to its end; its sender hears of it if it wanted to."""
        self.store.close(held, status)
        if status == RECEIVED:
            for reader in self._readers:
                reader(held, now)
        if held.srr:
            self._reports.send(held, status, now)

    def _delay(self, held: Held, status: int, now: float) -> None:
        """A try has failed, and there will be others; the first one may be reported."""
        held.status = status
        if held.srr and self.conditions.report_trying and not held.tried:
            self._reports.send(held, status, now)
        held.tried = True

    # Short codes.

    def _receiver(self, number: str) -> Queue | None:
        """The queue of a number, or of the modem behind a short code."""
        alias = self.conditions.short_codes.get(number)
        return self._queues.named(alias) if isinstance(alias, str) else self._queues.of(number)

    def _origin(self, station: Station) -> str:
        """What receivers see as the sender: the short code of a modem, if it has one."""
        codes = self.conditions.short_codes
        return next((code for code, name in codes.items() if name == station.name), station.number)

    def _serve(self, held: Held, service: Service, now: float) -> None:
        """A message has reached a service, unless it was called back; it answers once all parts are there."""
        if held.over:
            return
        code, sender = held.submit.to.text, held.sender
        text = self._assembly.add(sender, canonical(code), held.submit)
        self._finish(held, RECEIVED, now)
        queue = self._queues.of(sender)
        if text is None or queue is None:
            return
        answer = service.answer(text, held.origin, str(self.accounts.of(sender).balance))
        if answer is not None:
            delay_s = draw(from_ms(service.delay_ms), self._latency)
            self._later(delay_s, now, lambda then: self._write(queue, code, answer, then))

    def _write(self, queue: Queue, sender: str, text: str, now: float, message_class: int | None = None) -> int:
        origin = Address.of(sender)
        if not sender or len(origin.value) > (MAX_NAME if origin.toa & 0x70 == 0x50 else MAX_DIGITS):
            raise UnicodeError("a sender is up to 20 digits or up to 11 characters")
        ref = self._long_refs[sender] = (self._long_refs.get(sender, 0) + 1) & 0xFF
        scts = encode_timestamp(now, self.conditions.zone_quarters)
        parts = compose(text, ref, message_class=message_class)
        for ud in parts:
            deliver = Deliver(origin, scts, ud, smsc=self.conditions.smsc)
            mobile = self._mobile(sender, deliver, now + self.conditions.validity_s, None)
            rate = self.conditions.loss_rate
            if rate and _chance(self._losses, rate):
                name = queue.station.name if queue.station else ""
                self._journal.add(Refused(now, name, None, queue.number, "loss", None))
            else:
                self._queues.send(queue, mobile, 0.0, now)
        return len(parts)


def _chance(rng: "Random", rate: float) -> bool:
    """Whether it happens this time."""
    return rng.random() < rate
