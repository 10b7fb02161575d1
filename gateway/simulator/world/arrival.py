"""One visit as it happens: what the citizen lived through, and what the office writes down about it.

Pure. The first is known to the simulated citizen, the second to the box.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Arrival(NamedTuple):
    """One person served once. `ended_at` is in seconds since the epoch.

    `phone` is the telephone that will ring (E.164), None if there is none or what was written down is no number;
    `written_phone` is what the office wrote. `stranger`: the number is that of somebody who was not there. `waited_s`
    is the time in the queue. `mark` is the overall mark, 1 to 5, that this citizen has in mind about this visit.
    `cells` are what stands in the visits file that is lived again, None where none is.
    """

    foreign_id: str
    office: str
    service: str
    ended_at: float
    phone: str | None
    written_phone: str
    consent: bool
    stranger: bool
    waited_s: float
    mark: int
    cells: Mapping[str, str] | None = None
