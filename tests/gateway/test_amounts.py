"""What operators write about money, and how much it is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.amounts import money_in


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Баланс: 123,45 р.", "123.45"),
        ("Balans: 100.00 r.", "100.00"),
        ("Balans:500r", "500"),
        ("Ваш баланс 12.50руб. Тариф «Всё» 300 руб/мес", "12.50"),
        ("Тариф 300 р/мес. Баланс 20,50", "20.50"),
        ("На Вашем счёте 1 234,56 руб.", "1234.56"),
        ("На счете 1\u00a0234 ₽", "1234"),
        ("Баланс: -12,50 р.", "-12.50"),
        ("Баланс \u221212,50 р.", "-12.50"),
        ("Баланс минус 12,50 р.", "-12.50"),
        ("Баланс — 125 руб.", "125"),
        ("Баланс - 125 руб.", "125"),
        ("Минус 3.20 р. Пополните счёт", "-3.20"),
        ("Баланс на 12.09.2017 08:40: 50.00 р.", "50.00"),
        ("Баланс на 12.09 50.00 р.", "50.00"),
        ("У Вас 5 руб. 07 коп.", "5.07"),
        ("У Вас 5 р. 30 коп.", "5.30"),
        ("12.09.2017 доступно 7.5", "7.5"),
        ("500", "500"),
        ("Баланс:0.00р,Кредит:100р", "0.00"),
        ("Pozostalo Ci 50,04zl do 2018-09-04 23:59:59", "50.04"),
    ],
)
def test_amount_is_found_as_a_person_reads_it(text: str, amount: str) -> None:
    assert money_in(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "Сервис временно недоступен", "Заявка 12 принята 13", "12.09.2017 08:40"])
def test_text_without_an_amount_gives_none(text: str) -> None:
    assert money_in(text) is None


def test_pattern_of_the_operator_decides() -> None:
    assert money_in("Tarif 300 r. Vsego 12,5 r.", r"vsego ([-\d.,]+)") == Decimal("12.5")
    assert money_in("Vsego 12,5 r.", r"vsego -?\d+,\d") == Decimal("12.5")
    assert money_in("Vsego 12,5 r.", r"ostalos (\d+)") is None
    assert money_in("Vsego много", r"vsego (\w+)") is None


@given(
    st.decimals(0, 99_999, places=2),
    st.sampled_from(["", "-", "минус "]),
    st.sampled_from([",", "."]),
    st.sampled_from([" р.", "р", " руб.", " RUB", "₽", ""]),
    st.sampled_from(["Баланс: {}", "Ваш баланс {}. Тариф 300 р.", "Balans {}, bonus 5", "Остаток на счете: {}"]),
)
def test_amount_in_any_form_is_read_back(amount: Decimal, minus: str, point: str, currency: str, sentence: str) -> None:
    text = sentence.format(minus + str(amount).replace(".", point) + currency)
    assert money_in(text) == (-amount if minus else amount)


@given(st.text())
def test_any_text_does_no_harm(text: str) -> None:
    found = money_in(text)
    assert found is None or found.is_finite()
