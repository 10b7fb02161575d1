from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.watch import ModemView, Snapshot, columns, describe, render

M0 = ModemView("modem0", "generic", "+79001230000", "open", True, 21, 12, 5, 3, 30, "AT+CMGS=25", ("lost_answer",))
M1 = ModemView("modem1", "sim800", "+79001230001", "closed", False, 99, 0, 0, 0, 30, "AT")
TRAFFIC = ("10:00:00 modem0 → +79131234567  Привет", "10:00:01 modem0 ← +79131234567  5")
NETWORK = Snapshot((M0, M1), TRAFFIC, "http://127.0.0.1:8920")


def test_screen_shows_modems_and_traffic() -> None:
    assert render(NETWORK, 120, 24) == [
        "otklik emulate · 2 modems · http://127.0.0.1:8920",
        "MODEM   PROFILE  NUMBER        PORT    NET  SIG  SENT  RECV  STORED  LAST COMMAND  FAULTS",
        "modem0  generic  +79001230000  open    yes   21    12     5    3/30  AT+CMGS=25    lost_answer",
        "modem1  sim800   +79001230001  closed  no    99     0     0    0/30  AT            -",
        "",
        "10:00:00 modem0 → +79131234567  Привет",
        "10:00:01 modem0 ← +79131234567  5",
    ]


def test_small_window_leaves_out_modems_and_old_traffic() -> None:
    crowd = Snapshot(tuple(replace(M0, name=f"modem{k}") for k in range(64)), TRAFFIC)
    assert render(crowd, 30, 10) == [
        "otklik emulate · 64 modems",
        "MODEM   PROFILE  NUMBER      …",
        "modem0  generic  +79001230000…",
        "modem1  generic  +79001230000…",
        "… and 62 more",
        "",
        "10:00:00 modem0 → +7913123456…",
        "10:00:01 modem0 ← +7913123456…",
    ]


def test_text_cannot_move_the_cursor_and_wide_characters_take_two_columns() -> None:
    network = Snapshot((), ("a\x1b[2Jb\r\n\x9bc\u202ed", "你好你好"))
    assert render(network, 7, 20)[-2:] == ["a·[2Jb…", "你好你…"]


def test_log_lines_are_described() -> None:
    line = {"t": "2023-11-14T22:13:20.250Z", "modem": "modem0"}
    assert describe({**line, "event": "submit", "to": "0919", "text": "5"}) == "22:13:20 modem0 → 0919  5"
    assert describe({**line, "event": "deliver", "from": "0919", "text": "5"}) == "22:13:20 modem0 ← 0919  5"
    report = {**line, "event": "report", "ref": 3, "to": "0919", "status": 70}
    assert describe(report) == "22:13:20 modem0 ← report on 3 to 0919: 0x46"
    assert describe({**line, "event": "call", "what": "ring"}) == "22:13:20 modem0 ! call what=ring"


@given(st.text(max_size=40), st.integers(0, 60), st.integers(0, 12), st.integers(0, 20))
def test_screen_never_leaves_its_window(text: str, width: int, height: int, modems: int) -> None:
    crowd = Snapshot(tuple(replace(M0, command=text) for _ in range(modems)), (text,) * 20)
    lines = render(crowd, width, height)
    assert len(lines) <= height
    assert all(columns(line) <= width for line in lines)
