import pytest

from modem.emulator.device.memory import Layout, make_memories
from tests.modem.emulator.conftest import Bench

SUBMIT = "0011000B919731214365F70000AA0135"
DELIVER_5 = "07919700000090F9040B919731214365F7000032115150310282" + "0135"


def _store(bench: Bench, pdu: str, length: int, stat: int) -> list[str]:
    assert bench.raw(b"AT+CMGW=%d,%d\r" % (length, stat)) == b"\r\n> "
    return bench.raw(pdu.encode() + b"\x1a").decode().split()


def test_memories_are_listed_chosen_and_counted(bench: Bench) -> None:
    assert bench.say("AT+CPMS=?") == [
        '+CPMS: ("SM","ME","MT","SR","BM"),("SM","ME","MT"),("SM","ME","MT")',
        "OK",
    ]
    assert bench.say("AT+CPMS?") == ['+CPMS: "SM",0,30,"SM",0,30,"SM",0,30', "OK"]
    assert bench.say('AT+CPMS="ME","ME","ME"') == ["+CPMS: 0,100,0,100,0,100", "OK"]
    bench.deliver("1")
    assert bench.say('AT+CPMS="MT"') == ["+CPMS: 1,130,1,100,1,100", "OK"]
    assert bench.say('AT+CPMS="SR","SM"') == ["+CPMS: 0,100,0,30,1,100", "OK"]
    assert bench.say("AT+CPMS?") == ['+CPMS: "SR",0,100,"SM",0,30,"ME",1,100', "OK"]


@pytest.mark.parametrize("value", ['"XX"', '"ME","SR"', '"ME","ME","ME","ME"', "", "1", '"ME'])
def test_memory_that_does_not_exist_is_refused(bench: Bench, value: str) -> None:
    assert bench.say(f"AT+CPMS={value}")[0] in ("+CMS ERROR: 303", "ERROR")
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0,30,"SM"')


def test_empty_slot_is_an_invalid_index(bench: Bench) -> None:
    for line in ("AT+CMGR=1", "AT+CMGD=1", "AT+CMSS=1", "AT+CMGR=0", "AT+CMGD=999"):
        assert bench.say(line) == ["+CMS ERROR: 321"]
    for line in ("AT+CMGR=x", "AT+CMGD=1,9", "AT+CMGL=7", "AT+CMGL=1,1"):
        assert bench.say(line) == ["+CMS ERROR: 304"]


@pytest.mark.parametrize(("flag", "left"), [(1, "023"), (2, "02"), (3, "0"), (4, "")])
def test_delete_flag_takes_the_states_of_the_standard(bench: Bench, flag: int, left: str) -> None:
    for stat in (1, 2, 3):
        assert _store(bench, SUBMIT if stat > 1 else DELIVER_5, 15 if stat > 1 else 20, stat)[0] == "+CMGW:"
    bench.deliver("5")
    assert bench.say(f"AT+CMGD=1,{flag}") == ["OK"]
    memory = bench.modem.device.memory(0)
    assert sorted(str(entry.state.value) for _, entry in memory.items()) == list(left)


def test_delete_flag_0_takes_one_slot_which_is_used_again(bench: Bench) -> None:
    for _ in range(3):
        bench.deliver("5")
    assert bench.say("AT+CMGD=2,0") == ["OK"]
    bench.say("AT+CNMI=2,1")
    assert bench.deliver("5") == b'\r\n+CMTI: "SM",2\r\n'


def test_memories_of_a_device_are_those_of_its_layout(bench: Bench) -> None:
    device = bench.modem.device
    device.memories = make_memories(device.sim.messages, Layout(me=0, sr=5, bm=0, mt=False, first_index=0))
    assert bench.say("AT+CPMS=?") == ['+CPMS: ("SM","SR"),("SM"),("SM")', "OK"]
    assert bench.say("AT+CNMI=?") == ["+CNMI: (0,1,2,3),(0,1,2,3),(0,2,3),(0,1,2),(0,1)", "OK"]
    bench.say("AT+CNMI=2,1")
    assert bench.deliver("5") == b'\r\n+CMTI: "SM",0\r\n'
    assert bench.say("AT+CMGR=0")[0] == "+CMGR: 0,,20"
    assert bench.say("AT+CMGD=0") == ["OK"]


def test_full_memory_is_told_once_and_the_network_keeps_the_message_until_there_is_room(bench: Bench) -> None:
    device = bench.modem.device
    device.full_notice = '^SMMEMFULL: "{memory}"'
    bench.say("AT+CNMI=2,1")
    for number in range(1, 30):
        assert bench.deliver("5") == b'\r\n+CMTI: "SM",%d\r\n' % number
    assert bench.deliver("5") == b'\r\n^SMMEMFULL: "SM"\r\n\r\n+CMTI: "SM",30\r\n'
    assert bench.deliver("6") == b'\r\n^SMMEMFULL: "SM"\r\n'
    assert bench.wait(60) == b""
    assert bench.say("AT+CPMS?")[0] == '+CPMS: "SM",30,30,"SM",30,30,"SM",30,30'
    assert bench.raw(b"AT+CMGD=7\r") == b'\r\nOK\r\n\r\n^SMMEMFULL: "SM"\r\n\r\n+CMTI: "SM",7\r\n'


def test_delete_all_in_one_memory_leaves_the_others(bench: Bench) -> None:
    bench.deliver("5")
    bench.say('AT+CPMS="ME","ME","ME"')
    bench.deliver("6")
    assert bench.say("AT+CMGD=1,4;+CPMS?")[0] == '+CPMS: "ME",0,100,"ME",0,100,"ME",0,100'
    assert bench.say('AT+CPMS="SM"')[0] == "+CPMS: 1,30,0,100,0,100"


def test_indices_taken_are_what_the_test_form_of_delete_lists(bench: Bench) -> None:
    assert bench.say("AT+CMGD=?") == ["+CMGD: (),(0-4)", "OK"]
    for _ in range(3):
        bench.deliver("5")
    bench.say("AT+CMGD=2")
    assert bench.say("AT+CMGD=?") == ["+CMGD: (1,3),(0-4)", "OK"]
