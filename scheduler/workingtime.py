"""Working time: how long something has taken of the hours in which somebody could have done it.

Pure. Two working hours from Friday 17:30, where the desk is open from 09:00 to 18:00 on weekdays, end on Monday at
10:30. An hour is an hour also on a day when the clocks jump: what counts is time that passes, not what the clock says.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from scheduler.windows import Window


def due(opened_at: datetime, working_s: float, desk: Window, zone: tzinfo) -> datetime:
    """When `working_s` seconds of the desk's open time have passed since `opened_at` (UTC-aware), in UTC.

    What comes while the desk is closed begins to count when it opens. What is used up exactly at closing time is due
    then, not at the next opening.
    """
    left = timedelta(seconds=working_s)
    at = desk.next_open(opened_at, zone)
    while (opening := desk.next_close(at, zone) - at) < left:
        left -= opening
        at = desk.next_open(at + opening, zone)
    return at + left


def passed(opened_at: datetime, until: datetime, desk: Window, zone: tzinfo) -> float:
    """How many seconds of the desk's open time lie between two moments (UTC-aware); 0 if `until` is not later."""
    worked, at = timedelta(), desk.next_open(opened_at, zone)
    while at < until:
        close = min(desk.next_close(at, zone), until)
        worked += close - at
        at = desk.next_open(close, zone)
    return worked.total_seconds()
