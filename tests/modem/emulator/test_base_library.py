"""The unmodified base library against the emulator: its own connect(), a submit, a received message."""

import threading

import pytest
from gsmmodem.modem import GsmModem, ReceivedSms

from modem.emulator.serving.server import Server


@pytest.mark.timeout(30)
def test_base_library_connects_sends_and_receives() -> None:
    received: list[ReceivedSms] = []
    arrived = threading.Event()

    def keep(message: ReceivedSms) -> None:
        received.append(message)
        arrived.set()

    # No reports: the library loses notices that come while a command is pending (its D02).
    with Server(1) as server:
        path = server.modems[0].pty
        modem = GsmModem(path, 115200, smsReceivedCallbackFunc=keep, requestDelivery=False)
        try:
            modem.connect()
            assert modem.imei == server.modems[0].modem.device.identity.imei
            assert modem.networkName == "Otklik Mobile"
            assert modem.signalStrength > 0
            assert modem.ownNumber == server.modems[0].modem.number
            modem.sendSms("+79131234567", "Привет")
            modem.sendSms("0919", "OK 5")
            server.deliver(0, "+79137654321", "Пятёрка")
            assert arrived.wait(5)
            for thread in threading.enumerate():  # the library deletes in a thread of its own, after the callback
                if "HandleModemNotification" in thread.name:
                    thread.join(5)
        finally:
            modem.close()
        texts = [(line["to"], line["text"]) for line in server.submits()[0]]
        assert texts == [("+79131234567", "Привет"), ("0919", "OK 5")]
        assert [(message.number, message.text) for message in received] == [("+79137654321", "Пятёрка")]
