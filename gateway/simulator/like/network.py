"""What a box's parts and call-backs say of modems, the network behind them, and the desk.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.callbacks import Outcome
from gateway.simulator.like.figures import ENOUGH, Figures, quantile
from gateway.store.likeness import Calls

_OFF_S = 3600
"""What takes longer than this to be delivered went to a telephone that was off."""
_SOON = 0.1
"""Of the times to the next try so many are short: the others waited for somebody to be free."""
_SOONEST_S = 0.1
"""No network takes less for a part."""
_ENDED = ("delivered", "failed", "unknown")
_VAIN = frozenset({Outcome.NOT_REACHED, Outcome.NOT_CALLED})


def draw_modems(figures: Figures, modems: int, submits_ms: Mapping[int, int]) -> None:
    """How many modems, and how long the network takes to accept a part."""
    if modems:
        figures.put("modems.count", min(64, modems), None, "as many as the box has known")
    else:
        figures.usual("modems.count", 0, "modems")
    figures.lasting("modems.submit", {ms / 1000: count for ms, count in submits_ms.items()}, "parts sent", _SOONEST_S)


def draw_network(figures: Figures, deliveries_s: Mapping[int, int], ends: Mapping[str, int]) -> None:
    """How soon telephones get a message, how many are off or blocked, and which share of reports is lost."""
    soon = {float(s): count for s, count in deliveries_s.items() if s < _OFF_S}
    late = {float(s): count for s, count in deliveries_s.items() if s >= _OFF_S}
    figures.lasting("network.delivery", soon, "parts delivered within the hour", _SOONEST_S)
    told = ends.get("delivered", 0) + ends.get("failed", 0)
    figures.share("network.off", sum(late.values()), told, "parts with a final report")
    figures.lasting("network.off_for", late, "parts delivered later than an hour")
    figures.share("network.blocked", ends.get("failed", 0), told, "parts with a final report")
    figures.share("network.reports_lost", ends.get("unknown", 0), sum(ends.get(end, 0) for end in _ENDED), "parts sent")


def draw_desk(
    figures: Figures,
    calls: Calls,
    outcomes: Mapping[str, int],
    talks_s: Mapping[int, int],
    vain_s: Mapping[int, int],
    redials_s: Mapping[int, int],
) -> None:
    """Who calls, who answers, and what comes of it."""
    if calls.tries:
        figures.put("desk.operators", min(1000, calls.operators), calls.tries, "calls, by so many people")
    else:
        figures.usual("desk.operators", 0, "calls")
    figures.share("desk.answers", calls.answered, calls.tries, "calls")
    figures.lasting("desk.talk", {float(s): count for s, count in talks_s.items()}, "calls that were answered")
    _quantile(figures, "desk.no_answer_s", 0.5, vain_s, "calls that nobody took")
    _quantile(figures, "desk.redial_s", _SOON, redials_s, "calls after one that nobody took, the soonest tenth")
    vain = outcomes.get(Outcome.NOT_REACHED, 0)
    if vain < ENOUGH:
        figures.usual("desk.tries", vain, "call-backs given up")
    else:
        figures.put("desk.tries", max(1, calls.most_tries), vain, "call-backs given up")
    talked = sum(count for outcome, count in outcomes.items() if outcome not in _VAIN)
    wrong = outcomes.get(Outcome.WRONG_NUMBER, 0)
    figures.share("desk.wrong_number", wrong, talked, "call-backs that somebody answered")
    for key, outcome in (("desk.refused", Outcome.REFUSED), ("desk.opted_out", Outcome.OPTED_OUT)):
        figures.share(key, outcomes.get(outcome, 0), talked - wrong, "people reached")


def _quantile(figures: Figures, key: str, share: float, times: Mapping[int, int], of: str) -> None:
    cases = sum(times.values())
    if cases < ENOUGH:
        figures.usual(key, cases, of)
    else:
        figures.put(key, quantile({float(time): count for time, count in times.items()}, share), cases, of)
