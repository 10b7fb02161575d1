"""The box against what a network of months saw, remembered in 8 octets for each message.

Pure. A witness in the same process cannot keep a million lines, but it can keep a digest of each: equal messages have
equal digests, and different ones the same by a chance of one in 10^7 for a million. Only where the counts differ are
the box's own rows looked at again, to say which visit it is.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gateway.ledger.differences import Differences

Parts = Callable[[], Iterable[tuple[str, str, str, str]]]
"""Gives the parts that left the queue of the box: visit, pseudonym, text, state."""


def _octets() -> array[int]:
    return array("Q")


@dataclass(frozen=True, slots=True)
class Digests:
    """What passed through a network: parts it accepted, messages it gave to modems."""

    submits: array[int] = field(default_factory=_octets)
    delivers: array[int] = field(default_factory=_octets)

    def submitted(self, name: str, text: str) -> None:
        """A part with this text went to the owner of this pseudonym."""
        self.submits.append(_of(name, text))

    def delivered(self, fingerprint: bytes) -> None:
        """A modem took a message; the fingerprint is that of its PDU."""
        self.delivers.append(_first(fingerprint))


def compare_parts(parts: Parts, seen: Digests) -> Differences:
    """As `gateway.ledger.network.compare_submits`: what the network never saw, and what it saw too often."""
    sent, doubtful = _octets(), _octets()
    for _, name, text, state in parts():
        digest = _of(name, text)
        sent.append(digest)
        if state == "unknown":
            doubtful.append(digest)
    if sorted(sent) == sorted(seen.submits):
        return Differences()
    count, saw, unsure = Counter(sent), Counter(seen.submits), Counter(doubtful)
    lacking = [digest for digest in count if saw[digest] < count[digest] - unsure[digest]]
    extra = {digest: (saw[digest], count[digest]) for digest in saw if saw[digest] > count[digest]}
    return _sentences(parts, lacking, extra)


def compare_kept(kept: Iterable[bytes], seen: Digests) -> Differences:
    """Messages the network gave to a modem and the box never kept; `kept` are fingerprints of those it did."""
    there = {_first(fingerprint) for fingerprint in kept}
    missing = sum(digest not in there for digest in seen.delivers)
    return Differences([f"{missing} messages that modems took were never kept"] if missing else [])


def _sentences(parts: Parts, lacking: list[int], extra: dict[int, tuple[int, int]]) -> Differences:
    visits = {_of(name, text): visit for visit, name, text, _ in parts()}
    return Differences(
        [f"visit {visits[digest]}: a part counts as sent, but the network never saw it" for digest in lacking],
        [
            f"visit {visits[digest]}: the network saw a part {saw} times, it was sent {count} times"
            if digest in visits
            else "the network saw a message that the box does not know"
            for digest, (saw, count) in extra.items()
        ],
    )


def _of(name: str, text: str) -> int:
    return _first(hashlib.blake2b(f"{name}\0{text}".encode(), digest_size=8).digest())


def _first(octets: bytes) -> int:
    return int.from_bytes(octets[:8], "big")
