import pytest

from tests.modem.emulator.conftest import Bench

PLACE = '"1F40","B2C3"'


def test_registration_follows_the_radio(bench: Bench) -> None:
    for name, stat in (("CREG", f"1,{PLACE}"), ("CGREG", f"1,{PLACE}"), ("CEREG", "4")):
        assert bench.say(f"AT+{name}?") == [f"+{name}: 0,{stat[0]}", "OK"]
        assert bench.say(f"AT+{name}=2") == ["OK"]
        assert bench.say(f"AT+{name}?") == [f"+{name}: 2,{stat}", "OK"]
        assert bench.say(f"AT+{name}=3") == ["ERROR"]
        assert bench.say(f"AT+{name}=?") == [f"+{name}: (0-2)", "OK"]
    assert bench.raw(b"AT+CFUN=4\r") == b"\r\nOK\r\n\r\n+CREG: 0\r\n\r\n+CGREG: 0\r\n\r\n+CEREG: 0\r\n"
    assert bench.say("AT+CSQ") == ["+CSQ: 99,99", "OK"]
    assert bench.say("AT+CESQ") == ["+CESQ: 99,99,255,255,255,255", "OK"]
    assert bench.say("AT+COPS?") == ["+COPS: 0", "OK"]
    assert b'+CREG: 1,"1F40","B2C3"' in bench.raw(b"AT+CFUN=1\r")


@pytest.mark.parametrize(("stat", "signal", "served"), [(0, 99, 0), (2, 99, 0), (3, 21, 0), (4, 99, 0), (5, 21, 1)])
def test_every_status_the_network_can_give_is_announced(bench: Bench, stat: int, signal: int, served: int) -> None:
    bench.say("AT+CREG=1")
    bench.modem.device.set_registration(stat)
    assert bench.wait(0) == f"\r\n+CREG: {stat}\r\n".encode()
    assert bench.say("AT+CREG?") == [f"+CREG: 1,{stat}", "OK"]
    rssi = bench.say("AT+CSQ")[0].removeprefix("+CSQ: ").split(",")[0]
    assert (rssi == "99") == (signal == 99)
    assert bench.modem.device.attached is bool(served)
    bench.modem.device.set_registration(stat)
    assert bench.wait(0) == b""


def test_place_is_announced_only_to_those_who_asked_for_it(bench: Bench) -> None:
    device = bench.modem.device
    bench.say("AT+CREG=1;+CGREG=2")
    device.registration.cell = 0x12345
    device.registration_changed()
    assert bench.wait(0) == b'\r\n+CGREG: 1,"1F40","2345"\r\n'


def test_modem_with_e_utran_has_its_packet_domain_there(bench: Bench) -> None:
    bench.modem.device.registration.act = 7
    bench.modem.device.registration.tells_act = True
    assert bench.say("AT+CEREG=2;+CEREG?;+CGREG?") == ['+CEREG: 2,1,"1F40","00A1B2C3",7', "+CGREG: 0,4", "OK"]
    assert bench.say("AT+COPS?") == ['+COPS: 0,0,"Otklik Mobile",7', "OK"]


def test_message_waits_for_the_registration(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1")
    bench.modem.device.set_registration(2)
    assert bench.deliver("5") == b""
    bench.modem.device.set_registration(1)
    bench.world.touch(bench.modem)
    bench.world.settle_effects(bench.now)
    assert b'+CMTI: "SM",1' in bench.wait(5)


def test_operator_is_shown_in_the_form_asked_for(bench: Bench) -> None:
    shown = []
    for form in (0, 1, 2):
        bench.say(f"AT+COPS=3,{form}")
        shown.append(bench.say("AT+COPS?")[0])
    assert shown == ['+COPS: 0,0,"Otklik Mobile",0', '+COPS: 0,1,"Otklik",0', '+COPS: 0,2,"99970",0']


def test_networks_in_sight_are_listed_with_their_state(bench: Bench) -> None:
    home, other = '"Otklik Mobile","Otklik","99970",0', '"Test PLMN 1-1","Test1-1","00101",0'
    assert bench.say("AT+COPS=?") == [f"+COPS: (2,{home}),(3,{other}),,(0-4),(0-2)", "OK"]
    bench.say("AT+COPS=2")
    assert bench.say("AT+COPS=?") == [f"+COPS: (1,{home}),(3,{other}),,(0-4),(0-2)", "OK"]
    bench.say("AT+CFUN=4;+CMEE=1")
    assert bench.say("AT+COPS=?") == ["+CME ERROR: 30"]


def test_operator_can_be_chosen_left_and_refused(bench: Bench) -> None:
    bench.say("AT+CMEE=1;+CREG=1")
    assert bench.say('AT+COPS=1,2,"99970"') == ["OK"]
    assert bench.say("AT+COPS?") == ['+COPS: 1,2,"99970",0', "OK"]
    assert bench.say('AT+COPS=1,2,"25001"') == ["+CME ERROR: 30"]
    assert bench.say('AT+COPS=1,2,"00101"') == ["+CME ERROR: 32", "+CREG: 3"]
    assert bench.say("AT+COPS=2") == ["OK", "+CREG: 0"]
    assert bench.say("AT+COPS?") == ["+COPS: 2", "OK"]
    assert bench.say('AT+COPS=4,2,"25001"') == ["OK", "+CREG: 1"]
    assert bench.say("AT+COPS?") == ['+COPS: 0,2,"99970",0', "OK"]
    for line in ("AT+COPS=7", "AT+COPS=1", "AT+COPS=3", "AT+COPS=0,5", 'AT+COPS=0,2,"99970",2'):
        assert bench.say(line) == ["+CME ERROR: 50"]


def test_signal_is_told_in_two_scales(bench: Bench) -> None:
    rssi = bench.modem.device.identity.signal
    assert bench.say("AT+CSQ") == [f"+CSQ: {rssi},0", "OK"]
    assert bench.say("AT+CESQ") == [f"+CESQ: {2 * rssi - 2},0,255,255,255,255", "OK"]


def test_operator_number_is_digits_in_every_charset(bench: Bench) -> None:
    """gammu asks in HEX and looks the digits up."""
    assert bench.say('AT+CSCS="HEX";+COPS=3,2;+COPS?') == ['+COPS: 0,2,"99970",0', "OK"]
    assert bench.say("AT+COPS=3,1;+COPS?") == ['+COPS: 0,1,"4F746B6C696B",0', "OK"]
    bench.say('AT+CSCS="UCS2";+COPS=3,2')
    assert bench.say("AT+COPS?") == ['+COPS: 0,2,"99970",0', "OK"]


def test_cell_is_measured_without_an_open_card_while_there_is_one(bench: Bench) -> None:
    bench.modem.device.slot.remove()
    bench.wait(0)
    signal = bench.modem.device.identity.signal
    assert bench.say("AT+CREG?;+CSQ") == ["+CREG: 0,0", f"+CSQ: {signal},0", "OK"]
    bench.modem.device.set_registration(2)
    assert bench.say("AT+CSQ") == ["+CSQ: 99,99", "OK"]
