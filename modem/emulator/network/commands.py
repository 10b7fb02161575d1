"""SMS-COMMAND: what a sender can still do about a message that the centre holds (23.040 §3.2.7, §9.2.2.4).

Owns what each command type does. Finding messages, calling them back and reporting are done by the parts that own
them.
"""

from collections.abc import Callable

from modem.emulator.codec.command import Command, CommandType
from modem.emulator.network.deliveries import Deliveries
from modem.emulator.network.queues import Queues
from modem.emulator.network.reports import Reports
from modem.emulator.network.store import DELETED, NO_SUCH_MESSAGE, Ending, Held, Store

CANNOT_BE_ACTIONED, UNSUPPORTED = 0xA0, 0xA1  # TP-FCS (§9.2.3.22)


class Commands:
    """Carries commands out. `finished` ends a message that was deleted."""

    def __init__(
        self, store: Store, queues: Queues, deliveries: Deliveries, reports: Reports, finished: Ending
    ) -> None:
        self._store = store
        self._queues = queues
        self._deliveries = deliveries
        self._reports = reports
        self._finished = finished

    def carry_out(self, sender: str, mr: int, command: Command, now: float) -> int | None:
        """Do what a command of `sender` says under reference `mr`; the TP-FCS if it cannot be done, else None.

        An enquiry is answered with a status report even about a message that is not there, the others if they ask for
        one (TP-SRR). The report is the command's own: TP-SRQ is set and TP-MR is the command's.
        """
        actions: dict[int, Callable[[Held, float], bool]] = {
            CommandType.ENQUIRE: lambda held, then: True,
            CommandType.CANCEL_REPORT: lambda held, then: _want_report(held, False),
            CommandType.DELETE: self._delete,
            CommandType.ENABLE_REPORT: lambda held, then: _want_report(held, True),
        }
        action = actions.get(command.kind)
        if action is None:
            return UNSUPPORTED
        held = self._store.find(sender, command.mn, command.to.text)
        is_enquiry = command.kind == CommandType.ENQUIRE
        if held is None and not is_enquiry:
            return CANNOT_BE_ACTIONED
        if held is not None and not action(held, now):
            return CANNOT_BE_ACTIONED
        if is_enquiry or command.srr:
            accepted, status = (held.accepted, held.status) if held is not None else (now, NO_SUCH_MESSAGE)
            self._reports.answer(sender, mr, command.to, accepted, status, now)
        return None

    def _delete(self, held: Held, now: float) -> bool:
        """Call a message back; too late if a terminal already has it and is to acknowledge it."""
        if self._queues.is_shown(held):
            return False
        self._queues.drop(held)
        self._deliveries.drop(held)
        self._finished(held, DELETED, now)
        return True


def _want_report(held: Held, wanted: bool) -> bool:
    held.srr = wanted
    return True
