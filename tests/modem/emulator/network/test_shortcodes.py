from decimal import Decimal

import pytest

from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import compose
from modem.emulator.codec.tpdu import UDHI, Submit, encode_submit
from tests.modem.emulator.conftest import Bench
from tests.modem.emulator.network.wire import NOBODY, SRR, change, messages, statuses, submit, texts


def test_modem_behind_a_short_code_writes_under_it(direct: Bench) -> None:
    change(direct, short_codes={"0919": "modem0"})
    direct.send(*submit(direct.world.modems[1].number, text="How was it?"))
    (message,) = messages(direct.wait(1, 1))
    assert (message.origin.text, message.origin.toa, message.ud.text) == ("0919", 0x81, "How was it?")


def test_messages_to_the_short_code_reach_the_modem(direct: Bench) -> None:
    change(direct, short_codes={"0919": "modem0"})
    assert direct.world.centre.write(NOBODY, "0919", "5", direct.now) == 1
    direct.send(*submit("0919", flags=SRR, text="4"), 1)
    assert texts(direct.wait(1)) == ["5", "4"]
    assert statuses(direct.wait(0, 1)) == [0x00]
    change(direct, short_codes={"0919": None})
    with pytest.raises(LookupError):
        direct.world.centre.write(NOBODY, "0919", "5", direct.now)


def test_subscriber_reaches_a_modem_by_any_spelling_of_its_number(direct: Bench) -> None:
    number = direct.modem.number
    direct.world.centre.write(NOBODY, "8" + number[2:], "5", direct.now)
    assert texts(direct.wait(0)) == ["5"]


def test_service_answers_from_its_data(direct: Bench) -> None:
    service = {"answers": {"Balance": "You have {balance}"}, "otherwise": "{from} says {text}", "delay_ms": 3000}
    change(direct, short_codes={"900": service})
    direct.world.centre.accounts.of(direct.modem.number).balance = Decimal("7.50")
    direct.send(*submit("900", flags=SRR, text=" BALANCE "))
    assert statuses(direct.wait(1)) == [0x00]
    assert direct.wait(2.9) == b""
    (message,) = messages(direct.wait(0.2))
    assert (message.origin.text, message.ud.text) == ("900", "You have 7.50")
    direct.send(*submit("900", text="{balance}"))
    assert texts(direct.wait(4)) == [f"{direct.modem.number} says {{balance}}"]


def test_service_without_an_answer_is_silent(direct: Bench) -> None:
    change(direct, short_codes={"900": {"answers": {"yes": "Thank you"}}})
    direct.send(*submit("900", text="no"))
    assert direct.wait(100) == b""


def test_service_answers_a_long_message_once_when_all_parts_are_there(direct: Bench) -> None:
    change(direct, short_codes={"900": {"otherwise": "got {text}", "delay_ms": 0}})
    for ud in reversed(compose("a" * 160 + "b" * 100, 7)):
        assert texts(direct.wait(1)) == []
        pdu = encode_submit(Submit(1 | UDHI, 0, Address.of("900"), 0, b"", ud))
        direct.send(len(pdu) - 1, pdu.hex())
    answer = messages(direct.wait(1))
    assert "".join(part.ud.text for part in answer) == "got " + "a" * 160 + "b" * 100


def test_service_with_one_answer_twice_is_refused(direct: Bench) -> None:
    with pytest.raises(ValueError, match="two of the answers are for the same text"):
        change(direct, short_codes={"900": {"answers": {"yes": "1", "YES ": "2"}}})
