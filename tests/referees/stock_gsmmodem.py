"""A program on the unmodified python-gsmmodem-new, run in a process of its own: PORT [call].

It connects, sends, and tells what it sees as JSON lines; a line on standard input ends it. It keeps to what the
library can do: one thing at a time (its reader loses notices that come close together).
"""

from __future__ import annotations

import json
import sys

from gsmmodem.modem import GsmModem, ReceivedSms, StatusReport

LONG = "The quick brown fox jumps over the lazy dog. " * 5


def _say(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


def _received(message: ReceivedSms) -> None:
    _say("received", number=message.number, text=message.text)


def _reported(report: StatusReport) -> None:
    _say("report", number=report.number, ref=report.reference, status=report.deliveryStatus)


def main(port: str) -> None:
    """One session, up to a line on standard input."""
    modem = GsmModem(port, 115200, smsReceivedCallbackFunc=_received, smsStatusReportCallback=_reported)
    modem.connect()
    _say("connected", imei=modem.imei, imsi=modem.imsi, number=modem.ownNumber, network=modem.networkName)
    modem.processStoredSms()
    for text in ("Hello", "Привет", LONG):
        sent = modem.sendSms("+79131234567", text, waitForDeliveryReport=True)
        _say("sent", text=text, ref=sent.reference, delivered=sent.status == sent.DELIVERED)
    _say("ready")
    sys.stdin.readline()
    modem.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
