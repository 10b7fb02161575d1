"""The start of a conversation with each model, as the model has it."""

import re

import pytest

from modem.emulator.network.conditions import Conditions
from modem.emulator.profiles.catalogue import load, names
from tests.modem.emulator.conftest import Bench

QUALCOMM_MEMORIES = b'+CPMS: ("ME","MT","SM","SR"),("ME","MT","SM","SR"),("ME","MT","SM","SR")'
THREE_MEMORIES = b'+CPMS: ("SM","ME","MT"),("SM","ME","MT"),("SM","ME","MT")'
# model: who it is (ATI), +CPMS=?, +CPMS?, +CNMI=?, +CSCS=?, +CSQ, a command that no modem has
TRANSCRIPTS = {
    "generic": (
        b"Otklik\r\nEmulated GSM modem\r\nRevision: 1.0",
        b'+CPMS: ("SM","ME","MT","SR","BM"),("SM","ME","MT"),("SM","ME","MT")',
        b'+CPMS: "SM",0,30,"SM",0,30,"SM",0,30',
        b"+CNMI: (0,1,2,3),(0,1,2,3),(0,1,2,3),(0,1,2),(0,1)",
        b'+CSCS: ("GSM","IRA","UCS2","HEX")',
        b"+CSQ: 26,0",
        b"ERROR",
    ),
    "aithinker-a6": (
        b"Ai Thinker Co.LTD\r\nA6\r\nV03.03.20161229019H03",
        THREE_MEMORIES,
        b'+CPMS: "SM",0,20,"SM",0,20,"SM",0,20',
        b"+CNMI: (0-3),(0-3),(0,2,3),(0-2),(0,1)",
        b'+CSCS: ("GSM","UCS2","HEX")',
        b"+CSQ: 26,0",
        b"ERROR",
    ),
    "huawei-e1550": (
        b"Manufacturer: huawei\r\nModel: E1550\r\nRevision: 11.608.12.10.209\r\n"
        b"IMEI: 356938039260006\r\n+GCAP: +CGSM,+DS,+ES",
        QUALCOMM_MEMORIES,
        b'+CPMS: "SM",0,20,"SM",0,20,"SM",0,20',
        b"+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
        b'+CSCS: ("IRA","UCS2","GSM")',
        b"+CSQ: 26,99",
        b"ERROR",
    ),
    "huawei-e173": (
        b"Manufacturer: huawei\r\nModel: E173\r\nRevision: 11.126.85.00.209\r\n"
        b"IMEI: 356938039260006\r\n+GCAP: +CGSM,+DS,+ES",
        QUALCOMM_MEMORIES,
        b'+CPMS: "SM",0,50,"SM",0,50,"SM",0,50',
        b"+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
        b'+CSCS: ("IRA","UCS2","GSM")',
        b"+CSQ: 26,99",
        b"COMMAND NOT SUPPORT",
    ),
    "quectel-ec25": (
        b"Quectel\r\nEC25\r\nRevision: EC25EFAR06A01M4G",
        QUALCOMM_MEMORIES,
        b'+CPMS: "ME",0,255,"ME",0,255,"ME",0,255',
        b"+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)",
        b'+CSCS: ("GSM","IRA","UCS2")',
        b"+CSQ: 26,99",
        b"ERROR",
    ),
    "quectel-ep06": (
        b"Quectel\r\nEP06\r\nRevision: EP06ALAR02A07M4G",
        QUALCOMM_MEMORIES,
        b'+CPMS: "ME",0,255,"ME",0,255,"ME",0,255',
        b"+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)",
        b'+CSCS: ("GSM","IRA","UCS2")',
        b"+CSQ: 26,99",
        b"ERROR",
    ),
    "quectel-m35": (
        b"Quectel_Ltd\r\nQuectel_M35\r\nRevision: M35FAR02A02",
        THREE_MEMORIES,
        b'+CPMS: "SM",0,30,"SM",0,30,"SM",0,30',
        b"+CNMI: (0-3),(0-3),(0,2,3),(0-2),(0,1)",
        b'+CSCS: ("GSM","HEX","IRA","UCS2")',
        b"+CSQ: 26,0",
        b"+CME ERROR: 100",
    ),
    "siemens-tc35": (
        b"SIEMENS\r\nTC35\r\nREVISION 04.00",
        b'+CPMS: ("MT","SM","ME"),("MT","SM","ME"),("MT","SM")',
        b'+CPMS: "SM",0,20,"SM",0,20,"SM",0,20',
        b"+CNMI: (0-3),(0,1),(0,2,3),(0,2),(1)",
        b'+CSCS: ("GSM","UCS2")',
        b"+CSQ: 26,99",
        b"ERROR",
    ),
    "sim800": (
        b"SIM800 R14.18",
        THREE_MEMORIES,
        b'+CPMS: "SM",0,30,"SM",0,30,"SM",0,30',
        b"+CNMI: (0-2),(0-3),(0,2,3),(0-2),(0,1)",
        b'+CSCS: ("IRA","GSM","UCS2","HEX")',
        b"+CSQ: 26,0",
        b"+CME ERROR: 100",
    ),
    "wavecom": (
        b" WAVECOM MODEM\r\n MULTIBAND  900E  1800",
        b'+CPMS: (("SM","BM","SR"),("SM"))',
        b'+CPMS: "SM",0,50,"SM",0,50',
        b"+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)",
        b'+CSCS: ("GSM","HEX")',
        b"+CSQ: 26,0",
        b"ERROR",
    ),
    "zte-mf180": (
        b"Manufacturer: ZTE CORPORATION\r\nModel: MF180\r\nRevision: BD_MF180V1.0.0B06\r\n"
        b"IMEI: 356938039260006\r\n+GCAP: +CGSM,+DS,+ES",
        QUALCOMM_MEMORIES,
        b'+CPMS: "SM",0,20,"SM",0,20,"SM",0,20',
        b"+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
        b'+CSCS: ("IRA","GSM","UCS2")',
        b"+CSQ: 26,99",
        b"ERROR",
    ),
}


@pytest.mark.parametrize("name", names())
def test_start_of_a_conversation(name: str) -> None:
    bench = Bench(1, Conditions(), load(name))
    for command in (b"ATE0", b"AT^CURC=0", b"AT+CMEE=1"):
        bench.raw(command + b"\r")
    bench.wait(60)
    *told, unknown = TRANSCRIPTS[name]
    for command, text in zip((b"I", b"+CPMS=?", b"+CPMS?", b"+CNMI=?", b"+CSCS=?", b"+CSQ"), told, strict=True):
        assert bench.raw(b"AT" + command + b"\r") == b"\r\n" + text + b"\r\n\r\nOK\r\n"
    assert bench.raw(b"AT+SYNCML=?\r") == b"\r\n" + unknown + b"\r\n"
    assert b"ERROR" in bench.raw(b"AT+CMGD=19\r")


def test_sim800_says_that_it_has_come_up_and_receives() -> None:
    bench = Bench(1, Conditions(), load("sim800"))
    bench.raw(b"ATE0;+CMEE=1\r")
    assert bench.raw(b"AT+CMGF=0\r") == b"\r\n+CME ERROR: 14\r\n"
    assert bench.wait(7) == (b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n")
    assert bench.deliver("Da", sender="+12345") == b'\r\n+CMTI: "SM",1\r\n'


def test_huawei_floods_until_it_is_told_not_to() -> None:
    bench = Bench(1, Conditions(), load("huawei-e1550"))
    bench.raw(b"ATE0\r")
    flood = bench.wait(60)
    assert 4 <= flood.count(b"\r\n^RSSI:26\r\n") <= 12
    assert flood.count(b"\r\n^BOOT:26463180,0,0,0,72\r\n") in (5, 6)
    assert bench.raw(b"AT^CURC=0\r") == b"\r\nOK\r\n"
    assert bench.wait(60) == b""


def test_huawei_tells_the_steps_of_a_call() -> None:
    bench = Bench(1, Conditions(), load("huawei-e1550"))
    bench.raw(b"ATE0;^CURC=0\r")
    assert bench.raw(b"ATD+79131234567;\r") == b"\r\nOK\r\n\r\n^ORIG:1,0\r\n"
    said = bench.wait(30)
    assert b"\r\n^CONF:1\r\n" in said
    assert b"\r\n^CONN:1,0\r\n" in said
    assert re.search(rb"\r\n\^CEND:1,[0-9]+,29,16\r\n", bench.raw(b"ATH\r"))


def test_wavecom_tells_the_steps_of_a_call_if_it_is_asked_to() -> None:
    bench = Bench(1, Conditions(), load("wavecom"))
    bench.raw(b"ATE0\r")
    assert bench.raw(b"ATD+79131234567;\r") == b""  # OK comes with the answer
    assert b"+WIND" not in bench.wait(30)
    bench.raw(b"ATH\r")
    bench.raw(b"AT+WIND=50\r")
    bench.raw(b"ATD+79131234567;\r")
    said = bench.wait(30)
    assert b"\r\nOK\r\n" in said
    assert b"\r\n+WIND: 5,1\r\n" in said
    assert b"\r\n+WIND: 2\r\n" in said
    assert b"\r\n+WIND: 6,1\r\n" in bench.raw(b"ATH\r")


def test_wavecom_that_was_told_to_shows_how_it_comes_up() -> None:
    bench = Bench(1, Conditions(), load("wavecom"))
    bench.raw(b"ATE0;+WIND=127\r")
    bench.wait(10)
    bench.modem.device.now = bench.now
    bench.modem.device.restart()
    assert bench.wait(10) == b"\r\n+WIND: 1\r\n\r\n+WIND: 3\r\n\r\n+WIND: 7\r\n\r\n+WIND: 4\r\n"
