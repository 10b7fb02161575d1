from decimal import Decimal

import pytest

from tests.modem.emulator.conftest import START, Bench
from tests.modem.emulator.network.wire import SRR, change, refusals, statuses, submit

SENT = ["+CMGS:", "OK"]


def _send(bench: Bench, to: str = "+79131234567", text: str = "5", number: int = 0) -> str:
    answer = bench.send(*submit(to, flags=SRR, text=text), number)
    return "sent" if answer[0] == "+CMGS:" else answer[-1]


def test_cap_refuses_what_is_above_it_until_midnight(direct: Bench) -> None:
    change(direct, daily_cap={"limit": 2}, zone_quarters=12)
    assert [_send(direct) for _ in range(4)] == ["sent", "sent", "8", "8"]
    assert _send(direct, number=1) == "sent"  # a cap is for each SIM
    midnight = START - (START + 3 * 3600) % 86400 + 86400  # at +03:00
    direct.wait(midnight - START - 1)
    assert _send(direct) == "8"
    direct.wait(1)
    assert _send(direct) == "sent"


@pytest.mark.parametrize("code", [10, 50, 512])
def test_cap_says_what_it_is_told_to_say(direct: Bench, code: int) -> None:
    change(direct, daily_cap={"limit": 0, "answer": code})
    assert direct.send(*submit()) == ["+CMS", "ERROR:", str(code)]
    assert refusals(direct)[0] | {"t": 0} == {
        "t": 0,
        "modem": "modem0",
        "event": "refusal",
        "ref": 0,
        "to": "+79131234567",
        "policy": "daily_cap",
        "cms": code,
    }
    assert direct.journal.submits(0) == ([], 0)


def test_silent_cap_takes_the_message_and_swallows_it(direct: Bench) -> None:
    change(direct, daily_cap={"limit": 1, "answer": "silent"})
    assert [_send(direct), _send(direct)] == ["sent", "sent"]
    assert statuses(direct.wait(10 * 86400)) == [0x00]
    assert [(line["policy"], line["ref"], line["cms"]) for line in refusals(direct)] == [("daily_cap", 1, None)]
    assert direct.world.centre.store.ends == {"delivered": 1, "swallowed": 1}


def test_throttle_counts_any_sixty_seconds(direct: Bench) -> None:
    change(direct, throttle={"per_minute": 2})
    answers = []
    for pause in (0, 30, 0, 29, 1, 0, 30):
        direct.wait(pause)
        answers.append(_send(direct))
    assert answers == ["sent", "sent", "42", "42", "sent", "42", "sent"]


def test_throttle_by_delay_lets_the_answer_wait_for_its_turn(direct: Bench) -> None:
    change(direct, throttle={"per_minute": 2, "answer": "delay"})
    assert [_send(direct), _send(direct)] == ["sent", "sent"]
    direct.wait(10)
    assert direct.send(*submit()) == []
    assert b"+CMGS" not in direct.wait(49.9)
    assert direct.wait(0.2).split() == [b"+CMGS:", b"2", b"OK"]


def test_same_text_to_many_is_spam_and_to_the_same_ones_is_not(direct: Bench) -> None:
    change(direct, spam={"receivers": 2, "within_ms": 60_000})
    numbers = [f"+7913000000{last}" for last in (1, 2, 3, 1)]
    assert [_send(direct, to, "Buy") for to in numbers] == ["sent", "sent", "21", "sent"]
    assert _send(direct, numbers[2], "Hello") == "sent"
    assert _send(direct, numbers[2], "Buy", number=1) == "sent"
    direct.wait(61)
    assert _send(direct, numbers[2], "Buy") == "sent"


def test_text_that_matches_a_pattern_is_spam(direct: Bench) -> None:
    change(direct, spam={"patterns": [r"(?i)casino", r"\bhttp"], "answer": 500})
    assert [_send(direct, text=text) for text in ("Best CASINO", "see http://x", "shttp")] == ["500", "500", "sent"]


def test_silent_spam_filter_swallows(direct: Bench) -> None:
    change(direct, spam={"patterns": ["x"], "answer": "silent"})
    assert [_send(direct, text="x"), _send(direct, text="y")] == ["sent", "sent"]
    assert [statuses(direct.wait(100))] == [[0x00]]


@pytest.mark.parametrize("code", [10, 38, 50])
def test_no_credit_with_an_error(direct: Bench, code: int) -> None:
    number = direct.modem.number
    change(direct, credit={"price": 1.5, "answer": code}, accounts={number: {"balance": 3.2}})
    assert [_send(direct) for _ in range(3)] == ["sent", "sent", str(code)]
    account = direct.world.centre.accounts.of(number)
    assert account.balance == Decimal("0.2")
    account.top_up(Decimal("1.3"))
    assert _send(direct) == "sent"
    assert account.balance == 0


def test_no_credit_without_an_error_is_a_false_success(direct: Bench) -> None:
    change(direct, credit={"price": 2, "answer": "silent"}, accounts={direct.modem.number: {"balance": 2}})
    assert [_send(direct), _send(direct)] == ["sent", "sent"]
    assert statuses(direct.wait(10 * 86400)) == [0x00]
    assert direct.world.next_due() is None


def test_refused_message_is_neither_counted_nor_paid(direct: Bench) -> None:
    number = direct.modem.number
    change(direct, credit={"price": 1}, accounts={number: {"balance": 10}}, spam={"patterns": ["x"]})
    change(direct, daily_cap={"limit": 1})
    assert [_send(direct, text=text) for text in "xxyz"] == ["21", "21", "sent", "8"]
    assert direct.world.centre.accounts.of(number).balance == 9


def test_policy_is_taken_away_with_null(direct: Bench) -> None:
    change(direct, daily_cap={"limit": 0})
    assert _send(direct) == "8"
    change(direct, daily_cap=None)
    assert _send(direct) == "sent"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"daily_cap": {"limit": -1}}, "daily_cap.limit: input should be greater than or equal to 0."),
        (
            {"daily_cap": {"limit": 1, "answer": "delay"}},
            "daily_cap.answer: an answer is the code of a +CMS ERROR, 0 to 999, or silent.",
        ),
        ({"throttle": {"per_minute": 0}}, "throttle.per_minute: input should be greater than or equal to 1."),
        ({"spam": {}}, "spam: a spam filter needs receivers or patterns."),
        ({"credit": {}}, "credit.price is missing."),
        ({"loss_rate": 1.5}, "loss_rate: input should be less than or equal to 1."),
        ({"report_modem": "modem9"}, "report_modem: there is no modem called modem9."),
        ({"short_codes": {"900": "modem9"}}, "short_codes.900: there is no modem called modem9."),
    ],
)
def test_policy_that_makes_no_sense_is_refused(direct: Bench, body: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as refused:
        change(direct, **body)
    assert str(refused.value) == sentence


def test_pattern_that_is_none_is_refused(direct: Bench) -> None:
    with pytest.raises(ValueError, match=r"^spam\.patterns: '\(' is not a regular expression"):
        change(direct, spam={"patterns": ["("]})
