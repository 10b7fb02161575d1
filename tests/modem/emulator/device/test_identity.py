from tests.modem.emulator.conftest import Bench


def test_connect_sequence_of_the_base_library_gets_the_exact_forms(bench: Bench) -> None:
    assert bench.raw(b"AT+CFUN?\r") == b"\r\n+CFUN: 1\r\n\r\nOK\r\n"
    assert bench.raw(b"AT+CPIN?\r") == b"\r\n+CPIN: READY\r\n\r\nOK\r\n"
    assert b'\r\n+CSCA: "+79000000099",145\r\n' in bench.raw(b"AT+CSCA?\r")
    assert bench.raw(b"AT+COPS=3,0\r") == b"\r\nOK\r\n"
    clac = bench.say("AT+CLAC")
    assert {"+CSCS", "+CNUM", "+CMGS"} <= set(clac)
    assert not {"+ZPAS", "+WIND", "^CVOICE"} & set(clac)
    for line in ("AT+CSMP=49,167,0,0", "AT+CLIP=1", "AT+CRC=1", "AT+CVHU=0", "AT+CMGF=0", "AT+CNMI=2,1,0,2"):
        assert bench.say(line) == ["OK"]


def test_identity_is_that_of_one_device_and_one_card(bench: Bench) -> None:
    device = bench.modem.device
    assert bench.say("AT+CGSN") == [device.identity.imei, "OK"]
    assert bench.say("AT+CIMI") == [device.sim.imsi, "OK"]
    assert bench.say("AT+CCID") == [f'+CCID: "{device.sim.iccid}"', "OK"]
    assert bench.say("AT+CNUM") == [f'+CNUM: "","{device.sim.number}",145', "OK"]
    assert len(device.identity.imei) == 15
    assert device.sim.iccid.startswith("8970")
    assert bench.say("ATI")[0] == device.identity.manufacturer


def test_serial_number_comes_in_the_form_asked_for(bench: Bench) -> None:
    imei = bench.modem.device.identity.imei
    assert bench.say("AT+CGSN=0") == bench.say("AT+GSN") == [imei, "OK"]
    assert bench.say("AT+CGSN=1") == [f'+CGSN: "{imei}"', "OK"]
    assert bench.say("AT+CGSN=2") == [f'+CGSN: "{imei[:14]}01"', "OK"]
    assert bench.say("AT+CGSN=3;+CGSN=?") == ['+CGSN: "01"', "+CGSN: (0-3)", "OK"]
    assert bench.say("AT+CGSN=4") == ["ERROR"]


def test_list_of_commands_is_the_table(bench: Bench) -> None:
    *listed, last = bench.say("AT+CLAC")
    assert last == "OK"
    assert listed == sorted(bench.modem.device.commands)
