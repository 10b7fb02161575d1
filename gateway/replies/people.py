"""Rules for what people say about the survey itself: stop, who are you, you have the wrong person.

Pure. An opt-out is a whole word or a whole phrase («стоп», «не пишите больше»), never a stem: «остановка» and «стопка»
are complaints about something else, and irritation is not a refusal. It can stand beside a rating and both are kept,
so it is not a rule that ends the reading: `without_opt_out` takes it out of the text and lets the rest be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gateway.model import Meaning, ReplyClass
from gateway.replies.reading import Kind, Reading, reread

_GAP = r"(?:[а-я]+\s){0,3}"
_MESSAGES = r"(?:смс\w*|sms|сообщени\w*|рассылк\w*|опрос\w*|спам\w*|эсэмэс\w*|писем|письма|уведомлени\w*)"
_WRITE = (
    r"(?:писать|пишите|пиши|присылать|присылайте|присылай|шлите|шли|слать|звоните|звони|звонить|беспокойте"
    r"|беспокоить|беспокой|"
    r"отправляйте|отправлять|тревожьте|тревожить|донимайте|донимать|спамьте|спамить|отвлекайте|приставайте"
    r"|надоедайте|"
    r"опрашивайте|опрашивать|рассылайте)"
)
_OPT_OUT_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:и\s)?(?:больше\s|прошу\s|пожалуйста\s|мне\s|меня\s|сюда\s)*не\s(?:(?:надо|нужно|стоит"
        rf"|смейте)\s)?{_GAP}{_WRITE}\b"
        rf"(?:\s(?:мне|меня|нам|больше|сюда|пожалуйста|никогда|по этому номеру|на этот номер|ваши|{_MESSAGES}))*",
        rf"\b(?:больше\s)?не\s(?:надо|нужно|нужны|нужен)\s(?:больше\s|мне\s|ваши\s|ваших\s|этих\s"
        rf"|никаких\s)*{_MESSAGES}",
        rf"\bне\s(?:хочу|желаю|буду|собираюсь|намерен\w?)\s{_GAP}(?:участвовать|получать|отвечать|проходить"
        rf"|{_MESSAGES})\b"
        rf"(?:\s(?:в\s)?(?:этом\s)?(?:больше|{_MESSAGES}))*",
        r"\bне (?:участвую|согласн?а?е?н?)\b(?: (?:в|на) (?:ваших |этом |этих |ваш )?(?:опрос\w*|рассылк\w*"
        r"|обработк\w*))?$",
        r"\bотказыва(?:юсь|емся)\b(?: от (?:участия|опрос\w*|рассылк\w*|смс|оценки))?(?: (?:в )?(?:опрос\w*"
        r"|отвечать|участвовать))?",
        r"\b(?:отзываю|не даю|не давала?) (?:свое )?согласи[ея]\b(?: на (?:опрос|рассылку|смс|обработку)\w*)?",
        rf"\b(?:прекратите|прекрати|прекращайте|остановите|перестаньте|хватит|отключите|отмените|довольно"
        rf"|кончайте|завязывайте)\s"
        rf"{_GAP}(?:{_MESSAGES}|{_WRITE})\b(?:\s(?:мне|меня|нам|{_MESSAGES}))*",
        r"\b(?:уберите|удалите|исключите|вычеркните|сотрите|убрать|удалить|исключить|уберите-ка"
        r"|выпишите)\s(?:[а-я]+\s){0,3}"
        r"(?:номер|телефон|меня|из (?:вашей |этой |вашего |этого )?(?:базы|списк\w+|рассылк\w+|опрос\w+))\b"
        r"(?: из (?:вашей |этой |вашего |этого )?(?:базы|списк\w+|рассылк\w+|опрос\w+))?",
        r"\b(?:и\s)?(?:отстаньте|отвяжитесь|отвалите|отцепитесь)\b(?: от меня)?",
        r"\bот(?:пишите|писать|пишитесь|писаться|пишусь|писываюсь)\b(?: (?:меня|от|пожалуйста|рассылк\w+|смс))*",
        r"\bотмен(?:а|ить|ите) (?:подписк\w+|рассылк\w+|опрос\w*|смс)",
    )
)
_STOP_WORDS = frozenset("стоп отказ отписка отпишите отписаться отмена unsubscribe".split())
_BESIDE_STOP = frozenset(
    "пожалуйста прошу опрос опросу опросам смс sms рассылка рассылку рассылке от и все больше спасибо хватит я "
    "мне нужен 0919 сообщения сообщений участия участие балл баллов оценка".split()
)
_STOP_TOKEN = re.compile(r"\b(?:" + "|".join(sorted(_STOP_WORDS)) + r")\b")

_WRONG_RECIPIENT = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bне (?:был|была|были|бывал\w?|ходил\w?|приходил\w?|обращал\w*|заходил\w?|посещал\w?)\s(?:я\s"
        r"|мы\s)?(?:ни\s)?"
        r"(?:там|туда|здесь|тут|(?:ни )?(?:в|у|к) (?:этом |никаком |никакой |вашем |ваш |каком )?(?:мфц|вас|вам"
        r"|городе|центре?|мои документы|"
        r"барнаул\w*|бийск\w*|рубцовск\w*))\b",
        r"\b(?:там|туда|здесь|тут|у вас|к вам|никуда|(?:ни )?в (?:этом |никаком |вашем |ваш )?мфц|в никаком мфц"
        r"|никогда)\s(?:я\s|мы\s|"
        r"сегодня\s|вчера\s|никогда\s|вообще\s|ни разу\s)*не\s(?:был\w?|бывал\w?|ходил\w?|приходил\w?|обращал\w*"
        r"|посещал\w?)\b",
        r"\bни в каком мфц|\bникогда не (?:был\w?|обращал\w*)\b(?! так)",
        r"\bмфц не (?:посещал\w?|был\w?)|\bне посещал[аи]?\b|\bне обращал(?:ся|ась|ись)\b(?! внимани)",
        r"\bне (?:получал\w?|заказывал\w?|оформлял\w?|пользовал\w+)\s(?:я\s)?(?:никаких\s|эту\s|этой\s|вашей\s"
        r"|ваших\s|вашими\s|такую\s|никакую\s)?"
        r"услуг\w*",
        r"\bуслуг\w*\s(?:я\s)?не (?:получал\w?|заказывал\w?|пользовал\w+)\b",
        r"\bошиблись\b|\bошибаетесь\b|\bне по адресу\b|\bне туда\b(?! (?:направ|посл|пош|отправ))|\bне тому\b"
        r"|\bне тот (?:номер|человек|абонент)",
        r"\b(?:это )?(?:не мой|не его|не ее|чужой) (?:номер|телефон)|\b(?:номер|телефон) (?:не мой|чужой)\b",
        r"\b(?:номер|телефон) (?:моего |моей |у )?(?:ребенка|сына|дочери|дочки|мамы|мужа|жены|брата|сестры|внука"
        r"|внучки|другого)\b",
        r"\b(?:детский|рабочий|служебный|корпоративный) (?:номер|телефон)\b|\bэто (?:ребенок|не он|не она"
        r"|другой человек|другой номер)",
        r"\b(?:абонент|владелец|хозяин|номер)\w? (?:у номера )?(?:сменил\w*|поменял\w*|другой|сменен)"
        r"|\bсменился (?:абонент|владелец|хозяин)",
        r"\b(?:таких|такого|такой|такая) (?:здесь|тут|у нас)? ?(?:нет|не живет|не проживает|не знаю)\b"
        r"|\bwrong number\b",
        r"\b(?:он|она|мама|отец|муж|абонент|человек) (?:умер|умерла|скончал\w+)\b",
    )
)
_QUESTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:помощь|помогите|help|инфо|info|информация|справка|sos)\W*$",
        r"\bкто (?:это|вы|ты|пишет|там|отправитель|меня)\b|\b(?:это|вы|ты|а вы|это вообще) кто\b|^кто\W*$"
        r"|\bwho (?:is|are)\b",
        r"^(?:а |и |ну |так |вот |простите |извините )?(?:что|чо|че|шо|чего) (?:это|эта|за|значит|такое)\b"
        r"|\bэто (?:что|шо|чо)\b|^(?:что|чо|че|чего)\W*$",
        r"\bчто (?:надо|нужно|мне|вам|от меня|вы хотите|отправ\w+|писать|написать|делать|отвечать|оценивать"
        r"|оценить|именно)\b(?!.*\bчтобы\b)",
        r"\bчто (?:означа\w+|значат?) (?:цифр|оценк|балл|это|1|5)",
        r"\bкак (?:мне |тут |вам |правильно |это )?(?:ответить|отвечать|оценить|оценивать|голосовать"
        r"|проголосовать|отправ\w+|поставить|понять|писать)\b",
        r"\b(?:куда|кому) (?:мне |надо |нужно )?(?:отправ\w+|отвечать|ответить|писать|слать|присылать|звонить)\b",
        r"\b(?:какую|какая|за какую|какой|какие|чью|чего|что за|какое) (?:именно |это |еще )?(?:услуг\w*"
        r"|опрос\w*|оценк\w*|оценивать|цифр\w*|номер\w*|мфц|смс|сообщени\w*)\b",
        r"\b(?:с меня|деньги|за смс|плат[аыу]|сколько)\b.{0,30}\b(?:сним\w+|спиш\w+|стоит|берут|возьмут|деньги)\b",
        r"\b(?:это |а это |смс |ответ |сообщение )(?:платн\w+|бесплатн\w+)\b(?! (?:услуг|парков|туалет))"
        r"|^(?:платно|бесплатно|платное|сколько стоит)\W*$",
        r"\bне (?:понял|поняла|поняли|понимаю|понятно),?(?:\s(?:что|вопрос|сообщени\w+|вас|о чем|как|чего|смысл"
        r"|за что|про что|ничего)\b.*)?\W*$",
        r"\bзачем (?:это|мне|вам|вы|нужн\w+|опрос|оценк\w+)\b|\bдля чего (?:это|опрос|оценк\w+)"
        r"|\bоткуда (?:у вас )?(?:мой|вы|это|номер)\b",
        r"\b(?:о чем|про что|за что)(?: вы| это| речь| оценк\w+| оценивать| ставить| голосовать)?\s?\?*$",
        r"\b(?:от кого|чей это номер|чей номер|что за)\b",
        r"\b[1-5] (?:-\s?)?(?:это|значит|означает)\b.{0,40}(?:\?|\bили\b)",
        r"\b(?:что|какая|какой|сколько) (?:оценка |цифра |балл )?(?:лучше|лучшая|хуже|выше|высш\w+|хорошо)\b",
        r"\b[1-5] (?:лучшая|худшая|высшая|низшая|самая|лучше|хуже)\b.{0,30}\?|\b[1-5] или [1-5] (?:лучше|выше|хуже)",
        r"\b(?:можно|надо|нужно|обязательно) (?:ли )?(?:отвечать|ответить|оценивать|оценить|голосовать)\b",
    )
)


def without_opt_out(reading: Reading) -> Reading | None:
    """The reading with its opt-out taken away, or None where nobody asks to be left alone."""
    plain = reading.plain
    for phrase in _OPT_OUT_PHRASES:
        if phrase.search(plain):
            return reread(reading, _all_phrases_cut(plain))
    if _is_bare_stop(reading):
        return reread(reading, _STOP_TOKEN.sub(" ", plain).strip())
    return None


def _all_phrases_cut(plain: str) -> str:
    for phrase in _OPT_OUT_PHRASES:
        plain = phrase.sub(" . ", plain)
    return _STOP_TOKEN.sub(" ", plain).strip()


def _is_bare_stop(reading: Reading) -> bool:
    """A stop word that has nothing beside it but a rating and politeness."""
    words = reading.words()
    if not any(word in _STOP_WORDS for word in words):
        return False
    marks = {token.text for token in reading.tokens if token.kind is Kind.MARK}
    return all(word in _STOP_WORDS or word in _BESIDE_STOP or word in marks for word in words)


def wrong_recipient(reading: Reading) -> Meaning | None:
    """The phone belongs to somebody else, or its owner was never served."""
    if without_opt_out(reading) is None and any(pattern.search(reading.plain) for pattern in _WRONG_RECIPIENT):
        return Meaning(ReplyClass.WRONG_RECIPIENT, "wrong_recipient")
    return None


def question(reading: Reading) -> Meaning | None:
    """A question about the survey; a rating that stands apart before the question is left to the rules for ratings."""
    text = reading.sifted if reading.quoted else reading.plain
    if _RATED_FIRST.match(text) or without_opt_out(reading) is not None:
        return None
    if any(pattern.search(text) for pattern in _QUESTIONS):
        return Meaning(ReplyClass.HELP, "question")
    return None


_RATED_FIRST = re.compile(r"^[1-5](?:\sбал\w*)?\s?[.,!;\n]")

RULES: tuple[Callable[[Reading], Meaning | None], ...] = (wrong_recipient, question)
LAST_RULES: tuple[Callable[[Reading], Meaning | None], ...] = ()
