import pytest

from modem.emulator.codec.page import Page, encode_page
from modem.emulator.device.cellbroadcast import offer_broadcast
from tests.modem.emulator.conftest import Bench

FILLED = "Storm" + "\r" * 88


def _hear(bench: Bench, text: str = "Storm", mid: int = 50) -> bytes:
    bench.world.broadcast(text, mid, bench.now)
    return bench.wait(0)


def test_modem_hears_only_what_it_has_chosen(bench: Bench) -> None:
    bench.say("AT+CNMI=2,0,2")
    assert _hear(bench) == b""
    bench.say('AT+CSCB=0,"50-60"')
    assert _hear(bench, mid=61) == b""
    assert _hear(bench, mid=60).startswith(b"\r\n+CBM: 88\r\n")


def test_page_is_shown_as_pdu_without_service_centre(bench: Bench) -> None:
    bench.say("AT+CSCB=1;+CNMI=2,0,2")
    assert _hear(bench).startswith(b"\r\n+CBM: 88\r\n001000320F1153FA5BDE6E341A8D")


def test_page_is_shown_as_text(bench: Bench) -> None:
    bench.say("AT+CMGF=1;+CSCB=1;+CNMI=2,0,2")
    assert _hear(bench) == f"\r\n+CBM: 16,50,15,1,1\r\n{FILLED}\r\n".encode()
    assert _hear(bench, "Буря").startswith(b"\r\n+CBM: 32,50,72,1,1\r\n0411044304400")


def test_repetition_is_heard_once(bench: Bench) -> None:
    bench.say("AT+CSCB=1;+CNMI=2,0,2")
    page = encode_page(Page(16, 50, 15, 1, 1, bytes(82)))
    for _ in range(2):
        offer_broadcast(bench.modem.device, page, bench.now)
    assert bench.wait(0).count(b"+CBM") == 1


@pytest.mark.parametrize(
    ("bm", "dcs", "seen"),
    [
        (0, 0x53, b""),
        (1, 0x53, b'+CBMI: "BM",1'),
        (2, 0x0F, b"+CBM: 88"),
        (3, 0x53, b"+CBM: 88"),
        (3, 0x0F, b'+CBMI: "BM",1'),
    ],
)
def test_bm_and_class_decide_where_a_page_goes(bench: Bench, bm: int, dcs: int, seen: bytes) -> None:
    bench.say(f"AT+CSCB=1;+CNMI=2,0,{bm}")
    offer_broadcast(bench.modem.device, encode_page(Page(16, 50, dcs, 1, 1, bytes(82))), bench.now)
    assert bench.wait(0)[2 : 2 + len(seen)] == seen
    stored = bench.say('AT+CPMS="BM"')[0].startswith("+CPMS: 1,20,")
    assert stored is (b"+CBM: " not in seen)


def test_stored_page_is_listed_read_and_deleted(bench: Bench) -> None:
    bench.say('AT+CSCB=1;+CNMI=2,0,1;+CPMS="BM"')
    assert _hear(bench) == b'\r\n+CBMI: "BM",1\r\n'
    head, pdu, ok = bench.say("AT+CMGR=1")
    assert (head, len(pdu), ok) == ("+CMGR: 0,,88", 176, "OK")
    bench.say("AT+CMGF=1")
    assert bench.raw(b'AT+CMGL="ALL"\r') == f'\r\n+CMGL: 1,"REC READ",16,50,1,1\r\n{FILLED}\r\n\r\nOK\r\n'.encode()
    assert bench.raw(b"AT+CMGR=1\r") == f'\r\n+CMGR: "REC READ",16,50,15,1,1\r\n{FILLED}\r\n\r\nOK\r\n'.encode()
    assert bench.say("AT+CMGD=1") == ["OK"]
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "BM",0,20,"SM",0,30')


def test_page_without_room_comes_again_with_the_next_repetition(bench: Bench) -> None:
    bench.say('AT+CSCB=1;+CNMI=2,0,1;+CPMS="BM"')
    pages = [encode_page(Page(number, 50, 15, 1, 1, bytes(82))) for number in range(21)]
    for page in pages:
        offer_broadcast(bench.modem.device, page, bench.now)
    assert bench.wait(0).count(b"+CBMI") == 20
    bench.say("AT+CMGD=1,4")
    for page in pages:
        offer_broadcast(bench.modem.device, page, bench.now)
    assert bench.wait(0) == b'\r\n+CBMI: "BM",1\r\n'


def test_modem_without_network_hears_nothing(bench: Bench) -> None:
    bench.say("AT+CSCB=1;+CNMI=2,0,2;+CFUN=4")
    assert _hear(bench) == b""


def test_selection_is_set_read_and_checked(bench: Bench) -> None:
    assert bench.say("AT+CSCB=?") == ["+CSCB: (0,1)", "OK"]
    assert bench.say("AT+CSCB?") == ['+CSCB: 0,"",""', "OK"]
    assert bench.say('AT+CSCB=0,"0,1,5,320-478,922","0-3,5"') == ["OK"]
    assert bench.say("AT+CSCB?") == ['+CSCB: 0,"0,1,5,320-478,922","0-3,5"', "OK"]
    assert bench.say("AT+CSCB=1") == ["OK"]
    assert bench.say("AT+CSCB?") == ['+CSCB: 1,"",""', "OK"]
    for wrong in ("2", '0,"x"', '0,"1-"', '0,"65536"', '0,"","256"', '0,"","",1', "0,5"):
        assert bench.say(f"AT+CSCB={wrong}") == ["+CMS ERROR: 303"]
