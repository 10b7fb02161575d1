"""Status reports on their way back: what they say, when they come, and what can go wrong with them.

Owns the report's fields (23.040 §9.2.2.3) and the ways in which real networks spoil them: late, twice, never, with a
time of another zone, to another SIM. What a status is worth is not known here.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from modem.emulator.agenda import Agenda
from modem.emulator.codec.address import Address
from modem.emulator.codec.reports import StatusReport, encode_status_report
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import SRQ
from modem.emulator.journal import Reported
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.delays import draw
from modem.emulator.network.queues import Mobile, Queue, Queues
from modem.emulator.network.store import Held

if TYPE_CHECKING:
    from random import Random


class Reports:
    """Makes reports and sends them to the modem that is to have them."""

    def __init__(
        self, conditions: Conditions, agenda: Agenda, queues: Queues, streams: Callable[[str], "Random"]
    ) -> None:
        self._conditions = conditions
        self._at = agenda.at
        self._queues = queues
        self._rng = streams("network.reports")

    def send(self, held: Held, status: int, now: float) -> None:
        """Report on a message, the way the conditions say: perhaps late, twice, elsewhere or not at all."""
        conditions = self._conditions
        queue = self._receiver(held.sender)
        if queue is None or self._chance(conditions.report_loss_rate):
            return
        mobile = self._mobile(self._report(held.mr, held.submit.to, held.accepted, status, now), now)
        for _ in range(1 + self._chance(conditions.report_duplicate_rate)):
            late_s = draw(conditions.report_late_s, self._rng)
            if late_s > 0:
                self._at(now + late_s, lambda then: self._queues.put(queue, mobile, then))
            else:
                self._queues.put(queue, mobile, now)

    def answer(self, sender: str, mr: int, to: Address, accepted: float, status: int, now: float) -> None:
        """Report on the SMS-COMMAND `mr` about a message (TP-SRQ, §9.2.3.26): at once, and as it should be."""
        queue = self._queues.of(sender)
        if queue is not None:
            report = self._report(mr, to, accepted, status, now)
            self._queues.put(queue, self._mobile(replace(report, first=report.first | SRQ), now), now)

    def _chance(self, rate: float) -> bool:
        return rate > 0 and self._rng.random() < rate

    def _receiver(self, sender: str) -> Queue | None:
        other = self._conditions.report_modem
        return (self._queues.named(other) if other else None) or self._queues.of(sender)

    def _report(self, mr: int, to: Address, accepted: float, status: int, now: float) -> StatusReport:
        conditions = self._conditions
        zone = conditions.zone_quarters if conditions.report_zone_quarters is None else conditions.report_zone_quarters
        scts, discharge = _stamp(int(accepted), zone), _stamp(int(now), zone)
        return StatusReport(mr, to, scts, discharge, status, smsc=conditions.smsc)

    def _mobile(self, report: StatusReport, now: float) -> Mobile:
        return Mobile(
            encode_status_report(report),
            True,
            now + self._conditions.validity_s,
            lambda then, modem: Reported(then, modem, report.mr, report.to.text, report.status),
        )


@lru_cache(maxsize=256)
def _stamp(second: int, quarters: int) -> bytes:
    """A time stamp; many reports share a second, and it is the dearest part of one."""
    return encode_timestamp(second, quarters)
