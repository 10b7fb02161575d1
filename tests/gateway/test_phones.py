"""Phones: the forms people write, what is refused and why, the mask."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phones import BadPhone, mask, mask_numbers, normalise

FORMS = [
    "+79131234567",
    "79131234567",
    "89131234567",
    "9131234567",
    "+7 913 123-45-67",
    "8 (913) 123-45-67",
    "8-913-123-45-67",
    "+7(913)1234567",
    "8\u00a0913\u00a0123\u00a045\u00a067",
    "8\u202f913\u2009123\u200345\u00a067",
    "+7 [913] 123\u201345\u201467",
    "8 913 123\u221245\u201167",
    "8.913.123.45.67",
    "  89131234567\t",
    "\u202a+79131234567\u202c",
    "\ufeff89131234567",
    "\uff0b\uff17\uff19\uff11\uff13\uff11\uff12\uff13\uff14\uff15\uff16\uff17",
]
REFUSED = {
    "": "empty",
    " - ": "empty",
    "нет": "other than digits",
    "89131234567, 89137654321": "other than digits",
    "89131234567 доб. 2": "other than digits",
    "++79131234567": "other than digits",
    "913123456": "9 digits",
    "8913123456": "too many or too few",
    "+791312345678": "too many or too few",
    "8 (3852) 55-12-34": "not a mobile",
    "8 800 555 35 35": "not a mobile",
    "+7 701 123 45 67": "another country (KZ)",
    "+380501234567": "another country (UA)",
    "+999123456789": "not a number of any country",
    "9" * 65: "far too long",
}


@pytest.mark.parametrize("text", FORMS)
def test_mobile_in_any_form_becomes_e164(text: str) -> None:
    assert normalise(text) == "+79131234567"


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_anything_else_is_refused_in_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(BadPhone) as refusal:
        normalise(text)
    message = str(refusal.value)
    assert reason in message
    assert message.endswith(".")
    assert "\n" not in message


def test_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(BadPhone) as refusal:
        normalise("8 (3852) 55-12-34")
    assert "55" not in str(refusal.value)


_PHONE_LIKE = st.text(alphabet="0123456789+-() .\u00a0\u2013", max_size=24)


@given(st.text() | _PHONE_LIKE)
def test_any_text_gives_a_valid_mobile_or_bad_phone(text: str) -> None:
    try:
        phone = normalise(text)
    except BadPhone:
        return
    assert len(phone) == 12
    assert phone.startswith("+79")
    assert phone[1:].isascii()
    assert phone[1:].isdigit()
    assert normalise(phone) == phone


@given(st.from_regex(r"\+79[0-9]{9}", fullmatch=True))
def test_every_accepted_number_is_a_russian_mobile_to_libphonenumber(phone: str) -> None:
    assert normalise(phone) == phone
    number = phonenumbers.parse(phone)
    # not "valid": ranges are opened faster than the library learns of them
    assert phonenumbers.is_possible_number(number)
    assert phonenumbers.region_code_for_country_code(number.country_code) == "RU"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+79131234567", "+7913***4567"),
        ("0919", "0919"),
        ("900", "900"),
        ("+77011234567", "+7701***4567"),
        ("9131234567", "***"),
        ("", "***"),
        ("MFC-ALTAI", "***"),
    ],
)
def test_mask_shows_no_more_than_the_ends(phone: str, masked: str) -> None:
    assert mask(phone) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("5 4 5 5 4 спасибо", "5 4 5 5 4 спасибо"),
        ("5,4,5,5,4", "5,4,5,5,4"),
        ("паспорт 01 05 123456", "паспорт ***"),
        ("перезвоните 8 (913) 020-00-01", "перезвоните ***"),
        ("54554", "***"),
        ("ждал 2 часа", "ждал 2 часа"),
    ],
)
def test_numbers_of_people_are_masked_and_marks_are_not(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


@given(
    st.text(st.characters(codec="ascii"), max_size=40)
    | st.from_regex(r"[+78]{0,2}9[0-9 ()\-.\t]{9,14}", fullmatch=True)
)
def test_plain_text_is_read_like_text_with_a_mark_of_unicode_in_it(text: str) -> None:
    def outcome(text: str) -> str:
        try:
            return normalise(text)
        except BadPhone as problem:
            return str(problem)

    assert outcome(text) == outcome("\ufeff" + text)
