"""One phrasing for what people say in several ways.

Pure. «4 из 5», «по пятибалльной шкале 4» and «из пяти баллов четыре» all say four; «5ка», «5й» and «5.0» are a five.
The rules see one of them only. Every pattern is linear: bounded repeats, no nested ones.
"""

from __future__ import annotations

import re

from gateway.replies import lexicon

_FIVE = r"(?:5|пяти)"
_AFTER_SCALE = r"(?=[^\S\n]*(?:$|\n|[^\w\s]|бал|возм|спас|отл|хор|за |но ))"
_NOT_COUNTED = r"(?<!работает )(?<!работают )(?<!работало )(?<!открыто )"
_SCALE_NAME = r"(?: шкале| системе)?(?:\s?[-:,]\s)?"

_OUT_OF_FIVE = (
    (
        rf"{_NOT_COUNTED}(?<![\d/.,])([0-9]{{1,2}})(?:\s?-?(?:ка)?| ?(?:бал+|звезд)\w{{0,3}})\s?(?:из|/)\s?{_FIVE}"
        rf"(?:-?ти)?(?![\d/]|[.,]\d)\b{_AFTER_SCALE}",
        r"\1 балл",
    ),
    (rf"\b(пять|четыре|три|два|один) из {_FIVE}{_AFTER_SCALE}", r"\1 балл"),
    (
        rf"^из {_FIVE}(?: бал\w+)?(?: возможных)?,?\s(?:-\s)?(?!окон|окош|специал|сотрудн|операт|девуш|касс|раз"
        rf"|челов|дн|докум)"
        r"(?=.*(?:\d|\b(?:пять|четыре|три|два|один)\b))",
        "",
    ),
    (rf"\bпо {_FIVE}[\s-]{{0,3}}(?:ти|и)?[\s-]{{0,3}}бал+ь?н\w+{_SCALE_NAME}", " "),
    (rf"\b(?:по )?пятибал+ь?н\w+{_SCALE_NAME}", " "),
)
_DIGIT_WITH_AN_ENDING = (
    (r"(?<![\w.,])([0-9])\s?-?\s?(?:ка|ку|ки|чка|чку|очка|ерка|ерочка)\b", r"\1 балл"),
    (r"(?<![\w.,-])([0-9])-?(?:й|ый|я|ю)\b(?!\s?[а-я])", r"\1"),
    (r"(?<!\d)([0-5])\s?(?:\+\s?){1,5}(?!\s?\d)", r"\1 с плюсом "),
    (r"(?<![\d.,])([0-5])[.,]0(?![\d.,])", r"\1"),
    (r"\bбол+ов\b", "баллов"),
)
_EVERYWHERE = (
    (
        r"\b(?:во? |по )?(?:всем|каждому)(?: вашим)? (?:пункт|критери|показател|вопрос|позици|параметр)\w+",
        "все",
    ),
    (r"\b(?:на |за )?все (?:пункты|критерии|показатели|вопросы|позиции)\b", "все"),
    (r"(?<=\d )во всем\b", "все"),
)
_WORDS = (
    (r"\bоч\.(?=\s?[а-я])", "очень "),
    (r"\b(?:очень[\s,-]{1,3}){2,9}", "очень "),
    (r"\bне плохо\b", "неплохо"),
    (r"\bиз ?-? ?за\b|\bт\. ?к\.?(?= )|\bтк\b", "потому"),
    (r"\bчто ли\b", "наверное"),
    (r"\bна (?:все )?(?:сто|100)\b(?! ?бал)", "отменно"),
    (r"\bдобр(?:ый|ое|ого|ой) (?:день|дня|вечер|вечера|утро|утра|времени суток|здоровья)\b", "здравствуйте"),
    (
        r"\bоценк[аи] (?:(?:работы|услуги|услуг|обслуживания|качества|мфц|вашей|вашего|сервиса|персонала) ){1,4}",
        "оценка ",
    ),
    (r"\bоценива(?:ю|ем) в (?=\d)", "оцениваю "),
    (r"\bголосу(?:ю|ем) за (?=\d)", "голосую "),
    (r"^от (?:меня|нас) ", ""),
    (r"^только (?=(?:5|пять|пятерк\w)\W*$)", ""),
)
_SAME = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (*_OUT_OF_FIVE, *_DIGIT_WITH_AN_ENDING, *_EVERYWHERE, *_WORDS)
)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_SCALE = re.compile(r"\(?(?:по шкале )?\bот (?:1|одного) до (?:5|пяти)\b\)?(?:\s?[-:,]\s)?")


def in_one_phrasing(plain: str) -> str:
    """The normalised text with its variants made one, and without the scale where more is said than the scale."""
    if not _DIGIT.search(plain) and lexicon.MARKS.keys().isdisjoint(_WORD.findall(plain)):
        return plain
    for pattern, instead in _SAME:
        plain = pattern.sub(instead, plain)
    rest = _SCALE.sub(" ", plain)
    # The scale alone says nothing; kept, it is seen to hold two numbers.
    if any(char.isdigit() for char in rest) or any(word in lexicon.MARKS for word in rest.split()):
        return rest
    return plain
