"""Texts: rendering, the office's own date, and errors that name the variable that was meant."""

from datetime import UTC, datetime

import pytest

from gateway.model import MessageKind, Office
from gateway.wording import BadText, check, render
from tests.gateway.scripts import template as words_of

BIYSK = Office("BSK1", "МФЦ г. Бийск", "МФЦ г.Бийск", "г. Бийск", "01705000", "01405000000", "Asia/Barnaul", 25)


def test_default_invitation_is_the_documented_text() -> None:
    text = render(words_of(MessageKind.INVITE), datetime(2017, 9, 12, 8, 40, tzinfo=UTC), BIYSK)
    assert text == "12.09.2017 Вы были в МФЦ г.Бийск. Оцените услугу от 1 до 5 (5-отлично)"
    assert len(text) == 70


def test_visit_late_in_the_utc_day_has_the_date_of_the_office() -> None:
    assert render("{date}", datetime(2017, 9, 12, 17, 0, tzinfo=UTC), BIYSK) == "13.09.2017"
    assert render("{date}", datetime(2017, 9, 12, 16, 59, 59, tzinfo=UTC), BIYSK) == "12.09.2017"


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.QUESTION])
def test_every_text_of_the_packaged_survey_fits_one_part(kind: MessageKind) -> None:
    assert len(render(words_of(kind), datetime(2017, 9, 12, tzinfo=UTC), BIYSK)) <= 70


def test_doubled_brace_stands_for_itself() -> None:
    assert render("{{{office}}}", datetime(2017, 9, 12, tzinfo=UTC), BIYSK) == "{МФЦ г.Бийск}"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "{data} Вы были",
            "There is no variable {data} (a text may use {date}, {office}, {asked}); {date} was probably meant.",
        ),
        ("{имя}, оцените", "There is no variable {имя} (a text may use {date}, {office}, {asked})."),
        ("{} оцените", "There is no variable {} (a text may use {date}, {office}, {asked})."),
        ("{office.phone}", "There is no variable {office.phone}"),
        ("{date:%d}", "The variable {date} takes no format, write just {date}."),
        ("{office!r}", "takes no format"),
        ("{date", "A brace is not closed or not opened"),
        ("}", "A brace is not closed or not opened"),
        (" \n", "The text is empty."),
    ],
)
def test_bad_text_is_refused_with_what_was_meant(template: str, message: str) -> None:
    with pytest.raises(BadText) as refusal:
        check(template)
    assert message in str(refusal.value)


def test_render_refuses_what_check_refuses() -> None:
    with pytest.raises(BadText):
        render("{data}", datetime(2017, 9, 12, tzinfo=UTC), BIYSK)
