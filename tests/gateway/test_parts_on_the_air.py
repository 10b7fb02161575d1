"""What modems and networks do to parts, and what a running daemon makes of it, in simulated time."""

from __future__ import annotations

from tests.gateway.air import PHONES, air


def test_operator_that_needs_23_seconds_is_waited_for() -> None:
    with air(latency_ms=23_000) as sky:
        sky.invite(PHONES[:2], 240)
        assert sky.states() == {"delivered": 6}
        assert sky.all("SELECT DISTINCT attempts FROM parts") == [(1,)]


def test_modem_that_says_it_failed_is_brought_back_and_the_part_goes_with_its_first_try() -> None:
    with air() as sky:
        sky.fault("error", code=300)
        sky.invite(PHONES[:1], 120)
        assert sky.states() == {"delivered": 3}
        assert sky.all("SELECT DISTINCT attempts FROM parts") == [(1,)]


def test_barred_sim_is_tried_again_and_the_message_goes_out_whole_and_once() -> None:
    with air() as sky:
        sky.fault("error", code=10, skip=1)
        sky.invite(PHONES[:1], 20)
        assert sky.states() == {"delivered": 1, "queued": 2}
        assert sky.all("SELECT kind FROM alarms WHERE cleared_at IS NULL") == [("sending stopped",)]
        sky.centre.let_pass(240)
        assert sky.states() == {"delivered": 3}
        assert sky.all("SELECT count(*) FROM alarms WHERE cleared_at IS NULL") == [(0,)]
        assert len(sky.lines()) == 3


def test_modem_that_hangs_at_every_message_loses_none_for_the_other_sends_them() -> None:
    with air(2, text="Оцените: 1-5") as sky:
        sky.fault("hang", on="+CMGS", times=None)
        sky.centre.visit(PHONES)
        assert sky.centre.wait_until(lambda: sky.states() == {"delivered": 6}, 900)
        assert sorted(str(line["to"]) for line in sky.lines()) == PHONES
        assert sky.all("SELECT max(blamed) > 0 FROM parts") == [(1,)]
        assert sky.all("SELECT count(*) FROM troubles WHERE place = 'outbox'") == [(0,)]


def test_modem_that_is_busy_for_a_while_uses_up_no_tries() -> None:
    with air() as sky:
        sky.fault("error", code=515, at_once=True, times=6)
        sky.invite(PHONES[:2], 240)
        assert sky.states() == {"delivered": 6}
        assert sky.all("SELECT DISTINCT attempts FROM parts") == [(1,)]


def test_network_that_is_out_of_order_for_minutes_fails_nobody() -> None:
    with air(text="Оцените: 1-5") as sky:
        sky.fault("error", code=38, times=None, for_s=500)
        sky.invite(PHONES, 500)
        assert sky.states() == {"queued": 6}
        assert sky.centre.wait_until(lambda: sky.states() == {"delivered": 6}, 900, every_s=20)
        assert len(sky.lines()) == 6
