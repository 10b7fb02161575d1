"""Submits as a terminal types them, and what it reads of reports and messages."""

from collections.abc import Mapping

from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import compose
from modem.emulator.codec.reports import StatusReport, decode_status_report
from modem.emulator.codec.tpdu import Deliver, Submit, decode_deliver, encode_submit
from modem.emulator.network.changes import apply
from tests.modem.emulator.conftest import Bench

NOBODY = "+79131234567"
SRR, RD, RP, RELATIVE = 0x20, 0x04, 0x80, 0x10
FIVE_MINUTES = b"\x00"


def submit(to: str = NOBODY, *, flags: int = 0, pid: int = 0, text: str = "5", vp: bytes = b"") -> tuple[int, str]:
    """<length> and PDU of a one-part SUBMIT, for `Bench.send`."""
    first = 1 | flags | (RELATIVE if vp else 0)
    pdu = encode_submit(Submit(first, 0, Address.of(to), pid, vp, compose(text, 0)[0]))
    return len(pdu) - 1, pdu.hex().upper()


def reports(out: bytes) -> list[StatusReport]:
    """Every +CDS in what a modem said."""
    return [decode_status_report(pdu) for pdu in _pdus(out, "+CDS:")]


def statuses(out: bytes) -> list[int]:
    """TP-Status of every +CDS."""
    return [report.status for report in reports(out)]


def messages(out: bytes) -> list[Deliver]:
    """Every +CMT in what a modem said."""
    return [decode_deliver(pdu) for pdu in _pdus(out, "+CMT:")]


def texts(out: bytes) -> list[str]:
    """The text of every +CMT."""
    return [message.ud.text for message in messages(out)]


def change(bench: Bench, **body: object) -> None:
    """Set conditions of the network."""
    apply(bench.world.centre, body, bench.now)


def refusals(bench: Bench) -> list[Mapping[str, object]]:
    """The log lines of messages that were not let through."""
    lines, _, _ = bench.journal.events_after(0)
    return [line for line in lines if line["event"] == "refusal"]


def _pdus(out: bytes, notice: str) -> list[bytes]:
    lines = out.decode().split("\r\n")
    return [bytes.fromhex(lines[at + 1]) for at, line in enumerate(lines) if line.startswith(notice)]
