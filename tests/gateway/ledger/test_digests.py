"""The box against a network that remembers digests."""

from __future__ import annotations

from gateway.ledger.differences import Differences
from gateway.ledger.digests import Digests, compare_kept, compare_parts

PARTS = [("v1", "p-1", "Rate us", "delivered"), ("v2", "p-2", "Rate us", "submitted"), ("v3", "p-3", "Hi", "unknown")]


def seen(*submits: tuple[str, str]) -> Digests:
    found = Digests()
    for name, text in submits:
        found.submitted(name, text)
    return found


def test_parts_that_were_all_seen_once_differ_in_nothing() -> None:
    network = seen(("p-3", "Hi"), ("p-1", "Rate us"), ("p-2", "Rate us"))
    assert compare_parts(lambda: PARTS, network) == Differences()


def test_part_in_doubt_may_have_been_seen_or_not() -> None:
    assert compare_parts(lambda: PARTS, seen(("p-1", "Rate us"), ("p-2", "Rate us"))) == Differences()


def test_part_that_was_never_seen_is_lost() -> None:
    found = compare_parts(lambda: PARTS, seen(("p-1", "Rate us"), ("p-3", "Hi")))
    assert found == Differences(["visit v2: a part counts as sent, but the network never saw it"])


def test_part_that_was_seen_twice_is_doubled() -> None:
    found = compare_parts(
        lambda: PARTS, seen(("p-1", "Rate us"), ("p-1", "Rate us"), ("p-2", "Rate us"), ("p-3", "Hi"))
    )
    assert found == Differences([], ["visit v1: the network saw a part 2 times, it was sent 1 times"])


def test_message_that_the_box_does_not_know_is_doubled() -> None:
    found = compare_parts(lambda: PARTS, seen(("p-1", "Rate us"), ("p-2", "Rate us"), ("p-9", "Rate us")))
    assert found == Differences([], ["the network saw a message that the box does not know"])


def test_message_that_a_modem_took_and_nobody_kept_is_lost() -> None:
    network = Digests()
    for fingerprint in (b"a" * 16, b"b" * 16, b"b" * 16):
        network.delivered(fingerprint)
    assert compare_kept([b"a" * 16, b"b" * 16], network) == Differences()
    assert compare_kept([b"a" * 16], network) == Differences(["2 messages that modems took were never kept"])
