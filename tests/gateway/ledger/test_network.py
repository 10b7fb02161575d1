"""The box against the log of the network: what each difference is called."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.ledger.network import compare_delivers, compare_submits

PHONE = "+79130200001"
NAMES = {PHONE: "p-1"}


def submit(text: str = "Оцените") -> dict[str, Any]:
    return {"event": "submit", "to": PHONE, "text": text}


def part(state: str = "sent", text: str = "Оцените") -> tuple[str, str, str, str]:
    return ("v1", "p-1", text, state)


@pytest.mark.parametrize(
    ("parts", "seen", "lost", "duplicated"),
    [
        ([part()], [submit()], [], []),
        ([part()], [], ["visit v1: a part counts as sent, but the network never saw it"], []),
        ([part("unknown")], [], [], []),
        ([part("unknown")], [submit()], [], []),
        ([part("unknown"), part()], [], ["visit v1: a part counts as sent, but the network never saw it"], []),
        ([part(), part("unknown")], [submit(), submit()], [], []),
        ([part()], [submit(), submit()], [], ["visit v1: the network saw a part 2 times, it was sent 1 times"]),
        ([], [submit()], [], ["the network saw a message to +7913*** that the box does not know"]),
        (
            [part()],
            [submit(), submit("other")],
            [],
            ["the network saw a message to +7913*** that the box does not know"],
        ),
    ],
)
def test_submits_are_compared(
    parts: list[tuple[str, str, str, str]], seen: list[dict[str, Any]], lost: list[str], duplicated: list[str]
) -> None:
    found = compare_submits(parts, [*seen, {"event": "deliver", "from": PHONE, "t": 1, "pdu": "07"}], NAMES)
    assert (found.lost, found.duplicated) == (lost, duplicated)


def test_message_that_was_given_to_a_modem_and_never_kept_is_lost() -> None:
    log = [
        {"event": "deliver", "from": PHONE, "t": 1, "pdu": "07"},
        {"event": "deliver", "from": PHONE, "t": 2, "pdu": "08"},
        submit(),
    ]
    found = compare_delivers({"08"}, log)
    assert (found.lost, found.duplicated) == (["a message from +7913*** at 2 was never kept"], [])
