"""A program on the unmodified python-gsmmodem-new, run in a process of its own: PORT.

It connects, sends, and tells what it sees as JSON lines; a line on standard input makes it go on, out of the
pause after the first connection and to the end. It keeps to what the library can do, one thing at a time: its
reader loses notices that come close together, so the long message goes to a handset that gives no report.
"""

from __future__ import annotations

import json
import sys

from gsmmodem.modem import GsmModem, ReceivedSms, StatusReport

REACHABLE, OFF = "+79131234567", "+79131234568"
LONG = "The quick brown fox jumps over the lazy dog. " * 5


def _say(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


def _received(message: ReceivedSms) -> None:
    _say("received", number=message.number, text=message.text)


def _reported(report: StatusReport) -> None:
    _say("report", number=report.number, ref=report.reference, status=report.deliveryStatus)


def main(port: str) -> None:
    """One session, in two connections: what comes between them is stored."""
    modem = GsmModem(port, 115200, smsReceivedCallbackFunc=_received, smsStatusReportCallback=_reported)
    modem.connect()
    _say("connected", imei=modem.imei, imsi=modem.imsi, number=modem.ownNumber, network=modem.networkName)
    modem.close()
    sys.stdin.readline()
    modem.connect()
    modem.processStoredSms()
    for text in ("Hello", "Привет"):
        sent = modem.sendSms(REACHABLE, text, waitForDeliveryReport=True)
        _say("sent", text=text, delivered=sent.status == sent.DELIVERED)
    modem.sendSms(OFF, LONG)
    _say("ready")
    sys.stdin.readline()
    modem.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
