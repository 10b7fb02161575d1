"""The crowd at the other end: it reads whole messages, as telephones show them, and answers each once."""

from __future__ import annotations

from typing import Any

import pytest

from gateway import scriptfiles
from gateway.model import CRITERIA, MessageKind
from gateway.simulator.citizens import Citizens, Handset
from gateway.simulator.crowd import NOON, Crowd
from modem.alphabet import split

SEED = 5
SCRIPT = scriptfiles.load("criteria")
TEXT = SCRIPT.template(MessageKind.INVITE, CRITERIA, "ru").format(date="12.09.2017", office="МФЦ г.Бийск")
PARTS = split(TEXT)


def talkative() -> str:
    """A phone whose owner can be reached and answers all five criteria at once."""
    citizens = Citizens(SEED)
    for number in range(1000):
        phone = f"+7913{number:07d}"
        answers = citizens.answers(TEXT, phone, NOON)
        if citizens.handset(phone) is Handset.ON and answers and len(answers[0].marks) == len(CRITERIA):
            return phone
    raise AssertionError("nobody answers in full")


class Wire:
    """A control port that gives these submits, one batch a step, and keeps what was delivered."""

    def __init__(self, *batches: list[dict[str, Any]]) -> None:
        self.batches = list(batches)
        self.delivered: list[str] = []

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        if path.startswith("/v1/submits"):
            return {"submits": self.batches.pop(0) if self.batches else [], "next": 0}
        assert body is not None
        self.delivered.append(body["text"])
        return {"parts": 1}


def submit(phone: str, seq: int, ref: int = 7) -> dict[str, Any]:
    udh = {"ref": ref, "total": len(PARTS), "seq": seq}
    return {"modem": "modem0", "to": phone, "text": PARTS[seq - 1], "udh": udh}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_long_message_is_answered_once_and_as_a_whole(monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]) -> None:
    assert len(PARTS) == 2
    phone = talkative()
    wire = Wire(*([submit(phone, seq)] for seq in order))
    crowd = Crowd("http://nowhere", SEED, scale=1e9)
    monkeypatch.setattr(crowd, "_call", wire.call)
    crowd.step(0)
    assert crowd.waiting == 0
    for now in (1, 1000):
        crowd.step(now)
    assert wire.delivered[0] == Citizens(SEED).answers(TEXT, phone, NOON)[0].text
    assert len(wire.delivered) == len(Citizens(SEED).answers(TEXT, phone, NOON))
