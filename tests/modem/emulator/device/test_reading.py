from tests.modem.emulator.conftest import Bench

DELIVER_5 = "07919700000090F9040B919731214365F7000032115150310282" + "0135"


def test_received_message_is_read_once_as_unread(bench: Bench) -> None:
    bench.deliver("5")
    first, again = bench.raw(b"AT+CMGR=1\r"), bench.raw(b"AT+CMGR=1\r")
    assert first == f"\r\n+CMGR: 0,,20\r\n{DELIVER_5}\r\n\r\nOK\r\n".encode()
    assert again == first.replace(b"CMGR: 0", b"CMGR: 1")


def test_list_shows_what_is_asked_for_and_marks_it_read(bench: Bench) -> None:
    bench.deliver("5")
    bench.deliver("5")
    bench.say("AT+CMGR=1")
    assert bench.raw(b"AT+CMGL\r") == f"\r\n+CMGL: 2,0,,20\r\n{DELIVER_5}\r\n\r\nOK\r\n".encode()
    assert bench.say("AT+CMGL=0") == ["OK"]
    assert [line for line in bench.say("AT+CMGL=4") if line[0] == "+"] == ["+CMGL: 1,1,,20", "+CMGL: 2,1,,20"]
    assert bench.say("AT+CMGD=?") == ["+CMGD: (1,2),(0-4)", "OK"]
