"""The unmodified base library with every model: it connects, sends, and reads who the modem is."""

import pytest
from gsmmodem.modem import Call, GsmModem

from modem.emulator.profiles.catalogue import load, names
from modem.emulator.serving.server import Server


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library keeps what it finds out about one modem's tones for all modems of the process."""
    monkeypatch.setattr(Call, "DTMF_COMMAND_BASE", Call.DTMF_COMMAND_BASE)
    monkeypatch.setattr(Call, "dtmfSupport", Call.dtmfSupport)


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("name", names())
def test_base_library_connects_and_sends(name: str) -> None:
    profile = load(name).model_copy(update={"starting": (), "delays": {}})
    with Server(1, profiles=(profile,)) as server:
        modem = GsmModem(server.modems[0].pty, 115200, requestDelivery=False)
        try:
            modem.connect()
            assert modem.manufacturer == profile.maker.manufacturer
            assert modem.model == profile.maker.model
            modem.sendSms("+79131234567", "OK 5")
        finally:
            modem.close()
        assert [line["text"] for line in server.submits()[0]] == ["OK 5"]
