import pytest

from modem.emulator.network.handsets import CONDUCT, Handset, HandsetState, Patience
from tests.modem.emulator.conftest import Bench
from tests.modem.emulator.network.wire import FIVE_MINUTES, NOBODY, SRR, change, statuses, submit


@pytest.mark.parametrize(
    ("handset", "status"),
    [
        ({"state": "on"}, 0x00),
        ({"state": "unconfirmed"}, 0x01),
        ({"state": "blocked"}, 0x42),
        ({"state": "unknown"}, 0x43),
        ({"state": "on", "status": 0x1F}, 0x1F),
        ({"state": "blocked", "status": 0x48}, 0x48),
    ],
)
def test_first_try_decides(direct: Bench, handset: dict[str, object], status: int) -> None:
    change(direct, handsets={NOBODY: handset}, report_trying=True)
    direct.send(*submit(flags=SRR))
    assert statuses(direct.wait(1)) == [status]
    assert direct.wait(10 * 86400) == b""


@pytest.mark.parametrize(
    ("handset", "trying", "final"),
    [
        ({"state": "unreachable"}, 0x22, 0x62),
        ({"state": "busy"}, 0x21, 0x61),
        ({"state": "unreachable", "trying": 0x20, "status": 0x60}, 0x20, 0x60),
        ({"state": "busy", "trying": 0x23, "status": 0x63}, 0x23, 0x63),
    ],
)
def test_handset_out_of_reach_is_tried_as_the_schedule_says(
    direct: Bench, handset: dict[str, object], trying: int, final: int
) -> None:
    change(direct, handsets={NOBODY: handset}, report_trying=True, retry_ms=[5000, 10000])
    direct.send(*submit(flags=SRR))
    assert statuses(direct.wait(1)) == [trying]
    assert direct.wait(14.9) == b""
    assert statuses(direct.wait(0.2)) == [final]


@pytest.mark.parametrize(("state", "trying"), [("off", 0x22), ("full", 0x25)])
def test_handset_that_cannot_take_it_keeps_it_waiting_until_the_validity_ends(
    direct: Bench, state: str, trying: int
) -> None:
    change(direct, handsets={NOBODY: {"state": state}}, report_trying=True)
    direct.send(*submit(flags=SRR, vp=FIVE_MINUTES))
    assert statuses(direct.wait(1)) == [trying]
    assert direct.wait(298) == b""
    assert statuses(direct.wait(2)) == [0x46]


def test_full_handset_gets_it_as_soon_as_there_is_room(direct: Bench) -> None:
    change(direct, handsets={NOBODY: {"state": "full"}})
    direct.send(*submit(flags=SRR))
    direct.wait(3600)
    change(direct, handsets={NOBODY: {"state": "on"}})
    assert statuses(direct.wait(0)) == [0x00]


@pytest.mark.parametrize(("handset", "seconds"), [({"state": "slow"}, 5), ({"state": "on", "takes_ms": 9000}, 9)])
def test_slow_handset_takes_seconds(direct: Bench, handset: dict[str, object], seconds: float) -> None:
    change(direct, handsets={NOBODY: handset})
    direct.send(*submit(flags=SRR))
    assert direct.wait(1 + seconds - 0.1) == b""
    assert statuses(direct.wait(0.2)) == [0x00]


def test_handset_changes_by_schedule(direct: Bench) -> None:
    handset = {"state": "off", "for_ms": 60_000, "then": {"state": "full", "for_ms": 30_000}}
    change(direct, handsets={NOBODY: handset})
    direct.send(*submit(flags=SRR))
    assert direct.wait(89.9) == b""
    assert statuses(direct.wait(0.2)) == [0x00]
    direct.send(*submit(flags=SRR))
    assert statuses(direct.wait(1)) == [0x00]


def test_schedule_ends_when_the_handset_is_changed_by_hand(direct: Bench) -> None:
    change(direct, handsets={NOBODY: {"state": "on", "for_ms": 10_000, "then": {"state": "off"}}})
    change(direct, handsets={NOBODY: {"state": "blocked"}})
    direct.wait(20)
    direct.send(*submit(flags=SRR))
    assert statuses(direct.wait(1)) == [0x42]


@pytest.mark.parametrize("code", [1, 28, 30])
def test_unknown_subscriber_may_be_refused_at_once(direct: Bench, code: int) -> None:
    change(direct, handsets={NOBODY: {"state": "unknown", "cms_error": code}})
    assert direct.send(*submit(flags=SRR)) == ["+CMS", "ERROR:", str(code)]
    assert direct.wait(100) == b""
    assert direct.send(*submit("+79130000000")) == ["+CMGS:", "1", "OK"]


def test_numbers_that_begin_alike_share_a_handset_and_the_longest_beginning_counts(direct: Bench) -> None:
    change(direct, handsets={"+7999*": {"state": "blocked"}, "+79990*": {"state": "unknown"}, "*": {"state": "off"}})
    for to in ("+79991000000", "+79990000000", "+79130000000"):
        direct.send(*submit(to, flags=SRR))
    assert statuses(direct.wait(1)) == [0x42, 0x43]
    change(direct, handsets={"*": None})
    assert statuses(direct.wait(0)) == [0x00]


def test_every_class_of_status_can_be_produced() -> None:
    produced = {one.final for one in CONDUCT.values()} | {one.trying for one in CONDUCT.values()}
    assert {status >> 5 for status in produced} == {0, 1, 2, 3}
    assert set(CONDUCT) == set(HandsetState)
    assert all(0x20 <= one.trying <= 0x3F for one in CONDUCT.values() if one.patience is not Patience.NONE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "off", "status": 0x22},
        {"state": "off", "status": 128},
        {"state": "off", "trying": 0x42},
        {"state": "off", "then": {"state": "on"}},
        {"state": "off", "for_ms": -1},
        {"state": "dead"},
        {"state": "on", "cms_error": "30"},
        {},
    ],
)
def test_handset_that_makes_no_sense_is_refused(direct: Bench, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=rf"^handsets\.\{NOBODY}"):
        change(direct, handsets={NOBODY: wrong})
    assert direct.conditions.handsets == {}


def test_handset_that_is_not_named_is_on() -> None:
    assert Handset.ON.final == 0x00
