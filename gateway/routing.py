"""Which SIM may take which part now.

Pure: a table of what is known of the SIMs, told from outside, and what follows from it; time and randomness are
arguments. Nothing is handed out. A worker that is free asks, and gets a `Ticket`: the lanes it may draw on and how much
of them. Three rules make the pull fair:

- **The least loaded of those that wait gets what is fresh.** A SIM that asks leaves as many fresh messages as there are
  less loaded SIMs that wait for work; they were rung too. After `FRESH` whoever asks gets them, so a SIM that does not
  come (it is reading a full memory) holds nothing up.
- **A block is a fair share.** Of what several SIMs could take, none claims more than its part at once.
- **A SIM's own lane is its alone until it fails it**: when for `failover_after` it has been lost, drained, held back by
  the network or its caps, or is known to stay so for as long, what waits in its lane goes to the others. So does what
  has waited that long for a healthy SIM while another had nothing to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.lanes import ANY, Lanes, Share, Ticket, members
from scheduler.pacing import Meter

FRESH = timedelta(seconds=1)
"""How long a message is left to a SIM with a better right to it: as long as the timetable takes to ring again."""


@dataclass(slots=True)
class _Modem:
    """A configured modem: what holds it back, each since when, and the SIM seen in it last."""

    sim: str | None = None
    down_since: datetime | None = None
    drained_since: datetime | None = None

    def unwell_since(self) -> datetime | None:
        return min((since for since in (self.down_since, self.drained_since) if since is not None), default=None)


@dataclass(slots=True)
class _Sim:
    """A SIM in a modem: what it has sent and when last, the parts it has in hand, whether it asked for more in vain;
    and since when another card is in its place."""

    modem: str
    meter: Meter
    hand: set[int] = field(default_factory=set)
    waits: bool = False
    sent_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is to leave a SIM's lane: answers, and invitations, that have been ready since these moments or longer."""

    answers: datetime | None
    invitations: datetime | None


class Routing:
    """The table of the SIMs and the rules above. One thread at a time may change it."""

    def __init__(self, lanes: Lanes, modems: Iterable[str], now: datetime, failover_after_s: float) -> None:
        self._lanes = lanes
        self._began = now
        self._failover_after = timedelta(seconds=failover_after_s)
        self._modems = {name: _Modem(down_since=now) for name in modems}
        self._sims: dict[str, _Sim] = {}
        self._silent: set[str] = set()

    # -- what is told -------------------------------------------------------------------------------------------

    def remember(self, modem: str, sim: str) -> None:
        """This SIM was in this modem when the last run ended."""
        self._modems[modem].sim = sim

    def seat(self, modem: str, sim: str, meter: Meter, now: datetime) -> None:
        """This SIM is in this modem, and has sent what `meter` says; whatever was in hand has been given back."""
        for row in self._modems.values():
            if row.sim == sim:
                row.sim = None
        before = self._modems[modem].sim
        if before in self._sims:
            self._sims[before].left_at = now
        self._modems[modem].sim = sim
        known = self._sims.get(sim)
        self._sims[sim] = _Sim(modem, meter, sent_at=None if known is None else known.sent_at)

    def is_seated(self, modem: str, sim: str) -> bool:
        known = self._sims.get(sim)
        return known is not None and known.modem == modem and self._modems[modem].sim == sim

    def up(self, modem: str) -> None:
        """The modem can send."""
        self._modems[modem].down_since = None

    def down(self, modem: str, now: datetime) -> None:
        """The modem cannot send: it is lost, in quarantine, without a network…"""
        row = self._modems[modem]
        row.down_since = row.down_since or now
        if row.sim in self._sims:
            self._sims[row.sim].waits = False

    def drain(self, modem: str, now: datetime) -> None:
        """The modem shall claim nothing more; what it has in hand it finishes."""
        row = self._modems[modem]
        row.drained_since = row.drained_since or now

    def resume(self, modem: str) -> None:
        """The modem may claim again, and its SIM is no longer held to be silent."""
        self._modems[modem].drained_since = None
        self._silent.discard(self._modems[modem].sim or "")

    def silence(self, sim: str, silent: bool) -> None:
        """What this SIM sends seems to arrive nowhere: others, if there are any, shall start the conversations."""
        if silent:
            self._silent.add(sim)
        else:
            self._silent.discard(sim)

    def claimed(self, sim: str, parts: Collection[int]) -> None:
        """What a ticket was good for; nothing: the SIM waits."""
        row = self._sims[sim]
        row.hand.update(parts)
        row.waits = not parts

    def settled(self, sim: str, parts: Iterable[int], sent: int, now: datetime, draw: float) -> None:
        """Parts have come to their end, and `sent` of them have gone out or may have."""
        row = self._sims[sim]
        row.hand.difference_update(parts)
        if sent:
            row.meter.add(sent, now, draw)
            row.sent_at = now

    def released(self, sim: str, parts: Iterable[int]) -> None:
        """Parts that this SIM had in hand went back to the queue."""
        self._sims[sim].hand.difference_update(parts)

    # -- what follows -------------------------------------------------------------------------------------------

    def ticket(self, sim: str, most: int, now: datetime) -> Ticket | None:
        """What this SIM may claim now; None: nothing."""
        row = self._sims[sim]
        # What is in hand has not been counted as sent and will be.
        parts = min(most, self._room(row, now) - len(row.hand))
        if parts <= 0:
            row.waits = not row.hand  # for its pause to end, or to be resumed
            return None
        room = self._room(row, now, reserved=True) - len(row.hand)
        invitations = 0 if self._is_passed_over(sim, now) else max(0, min(parts, room))
        mine = self._rank(sim, row, now)
        others = [
            (self._rank(name, other, now), other)
            for name, other in self._sims.items()
            if self._may_start(sim, name, other, now)
        ]
        shares = [Share(sim)]
        for lane in self._lanes.of(row.modem):
            sharers = [(rank, other) for rank, other in others if lane == ANY or other.modem in members(lane)]
            better = sum(other.waits and rank < mine for rank, other in sharers)
            shares.append(Share(lane, 1 + len(sharers), better))
        return Ticket(sim, tuple(shares), parts, invitations, now - FRESH)

    def may_claim(self, now: datetime) -> set[str]:
        """The lanes that somebody may draw on now."""
        free = [(sim, row) for sim, row in self._sims.items() if self._room(row, now) > 0]
        return {lane for sim, row in free for lane in (sim, *self._lanes.of(row.modem))}

    def opens_at(self, lanes: Collection[str], now: datetime) -> datetime | None:
        """The first moment at which somebody may draw on one of these lanes; None: no SIM of theirs is well."""
        return min(
            (
                row.meter.allowance(now).not_before
                for sim, row in self._sims.items()
                if self._is_well(row) and not {sim, *self._lanes.of(row.modem)}.isdisjoint(lanes)
            ),
            default=None,
        )

    def lane(self, phone: str, operator: str | None, sim: str | None, now: datetime) -> str:
        """Where a message to this number waits, if `sim` is the one this person last had to do with."""
        if sim is not None and self._leaving(sim, now).answers is None:
            row = self._sims.get(sim)
            modem = self._modem_of(sim) if row is None else row.modem
            if modem is None or self._lanes.covers(modem, phone, operator):
                return sim
        return self._lanes.pool(phone, operator)

    def leaving(self, sim: str, now: datetime) -> Leaving:
        """What is to leave the lane of this SIM now."""
        gone = self._leaving(sim, now)
        aged = now - self._failover_after if self._somebody_is_free(sim, now) else None
        return Leaving(gone.answers or aged, gone.invitations or aged)

    def modems(self) -> Mapping[str, str | None]:
        """Every modem with the SIM seen in it last."""
        return {name: row.sim for name, row in self._modems.items()}

    # -- inside -------------------------------------------------------------------------------------------------

    def _is_well(self, row: _Sim) -> bool:
        modem = self._modems[row.modem]
        return modem.unwell_since() is None and row.left_at is None

    def _room(self, row: _Sim, now: datetime, *, reserved: bool = False) -> int:
        return row.meter.room(now, reserved=reserved) if self._is_well(row) else 0

    def _rank(self, sim: str, row: _Sim, now: datetime) -> tuple[int, float, str]:
        """The smaller, the better the right to the next message: sent today, then who has been idle the longest."""
        sent_at = 0.0 if row.sent_at is None else row.sent_at.timestamp()
        return row.meter.today(now) + len(row.hand), sent_at, sim

    def _is_passed_over(self, sim: str, now: datetime) -> bool:
        """Whether others start the conversations in the place of this silent SIM."""
        return sim in self._silent and any(self._may_start(sim, *other, now) for other in self._sims.items())

    def _may_start(self, sim: str, name: str, row: _Sim, now: datetime) -> bool:
        """Whether another SIM than `sim` may start a conversation now."""
        return name != sim and name not in self._silent and self._room(row, now, reserved=True) > 0

    def _leaving(self, sim: str, now: datetime) -> Leaving:
        """As `leaving`, but only for what is wrong with the SIM itself."""
        row = self._sims.get(sim)
        if row is None or not self._is_well(row):
            since = self._unwell_since(sim, row)
            gone = now if now - since >= self._failover_after else None
            return Leaving(gone, gone)

        def capped(reserved: bool) -> bool:
            return row.meter.allowance(now, reserved=reserved).not_before - now >= self._failover_after

        passed_over = self._is_passed_over(sim, now)
        return Leaving(now if capped(False) else None, now if passed_over or capped(True) else None)

    def _unwell_since(self, sim: str, row: _Sim | None) -> datetime:
        if row is not None and row.left_at is not None:
            return row.left_at
        modem = self._modem_of(sim)
        return (modem is not None and self._modems[modem].unwell_since()) or self._began

    def _modem_of(self, sim: str) -> str | None:
        return next((name for name, row in self._modems.items() if row.sim == sim), None)

    def _somebody_is_free(self, but: str, now: datetime) -> bool:
        return any(row.waits and self._room(row, now) > 0 for sim, row in self._sims.items() if sim != but)
