"""What each wrong call of a message command gets: the causes of 27.005 §3.2.5, one by one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.emulator.device import causes
from modem.emulator.network.conditions import Conditions
from modem.tables import CMS_CAUSES
from tests.modem.emulator.conftest import Bench

SUBMIT = "0011000B919731214365F70000AA0135"


@pytest.mark.parametrize(
    ("line", "pdu_mode", "text_mode"),
    [
        ("AT+CMSS=1", 302, 302),  # a message that was received
        ("AT+CMGF=2", 303, 303),
        ("AT+CSDH=2", 303, 303),
        ("AT+CSMS=2", 303, 303),
        ("AT+CMMS=3", 303, 303),
        ("AT+CNMI=4", 303, 303),
        ("AT+CNMI=2,x", 303, 303),
        ('AT+CPMS="XX"', 303, 303),
        ('AT+CPMS="SM","SR"', 303, 303),
        ('AT+CPMS="SM","SM","BM"', 303, 303),
        ("AT+CSCB=2", 303, 303),
        ("AT+CSAS=9", 303, 303),
        ("AT+CRES=9", 303, 303),
        ("AT+CMGS=0", 304, None),
        ("AT+CMGS=165", 304, None),
        ('AT+CMGS="1"', 304, None),
        ("AT+CMGS=", 304, 305),
        ('AT+CMGS="x"', 304, 305),
        ("AT+CMGW=0", 304, None),
        ('AT+CMGW="0919",1', 304, 305),
        ("AT+CMGC=", 304, 305),
        ("AT+CMGR=", 304, 305),
        ("AT+CMGR=x", 304, 305),
        ("AT+CMGR=1,2", 304, 305),
        ("AT+CMGL=5", 304, 305),
        ('AT+CMGL="REC"', 304, 305),
        ("AT+CMGL=4", None, 305),
        ('AT+CMGL="ALL"', 304, None),
        ("AT+CMGD=", 304, 305),
        ("AT+CMGD=1,5", 304, 305),
        ('AT+CSCA="x"', 304, 305),
        ("AT+CSMP=256", 305, 305),
        ("AT+CMGR=9", 321, 321),
        ("AT+CMGR=31", 321, 321),
        ("AT+CMGD=9", 321, 321),
        ("AT+CMSS=9", 321, 321),
        ("AT+CMSS=x", 321, 321),
        ("AT+CNMA", 340, 340),
    ],
)
def test_wrong_call_has_its_cause(bench: Bench, line: str, pdu_mode: int | None, text_mode: int | None) -> None:
    bench.deliver("5")
    for mode, cause in enumerate((pdu_mode, text_mode)):
        bench.say(f"AT+CMGF={mode}")
        if cause is not None:
            assert bench.say(line) == [f"+CMS ERROR: {cause}"]


def test_sending_without_network_or_centre_has_its_cause(bench: Bench) -> None:
    bench.raw(b"AT+CMGW=15\r" + SUBMIT.encode() + b"\x1a")
    bench.say("AT+CFUN=4")
    assert bench.say("AT+CMSS=1") == ["+CMS ERROR: 331"]
    bench.say("AT+CFUN=1")
    bench.modem.device.sim.smsc = ""
    assert bench.say("AT+CMSS=1") == ["+CMS ERROR: 330"]


def test_causes_have_their_texts_with_cmee_2(bench: Bench) -> None:
    bench.say("AT+CMEE=2")
    assert bench.say("AT+CMGR=9") == ["+CMS ERROR: invalid memory index"]
    assert bench.say("AT+CNMA") == ["+CMS ERROR: no +CNMA acknowledgement expected"]
    assert bench.say("AT+CMGF=2") == ["+CMS ERROR: operation not supported"]
    numbers = [value for name, value in vars(causes).items() if name.isupper() and type(value) is int]
    assert len(numbers) == 10
    assert set(numbers) <= set(CMS_CAUSES)


ACTIONS = st.one_of(
    st.just("deliver"),
    st.just("write"),
    st.sampled_from(
        [f"AT+CPMS={mem}" for mem in ('"SM","SM","SM"', '"ME","ME","ME"', '"MT","MT","MT"', '"SM","ME","MT"')]
    ),
    st.integers(0, 8).map("AT+CMGD={}".format),
    st.integers(0, 4).map("AT+CMGD=1,{}".format),
    st.integers(0, 8).map("AT+CMGR={}".format),
    st.integers(0, 8).map("AT+CMSS={}".format),
    st.integers(0, 4).map("AT+CMGL={}".format),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ACTIONS, max_size=25))
def test_counts_are_those_of_what_is_listed_at_every_moment(actions: list[str]) -> None:
    bench = Bench(1, Conditions())
    bench.say("ATE0+CNMI=2,1")
    for action in actions:
        if action == "deliver":
            bench.deliver("5")
        elif action == "write":
            bench.raw(b"AT+CMGW=15\r" + SUBMIT.encode() + b"\x1a")
        else:
            bench.say(action)
        fields = bench.say("AT+CPMS?")[0].removeprefix("+CPMS: ").split(",")
        listed = {}
        for name in ("SM", "ME"):
            bench.say(f'AT+CPMS="{name}"')
            listed[name] = sum(line.startswith("+CMGL") for line in bench.say("AT+CMGL=4"))
        bench.say(f"AT+CPMS={fields[0]}")
        listed["MT"] = listed["SM"] + listed["ME"]
        for name, used in zip(fields[::3], fields[1::3], strict=True):
            assert int(used) == listed[name.strip('"')]
