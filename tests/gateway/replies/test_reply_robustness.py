"""Any text at all: no exception, no runaway, and whoever is quoted or repeated is not taken for the citizen."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import CRITERIA, MessageKind, ReplyClass
from gateway.replies import LONGEST, interpret
from tests.gateway.replies.test_reply_corpus import label
from tests.gateway.scripts import template

_WORDS = st.sampled_from(
    "5 4 1 0 10 не а но бы из до с за на пять три отлично плохо очень часа балл окно стоп пишите больше кто очередь "
    "вежливость ? ! , . - / : * ( > \n ок 12.09 0919 5000 руб спасибо ужас супер".split(" ")
)


@given(st.text(max_size=400) | st.lists(_WORDS, max_size=14).map(" ".join))
def test_any_text_has_a_consistent_meaning(text: str) -> None:
    meaning = interpret(text)
    assert meaning.rule
    assert (meaning.rating is not None) == (meaning.cls is ReplyClass.RATING)
    assert meaning.rating in (None, 1, 2, 3, 4, 5)
    assert bool(meaning.criteria) == (meaning.cls in (ReplyClass.VECTOR, ReplyClass.PARTIAL))
    assert set(meaning.criteria) <= set(CRITERIA)
    assert set(meaning.criteria.values()) <= {1, 2, 3, 4, 5}
    assert meaning.opt_out or meaning.cls is not ReplyClass.OPTOUT
    assert interpret(text) == meaning


@given(st.text(alphabet="абвгдежзиклмнопрстуфхцчшщыьэюя .,!?", max_size=80))
def test_letters_at_random_are_never_rated_without_a_mark_word(text: str) -> None:
    meaning = interpret(text)
    if meaning.rating is not None:
        assert meaning.rule in ("mark", "mark+opt_out")


HOSTILE = {
    "one letter": "а" * 40_000,
    "one digit": "5" * 40_000,
    "digits apart": "5 " * 20_000,
    "spaces": " " * 39_999 + "x",
    "denials": "не " * 500,
    "pairs": "1-" * 780,
    "brackets": "(" * 1_500,
    "phones": "8 (913) " * 190,
    "of five": "5 из 5 " * 220,
    "wishes": "хотел бы поставить 5 баллов " * 56,
    "opt-outs": "не пишите " * 150,
    "accents": "5" + "\u0301" * 1_500,
    "unfolding": "\ufdfa" * 1_500,
    "lines": "5\n" * 780,
    "quotes": "> 5\n" * 390,
    "lone surrogate": "\ud83d5\udc4d" * 100,
    "nul": "\x005\x00" * 100,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    started = time.perf_counter()
    interpret(text)
    # Two hundred times what it takes: only a pattern that explodes goes beyond.
    assert time.perf_counter() - started < 2


def test_text_beyond_ten_parts_is_kept_as_a_comment() -> None:
    meaning = interpret("очень длинно " * 200 + "5")
    assert (meaning.cls, meaning.rule) == (ReplyClass.COMMENT, "too_long")
    assert interpret(" " * LONGEST + "5").rating == 5


@pytest.mark.parametrize("kind", sorted(set(MessageKind) - {MessageKind.QUESTION, MessageKind.REMINDER}))
def test_our_own_text_sent_back_is_noise(kind: MessageKind) -> None:
    text = template(kind).format(date="12.09.2017", office="МФЦ г.Бийск")
    assert interpret(text).cls is ReplyClass.NOISE
    assert interpret(f"> {text}").cls is ReplyClass.NOISE


@pytest.mark.parametrize("kind", [MessageKind.INVITE, MessageKind.REPROMPT])
@pytest.mark.parametrize("answer", ["1", "4", "отлично", "три"])
def test_answer_beside_our_own_text_is_the_citizens(kind: MessageKind, answer: str) -> None:
    text = template(kind).format(date="12.09.2017", office="МФЦ г.Бийск")
    for quoted in (f"> {text}\n{answer}", f"{text}\n{answer}", f"{text} {answer}", f"{answer}\n> {text}"):
        assert interpret(quoted).rating == interpret(answer).rating, quoted


STORY = "Я пришла утром, взяла талон и села ждать, потому что людей было много, и меня вызвали нескоро. " * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"5. {STORY}", "rating:5"),
        (f"{STORY}Ставлю 4", "rating:4"),
        (f"Отлично! {STORY}", "rating:5"),
        (f"5. {STORY}5", "rating:5"),
        (f"5. {STORY}Ставлю 3", "ambiguous"),
        (f"5. {STORY} Нет, 3. {STORY}", "ambiguous"),
        (f"5. {STORY} Ставлю тройку. {STORY}", "ambiguous"),
        (STORY, "comment"),
        (f"{STORY} не пишите мне больше. {STORY}", "optout"),
        (f"4. {STORY} и больше не присылайте смс. {STORY}", "rating:4+optout"),
        (f"{STORY}ждала 3 часа", "comment"),
    ],
)
def test_long_text_is_read_at_its_ends_and_where_it_asks_us_to_stop(text: str, expected: str) -> None:
    meaning = interpret(text)
    assert label(meaning) == expected, meaning.rule
