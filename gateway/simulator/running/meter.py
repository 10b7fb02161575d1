"""How fast a run goes and when it will be over, from what its boxes tell.

Pure: times are handed in, seconds of any clock.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.simulator.running.progress import Progress


class Meter:
    """Each of `boxes`, by any name, is to live `days` days, from the moment `now` on; people call them `called`."""

    def __init__(self, boxes: Iterable[str], days: int, now: float, called: str = "boxes") -> None:
        self._called = called
        self._days = dict.fromkeys(boxes, 0)
        self._messages = dict.fromkeys(self._days, 0)
        self._each = days
        self._began = now
        self._before = (0, 0)

    def take_up(self, box: str, progress: Progress) -> None:
        """A box goes on from there: what it has lived before is not counted into any speed."""
        days, messages = self._before
        self._before = (days + progress.day, messages + progress.messages)
        self.hear(box, progress)

    def hear(self, box: str, progress: Progress) -> None:
        """Take in how far a box is."""
        self._days[box] = progress.day
        self._messages[box] = progress.messages

    @property
    def done(self) -> int:
        """Boxes that have lived all their days."""
        return sum(day >= self._each for day in self._days.values())

    @property
    def share(self) -> float:
        """Which share of all days of all boxes is over."""
        return sum(self._days.values()) / (self._each * len(self._days)) if self._days else 1.0

    def messages_per_s(self, now: float) -> float:
        """Messages that passed in all boxes, by the second."""
        return (sum(self._messages.values()) - self._before[1]) / max(now - self._began, 1e-6)

    def days_per_s(self, now: float) -> float:
        """Days of the whole scenario, all its boxes, by the second."""
        lived = sum(self._days.values()) - self._before[0]
        return lived / max(len(self._days), 1) / max(now - self._began, 1e-6)

    def left_s(self, now: float) -> float | None:
        """Seconds until it is over, if it goes on as it did; None before the first day is."""
        speed = self.days_per_s(now)
        return (1 - self.share) * self._each / speed if speed else None

    def line(self, now: float) -> str:
        """All of it in one line."""
        boxes = len(self._days)
        what = (
            f"{self.done} of {boxes} {self._called}"
            if boxes > 4
            else f"day {int(self.share * self._each)} of {self._each}"
        )
        if self.share == 1:
            return f"{what}: what has begun comes to its end"
        left = self.left_s(now)
        rates = [f"{self.messages_per_s(now):,.0f} messages/s"] if any(self._messages.values()) else []
        rates.append(f"{self.days_per_s(now):.3g} days/s")
        ending = "" if left is None else f", {clock(left)} left"
        return f"{what} ({self.share:.0%}), {', '.join(rates)}{ending}"


def clock(seconds: float) -> str:
    """`4:05`, or `1:02:03`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
