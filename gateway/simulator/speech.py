"""How people word a reply, by what they want to say.

Pure data with one function per kind of reply. The phrases are patterns, not the sentences the reply rules were
made on: the simulator has to surprise them a little. `n` stands for the digit, `w` for the official word, `v`
for the numeral.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

WORDS = {5: "отлично", 4: "хорошо", 3: "нормально", 2: "плохо", 1: "очень плохо"}
NUMERALS = {5: "пять", 4: "четыре", 3: "три", 2: "два", 1: "один"}
_SCHOOL = {5: "пятерка", 4: "четверка", 3: "тройка", 2: "двойка", 1: "единица"}
_ODD_DIGITS = ("{n}\ufe0f\u20e3", "{n}\u200b", "\ufeff{n}", "{wide}", "{arabic}")
_FRAMES = (
    "оценка {n}", "Оценка: {n}", "{n} баллов", "{n} балла", "{n} из 5", "ставлю {n}", "Ставлю {n}!", "{n}/5",
    "моя оценка {n}",
    "на {n}", "{n} спасибо", "Спасибо, {n}", "{n}😀", "ответ {n}", "({n})", "«{n}»", "{n}. Спасибо",
    "Здравствуйте! {n}",
    "все на {n}", "от 1 до 5: {n}", "Оценка {n}.", "№{n}", "{n} балов", "твердая {n}", "ocenka {n}", "{n} ballov",
)  # fmt: skip
_WORDED = (
    "{w}",
    "{W}",
    "{W}!",
    "{w}.",
    "{v}",
    "{V}",
    "{s}",
    "оценка {v}",
    "{v} баллов",
    "все {w}",
    "{W}, спасибо",
    "{w} {n}",
)
_REASONS = {
    True: (
        "девушки вежливые", "быстро обслужили", "спасибо за работу", "но в зале душно", "все понятно объяснили",
        "приняли без очереди", "нет парковки", "очень довольна", "ждала всего 5 минут", "обслужили в окне 3",
        "была 12.09",
        "талон А045 ждал недолго", "работаете до 20:00 удобно", "с 1 раза все приняли",
    ),
    False: (
        "ждал 2 часа", "очередь огромная", "хамство", "документы потеряли", "в окне 4 грубят",
        "работало 1 окно", "ужас",
        "приходила 3 раза", "не смогли объяснить", "обещали 5 дней, прошло 20", "верните документы",
    ),
}  # fmt: skip
_COMMENTED = ("{n}, {r}", "{n}. {R}", "{n} - {r}", "{R}, {n}", "{R}. {n}", "{R}. Оценка {n}", "{n}\n{R}", "{n}! {R}")
_COMMENTS = {
    True: ("Спасибо", "все понравилось", "супер", "молодцы", "быстро и вежливо", "👍", "неплохо", "приятно удивлена"),
    False: ("ужас", "2 часа в очереди", "хамство", "бардак", "не работает терминал", "👎", "кабинет 4 закрыт", "позор"),
}  # fmt: skip
_OPT_OUTS = (
    "стоп",
    "СТОП",
    "stop",
    "не пишите больше",
    "отказываюсь",
    "не присылайте больше",
    "уберите мой номер из базы",
)
_HELPS = (
    "кто это?",
    "что это",
    "это платно?",
    "с меня деньги снимут?",
    "???",
    "какую услугу оценивать",
    "не понял",
    "помощь",
)
_WRONG = ("ошиблись номером", "я не был в мфц", "не туда", "это не мой номер", "Я там не была")
_AMBIGUOUS = (
    "4-5",
    "4 или 5",
    "4,5",
    "почти 5",
    "5?",
    "не пять",
    "очень хорошо",
    "9 из 10",
    "2-3",
    "5 или 1",
    "55",
    "45",
)
_NOISE = ("ок", "ага", "", ".", "алло", "Я сейчас занят, перезвоню позже", "Абонент временно недоступен", "0919", "да")
_NAMES = {
    "time": ("время", "сроки"),
    "queue": ("очередь", "ожидание"),
    "staff": ("персонал", "вежливость", "сотрудники"),
    "comfort": ("комфорт", "помещение"),
    "info": ("информация", "инфо"),
}
_CORRECTIONS = ("{n}", "не {o}, а {n}", "ошибся, {n}", "{n} а не {o}", "исправляю на {n}", "{n}*")


def framed(score: int, rng: Random) -> str:
    """The digit with something around it, or a digit of another kind."""
    return _fill(rng.choice(_FRAMES + _ODD_DIGITS), score)


def worded(score: int, rng: Random) -> str:
    return _fill(rng.choice(_WORDED), score)


def commented(score: int, rng: Random) -> str:
    """The digit with a reason that fits it."""
    reason = rng.choice(_REASONS[score >= 4])
    return _fill(rng.choice(_COMMENTED), score, reason=reason)


def vector(scores: Sequence[int], rng: Random) -> str:
    """Five criteria in one message."""
    return rng.choice((" ", ",", ";", "\n", "", ", ")).join(str(score) for score in scores)


def by_name(marks: Mapping[str, int], rng: Random) -> str:
    """Some criteria, each by its name."""
    return rng.choice((", ", "\n", " ")).join(f"{rng.choice(_NAMES[key])} {mark}" for key, mark in marks.items())


def comment(score: int, rng: Random) -> str:
    """A mood and no number of any kind that is meant as one."""
    return rng.choice(_COMMENTS[score >= 4])


def correction(old: int, new: int, rng: Random) -> str:
    return _fill(rng.choice(_CORRECTIONS), new, old=old)


def opt_out(rng: Random) -> str:
    return rng.choice(_OPT_OUTS)


def opt_out_with_rating(score: int, rng: Random) -> str:
    return _fill(rng.choice(("{n} и больше не пишите", "{n}. Не надо больше смс", "{n}, не присылайте больше")), score)


def question(rng: Random) -> str:
    return rng.choice(_HELPS)


def wrong_recipient(rng: Random) -> str:
    return rng.choice(_WRONG)


def ambiguous(rng: Random) -> str:
    return rng.choice(_AMBIGUOUS)


def noise(rng: Random) -> str:
    return rng.choice(_NOISE)


def _fill(pattern: str, score: int, reason: str = "", old: int = 0) -> str:
    return pattern.format(
        n=score,
        o=old,
        w=WORDS[score],
        W=WORDS[score].capitalize(),
        v=NUMERALS[score],
        V=NUMERALS[score].capitalize(),
        s=_SCHOOL[score],
        r=reason,
        R=reason.capitalize(),
        wide=chr(0xFF10 + score),
        arabic=chr(0x0660 + score),
    )
