import pytest

from modem.emulator.device.notices import MAX_NOTICES, Notices


@pytest.mark.parametrize(
    ("mode", "link_open", "now", "held"),
    [(0, True, 0, 1), (1, True, 1, 0), (1, False, 0, 0), (2, False, 0, 1), (2, True, 1, 0)],
)
def test_mode_decides_what_becomes_of_a_notice(mode: int, link_open: bool, now: int, held: int) -> None:
    notices = Notices()
    notices.add_of_message("+CMTI", mode, link_open)
    assert len(notices.take()) == now
    notices.release()
    assert len(notices.take()) == held


def test_notices_left_unwritten_are_kept_if_they_are_about_a_message() -> None:
    notices = Notices()
    notices.add("+CREG: 1")
    notices.add_of_message("+CMTI", 2, True)
    notices.terminal_left()
    assert not notices.ready
    assert notices.wait_for_terminal(2)
    assert not notices.wait_for_terminal(1)
    notices.terminal_came(2)
    assert notices.take() == ["+CMTI"]


def test_too_many_notices_drop_the_oldest() -> None:
    notices = Notices()
    for number in range(MAX_NOTICES + 1):
        notices.add(str(number))
    assert notices.crowded
    assert notices.take()[0] == "1"


def test_forgotten_notices_do_not_come_back() -> None:
    notices = Notices()
    notices.add_of_message("+CMTI", 0, True)
    notices.forget()
    notices.release()
    assert notices.take() == []
