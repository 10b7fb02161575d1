"""The words the rules know.

Pure data with the little code that finds a misspelt word. Only three kinds of words carry a number: the official labels
of the federal form (1 очень плохо … 5 отлично), numerals, and school marks. Praise and blame are listed too, but only
to notice that they contradict a digit; they never become one.
"""

from __future__ import annotations

from functools import cache

LABELS = {
    "отлично": 5, "отл": 5, "отлич": 5, "excellent": 5,
    "хорошо": 4, "хор": 4,
    "нормально": 3, "норм": 3, "норма": 3, "удовлетворительно": 3, "удовл": 3, "уд": 3,
    "плохо": 2, "плоха": 2, "неудовлетворительно": 2, "неуд": 2, "неудовл": 2,
}  # fmt: skip
NUMERALS = {
    "пять": 5, "пятерка": 5, "пятерочка": 5, "пятерку": 5, "пятерочку": 5, "пятак": 5, "пяти": 5, "five": 5,
    "четыре": 4, "четверка": 4, "четверочка": 4, "четверку": 4, "четверочку": 4, "four": 4,
    "три": 3, "тройка": 3, "троечка": 3, "тройку": 3, "троечку": 3, "трояк": 3, "three": 3,
    "два": 2, "двойка": 2, "двоечка": 2, "двойку": 2, "двоечку": 2, "two": 2,
    "один": 1, "единица": 1, "единичка": 1, "единицу": 1, "кол": 1, "one": 1,
}  # fmt: skip
MARKS = LABELS | NUMERALS
"""Every word that is a number by itself."""

BEYOND = {"ноль": 0, "нуль": 0, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10, "сто": 100}

HEDGES = frozenset(
    "очень оч довольно достаточно почти вполне более менее слишком совсем примерно относительно сравнительно "
    "наверное наверно около скорее".split()
)
NEGATIONS = frozenset(("не", "ни", "нет", "без"))

FILLERS = frozenset(
    "все всего было был была были это этого оценка оценку оценки оцениваю оценил оценила моя мою мой ответ "
    "ответы ставлю поставлю ставим поставим поставила поставил даю дам пусть будет на по за в целом общем "
    "просто балл балла баллов бал бала балов баллы б мфц услуга услугу услуги обслуживание обслуживания "
    "качество качества работа работу работы сервис спасибо спс благодарю большое огромное вам всем вас у "
    "твердая твердую твердый крепкая крепкую крепкий чистая полная честно конечно однозначно пожалуйста я мы "
    "мне меня мое мнение как всегда пунктам критериям уважением добрый день здравствуйте привет итого итог "
    "общая общий везде во плюсом минусом плюс минус со с от и да так итак ну что ж ваша вашу ваш моему думаю "
    "считаю пожалуй девочки девочкам девушки ребята сотрудникам коллективу звезд звезды звезда звездочек "
    "звездочки ой извините простите".split()
)
"""Words that may stand beside a mark without changing it."""

FRAME_BEFORE = frozenset(
    "оценка оценку оцениваю оцениваем оценил оценила ставлю поставлю поставьте поставим ставим ставит поставил "
    "поставила даю дам дадим дала дал балл баллов балла балов ответ на по твердая твердую твердый крепкая "
    "крепкую крепкий максимум все мфц итого итог общая будет пожалуй думаю считаю цифра цифру отправляю голосую "
    "заслуживает заслуживаете заслужили спасибо спс услуга услугу обслуживание качество работа работу работе "
    "сервис обслуживанию пунктам критериям здравствуйте день вечер привет ну пусть всегда извините простите "
    "ладно".split()
)
"""A digit right after one of these is meant as a rating."""

FRAME_AFTER = frozenset(
    "балл балла баллов балов бала бал баллы б звезд звезды звезда звездочек звездочки звездочка плюс минус "
    "плюсом плюсиком".split()
)
"""A digit right before one of these is meant as a rating."""

TALK = frozenset(
    "спасибо спс благодарю пожалуйста но а и потому хотя если так ибо за с со все всё всем очень не нет мало "
    "много долго быстро вежливо грубо плохо хорошо отлично ужасно нормально довольна доволен довольны "
    "недовольна недоволен хамство хамят хамы бардак ужас кошмар позор отстой безобразие беспредел персонал "
    "сервис мфц обслуживание обслужили приняли сделали помогли понравилось устраивает очередь очереди козлы "
    "дебилы молодцы супер класс девочки девушки сотрудники душно жарко холодно тесно грязно неудобно удобно "
    "чисто приятно большое огромное почти уважаемые вам вы мне мы нам только конечно однозначно твердая оценка "
    "моя это лучшие лучший умнички можно нужно надо было есть был была были хотелось бы вполне да".split()
)
"""A digit at the beginning may be followed by one of these without anything between."""

PLACE_BEFORE = frozenset(
    "в до с к после около у от через за более больше менее меньше под при без еще только целых уже первые "
    "последние следующие минимум почти примерно где окно кабинет талон дом не ни нас их детей ребенку или между "
    "либо ровно улица номер школа этаж корпус квартира подъезд больница ждали ждал ждала стояли сидели пришли "
    "пришла пришел каждые эти те мои наши другие".split()
)
"""A digit right after one of these is something else, or is in doubt."""

POSITIVE = (
    "супер", "отличн", "молодц", "молодец", "прекрасн", "замечательн", "великолепн", "лучш", "восторг", "идеальн",
    "превосходн", "класс", "довольн", "доволен", "понравил", "рекоменд", "умниц", "умничк", "блестящ",
    "шикарн", "хорош", "круто", "👍", "😀", "😍", "❤", "😊", "🥰", "🔥",
)  # fmt: skip
NEGATIVE = (
    "ужас", "кошмар", "хам", "бардак", "отврат", "безобраз", "позор", "козл", "дебил", "худш", "мраз", "твар",
    "идиот", "урод", "недовол", "плох", "отстой", "бесит", "беспредел", "дур", "нехорош", "👎", "😡", "🤬", "😠",
    "💩",
)  # fmt: skip
DOUBTS = frozenset(
    "наверное наверно вероятно может возможно где-то где примерно около почти скорее ближе типа чуть между или "
    "либо минимум едва еле натяжкой бы если".split()
)
"""A number in one clause with one of these is not said for certain."""

CONCESSIONS = frozenset("но хотя только кроме однако минус минусом правда зато если бы вот".split())
"""What comes after one of these is an exception from the mark, not a contradiction of it."""

CRITERIA_STEMS = {
    "time": ("время", "времени", "срок", "скорост", "быстрот", "оперативн"),
    "queue": ("очеред", "ожидан", "ждать"),
    "staff": ("вежлив", "сотрудни", "персонал", "компетентн", "специалист", "отношени", "операто", "девушк"),
    "comfort": ("комфорт", "помещен", "удобств", "чистот", "услови"),
    "info": ("информ", "информац", "понятност", "доступност"),
}
ACKNOWLEDGEMENTS = frozenset(
    "понял поняла понятно ясно позже потом завтра сейчас оценю отвечу отправлю ладно ок окей договорились буду "
    "приду сделаю схожу подойду перезвоню жду ждем".split()
)
"""«Хорошо» beside one of these is a yes, not a mark."""

_NOT_TYPOS = frozenset(
    "хороша хороши хороше хорош формально стройка стройку двойня мять опять пядь плохой плохое плохие отличка "
    "отличною нормальна нормальны нормален нормальное плохова пятка пятку сплохо".split()
)
_TYPED = tuple(
    "отлично хорошо нормально удовлетворительно плохо неудовлетворительно пятерка пятерочка четыре четверка "
    "четверочка тройка троечка двойка двоечка единица".split()
)
_NEIGHBOURS = {"п": "акреим", "я": "чфы", "т": "иьоп", "ь": "тблой"}
_SOUNDS = str.maketrans({"о": "а", "е": "и", "э": "и", "ы": "и", "ъ": "", "ь": ""})


def criterion(word: str) -> str | None:
    """The criterion a word names, if it names one."""
    for name, stems in CRITERIA_STEMS.items():
        if word.startswith(stems):
            return name
    return None


@cache
def _by_sound() -> dict[str, str]:
    return {word.translate(_SOUNDS): word for word in _TYPED}


def without_typos(word: str) -> str:
    """The mark a Cyrillic word was meant to be: the same sound, or one slip of the finger away; else the word itself.

    Long words only: among short ones a slip gives another word of the language. «пять» alone is worth the care of
    looking at the keyboard.
    """
    if word in _NOT_TYPOS or not 4 <= len(word) <= 20:
        return word
    if len(word) == 4:
        if word == "плхо":
            return "плохо"
        return "пять" if word == "пяьт" or _is_slip_of_five(word) else word
    sound = _by_sound().get(word.translate(_SOUNDS))
    if sound is not None:
        return sound
    for mark in _TYPED:
        if abs(len(mark) - len(word)) <= 1 and mark[0] == word[0] and _one_edit(mark, word):
            return mark
    return word


def _is_slip_of_five(word: str) -> bool:
    differing = [(right, typed) for right, typed in zip("пять", word, strict=True) if right != typed]
    return len(differing) == 1 and differing[0][1] in _NEIGHBOURS[differing[0][0]]


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter put in, left out, changed or swapped with the next turns `a` into `b`."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]:
        return True
    return rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
