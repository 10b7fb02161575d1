"""What goes wrong on the way: loss, duplicates, reordering, and reports that are late, early, double or elsewhere."""

import pytest

from tests.modem.emulator.conftest import START, Bench
from tests.modem.emulator.network.wire import (
    NOBODY,
    SRR,
    change,
    messages,
    refusals,
    reports,
    statuses,
    submit,
    texts,
)


def test_duplicate_is_the_same_octet_by_octet(direct: Bench) -> None:
    change(direct, duplicate_rate=1)
    first, second = messages(direct.deliver("5") + direct.wait(60))
    assert first == second


def test_duplicate_on_command_repeats_the_last_message_with_its_time_stamp(direct: Bench) -> None:
    centre, modem = direct.world.centre, direct.modem
    assert not centre.repeat(modem, direct.now)
    (once,) = messages(direct.deliver("5"))
    direct.wait(3600)
    assert centre.repeat(modem, direct.now)
    assert messages(direct.wait(0)) == [once]


def test_duplicate_brings_no_second_report(direct: Bench) -> None:
    change(direct, duplicate_rate=1)
    direct.send(*submit(direct.world.modems[1].number, flags=SRR))
    assert texts(direct.wait(1, 1)) == ["5", "5"]
    assert statuses(direct.wait(0)) == [0x00]


def test_rate_of_duplicates_is_that_rate(direct: Bench) -> None:
    change(direct, duplicate_rate=0.3)
    got = sum(len(texts(direct.deliver(str(number)))) for number in range(500))
    assert 600 < got < 700


def test_messages_stay_in_order_however_long_each_takes(direct: Bench) -> None:
    change(direct, report_latency_ms={"kind": "exponential", "mean_ms": 10_000})
    for number in range(30):
        direct.send(*submit(direct.world.modems[1].number, text=str(number)))
    assert texts(direct.wait(3600, 1)) == [str(number) for number in range(30)]


def test_held_back_message_is_overtaken(direct: Bench) -> None:
    change(direct, reorder_rate=1, reorder_ms=5000)
    assert direct.deliver("first") == b""
    change(direct, reorder_rate=0)
    direct.wait(1)
    assert texts(direct.deliver("second")) == ["second"]
    assert texts(direct.wait(4)) == ["first"]


def test_lost_message_leaves_a_log_line_and_nothing_else(direct: Bench) -> None:
    change(direct, loss_rate=1)
    assert direct.send(*submit(flags=SRR)) == ["+CMGS:", "0", "OK"]
    assert direct.deliver("5") == b""
    assert direct.wait(10 * 86400) == b""
    assert [(line["policy"], line["ref"], line["cms"]) for line in refusals(direct)] == [
        ("loss", 0, None),
        ("loss", None, None),
    ]


def test_report_may_be_late(direct: Bench) -> None:
    change(direct, report_late_ms=3_600_000)
    direct.send(*submit(flags=SRR))
    assert direct.wait(3600) == b""
    (report,) = reports(direct.wait(1))
    assert report.scts.hex() == "32115150310282"  # 2023-11-15 05:13:20+07:00
    assert report.discharge.hex() == "32115150311282"  # one second later: of the delivery, not of the report


def test_report_may_come_twice_or_not_at_all(direct: Bench) -> None:
    change(direct, report_duplicate_rate=1)
    direct.send(*submit(flags=SRR))
    assert statuses(direct.wait(1)) == [0x00, 0x00]
    change(direct, report_loss_rate=1)
    direct.send(*submit(flags=SRR))
    assert direct.wait(100) == b""


def test_report_may_carry_times_of_another_zone(direct: Bench) -> None:
    change(direct, report_zone_quarters=-8)
    direct.send(*submit(flags=SRR))
    (report,) = reports(direct.wait(1))
    assert report.scts.hex() == "32114102310288"  # 2023-11-14 20:13:20-02:00
    assert messages(direct.deliver("5"))[0].scts.hex() == "32115150311282"  # the centre's own, +07:00


def test_report_may_come_to_another_modem_before_the_answer_to_the_submit(direct: Bench) -> None:
    change(direct, latency_ms=5000, report_early_rate=1, report_modem="modem1")
    assert direct.send(*submit(flags=SRR)) == []
    assert statuses(direct.wait(0, 1)) == [0x00]
    assert direct.wait(4.9) == b""
    assert direct.wait(0.2) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
    assert direct.wait(100, 1) == b""


def test_early_report_on_the_same_line_waits_for_the_answer(direct: Bench) -> None:
    change(direct, report_early_rate=1)
    answer = direct.send(*submit(flags=SRR))
    assert answer[:3] == ["+CMGS:", "0", "OK"]
    assert answer[3] == "+CDS:"


def test_refused_submit_is_not_reported_early(direct: Bench) -> None:
    change(direct, report_early_rate=1, latency_ms=1000, daily_cap={"limit": 0})
    assert direct.send(*submit(flags=SRR)) == []
    assert direct.wait(1).split() == [b"+CMS", b"ERROR:", b"8"]
    assert direct.wait(100) == b""


@pytest.mark.parametrize("key", ["loss_rate", "duplicate_rate", "reorder_rate", "report_loss_rate"])
def test_rate_of_zero_changes_nothing(direct: Bench, key: str) -> None:
    change(direct, **{key: 0})
    assert texts(direct.deliver("5")) == ["5"]
    direct.send(*submit(NOBODY, flags=SRR))
    assert statuses(direct.wait(1)) == [0x00]
    assert direct.now == START + 1
