"""The numbers of a run. They add up: those of two boxes, or of two parts of a period, make those of both.

Pure. Everything is a count, a sum or a histogram in whole units, so that no order of adding changes a digit, and a run
that was interrupted or shared out over processes gives the same as one that was not. What is worked out of them
(shares, percentiles, intervals, costs) is for the report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any, Self

HOURS_OF_WEEK = 168


@dataclass(slots=True)
class ModemMeasures:
    """One modem of one box, by the hour since the first day's midnight: parts it sent, whole seconds it was busy."""

    parts: Counter[int] = field(default_factory=Counter)
    busy_s: Counter[int] = field(default_factory=Counter)
    away: list[tuple[int, int]] = field(default_factory=list)
    """When it could not send: spans in seconds since the first day's midnight."""


@dataclass(slots=True)
class Measures:
    """What happened in all boxes together.

    `counts`: visits, refused, no_consent, invited, barred, delivered, replied, rated, exported, unknown, lost,
    duplicated, opted_out, expired; parts and texts sent, inbound (parts received), late (replies after the end).
    """

    days: int = 0
    boxes: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    sent: Counter[int] = field(default_factory=Counter)
    """Parts by hour of the week, Monday 00 is 0, in the offices' time."""
    sent_by_hour: Counter[int] = field(default_factory=Counter)
    """Parts by hour since the first day's midnight."""
    may_send_by_hour: Counter[int] = field(default_factory=Counter)
    """Invitations that became free to go (due, and their window open), by hour since the first day's midnight."""
    queue_most: Counter[int] = field(default_factory=Counter)
    """The longest queue of parts that may go out, by hour since the first day's midnight; summed over boxes."""
    queue_area_s: int = 0
    """Parts times seconds waited: by Little's law the arrivals times the mean wait."""
    waits_s: Counter[int] = field(default_factory=Counter)
    """Invitations by whole seconds from the moment they might go out to the submit of their last part."""
    delays_min: Counter[int] = field(default_factory=Counter)
    """First replies by whole minutes from the submit of the invitation."""
    replies: Counter[str] = field(default_factory=Counter)
    """Replies by class (`gateway.model.ReplyClass`)."""
    marks: dict[str, Counter[int]] = field(default_factory=dict)
    """Overall marks as the box understood them, by office."""
    truth: dict[str, Counter[int]] = field(default_factory=dict)
    """Overall marks that those who answered had in mind, by office."""
    invited: Counter[str] = field(default_factory=Counter)
    """Invitations sent, by office."""
    calls: Counter[str] = field(default_factory=Counter)
    """Call-backs: opened, reached, gave_up, within (of its time), tries, talk_s."""
    call_waits_s: Counter[int] = field(default_factory=Counter)
    """Call-backs by whole seconds of working time from opening to reaching the person."""
    modems: dict[str, ModemMeasures] = field(default_factory=dict)
    """By the name of box and modem: `box1/m1`."""
    at_utilisation: Counter[int] = field(default_factory=Counter)
    """Modem-hours in which sending was allowed, by tenths of the hour busy (0 to 10)."""
    messages: int = 0
    """AT messages that passed, submits, deliveries and reports; none in planning mode."""
    balanced: bool = True
    """Whether the ledger of every box balances."""

    def add(self, other: Measures) -> None:
        """Take in the numbers of another box, or of another part of the period of the same boxes."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            match mine:
                case bool():
                    setattr(self, one.name, mine and theirs)
                case Counter():
                    mine.update(theirs)
                case dict():
                    _add_by_name(mine, theirs)
                case _:
                    setattr(self, one.name, mine + theirs if one.name != "days" else max(mine, theirs))

    def as_json(self) -> dict[str, Any]:
        """Plain values with string keys, in a fixed order: equal measures make equal octets."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The other way."""
        found = cls()
        for one in fields(cls):
            setattr(found, one.name, _typed(getattr(found, one.name), one.name, value[one.name]))
        return found


_BY_WORD = frozenset(("counts", "replies", "invited", "calls"))


def _add_by_name(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    for key, value in theirs.items():
        match value:
            case Counter():
                mine.setdefault(key, Counter()).update(value)
            case ModemMeasures():
                modem = mine.setdefault(key, ModemMeasures())
                modem.parts.update(value.parts)
                modem.busy_s.update(value.busy_s)
                modem.away = sorted([*modem.away, *value.away])


def _plain(value: Any) -> Any:
    match value:
        case ModemMeasures():
            return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        case dict():
            return {str(key): _plain(value[key]) for key in sorted(value)}
        case _:
            return value


def _counter(value: dict[str, int]) -> Counter[int]:
    return Counter({int(key): count for key, count in value.items()})


def _typed(empty: Any, name: str, value: Any) -> Any:
    match name:
        case "modems":
            return {
                key: ModemMeasures(
                    _counter(one["parts"]), _counter(one["busy_s"]), [(begin, end) for begin, end in one["away"]]
                )
                for key, one in value.items()
            }
        case "marks" | "truth":
            return {key: _counter(one) for key, one in value.items()}
        case _ if name in _BY_WORD:
            return Counter(value)
        case _:
            return _counter(value) if isinstance(empty, Counter) else value
