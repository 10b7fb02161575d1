"""How people word a reply, by what they want to say.

Pure, with one function per kind of reply. Every text is put together from patterns, words, numbers and slips
(`gateway.simulator.slips`), so that no two runs see the same ones; they are not the sentences the reply rules were made
on: the simulator has to surprise them a little. What was meant is certain to a person who reads it.

In patterns `n` stands for the digit, `w` for the official word, `v` for the numeral, `s` for the school mark,
`p` for points, `r` for a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from gateway.simulator import slips

WORDS = {5: "отлично", 4: "хорошо", 3: "нормально", 2: "плохо", 1: "очень плохо"}
NUMERALS = {5: "пять", 4: "четыре", 3: "три", 2: "два", 1: "один"}
_SCHOOL = {5: "пятерка", 4: "четверка", 3: "тройка", 2: "двойка", 1: "единица"}
_POINTS = {5: "баллов", 4: "балла", 3: "балла", 2: "балла", 1: "балл"}
_ODD_DIGITS = ("{n}\ufe0f\u20e3", "{n}\u200b", "\ufeff{n}", "{wide}", "{arabic}")
_GREETINGS = ("", "", "", "", "", "", "здравствуйте", "добрый день", "добрый вечер", "здравствуйте")
_FRAMES = (
    "оценка {n}", "оценка: {n}", "оценка - {n}", "моя оценка {n}", "наша оценка {n}", "ставлю {n}", "я ставлю {n}",
    "ставим {n}", "даю {n}", "оцениваю на {n}", "оцениваем на {n}", "на {n}", "все на {n}", "всё на {n}",
    "твердая {n}", "ответ {n}", "мой ответ {n}", "ответ: {n}", "от 1 до 5: {n}", "цифра {n}", "балл {n}",
    "{n} {p}", "{n} {p} из 5", "{n} из 5", "{n}/5", "({n})", "«{n}»", "№{n}", "- {n}", "* {n} *",
    "ocenka {n}", "{n} ballov", "stavlu {n}", "{n} балов",
)  # fmt: skip
_THANKS = (
    "", "", "", "", "", "спасибо", "спасибо большое", "благодарю", "спасибо за работу", "спасибо за обслуживание",
    "всем спасибо", "спасибо вам", "с уважением",
)  # fmt: skip
_EMOJI = ("😀", "👍", "🙂", "❤️", "👏", "😊", "😡", "👎", "😐")
_CHEERFUL = 6
_WORDED = (
    "{w}", "{w}", "{w}", "{v}", "{s}", "оценка {v}", "оценка {w}", "{v} {p}", "все {w}", "всё {w}", "{w} {n}",
    "{n} {w}", "{n} - {w}", "{n} ({v})", "ставлю {v}", "моя оценка {w}", "твердая {s}",
)  # fmt: skip
_WHO = ("девушки", "сотрудники", "специалисты", "операторы", "работники", "все сотрудники", "женщины на приеме")
_PRAISE = (
    "вежливые", "внимательные", "приветливые", "молодцы", "все объяснили", "очень помогли", "знают свое дело",
    "доброжелательные", "терпеливые",
)  # fmt: skip
_BLAME = (
    "грубят", "хамят", "ничего не объясняют", "не знают законов", "отправляют из окна в окно", "невнимательные",
    "разговаривают по телефону", "медленно работают", "не отвечают на вопросы",
)  # fmt: skip
_GOOD = (
    "обслужили быстро", "приняли без очереди", "все понятно", "ждала всего {few} минут", "ждал недолго, минут {few}",
    "приняли за {few} минут", "обслужили в окне {window}", "все сделали с первого раза", "чисто и светло",
    "документы готовы раньше срока", "удобно, что работаете до 20:00", "очень довольна", "все понравилось",
    "талон А0{ticket} приняли сразу", "пришла в {hour}:30, в {hour}:40 уже свободна", "помогли заполнить заявление",
    "приятно было прийти",
)  # fmt: skip
_BAD = (
    "ждал {few} часа", "очередь на {few} часа", "стояли в очереди {few} часа", "в окне {window} грубят",
    "работало 1 окно из {few}", "документы потеряли", "обещали неделю, прошло {ticket} дней", "терминал не работает",
    "приходила {few} раза", "не смогли объяснить, какие нужны документы", "талон А0{ticket} ждал до вечера",
    "отказали без причины", "нет парковки и негде сесть", "дозвониться невозможно", "верните документы",
    "душно и тесно",
)  # fmt: skip
_COMMENTED = (
    "{n}, {r}", "{n}. {R}", "{n} - {r}", "{R}, {n}", "{R}. {n}", "{R}. Оценка {n}", "{n}\n{R}", "{n}! {R}",
    "{n} {p}, {r}", "{R}, поэтому {n}", "{R}. Ставлю {n}", "оценка {n}, {r}",
)  # fmt: skip
_COMMENTS = {
    True: (
        "спасибо", "супер", "молодцы", "все понравилось", "👍", "неплохо", "приятно удивлена", "класс", "так держать",
    ),
    False: ("ужас", "бардак", "👎", "позор", "безобразие", "нет слов", "кошмар", "издеваетесь над людьми"),
}  # fmt: skip
_OPT_OUTS = (
    "стоп", "stop", "не пишите больше", "отказываюсь", "не присылайте больше", "уберите мой номер из базы",
    "не пишите мне", "больше не присылайте смс", "не надо мне писать", "отпишите меня", "удалите мой номер",
    "отказываюсь от опроса", "прекратите присылать сообщения", "не хочу получать ваши смс",
)  # fmt: skip
_HELPS = (
    "кто это", "что это", "кто вы", "это платно", "с меня деньги снимут", "???", "какую услугу оценивать", "не понял",
    "не поняла", "помощь", "что надо писать", "куда отвечать", "сколько стоит смс", "а что оценивать", "какая услуга",
    "как отвечать", "это мошенники",
)  # fmt: skip
_WRONG = (
    "ошиблись номером", "вы ошиблись номером", "я не был в мфц", "я не была в мфц", "не туда", "это не мой номер",
    "я там не была", "я там не был", "я никуда не ходила", "я в мфц не обращался", "это не я", "вы не туда пишете",
    "не был я ни в каком мфц", "номер не тот",
)  # fmt: skip
_INSULTS = (
    "отстаньте", "идите лесом", "достали", "задолбали", "вы издеваетесь", "бездельники", "совсем обнаглели", "дармоеды",
    "делать вам нечего", "займитесь делом", "надоели", "спамеры", "идиоты", "уроды", "чтоб вы провалились",
)  # fmt: skip
_AMBIGUOUS = (
    "{a}-{b}", "{a} или {b}", "{a},5", "почти {b}", "{b}?", "не {v}", "очень хорошо", "9 из 10", "8 из 10",
    "{b} или {a}", "между {a} и {b}", "{a}{a}", "{b}{a}", "от {a} до {b}", "то ли {a} то ли {b}",
)  # fmt: skip
_NOISE = ("ок", "ага", "", ".", "алло", "да", "нет", "0919", "хм", "...", "привет", "понятно", "мама я дома", "😀")
_MACHINES = (
    "Я сейчас занят, перезвоню позже", "Абонент временно недоступен", "Я за рулем, отвечу позже", "Не могу говорить",
    "Я на совещании, перезвоню", "Сейчас не могу ответить. Перезвоню позже.", "Извините, я занята. Напишу позже",
    "Вам звонили", "Это автоответчик. Абонент ответит позже.",
)  # fmt: skip
_NAMES = {
    "time": ("время", "сроки"),
    "queue": ("очередь", "ожидание"),
    "staff": ("персонал", "вежливость", "сотрудники"),
    "comfort": ("комфорт", "помещение"),
    "info": ("информация", "инфо"),
}
_CORRECTIONS = (
    "{n}", "не {o}, а {n}", "ошибся, {n}", "ошиблась, {n}", "{n} а не {o}", "исправляю на {n}", "{n}*", "ой, {n}",
    "извините, {n}", "не {o} а {n}",
)  # fmt: skip
_OPT_OUTS_RATED = (
    "{n} и больше не пишите", "{n}. Не надо больше смс", "{n}, не присылайте больше", "{n}. Больше не пишите",
    "{n} и не пишите мне больше",
)  # fmt: skip


def framed(score: int, rng: Random) -> str:
    """The digit with something around it, or a digit of another kind."""
    if rng.random() < 0.08:
        return _fill(rng.choice(_ODD_DIGITS), score)
    if rng.random() < 0.12:
        return f"{score}{rng.choice(_EMOJI[:_CHEERFUL] if score >= 4 else _EMOJI[_CHEERFUL:])}"
    return slips.written(_polite(_fill(rng.choice(_FRAMES), score), score, rng), rng)


def worded(score: int, rng: Random) -> str:
    """The mark as a word: the official one, a numeral, what it is called at school."""
    return slips.written(_polite(_fill(rng.choice(_WORDED), score), score, rng), rng)


def commented(score: int, rng: Random) -> str:
    """The digit with a reason or two that fit it."""
    return slips.written(_fill(rng.choice(_COMMENTED), score, reason=reason(score, rng)), rng)


def reason(score: int, rng: Random) -> str:
    """Why somebody gives this mark: a clause, or a few. Numbers in it are counts with what is counted, or times."""
    return rng.choice((", ", ". ", " и ")).join(_clause(score >= 4, rng) for _ in range(_how_many(rng)))


def vector(scores: Sequence[int], rng: Random) -> str:
    """A mark for each criterion, in one message."""
    return rng.choice((" ", ",", ";", "\n", "", ", ")).join(str(score) for score in scores)


def by_name(marks: Mapping[str, int], rng: Random) -> str:
    """Some criteria, each by its name."""
    return rng.choice((", ", "\n", " ")).join(f"{rng.choice(_NAMES[key])} {mark}" for key, mark in marks.items())


def comment(score: int, rng: Random) -> str:
    """A mood and no number of any kind that is meant as one."""
    good = score >= 4
    text = rng.choice(_COMMENTS[good]) if rng.random() < 0.6 else _clause(good, rng)
    return slips.written(text, rng)


def correction(old: int, new: int, rng: Random) -> str:
    """Another mark in place of one that was sent."""
    return slips.cased(_fill(rng.choice(_CORRECTIONS), new, old=old), rng)


def opt_out(rng: Random) -> str:
    """No more messages."""
    return slips.written(rng.choice(_OPT_OUTS), rng)


def opt_out_with_rating(score: int, rng: Random) -> str:
    """A mark, and no more messages."""
    return slips.cased(_fill(rng.choice(_OPT_OUTS_RATED), score), rng)


def question(rng: Random) -> str:
    """Somebody wants to know what this is."""
    return slips.cased(rng.choice(_HELPS), rng) + rng.choice(("?", "?", "", "??"))


def wrong_recipient(rng: Random) -> str:
    """It was not he who was there."""
    return slips.written(rng.choice(_WRONG), rng)


def abuse(rng: Random) -> str:
    """No mark and no wish but to be rude."""
    return slips.written(", ".join(rng.sample(_INSULTS, rng.randint(1, 3))), rng)


def ambiguous(rng: Random) -> str:
    """What nobody could say the meaning of."""
    low = rng.randint(1, 4)
    return _fill(rng.choice(_AMBIGUOUS), low, a=low, b=low + 1)


def noise(rng: Random) -> str:
    """Nothing."""
    return rng.choice(_NOISE)


def machine(rng: Random) -> str:
    """What a telephone answers by itself."""
    return rng.choice(_MACHINES)


def greeting(rng: Random) -> str:
    """What people send before they come to the point."""
    return slips.written(rng.choice(("здравствуйте", "добрый день", "добрый вечер", "доброе утро")), rng)


def _polite(text: str, score: int, rng: Random) -> str:
    """With a greeting before it, perhaps, and thanks behind it, if it is a mark to be thankful with."""
    greeting, thanks = rng.choice(_GREETINGS), rng.choice(_THANKS) if score >= 4 else ""
    if greeting:
        text = greeting + rng.choice((", ", "! ", ". ", " ")) + text
    return text + rng.choice((", ", ". ", " ", "! ")) + thanks if thanks else text


def _clause(good: bool, rng: Random) -> str:
    if rng.random() < 0.35:
        return f"{rng.choice(_WHO)} {rng.choice(_PRAISE if good else _BLAME)}"
    numbers = {"few": rng.randint(2, 4), "window": rng.randint(1, 20), "ticket": rng.randint(10, 99)}
    if good:
        numbers["few"] = rng.choice((5, 10, 15))
    return rng.choice(_GOOD if good else _BAD).format(**numbers, hour=rng.randint(9, 18))


def _how_many(rng: Random) -> int:
    return rng.choices((1, 2, 3), cum_weights=(70, 95, 100))[0]


def _fill(pattern: str, score: int, reason: str = "", **more: int) -> str:
    return pattern.format(
        n=score,
        o=more.pop("old", 0),
        w=WORDS[score],
        v=NUMERALS[score],
        s=_SCHOOL[score],
        p=_POINTS[score],
        r=reason,
        R=reason[:1].upper() + reason[1:],
        wide=chr(0xFF10 + score),
        arabic=chr(0x0660 + score),
        **more,
    )
