import pytest

from modem.emulator.device.sim import Sim
from tests.modem.emulator.conftest import Bench


@pytest.fixture
def locked(bench: Bench) -> Bench:
    """A modem whose card waits for its PIN; errors come as numbers."""
    bench.say("AT+CMEE=1")
    bench.modem.device.slot.lock()
    bench.wait(0)
    return bench


def test_right_pin_opens_the_card(locked: Bench) -> None:
    assert locked.say("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
    assert locked.raw(b'AT+CPIN="1234"\r') == b"\r\nOK\r\n\r\n+CPIN: READY\r\n"
    assert locked.say("AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert locked.say('AT+CPIN="1234"') == ["+CME ERROR: 3"]


def test_third_wrong_pin_blocks_the_card_until_its_puk(locked: Bench) -> None:
    said = [locked.say('AT+CPIN="0000"')[0] for _ in range(3)]
    assert said == ["+CME ERROR: 16", "+CME ERROR: 16", "+CME ERROR: 12"]
    assert "+CPIN: SIM PUK" in locked.say("AT+CPIN?")
    assert locked.say('AT+CPIN="1234"') == ["+CME ERROR: 12"]
    assert locked.say('AT+CPIN="00000000","4321"') == ["+CME ERROR: 16"]
    assert locked.say('AT+CPINR="SIM P*"')[:2] == ["+CPINR: SIM PIN,0,3", "+CPINR: SIM PUK,9,10"]
    assert locked.say('AT+CPIN="12345678","4321"')[0] == "OK"
    assert locked.say("AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert locked.say('AT+CPINR="SIM PUK"') == ["+CPINR: SIM PUK,10,10", "OK"]


def test_tenth_wrong_puk_makes_the_card_fail(locked: Bench) -> None:
    locked.modem.device.slot.require_puk()
    locked.wait(0)
    said = [locked.say('AT+CPIN="00000000","4321"')[0] for _ in range(10)]
    assert said == ["+CME ERROR: 16"] * 9 + ["+CME ERROR: 13"]
    assert locked.say("AT+CPIN?") == ["+CME ERROR: 13"]
    assert locked.say("AT+CIMI") == ["+CME ERROR: 13"]


def test_what_is_no_pin_costs_no_try(locked: Bench) -> None:
    for value in ('"123"', '"123456789"', '"12a4"', '""', "", '"1234","4321"'):
        assert locked.say(f"AT+CPIN={value}") == ["+CME ERROR: 50"]
    assert locked.say('AT+CPINR="SIM PIN"') == ["+CPINR: SIM PIN,3,3", "OK"]


@pytest.mark.parametrize("value", ["1234", '"1234"', '"0031003200330034"'])
def test_pin_is_taken_as_terminals_write_it(locked: Bench, value: str) -> None:
    locked.say('AT+CSCS="UCS2"')
    assert locked.say(f"AT+CPIN={value}")[0] == "OK"


def test_noughts_at_the_front_of_an_unquoted_pin_count(locked: Bench) -> None:
    locked.modem.device.sim.pin.pin = "0042"
    assert locked.say("AT+CPIN=0042")[0] == "OK"


CME, CMS = "+CME ERROR: ", "+CMS ERROR: "


@pytest.mark.parametrize(
    ("trouble", "cme", "cms"),
    [("lock", 11, 311), ("require_puk", 12, 316), ("remove", 10, 310), ("fail", 13, 313), ("set_busy", 14, 314)],
)
def test_commands_that_need_the_card_say_what_is_wrong_with_it(bench: Bench, trouble: str, cme: int, cms: int) -> None:
    getattr(bench.modem.device.slot, trouble)()
    bench.say("AT+CMEE=1")
    for line in ("AT+CIMI", "AT+CNUM", 'AT+CLCK="SC",2', 'AT+CPBS="SM"', "AT+CPBR=?", "AT+CPBR=1"):
        assert bench.say(line) == [f"{CME}{cme}"]
    for line in ("AT+CMGS=25", "AT+CPMS?", 'AT+CPMS="ME"', "AT+CNMI=2,1", "AT+CMGL=4", "AT+CMGR=1", "AT+CSCA?"):
        assert bench.say(line) == [f"{CMS}{cms}"]
    for line in ("AT", "ATI", "AT+CGSN", "AT+CSQ", "AT+CFUN?", "AT+CREG?", "AT+CMGF=0", "AT+CMGS=?", "AT+CPMS=?"):
        assert bench.say(line)[-1] == "OK"
    assert bench.say("AT+NOSUCH") == ["ERROR"]


def test_verbose_errors_have_the_texts_of_the_standard(bench: Bench) -> None:
    bench.modem.device.slot.lock()
    bench.say("AT+CMEE=2")
    assert bench.say("AT+CIMI") == ["+CME ERROR: SIM PIN required"]
    assert bench.say("AT+CMGS=25") == ["+CMS ERROR: (U)SIM PIN required"]
    assert bench.say('AT+CPIN="0000"') == ["+CME ERROR: incorrect password"]


def test_identifier_of_a_locked_card_can_be_read(locked: Bench) -> None:
    assert locked.say("AT+CCID")[-1] == "OK"
    locked.modem.device.slot.remove()
    assert locked.say("AT+CCID")[0] == "+CME ERROR: 10"


def test_card_that_comes_and_goes_is_announced_with_the_registration(bench: Bench) -> None:
    device = bench.modem.device
    bench.say("AT+CREG=1")
    device.slot.remove()
    assert bench.wait(0) == b"\r\n+CPIN: NOT READY\r\n\r\n+CREG: 0\r\n"
    device.slot.insert()
    assert bench.wait(0) == b"\r\n+CPIN: READY\r\n\r\n+CREG: 1\r\n"


def test_another_card_brings_its_own_messages_and_number(bench: Bench) -> None:
    bench.deliver("5")
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",1,30,')
    bench.modem.device.slot.insert(Sim("8970100000000000005", "999700000000005", "+79005550005", "+79000000099"))
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0,30,')
    assert bench.say("AT+CIMI")[0] == "999700000000005"
    assert bench.say("AT+CNUM")[0] == '+CNUM: "","+79005550005",145'


def test_pin_request_is_switched_with_the_pin(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say('AT+CLCK="SC",2') == ["+CLCK: 0", "OK"]
    assert bench.say('AT+CLCK="SC",1,"0000"') == ["+CME ERROR: 16"]
    assert bench.say('AT+CPWD="SC","1234","4321"') == ["+CME ERROR: 3"]
    assert bench.say('AT+CLCK="SC",1,"1234"') == ["OK"]
    assert bench.say('AT+CLCK="SC",2') == ["+CLCK: 1", "OK"]
    assert bench.say('AT+CPWD="SC","1234","4321"') == ["OK"]
    assert bench.raw(b"AT+CFUN=1,1\r") == b"\r\nOK\r\n"
    bench.wait(1)
    bench.say("ATE0")
    assert bench.say("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
    assert bench.say("AT+CPIN=4321")[0] == "OK"
    assert bench.say('AT+CLCK="SC",0,"4321"') == ["OK"]


def test_wrong_password_of_a_lock_uses_up_the_tries_of_the_pin(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    said = [bench.say('AT+CLCK="SC",1,"0000"')[0] for _ in range(3)]
    assert said == ["+CME ERROR: 16", "+CME ERROR: 16", "+CME ERROR: 12"]
    assert bench.say("AT+CREG?")[-2:] == ["+CREG: 0,0", "OK"]


def test_fixed_dialling_wants_the_second_pin(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say('AT+CLCK="FD",1,"1234"') == ["+CME ERROR: 16"]
    assert bench.say('AT+CLCK="FD",1,"5678"') == ["OK"]
    assert bench.say('AT+CLCK="FD",2') == ["+CLCK: 1", "OK"]
    assert bench.say('AT+CPWD="P2","5678","8765"') == ["OK"]
    assert [bench.say('AT+CLCK="FD",0,"5678"')[0] for _ in range(3)][1:] == ["+CME ERROR: 16", "+CME ERROR: 18"]


def test_barring_is_set_by_class_and_told_by_class(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say('AT+CLCK="AO",2') == ["+CLCK: 0,1", "+CLCK: 0,2", "+CLCK: 0,4", "OK"]
    assert bench.say('AT+CLCK="AO",1,"1111"') == ["+CME ERROR: 16"]
    assert bench.say('AT+CLCK="AO",1,"0000",9') == ["OK"]
    assert bench.say('AT+CLCK="AO",2,,15') == ["+CLCK: 1,1", "+CLCK: 0,2", "+CLCK: 0,4", "+CLCK: 1,8", "OK"]
    assert bench.send(25, "0001000B919731214365F700080C041F04400438043204350442") == ["+CMS", "ERROR:", "10"]
    assert bench.say('AT+CPWD="AB","0000","2222"') == ["OK"]
    assert bench.say('AT+CLCK="AB",0,"2222",255') == ["OK"]
    assert bench.say('AT+CLCK="AO",2,,9') == ["+CLCK: 0,1", "+CLCK: 0,8", "OK"]
    assert bench.say('AT+CLCK="AB",2') == ["+CME ERROR: 50"]
    bench.say("AT+CFUN=4")
    assert bench.say('AT+CLCK="AO",2') == ["+CME ERROR: 30"]


def test_test_forms_name_what_can_be_locked(bench: Bench) -> None:
    facilities = '"SC","FD","PN","PU","PP","PC","PF","AO","OI","OX","AI","IR","AB","AG","AC"'
    assert bench.say("AT+CLCK=?") == [f"+CLCK: ({facilities})", "OK"]
    assert bench.say("AT+CPWD=?")[0].startswith('+CPWD: ("SC",8),("P2",8),("AO",4),')
    assert bench.say('AT+CLCK="PN",2') == ["+CLCK: 0", "OK"]
    bench.say("AT+CMEE=1")
    for line in ('AT+CLCK="XX",2', 'AT+CLCK="SC",3', 'AT+CLCK="SC"', 'AT+CPWD="PN","1","2"', 'AT+CPINR="SIM X"'):
        assert bench.say(line) == ["+CME ERROR: 50"]
    assert bench.say('AT+CLCK="PN",1,"1234"') == ["+CME ERROR: 3"]


@pytest.mark.parametrize("command", ["AT+CCFC=0,2", "AT+CCWA=1,2", "ATD*100#", 'AT+CUSD=1,"*100#"'])
def test_services_of_the_network_name_the_card_that_is_in_the_way(locked: Bench, command: str) -> None:
    assert locked.say(command) == ["+CME ERROR: 11"]
    locked.modem.device.slot.remove()
    locked.wait(0)
    assert locked.say(command) == ["+CME ERROR: 10"]
