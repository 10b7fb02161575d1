"""What comes in: kept once, joined, matched, understood; on a real database with the time in hand."""

from __future__ import annotations

from tests.gateway.conftest import PHONE, Centre

LONG = "Очень долго ждали в очереди, больше часа, но девушка в третьем окне была вежлива и всё объяснила. Моя оценка 4"


def test_rating_is_stored_and_thanked_for(centre: Centre) -> None:
    centre.invited()
    centre.hear("пять")
    assert centre.all("SELECT overall, time, info, expanded, corrected FROM ratings") == [(5, 5, 5, 1, 0)]
    assert centre.send() == ["Спасибо, Ваша оценка принята."]
    assert centre.states() == {"v1": "answered"}


def test_pdu_read_twice_from_the_sim_is_one_reply(centre: Centre) -> None:
    centre.invited()
    pdus = centre.pdus("5")
    for _ in range(2):
        centre.keep(*pdus)
        centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT count(*) FROM replies") == [(1,)]
    assert centre.all("SELECT count(*) FROM ratings") == [(1,)]


def test_parts_in_any_order_are_one_reply(centre: Centre) -> None:
    centre.invited()
    pdus = centre.pdus(LONG)
    assert len(pdus) == 2
    for pdu in reversed(pdus):
        centre.keep(pdu)
        centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT text, rating FROM replies") == [(LONG, 4)]
    assert centre.all("SELECT count(*) FROM inbox WHERE state = 'kept'") == [(0,)]


def test_part_delivered_again_after_joining_makes_no_second_reply(centre: Centre) -> None:
    centre.invited()
    centre.keep(*centre.pdus(LONG))
    centre.inbox.handle(centre.db, centre.now)
    centre.later(seconds=90)
    centre.keep(centre.pdus(LONG)[1])  # another time stamp: another PDU, the same part
    centre.inbox.handle(centre.db, centre.now)
    centre.later(days=1)
    assert centre.inbox.give_up_on_parts(centre.db, centre.now) == 0
    assert centre.all("SELECT count(*) FROM replies") == [(1,)]


def test_message_whose_rest_never_comes_is_read_as_far_as_it_goes(centre: Centre) -> None:
    centre.invited()
    centre.keep(centre.pdus(LONG)[0])
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT count(*) FROM replies") == [(0,)]
    centre.later(hours=7)
    assert centre.inbox.give_up_on_parts(centre.db, centre.now) == 1
    assert centre.all("SELECT problem FROM inbox") == [("1 of 2 parts never came",)]
    assert centre.all("SELECT count(*) FROM replies") == [(1,)]


def test_bytes_that_are_no_pdu_are_kept_and_flagged(centre: Centre) -> None:
    centre.keep("07ZZ", "0001")
    centre.inbox.handle(centre.db, centre.now)
    rows = centre.all("SELECT unseal(sealed, digest), state, kind FROM inbox ORDER BY id")
    assert rows == [("07ZZ", "stray", "undecodable"), ("0001", "stray", "undecodable")]


def test_text_from_a_stranger_is_stray_and_not_answered(centre: Centre) -> None:
    centre.hear("5", "+79999999999")
    centre.hear("Вам посылка", "Pochta")
    assert centre.all("SELECT state, invitation FROM replies") == [("stray", None), ("stray", None)]
    assert centre.claim() == []


def test_number_written_in_the_national_form_is_the_same_citizen(centre: Centre) -> None:
    centre.invited()
    centre.hear("4", "8" + PHONE[2:])
    assert centre.all("SELECT overall FROM ratings") == [(4,)]


def test_unclear_reply_is_asked_about_once(centre: Centre) -> None:
    centre.invited()
    centre.hear("4 или 5")
    assert centre.send() == ["Не поняли ответ. Пришлите одну цифру от 1 до 5. Ответ бесплатный."]
    centre.later(minutes=1)
    centre.hear("или 3 или 4")
    assert centre.send() == []
    centre.hear("4")
    assert centre.states() == {"v1": "answered"}


def test_correction_is_a_new_rating_marked_as_such(centre: Centre) -> None:
    centre.invited()
    centre.hear("5")
    centre.later(minutes=5)
    centre.hear("ошибся, 3")
    assert centre.all("SELECT cursor, overall, corrected FROM ratings") == [(1, 5, 0), (2, 3, 1)]
    assert len(centre.send()) == 1


def test_rating_that_also_opts_out_does_both(centre: Centre) -> None:
    centre.invited()
    centre.hear("5 и больше не пишите")
    assert centre.all("SELECT overall FROM ratings") == [(5,)]
    assert centre.all("SELECT way FROM opt_outs JOIN persons USING (pseudonym)") == [("sms",)]


def test_silence_expires_and_a_late_reply_is_kept_and_counts_nowhere(centre: Centre) -> None:
    centre.invited()
    centre.later(days=3, seconds=1)
    assert centre.outbox.expire_silent(centre.db, centre.now) == 1
    centre.hear("5")
    assert centre.states() == {"v1": "expired"}
    assert centre.all("SELECT state FROM replies") == [("late",)]
    assert centre.all("SELECT count(*) FROM ratings") == [(0,)]
    assert centre.claim() == []


def test_reply_that_waited_in_the_sim_counts_by_the_networks_time(centre: Centre) -> None:
    centre.invited()
    pdus = centre.pdus("5")
    centre.later(days=4)
    centre.keep(*pdus)
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT overall FROM ratings") == [(5,)]


def test_emoji_and_formula_and_markup_are_just_text(centre: Centre) -> None:
    centre.invited()
    centre.hear("=1+1 <b>спасибо</b> 😀 и ещё раз спасибо")
    assert centre.all("SELECT text FROM replies") == [("=1+1 <b>спасибо</b> 😀 и ещё раз спасибо",)]
