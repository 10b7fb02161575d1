"""What the centre does about messages it still holds: duplicates refused, messages replaced (23.040 §9.2.3)."""

from tests.modem.emulator.conftest import Bench
from tests.modem.emulator.network.wire import NOBODY, RD, RP, SRR, change, messages, reports, statuses, submit, texts


def _spend_references(bench: Bench, count: int) -> None:
    for _ in range(count):
        bench.send(*submit("+79130000000"))


def test_duplicate_is_rejected_while_the_first_one_is_held(direct: Bench) -> None:
    change(direct, handsets={NOBODY: {"state": "off"}})
    direct.send(*submit(flags=RD | SRR))
    _spend_references(direct, 255)
    assert direct.send(*submit(flags=RD)) == ["+CMS", "ERROR:", "197"]
    direct.wait(1)
    change(direct, handsets={NOBODY: {"state": "on"}})
    assert statuses(direct.wait(0)) == [0x00]
    _spend_references(direct, 255)
    assert direct.send(*submit(flags=RD)) == ["+CMGS:", "0", "OK"]


def test_same_reference_is_accepted_for_another_receiver_or_without_the_wish(direct: Bench) -> None:
    change(direct, handsets={NOBODY: {"state": "off"}, "+79135555555": {"state": "off"}})
    direct.send(*submit(flags=RD))
    _spend_references(direct, 255)
    assert direct.send(*submit("+79135555555", flags=RD)) == ["+CMGS:", "0", "OK"]
    _spend_references(direct, 255)
    assert direct.send(*submit()) == ["+CMGS:", "0", "OK"]
    assert len(direct.world.centre.store) == 3


def test_other_sender_s_message_is_no_duplicate(direct: Bench) -> None:
    change(direct, handsets={NOBODY: {"state": "off"}})
    direct.send(*submit(flags=RD))
    assert direct.send(*submit(flags=RD), number=1) == ["+CMGS:", "0", "OK"]


def test_replacement_takes_the_place_of_the_message_that_waits(direct: Bench) -> None:
    change(direct, handsets={NOBODY: {"state": "off"}})
    direct.send(*submit(flags=SRR, pid=0x41))
    direct.wait(10)
    direct.send(*submit(flags=SRR, pid=0x42))  # another type replaces nothing
    assert direct.wait(10) == b""
    length, pdu = submit(flags=SRR, pid=0x41)
    direct.raw(b"AT+CMGS=%d\r" % length)
    (report,) = reports(direct.raw(pdu.encode() + b"\x1a"))
    assert (report.mr, report.status) == (0, 0x02)
    direct.wait(1)
    change(direct, handsets={NOBODY: {"state": "on"}})
    assert sorted((one.mr, one.status) for one in reports(direct.wait(0))) == [(1, 0x00), (2, 0x00)]


def test_replacement_keeps_the_place_in_a_modem_s_queue(direct: Bench) -> None:
    receiver = direct.world.modems[1].number
    direct.say("AT+CFUN=4", 1)
    for pid, text in ((0x45, "old"), (0x00, "other"), (0x45, "new")):
        direct.send(*submit(receiver, flags=SRR, pid=pid, text=text))
        direct.wait(1)
    assert len(direct.world.centre.store) == 2
    assert texts(direct.raw(b"AT+CFUN=1\r", 1)) == ["new", "other"]


def test_replacement_of_what_has_been_delivered_is_a_message_of_its_own(direct: Bench) -> None:
    receiver = direct.world.modems[1].number
    for text in ("one", "two"):
        direct.send(*submit(receiver, pid=0x41, text=text))
        direct.wait(1)
    assert texts(direct.wait(0, 1)) == ["one", "two"]


def test_first_failed_try_at_a_modem_is_reported_if_asked(direct: Bench) -> None:
    change(direct, report_trying=True)
    direct.say("AT+CFUN=4", 1)
    direct.send(*submit(direct.world.modems[1].number, flags=SRR))
    assert statuses(direct.wait(1)) == [0x22]
    direct.raw(b"AT+CFUN=1\r", 1)
    assert statuses(direct.wait(0)) == [0x00]


def test_full_modem_gets_its_message_when_there_is_room_and_the_sender_its_report(direct: Bench) -> None:
    change(direct, report_trying=True)
    direct.say("AT+CNMI=2,1", 1)
    for _ in range(31):
        direct.send(*submit(direct.world.modems[1].number, flags=SRR))
    assert statuses(direct.wait(1)) == [0x00] * 30 + [0x25]
    direct.raw(b"AT+CMGD=7\r", 1)
    assert statuses(direct.wait(0)) == [0x00]


def test_reply_path_and_the_wish_for_a_report_are_passed_on(direct: Bench) -> None:
    receiver = direct.world.modems[1].number
    direct.send(*submit(receiver, flags=RP | SRR))
    direct.send(*submit(receiver))
    first, second = messages(direct.wait(1, 1))
    assert (first.reply_path, first.sri) == (True, True)
    assert (second.reply_path, second.sri) == (False, False)


def test_flash_message_is_a_flash_message_at_the_other_modem(direct: Bench) -> None:
    direct.say("AT+CMGF=1;+CSMP=17,167,0,16")
    direct.raw(f'AT+CMGS="{direct.world.modems[1].number}"\r'.encode())
    direct.raw(b"now\x1a")
    (message,) = messages(direct.wait(1, 1))
    assert (message.ud.dcs, message.ud.text) == (0x10, "now")
