"""Calls that come in: told once with their number, hung up on, forgotten (defects D38, D39)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.dialogues.calls import Ringing, caller, heard
from modem.events import Notice
from modem.lines import AtReader
from tests.modem.virtualbench import bench


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('+CLIP: "+79131234567",145,,,"",0', "+79131234567"),
        ('+CLIP: "0919",129', "0919"),
        ('+CLIP: "",128,,,,1', ""),
        ("+CLIP: ,128", ""),
        ('+CLIP:"9131234567",129,"",,"Иван, брат",0', "9131234567"),
        ("+CLIP: 0919,129", "0919"),
        ("RING", None),
        ("+CMTI: 1", None),
    ],
)
def test_number_is_taken_as_the_modem_says_it_d39(line: str, number: str | None) -> None:
    assert caller(line) == number


@given(st.text())
def test_any_number_does_no_harm(text: str) -> None:
    found = caller("+CLIP:" + text)
    assert found is None or found in text


def _notices(*reads: bytes) -> list[Notice]:
    reader = AtReader()
    return [event for data in reads for event in reader.feed(data) if isinstance(event, Notice)]


def _call_after(*reads: bytes) -> Ringing | None:
    call = None
    for notice in _notices(*reads):
        call = heard(call, notice, 100.0)
    return call


@pytest.mark.parametrize(
    "reads",
    [
        (b'\r\nRING\r\n\r\n+CLIP: "0919",129\r\n',),
        (b"\r\nRING\r\n", b'\r\n+CLIP: "0919",129\r\n'),
        (b"\r\nRI", b'NG\r\n\r\n+CLIP: "09', b'19",129\r\n'),
        (b'\r\n+CLIP: "0919",129\r\n\r\nRING\r\n',),
        (b'\r\n+CRING: VOICE\r\n\r\n+CLIP: "0919",129\r\n',),
        (b'\r\nRING\r\n\r\n+CLIP: "0919",129\r\n\r\nRING\r\n\r\n+CLIP: "0919",129\r\n',),
    ],
)
def test_ring_and_number_make_one_call_in_any_order_and_cut_d39(reads: tuple[bytes, ...]) -> None:
    assert _call_after(*reads) == Ringing(100.0, 100.0, "0919")


def test_end_of_a_call_leaves_nothing_d39() -> None:
    assert _call_after(b'\r\nRING\r\n\r\n+CLIP: "0919",129\r\n\r\nNO CARRIER\r\n') is None


def test_text_with_ring_in_it_is_no_call_d38() -> None:
    assert _call_after(b'\r\n+CUSD: 0,"RINGTONE\r\nRING BACK",15\r\n', b'\r\n+CMTI: "SM",1\r\n') is None


def test_other_number_is_another_call() -> None:
    first = heard(None, Notice("+CLIP", '+CLIP: "0919",129'), 1.0)
    assert heard(first, Notice("+CLIP", '+CLIP: "0920",129'), 2.0) == Ringing(2.0, 2.0, "0920")


def test_call_is_told_with_its_number_and_hung_up_on() -> None:
    with bench() as run:
        run.let_pass(1)
        run.call(0, "+79131234567")
        run.let_pass(30)
        assert [number for _, number in run.desk.calls] == ["+79131234567"]
        assert run.commands().count("AT+CHUP") == 1
        assert [line["what"] for line in run.events() if line["event"] == "call"] == ["dial", "ring", "end"]


def test_call_without_a_number_is_told_without_one() -> None:
    with bench() as run:
        run.let_pass(1)
        run.call(0, "+79131234567", withheld=True)
        run.let_pass(30)
        assert [number for _, number in run.desk.calls] == [""]
        assert run.commands().count("AT+CHUP") == 1


def test_call_whose_number_never_comes_is_told_and_hung_up_on() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "flood", text="RING", count=1)
        run.let_pass(1)
        assert run.desk.calls == []
        run.let_pass(2)
        assert [number for _, number in run.desk.calls] == [""]
        assert run.commands()[-1] == "AT+CHUP"


def test_modem_that_does_not_know_chup_is_hung_up_by_h() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "error", on="+CHUP", text="ERROR")
        run.call(0, "+79131234567")
        run.let_pass(3)
        assert run.commands()[-1] == "ATH"


def test_call_is_left_to_ring_where_the_configuration_says_so_and_told_once() -> None:
    with bench(hang_up=False) as run:
        run.let_pass(1)
        run.call(0, "+79131234567", gives_up_after_s=22)
        run.let_pass(40)
        assert [number for _, number in run.desk.calls] == ["+79131234567"]
        assert not {"AT+CHUP", "ATH"} & set(run.commands())
        run.call(0, "+79131234567", gives_up_after_s=5)
        run.let_pass(20)
        assert len(run.desk.calls) == 2


def test_call_that_goes_on_ringing_is_one_call() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "flood", text='RING\r\n\r\n+CLIP: "0919",129', count=5, every_s=5)
        run.let_pass(60)
        assert [number for _, number in run.desk.calls] == ["0919"]
        assert run.commands().count("AT+CHUP") == 5


def test_1500_missed_calls_are_1500_and_leave_nothing_behind_d39() -> None:
    with bench() as run:
        run.let_pass(1)
        lines = "\r\n\r\n".join(f'RING\r\n\r\n+CLIP: "091{k:04}",129\r\n\r\nNO CARRIER' for k in range(10))
        for _ in range(150):
            run.fault(0, "flood", text=lines, count=1)
            run.let_pass(1)
        assert len(run.desk.calls) == 1500
        assert [number for _, number in run.desk.calls[:2]] == ["0910000", "0910001"]
        assert run.desk.statuses[-1].trouble is None


def test_message_that_comes_with_a_call_is_read() -> None:
    with bench() as run:
        run.let_pass(1)
        run.call(0, "+79131234567")
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(10)
        assert len(run.desk.kept) == 1
