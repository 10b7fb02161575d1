"""The balance of each SIM: asked for by USSD when it is due, read out of the answer, and watched.

The question goes to the modem's own thread and comes back there; nothing waits for it. An answer that cannot be read is
kept as it came, and a person is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlite_utils import Database

from gateway import alarms
from gateway.amounts import money_in
from gateway.modemsettings import BalanceSettings, ModemSettings
from gateway.store import fleet as fleet_rows
from gateway.store.writer import Writer
from modem.errors import ModemError
from scheduler.clock import Clock

_LOG = structlog.get_logger(__name__)
_RETRY_S = 3600.0
_LOW, _UNREAD, _UNKNOWN = "balance low", "balance not understood", "balance not told"

Ask = Callable[[str, str], Future[str]]
"""Send a USSD code by the modem of a name."""


class Balances:
    """What is known of balances, and when to ask again."""

    def __init__(self, writer: Writer, clock: Clock, modems: Sequence[ModemSettings], ask: Ask) -> None:
        self._writer = writer
        self._clock = clock
        self._ask = ask
        self._settings = {modem.name: modem.balance for modem in modems if modem.balance is not None}
        self._asked_at: dict[str, datetime] = {}

    @property
    def wanted(self) -> bool:
        """Whether any SIM is to be asked about at all."""
        return bool(self._settings)

    def ask_due(self, db: Database, now: datetime) -> int:
        """Ask where the last answer is too old; the number of questions."""
        asked = 0
        for name, sim, told_at in fleet_rows.balances_told(db):
            settings = self._settings.get(name)
            if settings is None or not self._is_due(settings, sim, told_at, now):
                continue
            self._asked_at[sim] = now
            self._ask(name, settings.code).add_done_callback(partial(self._answered, name, sim, settings))
            asked += 1
        return asked

    def _is_due(self, settings: BalanceSettings, sim: str, told_at: datetime | None, now: datetime) -> bool:
        asked_at = self._asked_at.get(sim)
        retry_s = min(_RETRY_S, settings.every_s)
        if asked_at is not None and now - asked_at < timedelta(seconds=retry_s):
            return False
        return told_at is None or now - told_at >= timedelta(seconds=settings.every_s)

    def _answered(self, name: str, sim: str, settings: BalanceSettings, answer: Future[str]) -> None:
        """On the port's thread."""
        now = self._clock.now()
        try:
            text = answer.result()
        except (ModemError, CancelledError) as problem:
            told = f"The balance is not known. {problem} Check balance.code of this modem."
            tell = partial(alarms.tell, place=alarms.of_modem(name), kind=_UNKNOWN, text=told, now=now)
            self._writer.post(tell, "writing an alarm")
        else:
            self._writer.post(lambda db: _keep(db, name, sim, settings, text, now), "writing a balance")


def _keep(db: Database, name: str, sim: str, settings: BalanceSettings, text: str, now: datetime) -> None:
    """Write down what the operator said, and what a person should know of it."""
    amount = money_in(text, settings.pattern)
    fleet_rows.put_balance(db, sim=sim, amount=None if amount is None else float(amount), text=text, now=now)
    low = unread = None
    if amount is None:
        unread = f'There is no amount in what {settings.code} says: "{text}". Set balance.pattern for this modem.'
    elif amount < settings.below:
        low = f"{amount} is left on SIM {sim}, less than {settings.below:g}; top it up, or it will send nothing."
    _LOG.info("balance", modem=name, sim=sim, amount=amount)
    for kind, alarm in ((_LOW, low), (_UNREAD, unread), (_UNKNOWN, None)):
        if kind != _LOW or amount is not None:  # what is not understood says nothing of the amount
            alarms.tell(db, place=alarms.of_modem(name), kind=kind, text=alarm, now=now)
