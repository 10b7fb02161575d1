import pytest

from modem.emulator.device.notices import MAX_MESSAGES, MAX_NOTICES, Notice, Notices


@pytest.mark.parametrize(
    ("mode", "link_open", "queued"),
    [(0, True, True), (0, False, True), (1, True, True), (1, False, False), (2, False, True), (3, False, True)],
)
def test_mode_decides_whether_a_notice_is_kept(mode: int, link_open: bool, queued: bool) -> None:
    notices = Notices()
    assert notices.add_of_message(Notice("+CMTI"), mode, link_open) is queued
    assert notices.take(2) == (["+CMTI"] if queued else [])


def test_buffered_notices_go_out_when_mode_is_no_longer_0() -> None:
    notices = Notices()
    notices.add_of_message(Notice("+CMTI"), 0, True)
    notices.add("RING")
    assert notices.take(0) == ["RING"]
    assert not notices.wait_for_terminal(0)
    assert notices.wait_for_terminal(1)
    assert notices.take(1) == ["+CMTI"]
    assert not notices.ready


def test_notices_left_unwritten_are_kept_if_they_are_about_a_message() -> None:
    notices = Notices()
    notices.add("+CREG: 1")
    notices.add_of_message(Notice("+CMTI"), 2, True)
    notices.terminal_left()
    assert notices.take(2) == ["+CMTI"]


def test_too_many_notices_drop_the_oldest_indication_and_no_message() -> None:
    notices = Notices()
    notices.add_of_message(Notice("+CMT", pdu=b"x"), 2, True)
    for number in range(MAX_NOTICES):
        notices.add_of_message(Notice(str(number)), 2, True)
    taken = notices.take(2)
    assert len(taken) == MAX_NOTICES
    assert taken[:2] == ["+CMT", "1"]


def test_messages_beyond_the_buffer_are_refused() -> None:
    notices = Notices()
    results = [notices.add_of_message(Notice("+CMT", pdu=b"x"), 0, True) for _ in range(MAX_MESSAGES + 1)]
    assert results == [True] * MAX_MESSAGES + [False]


def test_forgotten_notices_do_not_come_back_but_a_message_on_its_way_does() -> None:
    notices = Notices()
    notices.add_of_message(Notice("+CMTI"), 0, True)
    notices.add_of_message(Notice("+CMT", pdu=b"x", network_waits=True), 2, True)
    notices.add("RING")
    notices.forget()
    assert notices.take(2) == ["+CMT", "RING"]


def test_second_message_waits_for_the_acknowledgement_of_the_first() -> None:
    notices = Notices()
    written: list[Notice] = []
    for text in ("+CMT: 1", "+CMT: 2"):
        notices.add_of_message(Notice(text, pdu=b"x", on_written=written.append), 2, True)
    notices.add_of_message(Notice("+CMTI"), 2, True)
    assert notices.take(2) == ["+CMT: 1", "+CMTI"]
    assert notices.take(2) == []
    assert notices.awaited is written[0]
    notices.awaited = None
    assert notices.take(2) == ["+CMT: 2"]
