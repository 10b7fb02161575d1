"""The modem's clock: how far it is from the true time, and the time zone it shows (27.007 §8.15, §8.40)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

QUARTER_S = 900
HOME_ZONE = 28  # UTC+7, in quarter-hours


@dataclass(slots=True)
class Clock:
    """Set by the terminal or by the network. `shift_s` is what it is ahead of the true time."""

    shift_s: float = 0.0
    zone_quarters: int = HOME_ZONE

    def local(self, now: float) -> datetime:
        """What it shows at the true time `now`; the zone is not part of the value."""
        return datetime.fromtimestamp(now + self.shift_s, UTC) + timedelta(seconds=self.zone_quarters * QUARTER_S)

    def set_local(self, local: datetime, zone_quarters: int, now: float) -> None:
        """Make it show this time in this zone."""
        self.zone_quarters = zone_quarters
        self.shift_s = local.timestamp() - zone_quarters * QUARTER_S - now

    def correct(self, zone_quarters: int) -> None:
        """Take time and zone from the network (TS 22.042)."""
        self.shift_s, self.zone_quarters = 0.0, zone_quarters
