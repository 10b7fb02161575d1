"""Any call of any command of 27.005 ends with one result, whatever follows it and whatever comes in meanwhile."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from modem.emulator.device.commands.table import GENERIC
from modem.emulator.network.conditions import Conditions
from tests.modem.emulator.conftest import Bench

NAMES = "CSMS CPMS CMGF CSCA CSMP CSDH CSCB CSAS CRES CNMI CNMA CMGL CMGR CMGS CMSS CMGW CMGD CMGC CMMS".split()
VALUES = st.one_of(
    st.sampled_from(["", *"0 1 2 3 4 14 15 17 20 25 81 167 244 255".split()]),
    st.sampled_from(["0919", "+79131234567", "SM", "ME", "MT", "SR", "BM", "ALL", "STO SENT", "1-50", ""]).map(
        '"{}"'.format
    ),
    st.sampled_from(["24/12/31,23:59:59+28", "01A70000000000"]).map('"{}"'.format),
    st.text(alphabet='0123456789"ABC-+,/: ', max_size=8),
)
CALLS = st.builds(
    lambda name, form, values: f"AT+{name}" + (f"={','.join(values)}" if form == "=" else form),
    st.sampled_from(NAMES),
    st.sampled_from(["=", "=", "=", "=", "?", "=?", ""]),
    st.lists(VALUES, min_size=1, max_size=6),
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            b"0011000B919731214365F70000AA0135",
            b"07919700000090F9040B9197312143" + b"65F70000321151503102820135",
            b"0002000002000B919731214365F700",
            b"0000",
            b"00D300",
            b"Hello\rworld",
            b"04140430",
        ]
    ),
    st.binary(max_size=20).map(lambda octets: octets.translate(None, b"\x1a\x1b")),
)
ENDS = re.compile(rb"\r\n(OK|ERROR|\+CMS ERROR: \d+)\r\n")
STEPS = st.one_of(CALLS, CALLS, CALLS, st.sampled_from(["deliver", "report", "broadcast", "wait", "close"]))


def test_every_command_of_the_standard_is_there() -> None:
    assert {f"+{name}" for name in NAMES} <= set(GENERIC)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(STEPS, TEXTS, st.sampled_from([b"\x1a", b"\x1b"])), max_size=12))
def test_any_call_ends_with_one_result_and_the_modem_goes_on(steps: list[tuple[str, bytes, bytes]]) -> None:
    bench = Bench(1, Conditions(report_latency_s=0.0))
    bench.say("ATE0")
    for step, text, end in steps:
        if step == "deliver":
            bench.deliver(text.decode("latin-1"))
        elif step == "report":
            bench.raw(b"AT+CMGF=0\r")
            bench.raw(b"AT+CMGS=14\r")
            bench.raw(b"0021000B919731214365F700000135\x1a")
        elif step == "broadcast":
            bench.world.broadcast(text.decode("latin-1"), 50, bench.now)
        elif step == "wait":
            bench.wait(20)
        elif step == "close":
            for is_open in (False, True):
                bench.world.set_link(bench.modem, is_open, bench.now)
        else:
            bench.wait(0)
            out = bench.raw(step.encode() + b"\r")
            if out.endswith(b"\r\n> "):
                out = bench.raw(text + end)
            assert ENDS.search(out), (step, out)
    bench.wait(40)
    assert bench.raw(b"AT\r").startswith(b"\r\nOK\r\n")
