"""The queue of an office: whoever came first goes to the window that is free first.

Pure. A day begins with all windows free. Who has a ticket and has not been called when the office closes goes home,
and is no visit; who stands at a window is served to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heapreplace


def served(
    comes_at: Iterable[float], windows: int, service_s: Callable[[], float], closes: float
) -> Iterator[tuple[float, float]]:
    """When each who was served went, with the seconds he had waited; in the order of coming.

    `comes_at` are moments in order, `service_s` draws how long a window takes. Costs O(log windows) a person.
    """
    free_at = [0.0] * windows
    for came in comes_at:
        begins = max(came, free_at[0])
        if begins >= closes:
            continue
        ends = begins + service_s()
        heapreplace(free_at, ends)
        yield ends, begins - came
