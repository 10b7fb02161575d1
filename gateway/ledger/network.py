"""The box against the log of the emulated network: what was submitted, what was delivered.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from gateway.ledger.differences import Differences


def compare_submits(
    parts: Iterable[tuple[str, str, str, str]], network: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> Differences:
    """Parts the box calls sent and the network never saw; parts the network saw more often than the box sent them.

    `parts` are those that left the queue: visit, pseudonym, text, state. `names` has the pseudonym of each phone that
    the network names, for the box may have purged its phones.
    """
    seen = Counter((names[line["to"]], line["text"]) for line in network if line["event"] == "submit")
    phones = {name: phone for phone, name in names.items()}
    sent: Counter[tuple[str, str]] = Counter()
    doubtful: Counter[tuple[str, str]] = Counter()
    visits: dict[tuple[str, str], str] = {}
    for visit, name, text, state in parts:
        key = (name, text)
        visits[key] = visit
        sent[key] += 1
        doubtful[key] += state == "unknown"
    missing = [
        f"visit {visits[key]}: a part counts as sent, but the network never saw it"
        for key, count in sent.items()
        if seen[key] < count - doubtful[key]
    ]
    doubled = [
        f"visit {visits[key]}: the network saw a part {count} times, it was sent {sent[key]} times"
        if key in visits
        else f"the network saw a message to {phones[key[0]][:5]}*** that the box does not know"
        for key, count in seen.items()
        if count > sent[key]
    ]
    return Differences(missing, doubled)


def compare_delivers(never_kept: Collection[str], network: Iterable[Mapping[str, Any]]) -> Differences:
    """Messages the network gave to a modem and the box never kept; `never_kept` are their PDUs."""
    return Differences(
        [
            f"a message from {line['from'][:5]}*** at {line['t']} was never kept"
            for line in network
            if line["event"] == "deliver" and line["pdu"] in never_kept
        ]
    )
