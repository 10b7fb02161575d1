"""What is known of the conversation: which criteria are asked for, and which words are ours."""

import pytest

from gateway.model import CRITERIA, ReplyClass
from gateway.replies import NO_CONTEXT, Context, interpret
from tests.gateway.replies.test_reply_corpus import label

TWO = ("queue", "comfort")
THREE = ("time", "queue", "info")


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        (CRITERIA, "5 4 5 3 5", "vector:5,4,5,3,5"),
        (CRITERIA, "54535", "vector:5,4,5,3,5"),
        (CRITERIA, "все 5", "vector:5,5,5,5,5"),
        (CRITERIA, "по всем пунктам 4", "vector:4,4,4,4,4"),
        (CRITERIA, "5 по всем пунктам", "vector:5,5,5,5,5"),
        (CRITERIA, "все по пять", "vector:5,5,5,5,5"),
        (CRITERIA, "5", "rating:5"),
        (CRITERIA, "отлично", "rating:5"),
        (CRITERIA, "5 из 5", "rating:5"),
        (CRITERIA, "5 4 5", "ambiguous"),
        (CRITERIA, "5 5 5", "ambiguous"),
        (CRITERIA, "12345", "ambiguous"),
        (THREE, "5 4 3", "ambiguous"),
        (THREE, "5 4 5", "partial:time=5,queue=4,info=5"),
        (THREE, "545", "partial:time=5,queue=4,info=5"),
        (THREE, "5, 3, 3. Спасибо", "partial:time=5,queue=3,info=3"),
        (THREE, "1-5, 2-4, 3-4", "partial:time=5,queue=4,info=4"),
        (THREE, "1) 5\n2) 4\n3) 4", "partial:time=5,queue=4,info=4"),
        (THREE, "пять четыре пять", "partial:time=5,queue=4,info=5"),
        (THREE, "5 5", "ambiguous"),
        (THREE, "5 4 5 3 5", "vector:5,4,5,3,5"),
        (THREE, "очередь 2, персонал 5", "partial:queue=2,staff=5"),
        (TWO, "5 4", "partial:queue=5,comfort=4"),
        (TWO, "55", "partial:queue=5,comfort=5"),
        (TWO, "5, 5", "partial:queue=5,comfort=5"),
        (TWO, "5\n3", "partial:queue=5,comfort=3"),
        (TWO, "4,5", "ambiguous"),
        (TWO, "4-5", "ambiguous"),
        (TWO, "все 3", "partial:queue=3,comfort=3"),
        (TWO, "12", "ambiguous"),
        (TWO, "6 7", "ambiguous"),
        (("comfort",), "5", "rating:5"),
        (("comfort",), "очередь 2", "partial:queue=2"),
        (("comfort",), "5 4", "ambiguous"),
        (("overall",), "5", "rating:5"),
        (("overall",), "все 5", "rating:5"),
        (("overall",), "5 4 5 3 5", "vector:5,4,5,3,5"),
    ],
)
def test_marks_belong_to_the_criteria_asked_for(asked: tuple[str, ...], text: str, expected: str) -> None:
    meaning = interpret(text, Context(asked))
    assert label(meaning) == expected, meaning.rule


def test_criteria_are_given_in_the_order_of_the_form_whatever_was_asked_first() -> None:
    meaning = interpret("5 1", Context(asked=("info", "time")))
    assert list(meaning.criteria.items()) == [("time", 1), ("info", 5)]


def test_without_a_context_two_marks_are_nobodys() -> None:
    assert interpret("5 4", NO_CONTEXT) == interpret("5 4")
    assert interpret("5 4").cls is ReplyClass.AMBIGUOUS


OURS = (
    "МФЦ Бийск, 12.09.2017. Поставьте от 1 (очень плохо) до 5 (отлично): время, очередь. Отказаться: СТОП",
    "Кош келигер! Rate our service, please: 1 is bad, 5 is excellent. Reply STOP to leave the survey.",
)


@pytest.mark.parametrize("ours", OURS)
def test_our_own_text_in_any_language_is_an_echo(ours: str) -> None:
    context = Context(ours=OURS)
    for text in (ours, f"> {ours}", ours.upper(), f" {ours}\n", f"«{ours}»"):
        meaning = interpret(text, context)
        assert (meaning.cls, meaning.opt_out) == (ReplyClass.NOISE, False), (text, meaning.rule)


@pytest.mark.parametrize("ours", OURS)
@pytest.mark.parametrize("answer", ["1", "4", "отлично", "три", "стоп", "очередь 2, персонал 5", "ужас"])
def test_answer_beside_our_own_text_in_any_language_is_the_citizens(ours: str, answer: str) -> None:
    context = Context(ours=OURS)
    for text in (
        f"{ours}\n{answer}",
        f"{answer}\n{ours}",
        f"{answer} {ours}",
        f"{ours} {answer}",
        f"> {ours}\n{answer}",
    ):
        meaning, alone = interpret(text, context), interpret(answer)
        assert (label(meaning), meaning.opt_out) == (label(alone), alone.opt_out), (text, meaning.rule)


@pytest.mark.parametrize("ours", OURS)
def test_our_own_text_cut_anywhere_is_never_rated(ours: str) -> None:
    for end in range(len(ours) + 1):
        meaning = interpret(ours[:end], Context(ours=OURS))
        assert (meaning.rating, dict(meaning.criteria), meaning.opt_out) == (None, {}, False), (ours[:end], meaning)


@pytest.mark.parametrize(
    "text", ["START", "start", "Старт!", "подпишите снова", "верните в опрос", "Верните меня в опрос, пожалуйста"]
)
def test_whole_phrase_brings_somebody_back(text: str) -> None:
    meaning = interpret(text)
    assert (meaning.cls, meaning.rule, meaning.opt_in, meaning.opt_out) == (ReplyClass.COMMENT, "opt_in", True, False)


@pytest.mark.parametrize("text", ["стартап", "5 старт", "старт в 9 утра", "подпишите документы", "верните документы"])
def test_other_words_bring_nobody_back(text: str) -> None:
    assert not interpret(text).opt_in
